"""Parameters of the revenue model, and the names of its parts."""

from dataclasses import dataclass

from eshop_dagster.ml.parameters import Parameters, require
from eshop_dagster.ml.revenue.feast_days import gift_day, gift_days_of

BASELINES = ("weekday_mean", "last_week", "year_ago")
PARTS = (*BASELINES, "level", "long_level", "drift", "year_shape")
MEAN = "mean"
"""The weighted mean of all parts."""


@dataclass(frozen=True)
class RevenueParams(Parameters):
    """Parameters of the revenue model.

    Attributes:
        horizon_days: days ahead that the backtest looks.
        minimum_days: with fewer days of history nothing is forecast, for nothing could be judged.
        origins: most origins of the backtest, the latest.
        spacing_days: days between two origins; fewer in a short history.
        sharpness: a part weighs its error to the power of minus this.
        prior_origins: so many origins without a difference between parts are added to those seen.
        gift_days: days for which customers buy in the weeks before, as rules of `feast_days.gift_day`; one that means
            nothing to a shop's customers is learned as none. Brazil's unless others are given.
    """

    horizon_days: int = 91
    minimum_days: int = 28
    origins: int = 104
    spacing_days: int = 7
    sharpness: float = 8.0
    prior_origins: float = 4.0
    gift_days: tuple[str, ...] = gift_days_of("BR")

    def __post_init__(self) -> None:
        require(28 <= self.horizon_days <= 180, "RevenueParams.horizon_days", self.horizon_days, "28 to 180")
        require(self.minimum_days >= 28, "RevenueParams.minimum_days", self.minimum_days, "28 or more")
        require(self.origins >= 6, "RevenueParams.origins", self.origins, "6 or more")
        require(self.spacing_days >= 1, "RevenueParams.spacing_days", self.spacing_days, "1 or more")
        require(self.sharpness >= 0, "RevenueParams.sharpness", self.sharpness, "0 or more")
        require(self.prior_origins >= 0, "RevenueParams.prior_origins", self.prior_origins, "0 or more")
        for rule in self.gift_days:
            gift_day(rule, 2024)
