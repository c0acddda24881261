from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.revenue import FORECAST_COLUMNS, RevenueParams, fit_revenue
from eshop_dagster.ml.revenue.backtest import look_ahead, plan_origins
from eshop_dagster.ml.revenue.feast_days import black_friday
from eshop_dagster.ml.revenue.nation import fit_nation
from eshop_dagster.ml.revenue.panel import holidays_of, read_panel

from .builders import FIRST, SMALL, calendar, history, last_of, noisy

PARAMS = RevenueParams.from_mapping(SMALL)


def fit(frame, params=PARAMS, last=None):
    return fit_revenue(frame, calendar(), last or last_of(frame), params, seed=3)


def nation(forecast):
    return forecast[forecast["state"] == "BR"].set_index("date")


def forecast_of(result, frame, horizon_days=92):
    return result.forecaster.predict(frame, calendar(), last_of(frame), horizon_days)


def test_it_beats_the_seasonal_naive_forecast_of_a_shop_with_a_season(revenue_result):
    assert revenue_result.beats_baseline
    assert revenue_result.metrics["mase"] < revenue_result.baseline_metrics["mase"]
    assert "lower, which is the 1.0% needed or more." in revenue_result.reason


def test_closed_days_are_forecast_as_exactly_zero(revenue_result, closed_on_sundays):
    forecast = nation(forecast_of(revenue_result, closed_on_sundays))
    sundays = forecast[forecast.index.day_of_week == 6]
    others = forecast[forecast.index.day_of_week != 6]
    assert len(sundays) == 14
    assert (sundays[["revenue_brl", "revenue_upper_95_brl", "order_count"]] == 0).all(axis=None)
    assert sundays["average_ticket_brl"].isna().all()
    assert (others["revenue_lower_95_brl"] > 0).all()
    assert "No trade on Sundays in the last eight weeks: they are forecast as 0." in revenue_result.notes


def test_christmas_without_trade_is_forecast_as_zero(revenue_result, closed_on_sundays):
    forecast = nation(forecast_of(revenue_result, closed_on_sundays, 310))
    assert forecast.loc["2024-12-25", "revenue_brl"] == 0
    assert forecast.loc["2024-12-26", "revenue_brl"] > 0


def test_states_add_up_to_the_nation_in_revenue_and_orders(revenue_result, closed_on_sundays):
    forecast = forecast_of(revenue_result, closed_on_sundays)
    parts = forecast[forecast["state"] != "BR"].groupby("date")[["revenue_brl", "order_count"]].sum()
    assert np.allclose(parts, nation(forecast)[["revenue_brl", "order_count"]], rtol=1e-12)
    assert list(forecast.columns) == list(FORECAST_COLUMNS)


def test_the_ticket_is_revenue_by_order(revenue_result, closed_on_sundays):
    forecast = forecast_of(revenue_result, closed_on_sundays).dropna()
    assert np.allclose(forecast["average_ticket_brl"] * forecast["order_count"], forecast["revenue_brl"])


def test_intervals_are_nested_around_the_forecast(revenue_result, closed_on_sundays):
    forecast = nation(forecast_of(revenue_result, closed_on_sundays)).dropna()
    names = ["lower_95", "lower_80", "upper_80", "upper_95"]
    bounds = forecast[[f"revenue_{name}_brl" for name in names]].to_numpy()
    assert (np.diff(bounds, axis=1) >= 0).all()
    assert (bounds[:, 0] < forecast["revenue_brl"]).all()
    assert (forecast["revenue_brl"] < bounds[:, 3]).all()


def test_nothing_after_an_origin_is_seen():
    frame = noisy(300)
    panel = read_panel(frame, last_of(frame))
    origin = FIRST + timedelta(days=200)
    is_later = frame["date"] > pd.Timestamp(origin)
    poisoned = frame.assign(revenue_brl=np.where(is_later, 1e9, frame["revenue_brl"]))
    newcomer = frame[is_later & (frame["state"] == "SP")].assign(state="AA")
    other = read_panel(pd.concat([poisoned, newcomer]), last_of(frame))
    looks = [look_ahead(known, holidays_of(calendar()), origin.toordinal(), PARAMS, 3) for known in (panel, other)]
    for part in ("revenue", "ticket", "shares"):
        mine, theirs = (getattr(look, part) for look in looks)
        assert {name: values.tobytes() for name, values in mine.items()} == {
            name: values.tobytes() for name, values in theirs.items()
        }


def test_at_least_six_origins_look_ahead_within_what_is_known(revenue_result):
    table = revenue_result.backtest
    assert table["origin"].nunique() == 8
    assert table.groupby("origin")["is_judged"].all().sum() == 4
    assert (table["date"] > table["origin"]).all()
    assert table["horizon_days"].max() == 91
    assert not table.duplicated(["origin", "date", "state"]).any()


