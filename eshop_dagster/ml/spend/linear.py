"""The linear parts: regressions on log features, and their product of "will they buy" and "how much"."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.linear_model import GammaRegressor, LogisticRegression, TweedieRegressor

from eshop_dagster.ml.spend.effects import Effects, Floats, effects_of_logs
from eshop_dagster.ml.spend.params import LINEAR_FEATURES

_SPREAD_FLOOR = 1e-9


class LogFeatures(BaseEstimator):  # type: ignore[misc]
    """Named features on a log scale, centred, of unit variance, and held within what training saw.

    Counts and days take log(1 + x), amounts the inverse hyperbolic sine, for a net worth may be negative. A log link
    carries every step beyond the known range on without bound, so values outside it count as its edge.
    """

    def __init__(self, names: Sequence[str] = LINEAR_FEATURES) -> None:
        self.names = names

    def fit(self, frame: pd.DataFrame) -> Self:
        """Learn centre, spread and range of each feature."""
        logs = self._logs(frame)
        self.mean_ = logs.mean(axis=0)
        spread = logs.std(axis=0)
        self.scale_ = np.where(spread > _SPREAD_FLOOR, spread, 1.0)
        self.lowest_, self.highest_ = logs.min(axis=0), logs.max(axis=0)
        return self

    def transform(self, frame: pd.DataFrame) -> Floats:
        """Return shape (n, number of names)."""
        logs = np.clip(self._logs(frame), self.lowest_, self.highest_)
        return np.asarray((logs - self.mean_) / self.scale_, dtype=np.float64)

    def _logs(self, frame: pd.DataFrame) -> Floats:
        columns = []
        for name in self.names:
            values = frame[name].to_numpy(dtype=np.float64)
            is_positive = name.endswith(("_days", "_count"))
            columns.append(np.log1p(np.maximum(values, 0.0)) if is_positive else np.arcsinh(values))
        return np.column_stack(columns)


def weighted_sum(matrix: Floats, weights: Floats, start: float) -> Floats:
    """Return start + matrix @ weights, added column by column.

    A matrix product may add in an order that depends on the number of rows, and with it the last bit of a customer's
    prediction would depend on who else is asked about.
    """
    total = np.full(len(matrix), start)
    for column, weight in enumerate(weights):
        total += matrix[:, column] * weight
    return total


class TweedieSpend(BaseEstimator):  # type: ignore[misc]
    """Expected spend by Tweedie regression with a log link on few recency, frequency and monetary features."""

    def __init__(
        self, names: Sequence[str] = LINEAR_FEATURES, power: float = 1.5, alpha: float = 0.01, max_iter: int = 1000
    ) -> None:
        self.names, self.power, self.alpha, self.max_iter = names, power, alpha, max_iter

    def fit(self, frame: pd.DataFrame, spent: Floats) -> Self:
        """Fit on spends of 0 or more, some above 0."""
        self.features_ = LogFeatures(self.names).fit(frame)
        mean = float(spent.mean())
        model = TweedieRegressor(power=self.power, alpha=self.alpha, max_iter=self.max_iter, link="log")
        model.fit(self.features_.transform(frame), spent / mean)
        self.weights_ = np.asarray(model.coef_, dtype=np.float64)
        self.start_ = float(model.intercept_) + float(np.log(mean))
        return self

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Return amounts above 0."""
        return np.exp(weighted_sum(self.features_.transform(frame), self.weights_, self.start_))

    def effects(self, frame: pd.DataFrame) -> Effects:
        """Return effects against the customer whose log features are all average."""
        logs = self.features_.transform(frame) * self.weights_
        return effects_of_logs(self.start_, tuple(self.names), logs, self.predict(frame))


class TwoPartSpend(BaseEstimator):  # type: ignore[misc]
    """The chance of buying at all (logistic regression) times the spend of those who buy (gamma regression)."""

    def __init__(self, names: Sequence[str] = LINEAR_FEATURES, alpha: float = 0.001, max_iter: int = 1000) -> None:
        self.names, self.alpha, self.max_iter = names, alpha, max_iter

    def fit(self, frame: pd.DataFrame, spent: Floats) -> Self:
        """Fit on spends of 0 or more, some above 0; where all customers bought, the chance is 1."""
        self.features_ = LogFeatures(self.names).fit(frame)
        known, bought = self.features_.transform(frame), spent > 0
        self.chance_weights_, self.chance_start_ = np.zeros(known.shape[1]), np.inf
        if not bought.all():
            # sklearn's C is the inverse of the penalty of the sum, not of the mean.
            chance = LogisticRegression(C=1 / (self.alpha * len(known)), max_iter=self.max_iter)
            chance.fit(known, bought)
            self.chance_weights_, self.chance_start_ = chance.coef_[0], float(chance.intercept_[0])
        mean = float(spent[bought].mean())
        amount = GammaRegressor(alpha=self.alpha, max_iter=self.max_iter)
        amount.fit(known[bought], spent[bought] / mean)
        self.amount_weights_ = np.asarray(amount.coef_, dtype=np.float64)
        self.amount_start_ = float(amount.intercept_) + float(np.log(mean))
        return self

    def _log_chance(self, known: Floats) -> Floats:
        return -np.logaddexp(0.0, -weighted_sum(known, self.chance_weights_, self.chance_start_))

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Return amounts above 0."""
        known = self.features_.transform(frame)
        return np.exp(self._log_chance(known) + weighted_sum(known, self.amount_weights_, self.amount_start_))

    def effects(self, frame: pd.DataFrame) -> Effects:
        """Return effects against the average customer; the log chance is shared out as its logit is."""
        known = self.features_.transform(frame)
        logits = known * self.chance_weights_
        start = float(-np.logaddexp(0.0, -self.chance_start_))
        moved = logits.sum(axis=1)
        is_flat = np.abs(moved) < 1e-9
        rate = np.where(is_flat, 0.0, (self._log_chance(known) - start) / np.where(is_flat, 1.0, moved))
        logs = logits * rate[:, None] + known * self.amount_weights_
        return effects_of_logs(start + self.amount_start_, tuple(self.names), logs, self.predict(frame))
