import numpy as np
import pytest

from eshop_dagster.ml.revenue.backtest import Backtest, Look
from eshop_dagster.ml.revenue.judging import mase, metrics_of, paired, scaled_errors, total_errors
from eshop_dagster.ml.revenue.panel import Panel

FIRST = 738_521
"""2023-01-01."""


def backtest(origins=(10, 40, 70), horizon=60, days=100):
    """Two states that sell 75 and 25 a day; AC had not sold by the first origin."""
    revenue = np.column_stack([np.full(days, 25.0), np.full(days, 75.0)])
    panel = Panel(FIRST, ("AC", "SP"), revenue, revenue / 25)
    looks = []
    for at, origin in enumerate(origins):
        states = ("AC", "SP") if at else ("SP",)
        shares = np.array([0.25, 0.75]) if at else np.ones(1)
        looks.append(Look(FIRST - 1 + origin, {}, states, shares, shares, 50.0, 10.0, 1.0))
    return Backtest(panel, tuple(looks), horizon)


def test_errors_are_measured_where_the_days_have_come_in_units_of_the_weekly_change():
    errors = scaled_errors(backtest(), np.full((3, 60), 120.0))
    assert np.isfinite(errors).sum(axis=1).tolist() == [60, 60, 30]
    assert mase(errors) == pytest.approx(2.0)


def test_a_state_that_had_not_sold_was_forecast_as_nothing():
    errors = scaled_errors(backtest(), np.full((3, 60), 120.0), "AC")
    assert errors[0, 0] == pytest.approx(2.5) and errors[1, 0] == pytest.approx(0.5)


def test_totals_of_28_days_and_of_all_days_are_off_in_percent():
    predicted = np.full((3, 60), 110.0)
    predicted[1] = 80.0
    found = total_errors(backtest(), predicted)
    assert found["total_28_days_error_pct"] == pytest.approx((10 + 20 + 10) / 3)
    assert found["total_60_days_error_pct"] == pytest.approx((10 + 20) / 2)


def test_a_month_is_that_of_the_last_origin_before_it_that_saw_it_whole():
    # February is seen whole from 10 January; March, from 9 February, up to the end; the data end on 10 April.
    predicted = np.array([[110.0] * 60, [130.0] * 60, [500.0] * 60])
    assert total_errors(backtest(), predicted)["month_error_pct"] == pytest.approx((10 + 30) / 2)


def test_a_history_without_whole_months_has_no_error_of_them():
    assert set(total_errors(backtest((80, 90), 28), np.full((2, 28), 100.0))) == set()


def test_the_first_28_days_are_apart():
    predicted = np.full((3, 60), 100.0)
    predicted[:, 28:] = 130.0
    found = metrics_of(backtest(), predicted)
    assert found["mase_28_days"] == 0 and found["mase"] > 1
    assert found["bias_share"] == pytest.approx(0.3 * 66 / 150)


def test_a_candidate_beside_itself_has_no_difference_and_a_better_one_surely_less_error():
    dice = np.random.default_rng(1)
    worse = dice.gamma(2.0, 1.0, (40, 28))
    same, better = paired(worse, worse, 7, seed=1), paired(worse * 0.8, worse, 7, seed=1)
    assert (same.value, same.lower, same.upper) == (0, 0, 0)
    assert better.lower <= better.value <= better.upper < 0
    assert better.value == pytest.approx(-0.2 * worse.mean())
    assert paired(worse * 0.8, worse, 7, seed=1) == better


def test_neighbouring_looks_that_err_together_are_less_sure():
    dice = np.random.default_rng(2)
    alone = dice.normal(0, 1, 104)
    together = np.repeat(dice.normal(0, 1, 8), 13)
    widths = []
    for difference in (alone, together):
        found = paired(np.repeat(difference[:, None], 91, axis=1), np.zeros((104, 91)), 7, seed=1)
        widths.append(found.upper - found.lower)
    assert widths[1] > 2 * widths[0]