def test_row_order_changes_no_byte(revenue_result, closed_on_sundays):
    shuffled = closed_on_sundays.sample(frac=1, random_state=1)
    again = fit(shuffled, last=last_of(closed_on_sundays))
    pd.testing.assert_frame_equal(again.backtest, revenue_result.backtest, check_exact=True)
    mine, theirs = (forecast_of(result, closed_on_sundays) for result in (again, revenue_result))
    pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


def test_money_in_cents_gives_the_same_choice_in_other_numbers():
    frame = noisy(200)
    mine, theirs = fit(frame), fit(frame.assign(revenue_brl=frame["revenue_brl"] * 100))
    assert mine.candidate == theirs.candidate
    assert theirs.metrics["mase"] == pytest.approx(mine.metrics["mase"], rel=1e-6)


def test_a_black_friday_lifts_the_next_one_and_no_ordinary_day():
    params = RevenueParams.from_mapping({**SMALL, "candidates": ["calendar_level"]})
    bent = noisy(500)
    is_friday = bent["date"] == pd.Timestamp(black_friday(2023))
    bent.loc[is_friday, "revenue_brl"] *= 6
    results = [fit(frame, params) for frame in (bent, noisy(500))]
    assert [result.candidate for result in results] == ["calendar_level"] * 2
    lifted, flat = (nation(forecast_of(result, bent, 310))["revenue_brl"] for result in results)
    share = lifted / flat
    assert share[pd.Timestamp(black_friday(2024))] > 4
    assert share["2024-05-20":"2024-11-20"].between(0.97, 1.03).all()
    assert "The next Black Friday is forecast from that of 2023." in results[0].notes


def test_a_short_history_falls_back_to_the_baseline_and_says_so():
    frame = noisy(40)
    result = fit(frame)
    assert result.candidate == "weekday_mean"
    assert not result.beats_baseline
    assert result.reason.startswith("There is no revenue model: 40 days of history are too few, 56 are needed.")
    forecast = nation(forecast_of(result, frame))
    sold = frame.groupby("date")["revenue_brl"].sum()
    assert forecast["revenue_brl"].iloc[0] == pytest.approx(sold.iloc[[12, 19, 26, 33]].mean())
    assert (forecast["revenue_upper_95_brl"] > forecast["revenue_brl"]).all()


def test_under_two_weeks_nothing_is_forecast():
    result = fit(noisy(13))
    assert result.forecaster is None
    assert result.candidate == "none"
    assert result.reason == "There is no revenue forecast: 13 days of history are too few, 14 are needed."


def test_an_empty_history_is_forecast_by_nothing():
    assert fit(history(1).iloc[:0], last=FIRST).forecaster is None


def test_pure_noise_around_a_mean_is_left_to_the_better_of_few():
    result = fit(history(120))
    assert result.candidate in ("weekday_mean", "last_week")
    assert "serves instead" in result.reason


@pytest.mark.parametrize("days", [56, 75, 112, 150])
def test_a_history_of_eight_weeks_or_more_has_six_origins(days):
    frame = noisy(days)
    origins = plan_origins(read_panel(frame, last_of(frame)), RevenueParams())
    assert len(origins) >= 6
    assert origins[0] >= FIRST.toordinal() + 41
    assert origins[-1] <= last_of(frame).toordinal() - 7


def test_half_filled_months_are_said():
    notes = fit(noisy(40)).notes
    assert "2023-01 has sales from 2023-01-02 on only: its total is not a whole month's." in notes
    assert "2023-02 is known up to 2023-02-10: its total is not a whole month's." in notes


def test_a_calendar_that_ends_before_the_horizon_is_refused():
    frame = noisy(60)
    short = calendar(last=last_of(frame) + timedelta(days=30))
    with pytest.raises(ValueError, match="expected 2023-01-02 to 2023-06-01, the history and the days ahead"):
        fit_revenue(frame, short, last_of(frame), PARAMS, seed=3)


def test_a_shop_with_empty_days_is_forecast_as_high_as_it_sells():
    params = RevenueParams.from_mapping({**SMALL, "candidates": ["calendar_level"]})
    shares = []
    for seed in range(5, 21):
        dice = np.random.default_rng(100 + seed)
        orders = dice.poisson(2.5, 400)
        revenue = np.array([dice.lognormal(np.log(100) - 0.125, 0.5, count).sum() for count in orders])
        days = pd.date_range(FIRST, periods=400)
        frame = pd.DataFrame({"date": days, "state": "SP", "revenue_brl": revenue, "order_count": orders})
        last = days[-1].date()
        model = fit_nation(read_panel(frame, last), holidays_of(calendar()), params, 3).revenue
        ahead = model.forecast(FIRST.toordinal(), revenue, holidays_of(calendar()), 92, ["calendar_level"])
        shares.append(ahead["calendar_level"].sum() / 23_000 - 1)
    assert abs(np.mean(shares)) < 2 * np.std(shares, ddof=1) / np.sqrt(len(shares))
