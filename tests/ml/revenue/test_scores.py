import numpy as np
import pytest

from eshop_dagster.ml.revenue.scores import bias_share, coverage, mase, mase_scale, rmse, smape

ACTUAL, GUESS = np.array([100.0, 200.0, 0.0]), np.array([110.0, 160.0, 0.0])


def test_the_scale_is_the_mean_distance_from_the_week_before():
    assert mase_scale(np.array([1, 2, 3, 4, 5, 6, 7, 3, 2, 7.0])) == pytest.approx((2 + 0 + 4) / 3)


def test_mase_is_the_error_in_units_of_the_scale():
    assert mase(ACTUAL, GUESS, np.full(3, 10.0)) == pytest.approx(5 / 3)


def test_mase_weighs_what_it_is_told_to():
    assert mase(ACTUAL, GUESS, np.full(3, 10.0), np.array([0.0, 1.0, 0.0])) == pytest.approx(4)


def test_a_closed_day_forecast_as_closed_is_no_error():
    assert smape(ACTUAL, GUESS) == pytest.approx(200 * (10 / 210 + 40 / 360) / 3)


def test_rmse_and_bias_by_hand():
    assert rmse(ACTUAL, GUESS) == pytest.approx(np.sqrt(1700 / 3))
    assert bias_share(ACTUAL, GUESS) == pytest.approx(-0.1)


def test_bounds_belong_to_the_interval():
    assert coverage(ACTUAL, np.array([100.0, 0, 1]), np.array([120.0, 200, 2])) == pytest.approx(2 / 3)
