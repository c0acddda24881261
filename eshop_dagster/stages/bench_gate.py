"""`eshop bench gate`: the spend model's gate beside simpler policies, on shops whose future is known."""

import io
import json
import tempfile
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eshop_dagster.adapters.files import write_atomically, write_json
from eshop_dagster.ml.evidence import GateRules
from eshop_dagster.ml.gate_bench import BASELINE, NEVER, NEWEST, RULE, SETS
from eshop_dagster.stages.bench_gate_shops import StoredShop, store_shop
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.progress import Counter

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.ml.gate_bench import ShopSpec

REGRET_GOAL, OFF_GOAL = 0.06, 0.12
"""On shops that had no say in the rule: most mean regret, and most origins whose total is off by half as much again."""

SIMPLE = (NEWEST, BASELINE, NEVER)

STAGE = "bench gate"

LEAST_HISTORY_DAYS = 120
"""No shop trains before; many only later, when their cut-offs have customers enough."""


@dataclass(frozen=True)
class GateRequest:
    """What to measure.

    Attributes:
        shops: of each set, the first so many.
        origins: of each shop, at most the last so many; None is all that the history has room for.
        seed: of the shops' draws.
    """

    shops: int = 10
    origins: int | None = None
    seed: int = 1


def measure_gate(params: Params, request: GateRequest) -> "pd.DataFrame":
    """Return one row per shop, origin and policy, and `set`: `design` or `test`."""
    import pandas as pd

    from eshop_dagster.ml.gate_bench import walk_origins

    rules, seed = GateRules.from_mapping(params.gate), int(params.of("spend").get("seed", 0))
    chosen = [(name, spec) for name, specs in SETS.items() for spec in specs[: request.shops]]
    counter = Counter(STAGE, sum(len(origins_of(spec, request.origins)) for _, spec in chosen))
    found = []
    for name, spec in chosen:
        with tempfile.TemporaryDirectory(prefix="eshop-bench-gate-") as folder:
            history = store_shop(spec, request.seed, Path(folder), horizon_days=params.cutoffs.horizon_days)
            shop = StoredShop(history, params, spec.first_day)
            days = origins_of(spec, request.origins)
            rows = walk_origins(spec.name, shop, days, rules=rules, seed=seed, on_day=counter.advance)
        found.append(rows.assign(set=name, months=[_months(spec.first_day, day) for day in rows["day"]]))
    return pd.concat(found, ignore_index=True)


def origins_of(spec: "ShopSpec", most: int | None) -> list[date]:
    """Return the days on which a shop trains, rising, the last one at the end of its history."""
    numbers = range(spec.days, LEAST_HISTORY_DAYS - 1, -spec.origin_days)
    return [spec.day(number) for number in numbers[:most]][::-1]


def gate_document(origins: "pd.DataFrame", request: GateRequest) -> dict[str, Any]:
    """Return what was measured as JSON holds it: the request, the policies of each set, whether the goals are met."""
    from eshop_dagster.ml.gate_bench import summary

    sets = {
        name: summary(rows, RULE, seed=request.seed).to_dict("records")
        for name, rows in origins.groupby("set", sort=False)
    }
    document: dict[str, Any] = {"request": asdict(request), "sets": sets, "goals": goals(sets["test"])}
    document["shops"] = _records(_by_shop(origins))
    return document


def goals(policies: Sequence[Mapping[Hashable, Any]]) -> dict[str, Any]:
    """Return the goals of the platform's rule on the test shops, and whether each is met."""
    by_name = {row["policy"]: row for row in policies}
    rule = by_name[RULE]
    return {
        "regret": {"value": rule["regret"], "goal": REGRET_GOAL, "is_met": rule["regret"] <= REGRET_GOAL},
        "off_share": {"value": rule["off_share"], "goal": OFF_GOAL, "is_met": rule["off_share"] <= OFF_GOAL},
        "below_simple_policies": {name: rule["regret"] < by_name[name]["regret"] for name in SIMPLE},
    }


def write_gate(folder: Path, origins: "pd.DataFrame", document: Mapping[str, Any]) -> None:
    """Write `gate.json`, `gate.csv` (every origin) and `gate.png`."""
    from eshop_dagster.ml.plots.bench_gate import gate_figure

    write_json(folder / "gate.json", document)
    write_atomically(folder / "gate.csv", origins.to_csv(index=False).encode())
    image = io.BytesIO()
    gate_figure(origins[origins["set"] == "test"], document["sets"]["test"]).savefig(image, format="png")
    write_atomically(folder / "gate.png", image.getvalue())


def _by_shop(origins: "pd.DataFrame") -> "pd.DataFrame":
    """The mean regret of each policy in each shop, one row per shop."""
    return origins.pivot_table(index=["set", "shop"], columns="policy", values="regret", sort=False).reset_index()


def _records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    return json.loads(frame.to_json(orient="records"))  # type: ignore[no-any-return]


def _months(first: date, day: date) -> float:
    return round((day - first).days / 30.4375, 1)
