"""A challenger, the sitting champion and the best baseline on the same judged rows, as the gate looks at them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.evidence import Comparison
from eshop_dagster.ml.metrics import rmse
from eshop_dagster.ml.slices import REGIONS, spend_slices
from eshop_dagster.ml.spend.apart import rmse_apart
from eshop_dagster.ml.spend.champion import champion_says
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.model import SpendMean
from eshop_dagster.ml.spend.walk import WalkForward


def compare_spend(
    walk: WalkForward,
    mine: Floats,
    rival: str,
    champion: SpendMean | None,
    *,
    seed: int,
    slice_rows: int,
    regions: Mapping[str, Sequence[str]] | None = REGIONS,
) -> Comparison:
    """Return how a challenger stands against the champion and the best baseline, over all judged windows together.

    Intervals draw customers, each with all of their rows.

    Args:
        walk: the challenger's walk-forward predictions.
        mine: what the challenger's formula says of their rows.
        rival: name of the best baseline there.
        champion: None where there is none.
        seed: of the bootstrap.
        slice_rows: least rows of a slice.
        regions: as `spend_slices` takes them.
    """

    def apart(a: Floats, b: Floats) -> Interval:
        return rmse_apart(walk.actual, a, b, walk.customers, seed)

    baseline = walk.said[rival]
    theirs = None if champion is None else champion_says(champion, walk)
    slices = spend_slices(
        walk.rows,
        walk.actual,
        mine,
        baseline if theirs is None else theirs,
        seed=seed,
        least_rows=slice_rows,
        clusters=walk.customers,
        regions=regions,
    )
    alone = Comparison(against_baseline=apart(mine, baseline), baseline_name=rival, slices=slices)
    if theirs is None:
        return alone if champion is None else replace(alone, champion_trouble="none of its parts could be fitted")
    return replace(
        alone,
        champion=rmse(walk.actual, theirs),
        difference=apart(mine, theirs),
        champion_against_baseline=apart(theirs, baseline),
    )
