"""A shop's origins one after the other, each policy with its own champion from the origin before."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Protocol

import numpy as np
import pandas as pd

from eshop_dagster.ml.evidence import GateRules
from eshop_dagster.ml.features import LABEL
from eshop_dagster.ml.gate_bench.policies import POLICIES, Place, Policy, next_place
from eshop_dagster.ml.gate_bench.regret import origin_regret
from eshop_dagster.ml.gate_bench.trained import Floats, Trained


class Shop(Protocol):
    """What the benchmark asks for; `training` may use only what was known before its day."""

    def rows(self, cutoff: date) -> pd.DataFrame:
        """Return keys, features and label at a cut-off."""
        ...

    def training(self, day: date) -> Trained | None:
        """Return the training of a day; None where the history is too short for one."""
        ...


def walk_origins(
    name: str,
    shop: Shop,
    days: Iterable[date],
    *,
    rules: GateRules,
    policies: Sequence[Policy] = POLICIES,
    seed: int = 0,
    on_day: Callable[[], None] = lambda: None,
) -> pd.DataFrame:
    """Return one row per origin and policy with the fields of `OriginRegret`, and `shop`, `day`, `serves`, `trained`.

    An origin without a training, or after which nobody spent anything, has no rows.

    Args:
        name: of the shop.
        days: origins, rising.
        rules: of the platform's gate.
        on_day: called after each origin.
    """
    places: dict[str, Place] = {}
    found: list[dict[str, object]] = []
    for day in days:
        trained = shop.training(day)
        if trained is not None:
            for policy in policies:
                places[policy.name] = next_place(policy, trained, places.get(policy.name), rules, seed=seed)
            found += _judged(name, day, shop.rows(day), trained, places)
        on_day()
    return pd.DataFrame(found)


def _judged(
    name: str, day: date, rows: pd.DataFrame, trained: Trained, places: dict[str, Place]
) -> list[dict[str, object]]:
    actual = rows[LABEL].to_numpy(dtype=np.float64)
    if not (np.isfinite(actual).all() and np.ptp(actual) > 0):
        return []
    by_training = {id(place.trained): place.trained for place in places.values()} | {id(trained): trained}
    said = {key: one.predict(rows) for key, one in by_training.items()}
    served: dict[str, Floats] = {policy: said[id(place.trained)][place.name] for policy, place in places.items()}
    options = {**said[id(trained)], **{f"served by {policy}": values for policy, values in served.items()}}
    return [
        {
            "shop": name,
            "day": day,
            "policy": policy,
            "serves": places[policy].name,
            "trained": places[policy].trained.day,
            **asdict(origin_regret(actual, values, options)),
        }
        for policy, values in served.items()
    ]
