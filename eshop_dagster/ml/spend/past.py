"""The parts that carry a customer's past on: rules of one line, which can serve like any other part."""

from functools import partial
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from eshop_dagster.ml.parameters import require
from eshop_dagster.ml.spend.effects import Effects, Floats, shapley


def past_rate_brl(frame: pd.DataFrame, *, horizon_days: int) -> Floats:
    """Return each customer's spend over the horizon at their own past rate: net worth over tenure, 0 or more.

    The tenure is at least one horizon: a newcomer of yesterday would otherwise be expected to spend a basket a day.
    """
    require(horizon_days >= 1, "horizon_days", horizon_days, "1 or more")
    return _rate(*_known(frame), horizon_days)


class PastTotalSpend(BaseEstimator):  # type: ignore[misc]
    """What a customer has spent so far, times one factor for all."""

    def __init__(self, horizon_days: int) -> None:
        self.horizon_days = horizon_days

    def fit(self, frame: pd.DataFrame, spent: Floats | None) -> Self:
        """Learn the factor: the total of the window over the total of the past.

        Without a label it is what customers spent after their first order, per day since then, over the horizon.
        """
        worth, total = _worth(frame), 0.0
        if spent is not None:
            total = float(spent.sum())
        else:
            orders, ticket, tenure = (frame[name].to_numpy(np.float64) for name in _LABEL_FREE)
            days = float(tenure.sum())
            again = float((np.maximum(orders - 1, 0.0) * np.maximum(ticket, 0.0)).sum())
            total = again / days * self.horizon_days * len(frame) if days > 0 else 0.0
        self.factor_ = total / float(worth.sum()) if worth.sum() > 0 else 0.0
        self.typical_ = float(np.median(worth))
        return self

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Return amounts of 0 or more."""
        return _worth(frame) * self.factor_

    def effects(self, frame: pd.DataFrame) -> Effects:
        """Return the effect of the past against the customer in the middle."""
        predicted, base = self.predict(frame), self.typical_ * self.factor_
        return Effects(np.full(len(frame), base), ("net_revenue_brl",), (predicted - base)[:, None])


class PastRateSpend(BaseEstimator):  # type: ignore[misc]
    """A customer's own past rate as a part: it learns nothing but whom its effects are held against."""

    def __init__(self, horizon_days: int) -> None:
        self.horizon_days = horizon_days

    def fit(self, frame: pd.DataFrame, spent: Floats | None) -> Self:
        """Learn whom effects are held against: the customer in the middle of both features."""
        self.typical_ = np.array([np.median(values) for values in _known(frame)])
        return self

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Return amounts of 0 or more."""
        return past_rate_brl(frame, horizon_days=self.horizon_days)

    def effects(self, frame: pd.DataFrame) -> Effects:
        """Return Shapley values of worth and tenure against the customer in the middle."""
        return shapley(partial(_rate, horizon_days=self.horizon_days), _RATE_FEATURES, _known(frame), self.typical_)


_LABEL_FREE = ("order_count", "average_ticket_brl", "tenure_days")
_RATE_FEATURES = ("net_revenue_brl", "tenure_days")


def _rate(worth: Floats, tenure: Floats, horizon_days: int) -> Floats:
    rate: Floats = worth / np.maximum(tenure, float(horizon_days)) * horizon_days
    return rate


def _worth(frame: pd.DataFrame) -> Floats:
    worth: Floats = np.maximum(frame["net_revenue_brl"].to_numpy(dtype=np.float64), 0.0)
    return worth


def _known(frame: pd.DataFrame) -> tuple[Floats, Floats]:
    return _worth(frame), frame["tenure_days"].to_numpy(dtype=np.float64)
