"""The tree part: boosted trees under the Tweedie loss."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
import xgboost
from sklearn.base import BaseEstimator

from eshop_dagster.ml.spend.effects import SEASON, Effects, Floats, effects_of_logs, merged

DAY_FEATURES = ("day_of_year_sin", "day_of_year_cos")


class BoostedSpend(BaseEstimator):  # type: ignore[misc]
    """Expected spend by XGBoost under the Tweedie loss, on one thread: sums of gradients depend on how many share them.

    Effects are exact Shapley values of the logarithm (TreeSHAP; Lundberg et al., Nature Machine Intelligence 2 (2020)).
    """

    def __init__(self, names: Sequence[str], settings: dict[str, Any], seed: int = 0) -> None:
        self.names, self.settings, self.seed = names, settings, seed

    def fit(self, frame: pd.DataFrame, spent: Floats) -> Self:
        """Fit on spends of 0 or more, some above 0."""
        self.mean_ = float(spent.mean())
        self.model_ = xgboost.XGBRegressor(
            objective="reg:tweedie",
            tree_method="hist",
            base_score=1.0,
            random_state=self.seed,
            n_jobs=1,
            **self.settings,
        )
        self.model_.fit(self._matrix(frame), spent / self.mean_)
        return self

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Return amounts above 0."""
        return np.asarray(self.model_.predict(self._matrix(frame)), dtype=np.float64) * self.mean_

    def effects(self, frame: pd.DataFrame) -> Effects:
        """Return effects against the mean prediction of training."""
        matrix = xgboost.DMatrix(self._matrix(frame), nthread=1)
        shares = self.model_.get_booster().predict(matrix, pred_contribs=True).astype(np.float64)
        base = float(shares[0, -1]) + float(np.log(self.mean_)) if len(shares) else 0.0
        return merged([effects_of_logs(base, _reported(self.names), shares[:, :-1], self.predict(frame))])

    def _matrix(self, frame: pd.DataFrame) -> np.ndarray:
        return frame[list(self.names)].to_numpy(dtype=np.float32)


def _reported(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(SEASON if name in DAY_FEATURES else name for name in names)
