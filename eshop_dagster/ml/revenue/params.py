"""Parameters of the revenue model, and the names of its candidates."""

from dataclasses import dataclass, field

from eshop_dagster.ml.parameters import Parameters, require

BASELINES = ("weekday_mean", "last_week")
MODELS = ("calendar_level", "last_year", "ets", "theta", "linear", "xgboost")
AVERAGE = "average"
BASELINE = BASELINES[0]


@dataclass(frozen=True)
class BoostParams(Parameters):
    """Boosted trees over lags and calendar; shallow, for a few years of days hold little to learn from."""

    n_estimators: int = 120
    max_depth: int = 3
    learning_rate: float = 0.05
    min_child_weight: float = 20.0
    subsample: float = 0.8
    reg_lambda: float = 5.0


@dataclass(frozen=True)
class RevenueParams(Parameters):
    """Parameters of the revenue model.

    Attributes:
        horizon_days: days ahead that the backtest looks.
        candidates: which models compete; their average joins where there are two or more.
        origins: most origins of the backtest.
        judged_origins: how many of them, the latest, judge; the others choose.
        spacing_days: days between two origins.
        minimum_days: with fewer days of history nothing is forecast.
        model_days: with fewer, the baseline serves.
        first_origin_days: days before the first origin at least.
        ridge: penalty of the linear candidate.
        least_gain_share: the MASE must be lower than the best baseline's by this share of it to beat it.
    """

    horizon_days: int = 91
    candidates: tuple[str, ...] = MODELS
    origins: int = 52
    judged_origins: int = 26
    spacing_days: int = 7
    minimum_days: int = 14
    model_days: int = 56
    first_origin_days: int = 112
    ridge: float = 30.0
    least_gain_share: float = 0.01
    xgboost: BoostParams = field(default_factory=BoostParams)

    def __post_init__(self) -> None:
        require(1 <= self.horizon_days <= 180, "RevenueParams.horizon_days", self.horizon_days, "1 to 180")
        is_known = bool(self.candidates) and set(self.candidates) <= set(MODELS)
        require(is_known, "RevenueParams.candidates", self.candidates, f"one or more of {MODELS}")
        is_unique = len(set(self.candidates)) == len(self.candidates)
        require(is_unique, "RevenueParams.candidates", self.candidates, "each name once")
        require(self.minimum_days >= 14, "RevenueParams.minimum_days", self.minimum_days, "14 or more")
        require(self.model_days >= 56, "RevenueParams.model_days", self.model_days, "56 or more")
        require(self.origins >= 6, "RevenueParams.origins", self.origins, "6 or more")
        is_split = 3 <= self.judged_origins < self.origins
        require(is_split, "RevenueParams.judged_origins", self.judged_origins, "3 or more, fewer than origins")
        require(self.spacing_days >= 1, "RevenueParams.spacing_days", self.spacing_days, "1 or more")
        require(0 <= self.least_gain_share < 1, "RevenueParams.least_gain_share", self.least_gain_share, "0 to below 1")
