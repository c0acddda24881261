"""What the spend model may be told: which candidates compete, how they are fitted and how long they are tuned.

A candidate is written as the formula that it is: parts joined by `+` are averaged in equal shares, and `*season` lets
every part learn how the same window of an earlier year went: `linear`, `xgboost*season`, `linear+bg_nbd*season`.
"""

from dataclasses import dataclass, field

from eshop_dagster.ml.parameters import Parameters, require
from eshop_dagster.ml.spend.sampling import JUDGED_ROWS

LINEAR, TWO_PART, RANDOM_FOREST, XGBOOST, BG_NBD = PARTS = ("linear", "two_part", "random_forest", "xgboost", "bg_nbd")
SEASON_SUFFIX = "*season"
CANDIDATES = (
    "linear",
    "xgboost",
    "linear*season",
    "two_part*season",
    "random_forest*season",
    "xgboost*season",
    "bg_nbd*season",
    "linear+bg_nbd*season",
    "linear+xgboost*season",
    "xgboost+bg_nbd*season",
    "linear+two_part+xgboost+bg_nbd*season",
)

LINEAR_FEATURES = (
    "recency_days",
    "tenure_days",
    "order_count",
    "order_last_90_days_count",
    "order_last_365_days_count",
    "interpurchase_days",
    "net_revenue_brl",
    "net_revenue_last_90_days_brl",
    "net_revenue_last_365_days_brl",
    "average_ticket_brl",
)
"""What the linear parts read. With every feature they fit training better and later rows worse."""


@dataclass(frozen=True)
class LinearParams(Parameters):
    """Tweedie regression with a log link: the spend of all customers, most of whom spend nothing.

    Attributes:
        power: variance power, above 1 (Poisson) and below 2 (gamma), where zero has a probability of its own.
        alpha: ridge penalty, on features of unit variance and a target of mean 1.
    """

    power: float = 1.5
    alpha: float = 0.01
    max_iter: int = 1000

    def __post_init__(self) -> None:
        require(1 < self.power < 2, "LinearParams.power", self.power, "above 1 and below 2")


@dataclass(frozen=True)
class TwoPartParams(Parameters):
    """Logistic regression of whether they buy, times gamma regression of how much the buyers spend.

    Attributes:
        alpha: ridge penalty of both, in the unit of `LinearParams.alpha`.
    """

    alpha: float = 0.001
    max_iter: int = 1000


@dataclass(frozen=True)
class RandomForestParams(Parameters):
    """Forest of trees, bounded in depth by its leaves and in time by the rows that each tree sees.

    Attributes:
        max_features: share of features tried at a split.
        max_samples: rows drawn for each tree; all of them where there are fewer.
    """

    n_estimators: int = 60
    min_samples_leaf: int = 20
    max_features: float = 1 / 3
    max_samples: int = 10_000


@dataclass(frozen=True)
class XGBoostParams(Parameters):
    """Boosted trees under the Tweedie loss."""

    tweedie_variance_power: float = 1.5
    n_estimators: int = 150
    max_depth: int = 4
    learning_rate: float = 0.05
    min_child_weight: float = 20.0
    subsample: float = 0.8
    colsample_bytree: float = 0.8
    reg_lambda: float = 5.0

    def __post_init__(self) -> None:
        power = self.tweedie_variance_power
        require(1 < power < 2, "XGBoostParams.tweedie_variance_power", power, "above 1 and below 2")


@dataclass(frozen=True)
class SpendParams(Parameters):
    """Parameters of the spend model.

    Attributes:
        horizon_days: length of the label window, and least tenure over which a past rate is measured.
        candidates: formulas of the estimators that compete.
        minimum_rows: with fewer training or holdout rows nothing is fitted.
        minimum_buyers: with fewer customers who spent, in either, nothing is fitted.
        least_gain_share: the RMSE must be lower than the best baseline's by this share of it to beat it. Below half
            a percent the gain is noise: the largest tickets of the holdout decide it.
        fit_rows: rows of each cut-off that are fitted on, drawn by what they hold; all of them where there are fewer.
        trials: parameter settings tried for each part that can be tuned; 0 keeps the settings given here.
        bootstrap_draws: resamples behind each interval of a metric.
    """

    horizon_days: int = 90
    candidates: tuple[str, ...] = CANDIDATES
    minimum_rows: int = 200
    minimum_buyers: int = 30
    least_gain_share: float = 0.005
    fit_rows: int = 10_000
    trials: int = 5
    bootstrap_draws: int = 200
    linear: LinearParams = field(default_factory=LinearParams)
    two_part: TwoPartParams = field(default_factory=TwoPartParams)
    random_forest: RandomForestParams = field(default_factory=RandomForestParams)
    xgboost: XGBoostParams = field(default_factory=XGBoostParams)

    def __post_init__(self) -> None:
        require(self.horizon_days >= 1, "SpendParams.horizon_days", self.horizon_days, "1 or more")
        require(bool(self.candidates), "SpendParams.candidates", self.candidates, "one formula or more")
        for name in self.candidates:
            require(
                set(parts_of(name)) <= set(PARTS),
                "SpendParams.candidates",
                name,
                f"parts of {PARTS}, joined by + and perhaps followed by {SEASON_SUFFIX}",
            )
        is_unique = len(set(self.candidates)) == len(self.candidates)
        require(is_unique, "SpendParams.candidates", self.candidates, "each formula once")
        require(0 <= self.least_gain_share < 1, "SpendParams.least_gain_share", self.least_gain_share, "0 to below 1")
        is_bounded = 200 <= self.fit_rows <= JUDGED_ROWS
        require(is_bounded, "SpendParams.fit_rows", self.fit_rows, f"200 to {JUDGED_ROWS}")
        require(self.trials >= 0, "SpendParams.trials", self.trials, "0 or more")
        require(self.bootstrap_draws >= 20, "SpendParams.bootstrap_draws", self.bootstrap_draws, "20 or more")


def parts_of(candidate: str) -> tuple[str, ...]:
    """Return the names of the parts that a formula averages."""
    return tuple(candidate.removesuffix(SEASON_SUFFIX).split("+"))


def is_seasonal(candidate: str) -> bool:
    """Return whether the parts of a formula carry a season factor."""
    return candidate.endswith(SEASON_SUFFIX)
