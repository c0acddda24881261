"""`eshop bench gate --cuts`: a home's own history, cut after so many months, and what would have served since."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eshop_dagster.adapters.point_in_time import copy_history
from eshop_dagster.ml.evidence import GateRules
from eshop_dagster.ml.gate_bench import POLICIES, next_place
from eshop_dagster.stages.bench_gate_shops import StoredShop
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.progress import Counter

if TYPE_CHECKING:
    import numpy as np

MONTH_DAYS = 30.4375
STAGE = "cut the history"


class CutError(ValueError):
    """The home has no history to cut."""


def measure_cuts(
    platform: Platform,
    months: Sequence[int],
    sample: int,
    lock: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> list[dict[str, Any]]:
    """Return for each cut what would have served, and how far its error lies from that of every baseline afterwards.

    Each cut is a first decision: no champion sits. Rows: `months`, `day`, `customers`, `serves`, `rmse_brl`,
    `baseline` (the one with the lowest RMSE in hindsight), `baseline_rmse_brl`, `difference_brl` with `_lower` and
    `_upper` (above 0 is worse than the baseline), `total_ratio`, and `trouble`: why a cut has no figures.

    Raises:
        CutError: the home holds no order.
    """
    found = platform.warehouse.read("SELECT min(ordered_date) AS first, max(ordered_date) AS last FROM fct_orders")
    first, last = found["first"][0].as_py(), found["last"][0].as_py()
    if first is None:
        raise CutError(f"the home {platform.home} holds no order to cut: fill it with `eshop run`")
    days = [first + timedelta(days=round(MONTH_DAYS * number)) for number in months]
    rules, seed = GateRules.from_mapping(platform.params.gate), int(platform.params.spend.get("seed", 0))
    target = platform.home / "bench"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=target) as scratch:
        with lock():
            window_days = platform.params.cutoffs.horizon_days
            copy = copy_history(
                platform.warehouse.path, Path(scratch), sample=sample, known_before=last, window_days=window_days
            )
        shop = StoredShop(copy, platform.params, first)
        counter = Counter(STAGE, len(days))
        rows = []
        for number, day in zip(months, days, strict=True):
            rows.append({"months": number, "day": str(day), **_cut(shop, day, rules, seed=seed)})
            counter.advance()
    return rows


def _cut(shop: StoredShop, day: date, rules: GateRules, *, seed: int) -> dict[str, Any]:
    import numpy as np

    from eshop_dagster.ml.features import LABEL

    trained = shop.training(day)
    if trained is None:
        return {"trouble": shop.reasons[day]}
    rows = shop.rows(day)
    actual = rows[LABEL].to_numpy(dtype=np.float64)
    if not np.isfinite(actual).all():
        return {"trouble": "the days after it are not all known yet"}
    if actual.sum() == 0:
        return {"trouble": "nobody spent anything in the days after it"}
    place = next_place(POLICIES[0], trained, None, rules, seed=seed)
    return {
        "customers": len(rows),
        "serves": place.name,
        **held_against(actual, trained.predict(rows), place.name, seed),
    }


def held_against(actual: "np.ndarray", said: "Mapping[str, np.ndarray]", served: str, seed: int) -> dict[str, Any]:
    """Return the error of what served beside the lowest of any baseline in hindsight, with the paired difference."""
    from eshop_dagster.ml.bootstrap import paired_bootstrap
    from eshop_dagster.ml.metrics import calibration_ratio, rmse
    from eshop_dagster.ml.spend.parts import RANKING_BASELINES

    there = [name for name in RANKING_BASELINES if name in said]
    baseline = min(there, key=lambda name: rmse(actual, said[name]))
    apart = paired_bootstrap(actual, said[served], said[baseline], "rmse_brl", seed)
    return {
        "rmse_brl": rmse(actual, said[served]),
        "baseline": baseline,
        "baseline_rmse_brl": rmse(actual, said[baseline]),
        "difference_brl": apart.value,
        "difference_brl_lower": apart.lower,
        "difference_brl_upper": apart.upper,
        "total_ratio": calibration_ratio(actual, said[served]),
    }
