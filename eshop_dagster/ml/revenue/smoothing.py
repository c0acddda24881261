"""Exponential smoothing and Theta: parameters by statsmodels, states by a filter of our own.

A fitted model is a few numbers, and a new day is taken in by running the filter on, with the numbers as they are.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from eshop_dagster.ml.revenue.feast_days import Floats

WEEK = 7
FITTED_DAYS = 730


@dataclass(frozen=True)
class Ets:
    """Additive error, damped trend, additive weekdays (Hyndman et al. 2008, Forecasting with Exponential Smoothing).

    Attributes:
        alpha: of the level. beta: of the trend. gamma: of the weekdays. phi: damping of the trend.
    """

    alpha: float
    beta: float
    gamma: float
    phi: float

    def forecast(self, values: Floats, horizon: int) -> Floats:
        """Return the next values, shape (horizon,); `values` shape (n,) without gaps, two weeks at least."""
        start = values[: 2 * WEEK]
        level, trend = float(start.mean()), 0.0
        season = [float(start[place::WEEK].mean()) - level for place in range(WEEK)]
        for at, value in enumerate(values.tolist()):
            place = at % WEEK
            error = value - (level + self.phi * trend + season[place])
            level, trend = level + self.phi * trend + self.alpha * error, self.phi * trend + self.beta * error
            season[place] += self.gamma * error
        damped = np.cumsum(self.phi ** np.arange(1, horizon + 1))
        places = (len(values) + np.arange(horizon)) % WEEK
        ahead: Floats = level + trend * damped + np.array(season)[places]
        return ahead


@dataclass(frozen=True)
class Theta:
    """Theta method as simple smoothing with a drift (Hyndman and Billah 2003, Unmasking the Theta method).

    Attributes:
        alpha: of the level. drift: slope of the line, by day.
    """

    alpha: float
    drift: float

    def forecast(self, values: Floats, horizon: int) -> Floats:
        """Return the next values, shape (horizon,); `values` shape (n,) without gaps and without weekdays."""
        level = float(values[: 2 * WEEK].mean())
        for value in values.tolist():
            level += self.alpha * (value - level)
        lag = (1 - (1 - self.alpha) ** len(values)) / self.alpha
        ahead: Floats = level + self.drift / 2 * (np.arange(horizon, dtype=np.float64) + lag)
        return ahead


def fit_ets(values: Floats) -> Ets:
    """Return the parameters that statsmodels estimates on the last two years; shape (n,), two weeks at least."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # type: ignore[import-untyped]

    known = values[-FITTED_DAYS:]
    model = ETSModel(
        known,
        error="add",
        trend="add",
        damped_trend=True,
        seasonal="add",
        seasonal_periods=WEEK,
        initialization_method="heuristic",
        bounds={"smoothing_level": (0.005, 0.6), "damping_trend": (0.8, 0.98)},
    )
    # Parameters at their bounds count as not converged; the backtest says what they are worth.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = dict(zip(model.param_names, model.fit(disp=False, maxiter=200).params, strict=True))
    alpha, beta, gamma = (float(found[f"smoothing_{name}"]) for name in ("level", "trend", "seasonal"))
    return Ets(alpha=alpha, beta=beta, gamma=gamma, phi=float(found["damping_trend"]))


def fit_theta(values: Floats) -> Theta:
    """Return the parameters that statsmodels estimates on the last two years; shape (n,), weekdays taken out."""
    from statsmodels.tsa.forecasting.theta import ThetaModel  # type: ignore[import-untyped]

    known = values[-FITTED_DAYS:]
    series = pd.Series(known, index=pd.date_range("2001-01-01", periods=len(known)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = ThetaModel(series, period=WEEK, deseasonalize=False).fit()
    drift, alpha = float(fitted.params["b0"]), float(fitted.params["alpha"])
    return Theta(float(np.clip(alpha, 0.005, 0.6)), drift)
