"""Whether a segmentation fits the customers at hand: no emptied segment, few outliers, figures that are their own."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from eshop_dagster.ml.segmentation.params import SegmentationParams


def find_misfits(
    segment_ids: npt.ArrayLike,
    is_outlier: npt.ArrayLike,
    known_ids: Iterable[int],
    *,
    most_outlier_share: float = SegmentationParams.most_outlier_share,
) -> tuple[str, ...]:
    """Return what speaks against giving these customers these segments, in words; nothing where they fit.

    Args:
        segment_ids: shape (n,), the segment of each customer.
        is_outlier: shape (n,), who resembles none of the own segment.
        known_ids: the segments of the model.
        most_outlier_share: share (0-1) of customers who may be outliers.
    """
    ids, outliers = np.asarray(segment_ids, dtype=np.int64), np.asarray(is_outlier, dtype=np.bool_)
    if ids.size == 0:
        return ("there are no customers",)
    found = []
    emptied = sorted({int(one) for one in known_ids} - {int(one) for one in np.unique(ids)})
    if emptied:
        numbers = ", ".join(map(str, emptied))
        found.append(
            f"segment {numbers} holds no customer" if len(emptied) == 1 else f"segments {numbers} hold no customer"
        )
    share = float(outliers.mean())
    if share > most_outlier_share:
        found.append(
            f"{share:.1%} of the customers resemble none of their segment, at most {most_outlier_share:.0%} may"
        )
    return tuple(found)


def find_wrong_figures(table: pd.DataFrame, segment_ids: npt.ArrayLike) -> tuple[str, ...]:
    """Return what of a table of segments does not belong to the customers counted in it; nothing where all does.

    Args:
        table: a row per segment: `segment_id`, `customer_count`, and figures of any name.
        segment_ids: shape (n,), the segment of each customer.
    """
    ids, counts = np.unique(np.asarray(segment_ids, dtype=np.int64), return_counts=True)
    counted = dict(zip(ids.tolist(), counts.tolist(), strict=True))
    found = [
        f"segment {row.segment_id} counts {row.customer_count} customers and has {counted.get(row.segment_id, 0)}"
        for row in table[["segment_id", "customer_count"]].itertuples()
        if row.customer_count != counted.get(row.segment_id, 0)
    ]
    lost = sorted(set(counted) - set(table["segment_id"].tolist()))
    if lost:
        found.append(f"customers of segments {', '.join(map(str, lost))} have no row")
    numbers = table.select_dtypes("number")
    for name in numbers.columns[~np.isfinite(numbers.to_numpy(dtype=np.float64)).all(axis=0)]:
        found.append(f"{name} is no finite number")
    return tuple(found)
