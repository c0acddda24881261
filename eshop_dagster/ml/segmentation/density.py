"""The lane for outliers: HDBSCAN on a sample finds where customers are dense, with no number of segments given.

Campello, Moulavi and Sander (2013), Density-Based Clustering Based on Hierarchical Density Estimates. It is a candidate
for the partition itself, judged like the others with every customer given to the cluster of the nearest clustered one;
and whatever the partition, it says which customers resemble none of their segment.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score

from eshop_dagster.ml.partition import Floats, Labels, partition_metrics
from eshop_dagster.ml.segmentation.count import CountRule, business_metrics

Flags = npt.NDArray[np.bool_]

NEIGHBOURS = 10
NOISE = -1


def dense_clusters(points: Floats, smallest_share: float) -> Labels:
    """Return the HDBSCAN cluster of each point, shape (n,); -1 is noise.

    Args:
        points: shape (n, d), in the model's space.
        smallest_share: least share of the points in a cluster.
    """
    smallest = max(NEIGHBOURS, int(np.ceil(smallest_share * len(points))))
    if len(points) <= smallest:
        return np.full(len(points), NOISE, dtype=np.int64)
    lane = HDBSCAN(min_cluster_size=smallest, min_samples=NEIGHBOURS, copy=True, n_jobs=1)
    return np.asarray(lane.fit_predict(points), dtype=np.int64)


def spread_clusters(points: Floats, clusters: Labels, wanted: Floats) -> Labels:
    """Return for each wanted point the cluster of the nearest clustered point; all 0 where there is none."""
    clustered = clusters != NOISE
    if not clustered.any():
        return np.zeros(len(wanted), dtype=np.int64)
    _, nearest = cKDTree(points[clustered]).query(wanted)
    spread: Labels = clusters[clustered][nearest]
    return spread


def try_density_lane(judged: Floats, behaviour: pd.DataFrame, rule: CountRule, *, seed: int) -> dict[str, float]:
    """Return how the lane compares by the rule of `count`, and its `noise_share`.

    The stability is that of HDBSCAN on bootstrap samples without their repeats: a customer drawn twice is no denser
    region.

    Args:
        judged: shape (m, d), a sample of customers in the model's space.
        behaviour: the same customers: `recency_days`, `order_count` and `net_revenue_brl`.
    """
    clusters = dense_clusters(judged, rule.smallest_share)
    labels = spread_clusters(judged, clusters, judged)
    agreements = []
    for start in range(rule.bootstraps):
        rng = np.random.default_rng([seed, start])
        drawn = judged[np.unique(rng.integers(0, len(judged), len(judged)))]
        again = spread_clusters(drawn, dense_clusters(drawn, rule.smallest_share), judged)
        agreements.append(float(adjusted_rand_score(labels, again)))
    count = int(labels.max()) + 1
    trial = {
        **partition_metrics(judged, labels),
        "stability": float(np.mean(agreements)),
        **business_metrics(behaviour, labels, count),
    }
    is_admissible = count >= 2 and rule.admits(trial)
    return {
        "segment_count": count,
        **trial,
        "noise_share": float((clusters == NOISE).mean()),
        "is_admissible": is_admissible,
    }


def dense_points(points: Floats, labels: Labels, smallest_share: float, outlier_share: float) -> Flags:
    """Return which points are dense, shape (n,): those in an HDBSCAN cluster, and of every segment its denser half.

    A segment of few customers who differ much, such as the best ones, may hold no cluster at all; without its denser
    half, all of them would be outliers. The fringe of a cluster does not count: who lies there is no measure of others.

    Args:
        points: shape (n, d), in the model's space.
        labels: shape (n,), the segment of each point.
        smallest_share: least share of the points in a cluster.
        outlier_share: share of each segment that is its fringe, by the distance to the tenth neighbour.
    """
    neighbours = min(NEIGHBOURS + 1, len(points))
    reach = cKDTree(points).query(points, k=neighbours)[0].reshape(len(points), -1)[:, -1]
    dense: Flags = dense_clusters(points, smallest_share) != NOISE
    for label in np.unique(labels):
        own = labels == label
        half, fringe = np.quantile(reach[own], [0.5, 1.0 - outlier_share])
        dense[own] = (dense[own] | (reach[own] <= half)) & (reach[own] <= fringe)
    return dense


def distance_to_dense(points: Floats, dense: Flags) -> Floats:
    """Return the distance of each point to the nearest other dense point, shape (n,); infinite where there is none."""
    if not dense.any():
        return np.full(len(points), np.inf)
    found = cKDTree(points[dense]).query(points, k=2)[0]
    distances: Floats = np.where(dense, found[:, 1], found[:, 0])
    return distances
