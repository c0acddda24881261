"""What the spend model may be told: how its parts are fitted, and on how many rows."""

from dataclasses import dataclass, field
from math import inf

from eshop_dagster.ml.parameters import Parameters, require, require_bounds
from eshop_dagster.ml.spend.sampling import JUDGED_ROWS

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

_FIT = {"alpha": (0.0, inf), "max_iter": (1.0, inf)}
_TREES = {
    "n_estimators": (1.0, 10_000.0),
    "max_depth": (1.0, 20.0),
    "learning_rate": (1e-4, 1.0),
    "min_child_weight": (0.0, inf),
    "subsample": (0.01, 1.0),
    "colsample_bytree": (0.01, 1.0),
    "reg_lambda": (0.0, inf),
}
"""Beyond these a library fails in the middle of a training, and the part drops out in silence."""


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
        require_bounds(self, _FIT)


@dataclass(frozen=True)
class TwoPartParams(Parameters):
    """Logistic regression of whether they buy, times gamma regression of how much the buyers spend.

    Attributes:
        alpha: ridge penalty of both, in the unit of `LinearParams.alpha`.
    """

    alpha: float = 0.001
    max_iter: int = 1000

    def __post_init__(self) -> None:
        require_bounds(self, _FIT)


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
        require_bounds(self, _TREES)


@dataclass(frozen=True)
class SpendParams(Parameters):
    """Parameters of the spend model.

    Attributes:
        horizon_days: length of the window that is predicted, as the cut-offs declare it, and least tenure over which a
            past rate is measured.
        minimum_rows: with fewer judged rows there is no model; with fewer training rows, only parts without a label.
        minimum_buyers: the same of customers who spent.
        fit_rows: rows of each cut-off that are fitted on, drawn by what they hold; all of them where there are fewer.
        bootstrap_draws: resamples behind each interval of a metric.
    """

    horizon_days: int
    minimum_rows: int = 200
    minimum_buyers: int = 30
    fit_rows: int = 10_000
    bootstrap_draws: int = 100
    linear: LinearParams = field(default_factory=LinearParams)
    two_part: TwoPartParams = field(default_factory=TwoPartParams)
    xgboost: XGBoostParams = field(default_factory=XGBoostParams)

    def __post_init__(self) -> None:
        require(self.horizon_days >= 1, "SpendParams.horizon_days", self.horizon_days, "1 or more")
        require_bounds(self, {"minimum_rows": (1, JUDGED_ROWS), "minimum_buyers": (1, JUDGED_ROWS)})
        is_in_range = self.minimum_rows <= self.fit_rows <= JUDGED_ROWS
        expected = f"{self.minimum_rows} to {JUDGED_ROWS}"
        require(is_in_range, "SpendParams.fit_rows", self.fit_rows, expected)
        require(self.bootstrap_draws >= 1, "SpendParams.bootstrap_draws", self.bootstrap_draws, "1 or more")
