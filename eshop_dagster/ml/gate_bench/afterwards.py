"""What a training let serve, held against the days that followed: errors, probability to buy and intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eshop_dagster.ml.bootstrap import paired_bootstrap
from eshop_dagster.ml.features import CUSTOMER_KEY, LABEL, feature_matrix
from eshop_dagster.ml.gate_bench.policies import Place
from eshop_dagster.ml.gate_bench.trained import Floats
from eshop_dagster.ml.metrics import calibration_ratio, rmse
from eshop_dagster.ml.spend.intervals import coverage_share
from eshop_dagster.ml.spend.parts import NAMES, RANKING_BASELINES
from eshop_dagster.ml.spend.purchase import evaluate_purchases
from eshop_dagster.ml.spend_figures import LEVELS, PROBABILITY, bounds_of


@dataclass(frozen=True)
class Afterwards:
    """What was said of customers, and what they then spent.

    Attributes:
        serves: what served, by name.
        baseline: the ranking baseline with the lowest RMSE in hindsight.
        customers: whose row each is.
        actual: what they spent, an amount.
        served: what was expected of them.
        baseline_said: what that baseline expected.
        probability: published probability to buy; NaN where none is.
        bg_nbd_chance: BG/NBD's own; NaN where it could not be fitted.
        bounds: by level the ends of what is spent by who buys; NaN where none are known.
    """

    serves: str
    baseline: str
    customers: npt.NDArray[Any]
    actual: Floats
    served: Floats
    baseline_said: Floats
    probability: Floats
    bg_nbd_chance: Floats
    bounds: dict[float, tuple[Floats, Floats]]

    def figures(self, seed: int) -> dict[str, Any]:
        """Return errors with the paired difference, Brier scores and areas under the curve, and coverage among buyers.

        Keys: `customers` (rows), `serves`, `rmse_brl`, `baseline`, `baseline_rmse_brl`, `difference_brl` (above 0 is
        worse than the baseline) with `_lower` and `_upper`, `total_ratio`, `buyers`, `brier`, `auc`, `bg_nbd_brier`,
        `bg_nbd_auc`, `coverage_80_share`, `coverage_95_share`; what has no value is left out.
        """
        apart = paired_bootstrap(
            self.actual, self.served, self.baseline_said, "rmse_brl", seed, clusters=self.customers
        )
        bought = self.actual > 0
        found = {
            "customers": self.actual.size,
            "serves": self.serves,
            "rmse_brl": rmse(self.actual, self.served),
            "baseline": self.baseline,
            "baseline_rmse_brl": rmse(self.actual, self.baseline_said),
            "difference_brl": apart.value,
            "difference_brl_lower": apart.lower,
            "difference_brl_upper": apart.upper,
            "total_ratio": calibration_ratio(self.actual, self.served),
            "buyers": int(bought.sum()),
        }
        # A model that was judged on a short window has no probability.
        said = np.isfinite(self.probability)
        if said.any():
            found |= evaluate_purchases(bought[said], self.probability[said])
        if said.any() and np.isfinite(self.bg_nbd_chance[said]).all():
            own = evaluate_purchases(bought[said], self.bg_nbd_chance[said])
            found |= {f"bg_nbd_{name}": value for name, value in own.items()}
        for level, (lower, upper) in self.bounds.items():
            known = bought & np.isfinite(lower) & np.isfinite(upper)
            if known.any():
                held = coverage_share(self.actual[known], lower[known], upper[known])
                found[f"coverage_{level * 100:.0f}_share"] = held
        return found


def afterwards_of(place: Place, rows: pd.DataFrame) -> Afterwards:
    """Return what serves at a place, held against the rows of its day and their label."""
    actual, said = rows[LABEL].to_numpy(dtype=np.float64), place.trained.predict(rows)
    figures = place.trained.models[place.name].figures(feature_matrix(rows, NAMES))
    chance = place.trained.bg_nbd_chance
    there = [name for name in RANKING_BASELINES if name in said]
    baseline = min(there, key=lambda name: rmse(actual, said[name]))
    return Afterwards(
        serves=place.name,
        baseline=baseline,
        customers=rows[CUSTOMER_KEY].to_numpy(),
        actual=actual,
        served=said[place.name],
        baseline_said=said[baseline],
        probability=figures[PROBABILITY],
        bg_nbd_chance=np.full(len(rows), np.nan) if chance is None else chance(rows),
        bounds={level: (figures[bounds_of(level)[0]], figures[bounds_of(level)[1]]) for level in LEVELS},
    )


def joined(cuts: Sequence[Afterwards]) -> Afterwards:
    """Return several days as one: each with what served then, against that day's own best baseline."""

    def all_of(name: str) -> npt.NDArray[Any]:
        return np.concatenate([getattr(one, name) for one in cuts])

    names = ("customers", "actual", "served", "baseline_said", "probability", "bg_nbd_chance")
    return Afterwards(
        serves=_names([one.serves for one in cuts]),
        baseline=_names([one.baseline for one in cuts]),
        **{name: all_of(name) for name in names},
        bounds={
            level: tuple(np.concatenate([one.bounds[level][end] for one in cuts]) for end in (0, 1))  # type: ignore[misc]
            for level in LEVELS
        },
    )


def _names(found: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(found))
