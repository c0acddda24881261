from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.revenue import FORECAST_COLUMNS, seasonal_naive

from .builders import calendar

MONDAY = date(2023, 5, 1)


def weeks(levels):
    """Two states; a week's Mondays to Sundays sell its level times 1 to 7 in SP, a third of that in RJ."""
    rows = []
    for day in range(7 * len(levels)):
        sold = levels[day // 7] * (day % 7 + 1.0)
        at = pd.Timestamp(MONDAY + timedelta(days=day))
        rows.append({"date": at, "state": "SP", "revenue_brl": 3 * sold, "order_count": 3})
        rows.append({"date": at, "state": "RJ", "revenue_brl": sold, "order_count": 1})
    return pd.DataFrame(rows)


def test_each_weekday_is_the_mean_of_its_last_four_weeks_and_states_keep_their_share():
    # The first week is too old to count: the other four average to 25.
    history = weeks([1000, 10, 20, 30, 40])
    ahead = seasonal_naive(calendar()).predict(history, calendar(), MONDAY + timedelta(days=34), 14)
    nation = ahead[ahead["state"] == "BR"]
    assert nation["revenue_brl"].to_numpy() == pytest.approx([4 * 25 * (day % 7 + 1) for day in range(14)])
    assert nation["order_count"].to_numpy() == pytest.approx(np.full(14, 4.0))
    state = ahead[ahead["state"] == "SP"]["revenue_brl"].to_numpy()
    assert state == pytest.approx(nation["revenue_brl"].to_numpy() * 0.75)


def test_no_bound_is_promised():
    ahead = seasonal_naive(calendar()).predict(weeks([10, 20]), calendar(), MONDAY + timedelta(days=13))
    bounds = [name for name in FORECAST_COLUMNS if "lower" in name or "upper" in name]
    assert len(bounds) == 8 and ahead[bounds].isna().all(axis=None)


def test_under_a_week_of_history_is_refused():
    with pytest.raises(ValueError, match=r"history has . days up to 2023-05-03; expected 7 or more"):
        seasonal_naive(calendar()).predict(weeks([10]), calendar(), MONDAY + timedelta(days=2))
