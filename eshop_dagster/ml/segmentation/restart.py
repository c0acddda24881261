"""When segments start again: with ids never used before, where the champion's would keep a meaning nobody shares.

A retrain continues the champion's ids, and a challenger under which many customers change segment waits for a person.
A first model, fitted on the few customers of a shop's first months, would then hold its ids for ever: each later model
finds other kinds of customers. Segments therefore start again when most would move anyway and the champion

- was fitted on a shop less than half as old, or with less than half as many customers, or
- does not fit today's customers: a segment is empty, or too many are outliers, or
- tells them apart surely worse than the quintile groups that every segmentation must beat.
"""

import numpy as np
import pandas as pd

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.segmentation.misfit import find_misfits
from eshop_dagster.ml.segmentation.model import SegmentModel
from eshop_dagster.ml.segmentation.params import SegmentationParams


def restart_reason(
    champion: SegmentModel,
    matrix: pd.DataFrame,
    moved_share: float,
    against_groups: Interval,
    params: SegmentationParams,
) -> str:
    """Return why segments start again, in words; empty where the champion's ids go on.

    Args:
        champion: the present model.
        matrix: the features of today's customers.
        moved_share: share (0-1) of them who would change segment if the champion's ids went on.
        against_groups: the champion's silhouette minus that of as many quintile groups, on these customers.
        params: `restart_moved_share`, `restart_growth` and `most_outlier_share`.
    """
    if moved_share <= params.restart_moved_share:
        return ""
    why = [
        *_outgrown(champion, matrix, params.restart_growth),
        *_misfits(champion, matrix, params.most_outlier_share),
    ]
    if against_groups.upper < 0:
        why.append(
            f"it tells customers apart worse than quintile groups do (silhouette {against_groups.value:+.3f}, surely "
            f"below {against_groups.upper:+.3f})"
        )
    if not why:
        return ""
    return f"{moved_share:.1%} of customers would change segment, and of the champion holds: {'; '.join(why)}"


def _outgrown(champion: SegmentModel, matrix: pd.DataFrame, growth: float) -> list[str]:
    why = []
    days, customers = int(matrix["tenure_days"].max()), len(matrix)
    if days > growth * champion.shop_days_:
        why.append(f"it was fitted when the shop was {_days(champion.shop_days_)} old, and it is {_days(days)} old now")
    if customers > growth * champion.customer_count_:
        why.append(f"it was fitted on {champion.customer_count_:,} customers, and there are {customers:,} now")
    return why


def _misfits(champion: SegmentModel, matrix: pd.DataFrame, most_outlier_share: float) -> tuple[str, ...]:
    assigned = champion.assign(matrix)
    return find_misfits(
        assigned["segment_id"],
        assigned["is_outlier"],
        champion.segment_ids_.tolist(),
        most_outlier_share=most_outlier_share,
    )


def _days(number: int) -> str:
    return f"{number:,} day{'' if number == 1 else 's'}"


def moved_share_of(champion: SegmentModel, matrix: pd.DataFrame, ids: np.ndarray) -> float:
    """Return the share (0-1) of customers whose id under the champion is another than that in `ids`, shape (n,)."""
    return float((champion.predict(matrix) != ids).mean())
