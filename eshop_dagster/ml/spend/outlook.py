"""A customer's spend taken apart: will they buy, what do they spend if so, and within which bounds."""

from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.intervals import ConformalBands
from eshop_dagster.ml.spend.purchase import PurchaseModel
from eshop_dagster.ml.spend_figures import EXPECTED, IF_BUYING, LEVELS, PROBABILITY, bounds_of


class SpendOutlook(BaseEstimator):  # type: ignore[misc]
    """Turns an expected spend into a probability to buy, and into what is spent by who buys, with its intervals.

    What is spent by who buys is the expected spend over the probability, so that the three always belong together.
    """

    def fit(self, frame: pd.DataFrame, expected: Floats, actual: Floats) -> Self:
        """Learn from walk-forward rows: nothing that predicted them was fitted on them.

        Args:
            frame: their features.
            expected: their expected spend, an amount.
            actual: what they then spent.
        """
        bought = actual > 0
        # With more threads the last bits would depend on their number.
        with threadpool_limits(limits=1):
            self.purchase_ = PurchaseModel().fit(frame, expected, bought)
        if_buying = expected / self.purchase_.predict(frame, expected)
        # Of what nobody bought no interval is known.
        self.bands_ = ConformalBands().fit(actual[bought], if_buying[bought]) if bought.any() else None
        return self

    def figures(self, frame: pd.DataFrame, expected: Floats) -> dict[str, Floats]:
        """Return the columns of `FIGURES`, shape (n,) each: amounts, and a probability of 0 to 1."""
        probability = self.purchase_.predict(frame, expected)
        if_buying: Floats = expected / probability
        found = {EXPECTED: expected, PROBABILITY: probability, IF_BUYING: if_buying}
        for level in LEVELS:
            found |= dict(zip(bounds_of(level), self._bounds(if_buying, level), strict=True))
        return found

    def _bounds(self, if_buying: Floats, level: float) -> tuple[Floats, Floats]:
        if self.bands_ is None:
            return np.full(if_buying.shape, np.nan), np.full(if_buying.shape, np.nan)
        return self.bands_.predict(if_buying, level)
