"""Intervals of what a customer spends who buys, by conformal prediction, and how often they hold.

Most customers buy nothing in the window, so that an interval of everybody's spend would be a zero for them, whatever
it promises to hold. The probability to buy says how likely the zero is; the interval is of what buyers spend.

Split conformal prediction within groups of equal size of what was predicted (Mondrian; Vovk et al., "Algorithmic
Learning in a Random World", 2005, section 4.5): the score of a row is its true over its predicted spend, so that one
group's ends can be carried to any prediction of that size.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from sklearn.base import BaseEstimator

from eshop_dagster.ml.parameters import require
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend_figures import LEVELS

GROUP_ROWS = 200
MOST_GROUPS = 20
FLOOR_BRL = 0.01
_HAIR = 1e-9


class ConformalBands(BaseEstimator):  # type: ignore[misc]
    """By predicted size: the ratios of true to predicted spend between which a given share of the buyers lies."""

    def __init__(self, levels: Sequence[float] = LEVELS) -> None:
        self.levels = levels

    def fit(self, actual: Floats, predicted: Floats) -> Self:
        """Learn from buyers whom the model was not fitted on; all groups hold as good as equally many.

        Args:
            actual: what they spent, amounts above 0.
            predicted: what they were expected to spend if they bought.

        Raises:
            ValueError: nobody bought.
        """
        require(actual.size > 0 and bool((actual > 0).all()), "number of buyers", int((actual > 0).sum()), "all rows")
        count = int(np.clip(actual.size // GROUP_ROWS, 1, MOST_GROUPS))
        self.edges_ = np.unique(np.quantile(predicted, np.arange(1, count) / count))
        groups = np.searchsorted(self.edges_, predicted, side="right")
        ratio = actual / np.maximum(predicted, FLOOR_BRL)
        ends = [
            [_ends(ratio[groups == group], level) for group in range(self.edges_.size + 1)] for level in self.levels
        ]
        self.ratios_ = np.asarray(ends, dtype=np.float64)
        return self

    def predict(self, predicted: Floats, level: float) -> tuple[Floats, Floats]:
        """Return the lower and the upper end of each prediction's interval, which holds the prediction itself.

        Raises:
            ValueError: nothing was learned for that level.
        """
        if level not in self.levels:
            raise ValueError(f"no interval of level {level} was learned; expected one of {tuple(self.levels)}.")
        ratios = self.ratios_[list(self.levels).index(level)][np.searchsorted(self.edges_, predicted, side="right")]
        size = np.maximum(predicted, FLOOR_BRL)
        return np.minimum(ratios[:, 0] * size, predicted), np.maximum(ratios[:, 1] * size, predicted)


def _ends(ratio: Floats, level: float) -> tuple[float, float]:
    """Return the ratios that leave out as many below as above, as far as these rows can tell (0 below where not)."""
    if not ratio.size:
        return 0.0, 0.0
    # 1 - 0.8 is a hair below 0.2, and a place would be lost to it.
    outside = round(1 - level, 9)
    ranked = np.sort(ratio)
    below = int(np.floor((ratio.size + 1) * outside / 2 + _HAIR))
    lower = float(ranked[below - 1]) if below >= 1 else 0.0
    place = int(np.ceil((ratio.size + 1) * (1 - outside / 2) - _HAIR))
    return lower, float(ranked[min(place, ratio.size) - 1])


def coverage_share(actual: Floats, lower: Floats, upper: Floats) -> float:
    """Return the share (0-1) of rows whose true spend lies within its interval, ends included."""
    return float(((actual >= lower) & (actual <= upper)).mean())
