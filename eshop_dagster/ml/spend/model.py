"""The fitted spend model: one object that predicts, gives an interval and explains itself."""

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.spend.effects import Effects, Floats, merged
from eshop_dagster.ml.spend.intervals import ConformalBands
from eshop_dagster.ml.threads import one_thread

CHUNK_ROWS = 250_000


class SpendModel(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Expected spend of the next 90 days: the mean of its parts.

    Attributes:
        parts: estimators with `fit`, `predict` and `effects`, each of which averages in with the same share.
        bands_: how far true spend lies from expected spend, learned from rows that no part was fitted on.
        feature_names_: the columns that the frames must have; others are not looked at.
    """

    def __init__(self, parts: Sequence[Any]) -> None:
        self.parts = parts

    def fit(self, frame: pd.DataFrame, spent: Floats) -> Self:
        """Fit every part on spends of 0 or more, some above 0."""
        self.feature_names_ = tuple(frame.columns)
        self.bands_: ConformalBands | None = None
        with threadpool_limits(limits=1):
            for part in self.parts:
                part.fit(frame, spent)
        return self

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
        """Return what each feature adds to each prediction, in BRL."""
        with one_thread():
            return merged([part.effects(frame) for part in self.parts])

    def _predict(self, frame: pd.DataFrame) -> Floats:
        with one_thread():
            total = np.zeros(len(frame))
            for part in self.parts:
                total += part.predict(frame)
        return total / len(self.parts)

    def _in_chunks(self, frame: pd.DataFrame, call: Callable[[pd.DataFrame], Floats]) -> list[Floats]:
        return [call(frame.iloc[start : start + CHUNK_ROWS]) for start in range(0, len(frame), CHUNK_ROWS)]
