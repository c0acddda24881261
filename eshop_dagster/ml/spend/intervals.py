"""Intervals of a customer's spend by conformal prediction, and how often they hold.

Split conformal prediction within groups of equal predicted size (Mondrian; Vovk et al., "Algorithmic Learning in a
Random World", 2005, section 4.5): the score of a row is its true over its predicted spend, so that one group's ends can
be carried to any prediction of that size.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from sklearn.base import BaseEstimator

from eshop_dagster.ml.spend.effects import Floats

LEVELS = (0.8, 0.95)
GROUP_ROWS = 200
MOST_GROUPS = 20
FLOOR_BRL = 0.01
_HAIR = 1e-9


class ConformalBands(BaseEstimator):  # type: ignore[misc]
    """By predicted size: the ratios of true to predicted spend between which a given share of rows lies.

    Where more customers of a group bought nothing than may lie below the interval, its lower end is 0, which leaves
    nobody below, and everybody who may lie outside lies above.
    """

    def __init__(self, levels: Sequence[float] = LEVELS) -> None:
        self.levels = levels

    def fit(self, actual: Floats, predicted: Floats) -> Self:
        """Learn from rows that the model was not fitted on; all groups hold as good as equally many."""
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
        """Return the lower and the upper end of each prediction's interval.

        Raises:
            ValueError: nothing was learned for that level.
        """
        if level not in self.levels:
            raise ValueError(f"no interval of level {level} was learned; expected one of {tuple(self.levels)}.")
        ratios = self.ratios_[list(self.levels).index(level)][np.searchsorted(self.edges_, predicted, side="right")]
        size = np.maximum(predicted, FLOOR_BRL)
        return ratios[:, 0] * size, ratios[:, 1] * size


def _ends(ratio: Floats, level: float) -> tuple[float, float]:
    if not ratio.size:
        return 0.0, 0.0
    # 1 - 0.8 is a hair below 0.2, and a place would be lost to it.
    outside = round(1 - level, 9)
    ranked = np.sort(ratio)
    below = int(np.floor((ratio.size + 1) * outside / 2 + _HAIR))
    if below < 1 or ranked[below - 1] <= 0:
        return 0.0, _at(ranked, (ratio.size + 1) * level)
    return float(ranked[below - 1]), _at(ranked, (ratio.size + 1) * (1 - outside / 2))


def _at(ranked: Floats, place: float) -> float:
    return float(ranked[min(int(np.ceil(place - _HAIR)), ranked.size) - 1])


def coverage_share(actual: Floats, lower: Floats, upper: Floats) -> float:
    """Return the share (0-1) of rows whose true spend lies within its interval, ends included."""
    return float(((actual >= lower) & (actual <= upper)).mean())
