"""What a spend model must beat: rules that need no model, and BG/NBD with Gamma-Gamma."""

import numpy as np
import pandas as pd

from eshop_dagster.ml.features import LABEL, feature_matrix
from eshop_dagster.ml.parameters import require
from eshop_dagster.ml.spend.bg_nbd import BuyTillYouDieSpend
from eshop_dagster.ml.spend.effects import Floats

ZERO, MEAN, PAST_RATE, PAST_TOTAL, BUY_TILL_YOU_DIE = BASELINES = (
    "zero",
    "mean",
    "past_rate",
    "past_total_rescaled",
    "bg_nbd_gamma_gamma",
)


def past_rate_brl(frame: pd.DataFrame, *, horizon_days: int) -> Floats:
    """Return each customer's spend over the horizon if they go on at their own past rate: what serves without a model.

    Net lifetime worth / tenure * horizon. The tenure is at least one horizon: a newcomer of yesterday would otherwise
    be expected to spend 90 first baskets. A negative worth counts as 0.
    """
    require(horizon_days >= 1, "horizon_days", horizon_days, "1 or more")
    known = feature_matrix(frame, ("net_revenue_brl", "tenure_days"))
    worth: Floats = np.maximum(known["net_revenue_brl"].to_numpy(dtype=np.float64), 0.0)
    tenure: Floats = np.maximum(known["tenure_days"].to_numpy(dtype=np.float64), float(horizon_days))
    return worth / tenure * horizon_days


def baseline_predictions(train: pd.DataFrame, later: pd.DataFrame, *, horizon_days: int) -> dict[str, Floats]:
    """Return what each baseline expects of the later rows, by name.

    Args:
        train: features and label of rows whose label was known before the later rows' cut-off.
    """
    spent = train[LABEL].to_numpy(dtype=np.float64)
    worth = np.maximum(train["net_revenue_brl"].to_numpy(dtype=np.float64), 0.0)
    scale = float(spent.sum() / worth.sum()) if worth.sum() > 0 else 0.0
    return {
        ZERO: np.zeros(len(later)),
        MEAN: np.full(len(later), float(spent.mean())),
        PAST_RATE: past_rate_brl(later, horizon_days=horizon_days),
        PAST_TOTAL: np.maximum(later["net_revenue_brl"].to_numpy(dtype=np.float64), 0.0) * scale,
        BUY_TILL_YOU_DIE: BuyTillYouDieSpend(horizon_days).fit(train, spent).predict(later),
    }
