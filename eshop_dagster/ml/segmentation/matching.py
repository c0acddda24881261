"""Which new segment is which of the champion's, so that an id keeps its meaning after a retrain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from eshop_dagster.ml.partition import Floats
from eshop_dagster.ml.segmentation.model import SegmentModel


@dataclass(frozen=True)
class Matching:
    """The ids of a challenger's segments.

    Attributes:
        ids: the published id of each centroid of the challenger, in the order given.
        distances: by id kept, how far its centroid moved; standard deviations of the champion's customers.
        new_ids: ids that no model of the line gave before, rising.
        retired_ids: ids of the champion that no segment of the challenger continues, rising.
    """

    ids: tuple[int, ...]
    distances: dict[int, float]
    new_ids: tuple[int, ...]
    retired_ids: tuple[int, ...]

    def table(self) -> pd.DataFrame:
        """Return `segment_id`, `fate` (kept, new or retired) and `distance` (NaN unless kept), by rising id."""
        rows = [(one, "kept", distance) for one, distance in self.distances.items()]
        rows += [(one, "new", np.nan) for one in self.new_ids] + [(one, "retired", np.nan) for one in self.retired_ids]
        return pd.DataFrame(sorted(rows), columns=["segment_id", "fate", "distance"])


def match_segments(
    challenger: Floats,
    champion: Floats,
    champion_ids: Sequence[int],
    worth_brl: Sequence[float],
    *,
    most_distance: float,
    used_ids: Iterable[int] = (),
) -> Matching:
    """Return the ids that continue the champion's: the one-to-one assignment of least total distance between centroids.

    Hungarian method (Kuhn 1955); a pair farther apart than `most_distance` counts as that far and is no match, so that
    two poor pairs never push a good one aside. Segments without a match get ids never used before, by falling worth.
    The order of the challenger's centroids changes no id.

    Args:
        challenger: centroids, shape (k, d), in the champion's scale.
        champion: centroids, shape (c, d), in the same scale.
        champion_ids: shape (c,).
        worth_brl: mean net worth of the challenger's segments, shape (k,).
        most_distance: the farthest that a segment may have moved and still be the same.
        used_ids: ids given before by the line, besides the champion's.
    """
    if challenger.shape[1] != champion.shape[1] or len(champion) != len(champion_ids):
        raise ValueError(
            f"centroids of shape {challenger.shape} against {champion.shape} with {len(champion_ids)} ids; expected "
            "the same features and one id per centroid of the champion."
        )
    # Ties are broken by the centroids themselves, never by the label that chance gave them.
    order = np.lexsort(challenger.T[::-1])
    distance = cdist(challenger[order], champion)
    rows, columns = linear_sum_assignment(np.minimum(distance, most_distance))
    ids: dict[int, int] = {}
    kept: dict[int, float] = {}
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if distance[row, column] <= most_distance:
            ids[int(order[row])] = int(champion_ids[column])
            kept[int(champion_ids[column])] = float(distance[row, column])
    unmatched = sorted(
        (place for place in range(len(challenger)) if place not in ids),
        key=lambda place: (-worth_brl[place], *challenger[place]),
    )
    first = max([-1, *used_ids, *champion_ids]) + 1
    new = dict(zip(unmatched, range(first, first + len(unmatched)), strict=True))
    ids |= new
    return Matching(
        ids=tuple(ids[place] for place in range(len(challenger))),
        distances=dict(sorted(kept.items())),
        new_ids=tuple(new.values()),
        retired_ids=tuple(sorted({int(one) for one in champion_ids} - set(kept))),
    )


def rank_by_worth(centroids: Floats, worth_brl: Sequence[float]) -> tuple[int, ...]:
    """Return the ids of a line's first model: 0 has the highest mean net worth, ties go by centroid.

    K-means numbers its clusters by chance, and another seed would swap the meaning of every id.
    """
    order = sorted(range(len(centroids)), key=lambda place: (-worth_brl[place], *centroids[place]))
    return tuple(int(rank) for rank in np.argsort(order))


def continue_ids(
    challenger: SegmentModel,
    champion: SegmentModel | None,
    worth_brl: Sequence[float],
    *,
    most_distance: float,
    used_ids: Iterable[int] = (),
) -> Matching:
    """Return the ids of a fitted challenger: the champion's continued, or ranked by worth where nothing can be.

    Nothing can be continued where there is no champion, or one that looks at other features; in the second case, every
    id is new.

    Args:
        worth_brl: mean net worth of the challenger's segments, in the order of its centroids.
    """
    used = {*used_ids, *(champion.used_ids_.tolist() if champion is not None else ())}
    if champion is None or champion.feature_names_ != challenger.feature_names_:
        return start_again(challenger, champion, worth_brl, used)
    return match_segments(
        champion.space_["scale"].transform(challenger.space_["scale"].inverse_transform(challenger.centroids_)),
        champion.centroids_,
        champion.segment_ids_.tolist(),
        worth_brl,
        most_distance=most_distance,
        used_ids=used,
    )


def start_again(
    challenger: SegmentModel, champion: SegmentModel | None, worth_brl: Sequence[float], used_ids: Iterable[int]
) -> Matching:
    """Return ids that rank the challenger's segments by worth, from the first above all used; the champion's retire."""
    first = max(used_ids, default=-1) + 1
    ids = tuple(first + rank for rank in rank_by_worth(challenger.centroids_, worth_brl))
    retired = tuple(champion.segment_ids_.tolist()) if champion is not None else ()
    return Matching(ids, {}, tuple(sorted(ids)), retired)
