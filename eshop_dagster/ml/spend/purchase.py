"""Will a customer buy in the window at all? A probability, learned from walk-forward predictions, and how good it is.

Bought means a net spend above 0. The probability is learned from rows that no part of the spend model was fitted on,
so that it is calibrated for what is predicted of customers to come.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit
from scipy.stats import rankdata
from sklearn.base import BaseEstimator
from sklearn.linear_model import LogisticRegression

from eshop_dagster.ml.parameters import require
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.linear import LogFeatures, weighted_sum

Flags = npt.NDArray[np.bool_]

PURCHASE_FEATURES = (
    "recency_days",
    "tenure_days",
    "order_count",
    "order_last_90_days_count",
    "order_last_365_days_count",
    "average_ticket_brl",
    "interpurchase_days",
)
LEAST_PROBABILITY = 1e-4
"""What is spent by who buys is expectation over probability: nobody is surely gone."""

CURVE_GROUPS = 10
_FLOOR_BRL = 0.01


class PurchaseModel(BaseEstimator):  # type: ignore[misc]
    """Logistic regression of "bought" on the expected spend and a few features, all on a log scale.

    The expected spend carries what the spend model knows. The features tell a rare large order from a usual small
    one, which the same expectation may stand for. Fitted by maximum likelihood, the mean probability is the share of
    buyers among the rows it was fitted on.
    """

    def __init__(self, names: Sequence[str] = PURCHASE_FEATURES) -> None:
        self.names = names

    def fit(self, frame: pd.DataFrame, expected: Floats, bought: Flags) -> Self:
        """Learn from rows that the spend model was not fitted on.

        Args:
            frame: their features.
            expected: their expected spend, an amount.
            bought: whether they spent anything. Where all did or nobody did, one probability stands for all.
        """
        require(bought.size > 0, "number of rows", bought.size, "1 or more")
        self.features_ = LogFeatures(self.names).fit(frame)
        sizes = _log_size(expected)
        self.lowest_, self.highest_ = float(sizes.min()), float(sizes.max())
        if bought.all() or not bought.any():
            share = (bought.sum() + 0.5) / (bought.size + 1)
            self.weights_, self.start_ = np.zeros(len(self.names) + 1), float(np.log(share / (1 - share)))
            return self
        model = LogisticRegression(C=1.0, max_iter=1000).fit(self._matrix(frame, expected), bought)
        self.weights_ = np.asarray(model.coef_[0], dtype=np.float64)
        self.start_ = float(model.intercept_[0])
        return self

    def predict(self, frame: pd.DataFrame, expected: Floats) -> Floats:
        """Return shape (n,), each at least `LEAST_PROBABILITY` and below 1."""
        if not len(frame):
            return np.zeros(0)
        odds = weighted_sum(self._matrix(frame, expected), self.weights_, self.start_)
        return np.clip(np.asarray(expit(odds), dtype=np.float64), LEAST_PROBABILITY, 1.0)

    def _matrix(self, frame: pd.DataFrame, expected: Floats) -> Floats:
        size = np.clip(_log_size(expected), self.lowest_, self.highest_)
        return np.column_stack([self.features_.transform(frame), size])


def _log_size(expected: Floats) -> Floats:
    return np.log(np.maximum(expected, _FLOOR_BRL))


def evaluate_purchases(bought: Flags, probability: Floats) -> dict[str, float]:
    """Return `brier` and `auc` of a probability; where all bought, or none did, there is no `auc`."""
    found = {"brier": brier_score(bought, probability)}
    return found if bought.all() or not bought.any() else {**found, "auc": auc(bought, probability)}


def brier_score(bought: Flags, probability: Floats) -> float:
    """Return the mean squared difference between probability and outcome: 0 is perfect (Brier 1950)."""
    return float(np.square(probability - bought).mean())


def auc(bought: Flags, probability: Floats) -> float:
    """Return how often who bought has a higher probability than who did not, ties as one half: 0.5 is by chance.

    Raises:
        ValueError: all bought, or none did.
    """
    buyers = int(bought.sum())
    others = bought.size - buyers
    require(0 < buyers < bought.size, "number of buyers", buyers, f"above 0 and below {bought.size}")
    return float((rankdata(probability)[bought].sum() - buyers * (buyers + 1) / 2) / (buyers * others))


def calibration_curve(bought: Flags, probability: Floats, groups: int = CURVE_GROUPS) -> pd.DataFrame:
    """Return groups of equal size by rising probability: how many bought of whom so many should have.

    Returns:
        One row per group that holds anybody: `group` (1 the least likely), `customer_count`, `predicted_share` (the
        mean probability) and `bought_share`.
    """
    ranks = rankdata(probability, method="average")
    place = np.minimum((ranks - 0.5) / max(bought.size, 1) * groups, groups - 1).astype(np.int64)
    rows = pd.DataFrame({"group": place + 1, "predicted_share": probability, "bought_share": bought.astype(np.float64)})
    found = rows.groupby("group").agg(
        customer_count=("bought_share", "size"),
        predicted_share=("predicted_share", "mean"),
        bought_share=("bought_share", "mean"),
    )
    return found.reset_index()
