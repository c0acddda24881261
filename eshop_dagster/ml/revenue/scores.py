"""How far forecasts are from what came: errors of a series, and of the intervals around it."""

import numpy as np

from eshop_dagster.ml.revenue.feast_days import Floats

WEEK = 7


def mase_scale(values: Floats) -> float:
    """Return the mean distance of a day from the same weekday a week before: what MASE divides by.

    Hyndman and Koehler 2006, Another look at measures of forecast accuracy, with a season of seven days.
    """
    if len(values) <= WEEK:
        return 0.0
    return float(np.abs(values[WEEK:] - values[:-WEEK]).mean())


def mase(actual: Floats, predicted: Floats, scale: Floats, weights: Floats | None = None) -> float:
    """Return the (weighted) mean absolute error in units of `scale`.

    Below 1 is better than last week's day was in the past.
    """
    return float(np.average(np.abs(actual - predicted) / scale, weights=weights))


def smape(actual: Floats, predicted: Floats) -> float:
    """Return the symmetric mean absolute percentage error, 0 to 200; a day forecast as closed that was closed is 0."""
    total = np.abs(actual) + np.abs(predicted)
    return float((200 * np.abs(actual - predicted) / np.where(total > 0, total, 1.0)).mean())


def rmse(actual: Floats, predicted: Floats) -> float:
    """Return the root of the mean squared error, in the unit of the values."""
    return float(np.sqrt(np.square(actual - predicted).mean()))


def bias_share(actual: Floats, predicted: Floats) -> float:
    """Return by which share the forecasts are too high in sum, below 0 too low."""
    total = float(actual.sum())
    return float(predicted.sum()) / total - 1 if total > 0 else 0.0


def coverage(actual: Floats, lower: Floats, upper: Floats) -> float:
    """Return the share of values within their interval, bounds included."""
    return float(((actual >= lower) & (actual <= upper)).mean())
