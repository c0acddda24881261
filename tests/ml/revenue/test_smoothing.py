import numpy as np
import pytest

from eshop_dagster.ml.revenue.smoothing import Ets, Theta, fit_ets, fit_theta

DICE = np.random.default_rng(5)
WEEK = np.array([0.2, 0.1, 0.1, 0.0, 0.0, -0.2, -0.2])
SERIES = 10 + np.tile(WEEK, 30) + DICE.normal(0, 0.05, 210)


def test_theta_of_a_constant_is_the_constant_and_the_drift():
    ahead = Theta(alpha=0.5, drift=0.2).forecast(np.full(20, 3.0), 3)
    lag = (1 - 0.5**20) / 0.5
    assert ahead == pytest.approx(3 + 0.1 * (np.arange(3) + lag))


def test_theta_moves_its_level_by_a_share_of_each_surprise():
    values = np.array([1.0] * 14 + [2.0])
    assert Theta(alpha=0.25, drift=0.0).forecast(values, 2) == pytest.approx([1.25, 1.25])


def test_ets_repeats_the_weekdays():
    ahead = Ets(alpha=0.1, beta=0.01, gamma=0.1, phi=0.9).forecast(np.tile(WEEK, 5), 7)
    assert ahead == pytest.approx(WEEK)


def test_the_filter_is_that_of_statsmodels():
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    found = fit_ets(SERIES)
    start = SERIES[:14]
    season = [start[place::7].mean() - start.mean() for place in range(7)]
    model = ETSModel(
        SERIES,
        error="add",
        trend="add",
        damped_trend=True,
        seasonal="add",
        seasonal_periods=7,
        initialization_method="known",
        initial_level=start.mean(),
        initial_trend=0.0,
        initial_seasonal=season,
    )
    theirs = model.smooth(np.array([found.alpha, found.beta, found.gamma, found.phi])).forecast(28)
    assert found.forecast(SERIES, 28) == pytest.approx(theirs, rel=1e-9)


def test_fitted_theta_forecasts_the_level_of_a_steady_series():
    level = 10 + DICE.normal(0, 0.05, 210)
    assert fit_theta(level).forecast(level, 28) == pytest.approx(10, abs=0.1)


def test_the_same_series_gives_the_same_parameters():
    assert fit_ets(SERIES) == fit_ets(SERIES.copy())
    assert fit_theta(SERIES) == fit_theta(SERIES.copy())
