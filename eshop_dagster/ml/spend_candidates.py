"""The estimators that compete for the spend model, each one scikit-learn pipeline over the same features.

Every one predicts the mean and none can predict below 0: the two Tweedie models by their log link, the forest
because it averages spends that are 0 or more.
"""

from dataclasses import dataclass, field

from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import TweedieRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBRegressor

from eshop_dagster.ml.parameters import Parameters, require
from eshop_dagster.ml.scaling import logarithmic

CANDIDATES = ("linear", "random_forest", "xgboost")

LINEAR_FEATURES = (
    "recency_days",
    "tenure_days",
    "order_count",
    "order_last_90_days_count",
    "order_last_365_days_count",
    "interpurchase_days",
    "revenue_brl",
    "revenue_last_90_days_brl",
    "revenue_last_365_days_brl",
    "average_ticket_brl",
)
"""What the linear candidate reads. With every feature it fits training better and the holdout worse, and a log link
carried on along the season at the cut-off leaves all bounds."""


@dataclass(frozen=True)
class LinearParams(Parameters):
    """Tweedie regression with a log link: the spend of all customers, most of whom spend nothing.

    Attributes:
        power: variance power, above 1 (Poisson) and below 2 (gamma), where zero has a probability of its own.
        alpha: ridge penalty.
    """

    power: float = 1.5
    alpha: float = 0.01
    max_iter: int = 1000

    def __post_init__(self) -> None:
        require(1 < self.power < 2, "LinearParams.power", self.power, "above 1 and below 2")


@dataclass(frozen=True)
class RandomForestParams(Parameters):
    """Forest of trees, bounded in depth by its leaves and in time by the rows that each tree sees.

    Attributes:
        max_features: share of features tried at a split.
        max_samples: rows drawn for each tree; all of them where there are fewer.
    """

    n_estimators: int = 200
    min_samples_leaf: int = 50
    max_features: float = 1 / 3
    max_samples: int = 20_000


@dataclass(frozen=True)
class XGBoostParams(Parameters):
    """Boosted trees under the Tweedie loss."""

    tweedie_variance_power: float = 1.5
    n_estimators: int = 200
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
        candidates: which estimators compete.
        minimum_rows: with fewer training or holdout rows nothing is fitted.
        minimum_buyers: with fewer customers who spent, in either, nothing is fitted.
        least_gain_share: the RMSE must be lower than the best baseline's by this share of it to beat it. Below half
            a percent the gain is noise: the largest tickets of the holdout decide it.
    """

    horizon_days: int = 90
    candidates: tuple[str, ...] = CANDIDATES
    minimum_rows: int = 200
    minimum_buyers: int = 30
    least_gain_share: float = 0.005
    linear: LinearParams = field(default_factory=LinearParams)
    random_forest: RandomForestParams = field(default_factory=RandomForestParams)
    xgboost: XGBoostParams = field(default_factory=XGBoostParams)

    def __post_init__(self) -> None:
        require(self.horizon_days >= 1, "SpendParams.horizon_days", self.horizon_days, "1 or more")
        is_known = bool(self.candidates) and set(self.candidates) <= set(CANDIDATES)
        require(is_known, "SpendParams.candidates", self.candidates, f"one or more of {CANDIDATES}")
        is_unique = len(set(self.candidates)) == len(self.candidates)
        require(is_unique, "SpendParams.candidates", self.candidates, "each name once")
        require(0 <= self.least_gain_share < 1, "SpendParams.least_gain_share", self.least_gain_share, "0 to below 1")


def build_candidate(name: str, params: SpendParams, *, n_rows: int, seed: int) -> Pipeline:
    """Return the unfitted pipeline of a candidate, its last step named `model`.

    Args:
        n_rows: rows that it will be fitted on.
    """
    if name == "linear":
        model = TweedieRegressor(
            power=params.linear.power,
            alpha=params.linear.alpha,
            max_iter=params.linear.max_iter,
            link="log",
            solver="lbfgs",
        )
        return Pipeline([("log", logarithmic(LINEAR_FEATURES)), ("scale", StandardScaler()), ("model", model)])
    if name == "random_forest":
        forest = params.random_forest
        model = RandomForestRegressor(
            n_estimators=forest.n_estimators,
            min_samples_leaf=forest.min_samples_leaf,
            max_features=forest.max_features,
            max_samples=min(forest.max_samples, n_rows),
            random_state=seed,
        )
        return Pipeline([("model", model)])
    if name == "xgboost":
        boosted = params.xgboost
        model = XGBRegressor(
            objective="reg:tweedie",
            tree_method="hist",
            tweedie_variance_power=boosted.tweedie_variance_power,
            n_estimators=boosted.n_estimators,
            max_depth=boosted.max_depth,
            learning_rate=boosted.learning_rate,
            min_child_weight=boosted.min_child_weight,
            subsample=boosted.subsample,
            colsample_bytree=boosted.colsample_bytree,
            reg_lambda=boosted.reg_lambda,
            random_state=seed,
            # Sums of gradients depend on how many threads share them.
            n_jobs=1,
        )
        return Pipeline([("model", model)])
    raise ValueError(f"candidate {name!r} is unknown; expected one of {CANDIDATES}.")
