from dataclasses import fields
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.revenue import (
    BASELINES,
    FORECAST_COLUMNS,
    MEAN,
    NATION,
    PARTS,
    RevenueParams,
    Study,
    fit_revenue,
    study_revenue,
)
from eshop_dagster.ml.revenue.backtest import look_ahead, plan_origins
from eshop_dagster.ml.revenue.feast_days import black_friday
from eshop_dagster.ml.revenue.panel import Panel, holidays_of, read_panel

from .builders import FIRST, SMALL, calendar, history, last_of, noisy

PARAMS = RevenueParams.from_mapping(SMALL)


def fit(frame, params=PARAMS, last=None):
    return fit_revenue(study_revenue(frame, calendar(), last or last_of(frame), params, seed=3))


def nation(forecast):
    return forecast[forecast["state"] == "all"].set_index("date")


def forecast_of(result, frame, horizon_days=92):
    return result.forecaster.predict(frame, calendar(), last_of(frame), horizon_days)


def test_the_mean_beats_the_baselines_of_a_shop_with_a_season(revenue_result):
    assert revenue_result.candidate == "mean"
    assert revenue_result.metrics["mase"] < revenue_result.baseline_metrics["mase"]
    assert revenue_result.reason.startswith("mean serves: over 8 origins its MASE is ")
    assert revenue_result.against_baseline.value < 0
    expected = revenue_result.metrics["mase"] - revenue_result.baseline_metrics["mase"]
    assert revenue_result.against_baseline.value == pytest.approx(expected)


def test_errors_of_totals_stand_in_metrics_table_and_verdict(revenue_result):
    for name in ("total_28_days_error_pct", "total_91_days_error_pct", "month_error_pct"):
        assert 0 < revenue_result.metrics[name] < 60
        assert revenue_result.candidates[name].notna().all()
    off = revenue_result.metrics["total_28_days_error_pct"]
    assert f"The total of 28 days was off by {off:.1f}% in the mean." in revenue_result.reason


def test_any_baseline_can_serve_with_bounds_and_a_record(revenue_study, closed_on_sundays):
    for name in BASELINES:
        result = fit_revenue(revenue_study, name)
        ahead = nation(forecast_of(result, closed_on_sundays)).dropna()
        assert result.candidate == result.forecaster.candidate == name
        assert (ahead["revenue_upper_95_brl"] > ahead["revenue_brl"]).all()
        assert len(result.backtest) and {"coverage_80", "mase"} <= set(result.metrics)


def test_where_the_mean_surely_loses_the_best_baseline_serves(revenue_study):
    class Loses(Study):
        def forecasts(self, candidate, until=None):
            found = super().forecasts(candidate, until)
            return found * 9 if candidate == MEAN else found

    worse = Loses(**{field.name: getattr(revenue_study, field.name) for field in fields(Study)} | {"kept": {}})
    result = fit_revenue(worse)
    assert result.candidate == result.baseline == worse.best_baseline()
    assert (result.against_baseline.value, result.against_baseline.upper) == (0, 0)
    # The rules may let a loss pass up to a share of the baseline's error.
    assert fit_revenue(worse, sure_loss_share=50.0).candidate == MEAN
    assert result.reason.startswith(f"{result.baseline} serves: over 8 origins its MASE is ")


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
    parts = forecast[forecast["state"] != "all"].groupby("date")[["revenue_brl", "order_count"]].sum()
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
    frame = noisy(500)
    origin = FIRST + timedelta(days=470)
    is_later = frame["date"] > pd.Timestamp(origin)
    poisoned = frame.assign(revenue_brl=np.where(is_later, 1e9, frame["revenue_brl"]))
    newcomer = frame[is_later & (frame["state"] == "SP")].assign(state="AA")
    panels = [read_panel(each, last_of(frame)) for each in (frame, pd.concat([poisoned, newcomer]))]
    mine, theirs = (look_ahead(panel, holidays_of(calendar()), origin.toordinal(), PARAMS) for panel in panels)
    assert set(mine.parts) == set(PARTS)
    assert {name: part.tobytes() for name, part in mine.parts.items()} == {
        name: part.tobytes() for name, part in theirs.parts.items()
    }
    assert (mine.shares.tobytes(), mine.ticket, mine.scale) == (theirs.shares.tobytes(), theirs.ticket, theirs.scale)


def test_the_record_holds_each_origins_days_once_within_what_is_known(revenue_result):
    table = revenue_result.backtest
    assert table["origin"].nunique() == 8
    assert (table["date"] > table["origin"]).all()
    assert table["horizon_days"].max() == 91
    assert not table.duplicated(["origin", "date", "state"]).any()
    assert table.loc[table["state"] == "all", "baseline_brl"].notna().all()


def test_row_order_changes_no_byte(revenue_result, closed_on_sundays):
    shuffled = closed_on_sundays.sample(frac=1, random_state=1)
    again = fit(shuffled, last=last_of(closed_on_sundays))
    pd.testing.assert_frame_equal(again.backtest, revenue_result.backtest, check_exact=True)
    mine, theirs = (forecast_of(result, closed_on_sundays) for result in (again, revenue_result))
    pd.testing.assert_frame_equal(mine, theirs, check_exact=True)


