"""How well predicted spend fits what customers truly spent."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Floats = npt.NDArray[np.float64]

DEVIANCE_FLOOR = 0.01


def _checked(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> tuple[Floats, Floats]:
    pair = np.asarray(actual, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    for name, values in zip(("actual", "predicted"), pair, strict=True):
        if values.ndim != 1 or values.size == 0:
            raise ValueError(f"{name} values have shape {values.shape}; expected one value or more in one dimension.")
        broken = int((~np.isfinite(values)).sum())
        if broken:
            raise ValueError(f"{broken} {name} values are not finite; expected numbers. Find out where they come from.")
    if pair[0].size != pair[1].size:
        raise ValueError(f"{pair[0].size} actual and {pair[1].size} predicted values; expected as many of each.")
    return pair


def _total(actual: Floats, metric: str) -> float:
    total = float(actual.sum())
    if total <= 0:
        raise ValueError(f"actual spend sums to {total}; expected more than 0, for {metric} is a share of it.")
    return total


def mae(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the mean absolute error, in the unit of the values."""
    true, guess = _checked(actual, predicted)
    return float(np.abs(true - guess).mean())


def rmse(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the root of the mean squared error, in the unit of the values."""
    true, guess = _checked(actual, predicted)
    return float(np.sqrt(np.square(true - guess).mean()))


def r2(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the share of variance explained: 1 is perfect, 0 is the mean, below 0 is worse than the mean.

    Raises:
        ValueError: actual values are all equal, so there is no variance to explain.
    """
    true, guess = _checked(actual, predicted)
    variance = float(np.square(true - true.mean()).sum())
    if variance == 0:
        raise ValueError(f"actual values are all {true[0]}; expected some variance. Use mae or rmse for such data.")
    return 1.0 - float(np.square(true - guess).sum()) / variance


def spearman(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the correlation of ranks (-1 to 1), ties at their mean rank; 0 where either side is all ties."""
    true, guess = (rankdata(values) for values in _checked(actual, predicted))
    if np.ptp(true) == 0 or np.ptp(guess) == 0:
        return 0.0
    return float(np.corrcoef(true, guess)[0, 1])


def top_decile_share(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the share of true spend held by the tenth of customers (rounded up) with the highest prediction.

    Customers tied at the edge of the tenth count with their mean spend, which is what a random draw among them would
    give: row order changes nothing, and a model that predicts one value for all gets the share of the tenth.
    """
    true, guess = _checked(actual, predicted)
    size = -(-true.size // 10)
    edge = np.partition(guess, guess.size - size)[guess.size - size]
    above = guess > edge
    tied = guess == edge
    held = float(true[above].sum()) + (size - int(above.sum())) * float(true[tied].mean())
    return held / _total(true, "top_decile_share")


def _gini(true: Floats, order_by: Floats) -> float:
    _, group, size = np.unique(-order_by, return_inverse=True, return_counts=True)
    held = np.bincount(group, weights=true)
    curve = np.concatenate(([0.0], np.cumsum(held) / true.sum()))
    return float(((curve[1:] + curve[:-1]) * size / true.size).sum()) - 1.0


def normalised_gini(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return how well predictions rank spend: 1 is the perfect ranking, 0 a random one, -1 the reverse.

    The area between the gains curve and its diagonal, divided by that of the perfect ranking. Tied predictions share
    one straight piece of the curve.

    Raises:
        ValueError: actual values sum to 0 or are all equal, so that no ranking is better than another.
    """
    true, guess = _checked(actual, predicted)
    _total(true, "normalised_gini")
    perfect = _gini(true, true)
    if np.ptp(true) == 0:
        raise ValueError(f"actual values are all {true[0]}; expected some difference, for a ranking to be right.")
    return _gini(true, guess) / perfect


def calibration_ratio(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return predicted over true total spend: 1 is right in sum, above 1 promises too much."""
    true, guess = _checked(actual, predicted)
    return float(guess.sum()) / _total(true, "calibration_ratio")


def tweedie_deviance(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Return the mean Tweedie deviance of power 1.5; lower is better. Predictions below 0.01 count as 0.01.

    Between squared error and deviance of a count: it looks at the error in proportion to what was expected.
    """
    true, guess = _checked(actual, predicted)
    return float(tweedie_deviances(true, guess).mean())


def tweedie_deviances(true: Floats, guess: Floats) -> Floats:
    """Return each row's Tweedie deviance of power 1.5: 4 (sqrt(true) - sqrt(guess))^2 / sqrt(guess)."""
    floored = np.sqrt(np.maximum(guess, DEVIANCE_FLOOR))
    return np.asarray(4.0 * np.square(np.sqrt(np.maximum(true, 0.0)) - floored) / floored, dtype=np.float64)


_METRICS: dict[str, Callable[[npt.ArrayLike, npt.ArrayLike], float]] = {
    "mae_brl": mae,
    "rmse_brl": rmse,
    "r2": r2,
    "spearman": spearman,
    "top_decile_share": top_decile_share,
    "normalised_gini": normalised_gini,
    "calibration_ratio": calibration_ratio,
    "tweedie_deviance": tweedie_deviance,
}


def evaluate_spend(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> dict[str, float]:
    """Return every metric of this module by name, amounts with the suffix `_brl`.

    Raises:
        ValueError: empty, unequally long or not finite input, or actual spend that is zero or equal for all.
    """
    return {name: metric(actual, predicted) for name, metric in _METRICS.items()}
