"""`eshop bench gate --cuts`: a home's own history, cut after so many months, and what would have served since."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.point_in_time import copy_history
from eshop_dagster.ml.evidence import GateRules
from eshop_dagster.ml.gate_bench import POLICIES, Afterwards, afterwards_of, joined, next_place
from eshop_dagster.stages.bench_gate_shops import StoredShop
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.progress import Counter

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
    `_upper` (above 0 is worse than the baseline), `total_ratio`, what `Afterwards.figures` says of the
    probability to buy and of the intervals, and `trouble`: why a cut has no figures. The last row, `months` of None, is
    of all cuts together, the rows of a customer drawn as one.

    Raises:
        CutError: the home holds no order.
    """
    found = platform.warehouse.read("SELECT min(ordered_date) AS first, max(ordered_date) AS last FROM fct_orders")
    first, last = found["first"][0].as_py(), found["last"][0].as_py()
    if first is None:
        raise CutError(f"the home {platform.home} holds no order to cut: fill it with `eshop run`")
    days = [first + timedelta(days=round(MONTH_DAYS * number)) for number in months]
    rules, seed = GateRules.from_mapping(platform.params.gate), int(platform.params.of("spend").get("seed", 0))
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
        rows, after = [], []
        for number, day in zip(months, days, strict=True):
            found = _cut(shop, day, rules, seed=seed)
            known = {"trouble": found} if isinstance(found, str) else found.figures(seed)
            rows.append({"months": number, "day": str(day), **known})
            after += [] if isinstance(found, str) else [found]
            counter.advance()
    if len(after) > 1:
        rows.append({"months": None, "day": None, **joined(after).figures(seed)})
    return rows


def _cut(shop: StoredShop, day: date, rules: GateRules, *, seed: int) -> Afterwards | str:
    """Return what served and what came of it, or why there is nothing to say."""
    import numpy as np

    from eshop_dagster.ml.features import LABEL

    trained = shop.training(day)
    if trained is None:
        return shop.reasons[day]
    rows = shop.rows(day)
    actual = rows[LABEL].to_numpy(dtype=np.float64)
    if not np.isfinite(actual).all():
        return "the days after it are not all known yet"
    if actual.sum() == 0:
        return "nobody spent anything in the days after it"
    place = next_place(POLICIES[0], trained, None, rules, seed=seed)
    return afterwards_of(place, rows)
