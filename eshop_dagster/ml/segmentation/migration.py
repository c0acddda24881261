"""Who moved: the segments of the same customers under the champion and under the challenger."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from eshop_dagster.ml.features import feature_matrix
from eshop_dagster.ml.segmentation.model import SegmentModel


@dataclass(frozen=True)
class Migration:
    """How customers move between segments when one model takes the other's place.

    Attributes:
        table: a row per pair of ids, rising: `champion_segment_id`, `segment_id`, `customer_count`, `customer_share`
            (0-1, of all customers) and `moved_from_share` (0-1, of the champion's segment).
        moved_share: share (0-1) of the customers whose id changes.
    """

    table: pd.DataFrame
    moved_share: float


def migration(champion_labels: npt.ArrayLike, challenger_labels: npt.ArrayLike) -> Migration:
    """Return the migration matrix of customers labelled by both models, in the same order of rows.

    Raises:
        ValueError: no customers, or not as many labels of each.
    """
    before, after = np.asarray(champion_labels, dtype=np.int64), np.asarray(challenger_labels, dtype=np.int64)
    if before.shape != after.shape or before.size == 0:
        raise ValueError(
            f"{before.size} labels of the champion and {after.size} of the challenger; expected one of each per "
            "customer, at least one customer."
        )
    old_ids, old = np.unique(before, return_inverse=True)
    new_ids, new = np.unique(after, return_inverse=True)
    counts = np.zeros((old_ids.size, new_ids.size), dtype=np.int64)
    np.add.at(counts, (old, new), 1)
    table = pd.DataFrame(
        {
            "champion_segment_id": np.repeat(old_ids, new_ids.size),
            "segment_id": np.tile(new_ids, old_ids.size),
            "customer_count": counts.ravel(),
            "customer_share": (counts / before.size).ravel(),
            "moved_from_share": (counts / counts.sum(axis=1, keepdims=True)).ravel(),
        }
    )
    return Migration(table, float((before != after).mean()))


def migrate(champion: SegmentModel, challenger: SegmentModel, frame: pd.DataFrame) -> Migration:
    """Return who would move if the challenger took the champion's place, of the customers of one cut-off.

    Both see the same features of the same day, so that nobody moves for having bought or not bought meanwhile.

    Args:
        champion: the present model.
        challenger: the model that may follow.
        frame: keys and features.
    """
    before, after = (model.predict(feature_matrix(frame, model.feature_names_)) for model in (champion, challenger))
    return migration(before, after)
