"""A fitted forecast is judged on weeks that it was not fitted on, each look knowing only what came before it."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.revenue.holdout import (
    held_out_days,
    look_back,
    naive_look_back,
    paired_weeks,
    scaled_error,
    weekday_change_brl,
)

LAST = date(2024, 6, 30)
CALENDAR = pd.DataFrame({"date": pd.date_range("2023-01-01", "2025-12-31"), "is_holiday": False})


class Sees:
    """A forecast that tells what it was given to see: the mean of the days up to the origin."""

    def predict(self, history: pd.DataFrame, calendar: Any, last_day: date, horizon_days: int) -> pd.DataFrame:
        known = history[history["date"] <= pd.Timestamp(last_day)]
        mean = known.groupby("date")["revenue_brl"].sum().mean()
        days = pd.date_range(pd.Timestamp(last_day) + pd.Timedelta(days=1), periods=horizon_days)
        both = [
            pd.DataFrame({"date": days, "state": state, "revenue_brl": mean * share})
            for state, share in (("BR", 1.0), ("SP", 0.75), ("RJ", 0.25))
        ]
        return pd.concat(both, ignore_index=True)


def history(days: int = 200, *, level: float = 100.0) -> pd.DataFrame:
    """A shop that takes more at the weekend, three quarters of it in SP."""
    dates = pd.date_range(LAST - timedelta(days=days - 1), LAST)
    total = level * (1 + 0.5 * (dates.day_of_week >= 5)) + np.arange(days)
    return pd.concat(
        [
            pd.DataFrame({"date": dates, "state": state, "revenue_brl": total * share, "order_count": 10})
            for state, share in (("SP", 0.75), ("RJ", 0.25))
        ],
        ignore_index=True,
    )


def test_eight_weeks_are_held_out_and_four_in_a_first_year() -> None:
    assert (held_out_days(history(364)), held_out_days(history(365))) == (28, 56)


def test_each_origin_looks_ahead_as_far_as_the_days_reach_and_28_days_at_most() -> None:
    looks = look_back(Sees(), history(), CALENDAR, LAST, 56)
    reach = looks[looks["state"] == "BR"].groupby("origin").size()
    assert reach.tolist() == [28, 28, 28, 28, 28, 21, 14, 7]
    assert reach.index[0] == pd.Timestamp(LAST - timedelta(days=56))
    assert looks["date"].max() == pd.Timestamp(LAST)


def test_what_was_real_stands_beside_what_was_forecast_of_the_nation_and_of_each_state() -> None:
    looks = look_back(Sees(), history(), CALENDAR, LAST, 28)
    day = looks[(looks["date"] == pd.Timestamp(LAST)) & (looks["origin"] == looks["origin"].max())]
    real = dict(zip(day["state"], day["actual_brl"], strict=True))
    assert real == {"BR": pytest.approx(349.0), "SP": pytest.approx(349.0 * 0.75), "RJ": pytest.approx(349.0 * 0.25)}


def test_a_day_without_a_sale_counts_as_nothing_sold() -> None:
    sold = history()
    sold = sold[sold["date"] != pd.Timestamp(LAST)]
    looks = look_back(Sees(), sold, CALENDAR, LAST, 28)
    assert (looks.loc[looks["date"] == pd.Timestamp(LAST), "actual_brl"] == 0).all()


def test_the_naive_forecast_is_the_mean_of_four_weeks_same_weekday() -> None:
    naive = naive_look_back(history(), LAST, 28)
    first = naive[naive["origin"] == naive["origin"].min()]
    daily = history().groupby("date")["revenue_brl"].sum()
    origin = pd.Timestamp(LAST - timedelta(days=28))
    before = [daily[origin + pd.Timedelta(days=1 - 7 * weeks)] for weeks in (1, 2, 3, 4)]
    assert first["predicted_brl"].iloc[0] == pytest.approx(np.mean(before))
    assert first["actual_brl"].iloc[0] == pytest.approx(daily[origin + pd.Timedelta(days=1)])


def test_what_comes_after_an_origin_changes_no_naive_forecast_of_it() -> None:
    poisoned = history()
    late = poisoned["date"] > pd.Timestamp(LAST - timedelta(days=28))
    poisoned.loc[late, "revenue_brl"] *= 100
    looks = [naive_look_back(one, LAST, 28).set_index(["origin", "date"]) for one in (history(), poisoned)]
    first = pd.Timestamp(LAST - timedelta(days=28))
    assert looks[0].loc[first, "predicted_brl"].equals(looks[1].loc[first, "predicted_brl"])


def test_the_scale_is_the_mean_change_from_a_weekday_to_the_next() -> None:
    # Every day is 1 BRL above the day before, and so 7 above the same weekday of the week before.
    assert weekday_change_brl(history(), LAST) == pytest.approx(7.0)
    flat = history().assign(revenue_brl=5.0)
    with pytest.raises(ValueError, match="never changes from week to week"):
        weekday_change_brl(flat, LAST)


def test_a_model_beside_itself_has_no_difference_and_a_better_one_surely_less_error() -> None:
    sees = look_back(Sees(), history(), CALENDAR, LAST, 56)
    better = sees.assign(predicted_brl=(sees["predicted_brl"] + 3 * sees["actual_brl"]) / 4)
    same = paired_weeks(sees, sees, 7.0, seed=1)
    assert (same.value, same.lower, same.upper) == (0, 0, 0)
    difference = paired_weeks(better, sees, 7.0, seed=1)
    assert difference.value == pytest.approx(scaled_error(better, 7.0) - scaled_error(sees, 7.0))
    assert difference.lower <= difference.value <= difference.upper < 0
    assert paired_weeks(better, sees, 7.0, 1, "RJ").value == pytest.approx(difference.value / 4)