def test_money_in_cents_gives_the_same_weights():
    frame = noisy(200)
    mine, theirs = fit(frame), fit(frame.assign(revenue_brl=frame["revenue_brl"] * 100))
    assert mine.forecaster.weights == pytest.approx(theirs.forecaster.weights, rel=1e-6)
    assert theirs.metrics["mase"] == pytest.approx(mine.metrics["mase"], rel=1e-6)


def test_a_black_friday_lifts_the_next_one_and_no_ordinary_day():
    bent = noisy(500)
    is_friday = bent["date"] == pd.Timestamp(black_friday(2023))
    bent.loc[is_friday, "revenue_brl"] *= 6
    results = [fit(frame) for frame in (bent, noisy(500))]
    weights = {"weights": {"level": 1.0}}
    for result in results:
        result.forecaster.set_params(**weights)
    lifted, flat = (nation(forecast_of(result, bent, 310))["revenue_brl"] for result in results)
    share = lifted / flat
    assert share[pd.Timestamp(black_friday(2024))] > 4
    assert share["2024-05-20":"2024-11-20"].between(0.97, 1.03).all()
    assert "The next Black Friday is forecast from that of 2023." in results[0].notes


@pytest.mark.parametrize("days", [28, 40])
def test_a_shop_of_four_weeks_is_forecast_and_judged(days):
    frame = noisy(days)
    result = fit(frame, RevenueParams())
    forecast = nation(forecast_of(result, frame))
    assert len(forecast) == 92
    assert (forecast["revenue_upper_95_brl"] > forecast["revenue_brl"]).all()
    assert result.backtest["origin"].nunique() >= 8
    assert np.isfinite(result.metrics["mase"])


def test_regions_may_have_any_name(closed_on_sundays):
    renamed = closed_on_sundays.assign(
        state=closed_on_sundays["state"].map({"SP": "Île", "RJ": "N.I.", "AC": "unknown"})
    )
    result = fit(renamed)
    assert set(forecast_of(result, renamed)["state"]) == {NATION, "Île", "N.I.", "unknown"}


def test_under_four_weeks_nothing_is_forecast_for_nothing_can_be_judged():
    result = fit(noisy(27))
    assert result.forecaster is None
    assert result.candidate == "none"
    assert result.reason == "There is no revenue forecast: the history has 27 days, 28 are needed."


def test_an_empty_history_is_forecast_by_nothing():
    assert fit(history(1).iloc[:0], last=FIRST).forecaster is None


def test_a_shop_without_any_change_is_forecast_as_it_is():
    frame = history(120)
    assert nation(forecast_of(fit(frame), frame))["revenue_brl"].to_numpy() == pytest.approx(np.full(92, 1000.0))


@pytest.mark.parametrize(("days", "origins", "spacing"), [(28, 8, 1), (60, 14, 3), (98, 12, 7), (1000, 104, 7)])
def test_origins_lie_a_week_apart_closer_in_a_short_history(days, origins, spacing):
    panel = Panel(FIRST.toordinal(), ("SP",), np.ones((days, 1)), np.ones((days, 1)))
    found = np.array(plan_origins(panel, RevenueParams()))
    assert len(found) == origins
    assert set(np.diff(found)) == {spacing}
    assert found[-1] == panel.last - 7 and found[0] >= panel.first + 13


def test_half_filled_months_are_said():
    notes = fit(noisy(40)).notes
    assert "2023-01 has sales from 2023-01-02 on only: its total is not a whole month's." in notes
    assert "2023-02 is known up to 2023-02-10: its total is not a whole month's." in notes


def test_a_calendar_that_ends_before_the_horizon_is_refused():
    frame = noisy(60)
    short = calendar(last=last_of(frame) + timedelta(days=30))
    with pytest.raises(ValueError, match="expected 2023-01-02 to 2023-06-01, the history and the days ahead"):
        study_revenue(frame, short, last_of(frame), PARAMS, seed=3)


def test_a_shop_with_empty_days_is_forecast_as_high_as_it_sells():
    shares = []
    few = RevenueParams(origins=6, spacing_days=28)
    for seed in range(5, 21):
        dice = np.random.default_rng(100 + seed)
        orders = dice.poisson(2.5, 300)
        revenue = np.array([dice.lognormal(np.log(100) - 0.125, 0.5, count).sum() for count in orders])
        days = pd.date_range(FIRST, periods=300)
        frame = pd.DataFrame({"date": days, "state": "SP", "revenue_brl": revenue, "order_count": orders})
        ahead = nation(forecast_of(fit(frame[frame["order_count"] > 0], few, days[-1].date()), frame))
        shares.append(ahead["revenue_brl"].sum() / 23_000 - 1)
    assert abs(np.mean(shares)) < 2 * np.std(shares, ddof=1) / np.sqrt(len(shares))
