"""The fitted spend model: one object that predicts, gives an interval and explains itself."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin

from eshop_dagster.ml.spend.effects import Effects, Floats, merged
from eshop_dagster.ml.spend.intervals import ConformalBands
from eshop_dagster.ml.threads import one_thread

CHUNK_ROWS = 250_000


class SpendMean(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Expected spend of the window ahead: the weighted mean of its fitted parts.

    Attributes:
        parts: estimators with `predict` and `effects`, by name.
        weights: the share of each, in the order of `parts`; 1 in sum.
        bands_: how far true spend lies from expected spend, learned from rows that no part was fitted on; or None.
        feature_names_: the columns that the frames must have; others are not looked at.
        learned_until_: ISO date of the day it was trained for: nothing from that day on was known to it.
    """

    def __init__(self, parts: Mapping[str, Any], weights: Mapping[str, float]) -> None:
        self.parts, self.weights = parts, weights

    def known_as(self, feature_names: tuple[str, ...], learned_until: str, bands: ConformalBands | None) -> Self:
        """Return the model with what it must know of itself once its parts are fitted."""
        self.feature_names_, self.learned_until_, self.bands_ = feature_names, learned_until, bands
        return self

    def weights_by_name(self) -> dict[str, float]:
        """Return the share of each part."""
        return {name: float(weight) for name, weight in self.weights.items()}

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Return shape (n,), BRL of 0 or more; memory is bounded whatever the number of rows."""
        if not len(frame):
            return np.zeros(0)
        return np.concatenate(self._in_chunks(frame, self._predict))

    def predict_interval(self, frame: pd.DataFrame, level: float = 0.8) -> tuple[Floats, Floats]:
        """Return the lower and the upper end, BRL, between which true spend lies with probability `level`.

        Raises:
            ValueError: no interval of that level was learned.
        """
        return self.interval_of(self.predict(frame), level)

    def interval_of(self, predicted: Floats, level: float) -> tuple[Floats, Floats]:
        """Return the ends of the intervals around values that `predict` gave, BRL: rows need not be predicted again.

        Raises:
            ValueError: no interval of that level was learned.
        """
        if self.bands_ is None:
            raise ValueError("the model has no intervals: its bands were not calibrated. Train it by fit_spend.")
        return self.bands_.predict(predicted, level)

    def effects(self, frame: pd.DataFrame) -> Effects:
        """Return what each feature adds to each prediction, in BRL: the weighted sum of the parts' own effects."""
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
