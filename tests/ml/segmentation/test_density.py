import numpy as np
import pandas as pd

from eshop_dagster.ml.segmentation.count import CountRule
from eshop_dagster.ml.segmentation.density import (
    NOISE,
    dense_clusters,
    dense_points,
    distance_to_dense,
    spread_clusters,
    try_density_lane,
)

RULE = CountRule(0.03, 0.6, least_stability=0.8, least_value_ratio=0.9, least_gain=0.01, bootstraps=2, n_init=3)


def two_clouds_and_a_stray() -> np.ndarray:
    rng = np.random.default_rng(0)
    clouds = [rng.normal(centre, 0.2, (100, 2)) for centre in (0.0, 10.0)]
    return np.concatenate([*clouds, [[5.0, 30.0]]])


def test_dense_regions_are_clusters_and_a_stray_is_noise():
    clusters = dense_clusters(two_clouds_and_a_stray(), 0.1)
    assert set(clusters[:100]) == {clusters[0]} != set(clusters[100:200])
    assert clusters[200] == NOISE


def test_too_few_points_hold_no_cluster():
    assert dense_clusters(np.zeros((10, 2)), 0.1).tolist() == [NOISE] * 10


def test_noise_takes_the_cluster_of_the_nearest_clustered_point():
    points, clusters = np.array([[0.0], [1.0], [9.0]]), np.array([0, NOISE, 1])
    assert spread_clusters(points, clusters, np.array([[1.0], [6.0]])).tolist() == [0, 1]
    assert spread_clusters(points, np.full(3, NOISE), points).tolist() == [0, 0, 0]


def test_a_segment_without_a_cluster_still_has_its_denser_half():
    rng = np.random.default_rng(1)
    spread = rng.uniform(-100, -50, (20, 2))
    points = np.concatenate([rng.normal(10, 0.1, (200, 2)), rng.normal(20, 0.1, (200, 2)), spread])
    labels = np.repeat([0, 1], [400, 20])
    dense = dense_points(points, labels, 0.1, 0.02)
    assert not (dense_clusters(points, 0.1)[400:] != NOISE).any()
    assert dense[400:].sum() == 10


def test_the_fringe_of_a_cluster_is_not_dense():
    points = two_clouds_and_a_stray()[:200]
    dense = dense_points(points, np.repeat([0, 1], 100), 0.1, 0.05)
    assert (~dense[:100]).sum() >= 5
    assert dense[:100].sum() >= 50


def test_the_distance_of_a_dense_point_is_to_another_one():
    points = np.array([[0.0], [1.0], [3.0], [3.5]])
    dense = np.array([True, True, True, False])
    assert distance_to_dense(points, dense).tolist() == [1.0, 1.0, 2.0, 0.5]
    assert distance_to_dense(points, np.zeros(4, dtype=bool)).tolist() == [np.inf] * 4


def test_the_lane_is_judged_by_the_rule_of_the_other_candidates():
    points = two_clouds_and_a_stray()
    worth = np.repeat([10.0, 1000.0, 10.0], [100, 100, 1])
    frame = pd.DataFrame({"recency_days": 1.0, "order_count": worth / 10, "net_revenue_brl": worth})
    lane = try_density_lane(points, frame, RULE, seed=0)
    assert lane["segment_count"] == 2
    assert lane["noise_share"] == 1 / 201
    assert lane["stability"] > 0.95
    assert lane["is_admissible"]
    alone = try_density_lane(points[:100], frame[:100], RULE, seed=0)
    assert not alone["is_admissible"]
