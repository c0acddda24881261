"""How well a partition tells customers apart, and the partition that every segmentation must beat."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata
from sklearn.metrics import davies_bouldin_score, silhouette_score

Labels = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

WORST_SILHOUETTE = -1.0


def partition_metrics(points: Floats, labels: Labels) -> dict[str, float]:
    """Return `silhouette` (-1 to 1, higher is better) and `davies_bouldin` (0 up, lower is better).

    A partition of one group, or of as many groups as points, separates nothing: the silhouette is -1 and Davies-Bouldin
    infinite.

    Args:
        points: shape (n, d).
        labels: shape (n,).
    """
    if len(points) != len(labels) or len(points) == 0:
        raise ValueError(f"{len(points)} points and {len(labels)} labels; expected as many of each, at least one.")
    if not 2 <= len(np.unique(labels)) < len(points):
        return {"silhouette": WORST_SILHOUETTE, "davies_bouldin": float("inf")}
    return {
        "silhouette": float(silhouette_score(points, labels)),
        "davies_bouldin": float(davies_bouldin_score(points, labels)),
    }


def value_separation(net_revenue_brl: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Return eta squared: the share (0-1) of the variance of log net worth that lies between the groups.

    The log scale (inverse hyperbolic sine) keeps a few great customers from deciding alone. 0 where all are equal.
    """
    worth = np.arcsinh(np.asarray(net_revenue_brl, dtype=np.float64))
    groups = np.asarray(labels)
    if worth.size != groups.size or worth.size == 0:
        raise ValueError(f"{worth.size} values and {groups.size} labels; expected as many of each, at least one.")
    total = float(np.square(worth - worth.mean()).sum())
    if total == 0:
        return 0.0
    _, position, size = np.unique(groups, return_inverse=True, return_counts=True)
    means = np.bincount(position, weights=worth) / size
    return float((size * np.square(means - worth.mean())).sum()) / total


def quintiles(values: npt.ArrayLike) -> Labels:
    """Return 1 (lowest fifth) to 5 (highest fifth); equal values share the quintile of their mean rank."""
    return _parts(values, 5)


def rfm_groups(frame: pd.DataFrame, count: int) -> Labels:
    """Return the baseline partition: customers by the sum of their recency, frequency and monetary quintiles.

    The sum (3 to 15) is cut into at most `count` groups of like size, so that both sides of a comparison may use
    equally many groups; customers of one sum stay together, so that groups may fall out.

    Args:
        frame: `recency_days` (few is good), `order_count` and `net_revenue_brl`.
    """
    if count < 1:
        raise ValueError(f"count is {count}; expected 1 or more groups.")
    score = quintiles(-frame["recency_days"]) + quintiles(frame["order_count"]) + quintiles(frame["net_revenue_brl"])
    return _parts(score, count) - 1


def _parts(values: npt.ArrayLike, count: int) -> Labels:
    ranks = rankdata(np.asarray(values, dtype=np.float64))
    # The middle of a rank: half a customer below it, so that ten values fall two by two into five parts.
    parts: Labels = np.ceil(count * (ranks - 0.5) / ranks.size).astype(np.int64)
    return parts
