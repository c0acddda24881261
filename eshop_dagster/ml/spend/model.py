"""The fitted spend model: one object that predicts, says who will buy, and explains itself."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin

from eshop_dagster.ml.spend.effects import Effects, Floats, merged
from eshop_dagster.ml.spend.outlook import SpendOutlook
from eshop_dagster.ml.spend_figures import EXPECTED, FIGURES
from eshop_dagster.ml.threads import one_thread

CHUNK_ROWS = 250_000


class SpendMean(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Expected spend of the window ahead: the weighted mean of its fitted parts.

    Attributes:
        parts: estimators with `predict` and `effects`, by name.
        weights: the share of each, in the order of `parts`; 1 in sum.
        outlook_: probability to buy and bounds, learned from rows that no part was fitted on; None where labels are of
            fewer days than the horizon.
        feature_names_: the columns that the frames must have; others are not looked at.
        learned_until_: ISO date of the day it was trained for: nothing from that day on was known to it.
    """

    def __init__(self, parts: Mapping[str, Any], weights: Mapping[str, float]) -> None:
        self.parts, self.weights = parts, weights

    def known_as(self, feature_names: tuple[str, ...], learned_until: str, outlook: SpendOutlook | None) -> Self:
        """Return the model with what it must know of itself once its parts are fitted."""
        self.feature_names_, self.learned_until_, self.outlook_ = feature_names, learned_until, outlook
        return self

    def weights_by_name(self) -> dict[str, float]:
        """Return the share of each part."""
        return {name: float(weight) for name, weight in self.weights.items()}

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Return shape (n,), amounts of 0 or more; memory is bounded whatever the number of rows."""
        if not len(frame):
            return np.zeros(0)
        return np.concatenate(self._in_chunks(frame, self._predict))

    def figures(self, frame: pd.DataFrame) -> dict[str, Floats]:
        """Return all that is published of each customer's spend, by the names in `ml.spend_figures`.

        Without an outlook, which a young shop's labels cannot teach, all but the expectation is NaN.
        """
        expected = self.predict(frame)
        if self.outlook_ is None:
            return {**{name: np.full(len(frame), np.nan) for name in FIGURES}, EXPECTED: expected}
        return self.outlook_.figures(frame, expected)

    def effects(self, frame: pd.DataFrame) -> Effects:
        """Return what each feature adds to each prediction, an amount: the weighted sum of the parts' own effects."""
        with one_thread():
            names = list(self.weights)
            return merged([self.parts[name].effects(frame) for name in names], [self.weights[name] for name in names])

    def _predict(self, frame: pd.DataFrame) -> Floats:
        with one_thread():
            total = np.zeros(len(frame))
            for name, weight in self.weights.items():
                total += weight * self.parts[name].predict(frame)
        return total

    def _in_chunks(self, frame: pd.DataFrame, call: Callable[[pd.DataFrame], Floats]) -> list[Floats]:
        return [call(frame.iloc[start : start + CHUNK_ROWS]) for start in range(0, len(frame), CHUNK_ROWS)]
