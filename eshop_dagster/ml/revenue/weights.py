"""How much each part counts: by its errors so far, and what the mean of them would have said at each origin."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from eshop_dagster.ml.revenue.backtest import Backtest
from eshop_dagster.ml.revenue.feast_days import Floats
from eshop_dagster.ml.revenue.params import BASELINES, MEAN, PARTS, RevenueParams

LEAST_RATIO = 1e-6


def weights_at(backtest: Backtest, now: int, is_part: npt.NDArray[np.bool_], params: RevenueParams) -> Floats:
    """Return the weight of each part, shape (parts,), of sum 1, by the errors that had come due on a day.

    A part's error is the root of its mean squared error as a share of that of `weekday_mean` on the same days, which
    every origin has; its weight is that to the power of minus `sharpness`.

    Args:
        now: ordinal; neither a later origin nor a later day is read.
        is_part: shape (parts,), which parts there are to weigh.
    """
    is_due = ((backtest.origins < now)[:, None]) & (backtest.days <= now) & backtest.is_known
    errors = np.square((backtest.forecasts - backtest.actual[:, None]) / backtest.scales[:, None, None])
    ratios = np.full(len(PARTS), np.inf)
    for part in np.flatnonzero(is_part):
        both = is_due & np.isfinite(errors[:, part])
        loss, reference = errors[:, part][both].sum(), errors[:, 0][both].sum()
        prior = params.prior_origins * reference / max(both.any(axis=1).sum(), 1)
        ratios[part] = np.sqrt((loss + prior) / (reference + prior)) if reference > 0 else 1.0
    ratios = np.maximum(ratios, LEAST_RATIO)
    weights = np.where(is_part, (ratios / ratios.min()) ** -params.sharpness, 0.0)
    shares: Floats = weights / weights.sum()
    return shares


def forecast_by(backtest: Backtest, candidate: str, params: RevenueParams, until: int | None = None) -> Floats:
    """Return what a candidate would have forecast at each origin, amounts, shape (n, horizon).

    Args:
        candidate: `mean`, or a baseline.
        until: ordinal of the day from which on the weights stay as they are, as those of a model trained then do.
    """
    if candidate != MEAN:
        return np.array([mixed(look.parts, {candidate: 1.0}) for look in backtest.looks])
    found = []
    for at, origin in enumerate(backtest.origins.tolist()):
        is_part = np.isfinite(backtest.forecasts[at, :, 0])
        weights = weights_at(backtest, min(origin, until or origin), is_part, params)
        found.append(mixed(backtest.looks[at].parts, dict(zip(PARTS, weights.tolist(), strict=True))))
    return np.array(found)


def mixed(parts: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Return the weighted mean of the parts that there are; where none of those weighed is, `weekday_mean`."""
    known = {name: weight for name, weight in weights.items() if name in parts and weight > 0}
    if not known:
        return parts[BASELINES[0]]
    total = sum(known.values())
    mean: Floats = np.sum([weight / total * parts[name] for name, weight in known.items()], axis=0)
    return mean
