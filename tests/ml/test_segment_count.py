import numpy as np
import pytest

from eshop_dagster.ml.segment_count import CountRule, choose_segment_count, segment_pipeline

RULE = CountRule(smallest_share=0.03, least_stability=0.8, bootstraps=2, n_init=3)


def clouds(*sizes: int) -> np.ndarray:
    """Round clouds of so many points, ten standard deviations apart."""
    rng = np.random.default_rng(0)
    return np.concatenate([rng.normal((10.0 * place, (place % 2) * 10.0), 1, (n, 2)) for place, n in enumerate(sizes)])


def test_as_many_segments_as_there_are_clouds_are_chosen():
    points = clouds(100, 100, 100, 100)
    chosen, table = choose_segment_count(points, points, range(3, 7), RULE, seed=0)
    assert chosen == 4
    assert table.loc[table["is_chosen"], "segment_count"].tolist() == [4]
    assert table["segment_count"].tolist() == [3, 4, 5, 6]


def test_a_number_whose_smallest_segment_is_too_small_is_not_admissible():
    points = clouds(200, 200, 200, 5)
    chosen, table = choose_segment_count(points, points, [3, 4], RULE, seed=0)
    assert chosen == 3
    assert table["smallest_share"].tolist()[1] == pytest.approx(5 / 605)
    assert table["is_admissible"].tolist() == [True, False]


def test_where_none_is_admissible_the_most_stable_is_taken():
    points = clouds(100, 100, 100)
    strict = CountRule(smallest_share=0.4, least_stability=0.8, bootstraps=2, n_init=3)
    chosen, table = choose_segment_count(points, points, [3, 5], strict, seed=0)
    assert not table["is_admissible"].any()
    assert chosen == 3


def test_the_order_of_the_numbers_tried_changes_nothing():
    points = clouds(50, 50, 50)
    first, again = (choose_segment_count(points, points, counts, RULE, seed=0) for counts in ([3, 4], [4, 3]))
    assert first[0] == again[0]
    assert first[1].equals(again[1])


def test_numbers_above_that_of_different_points_are_left_out():
    points = np.repeat(clouds(2, 2), 30, axis=0)
    _, table = choose_segment_count(points, points, range(3, 9), RULE, seed=0)
    assert table["segment_count"].tolist() == [3, 4]
    with pytest.raises(ValueError, match=r"1 different points for \[3\] segments"):
        choose_segment_count(points[:30], points[:30], [3], RULE, seed=0)


def test_the_pipeline_ends_in_kmeans_of_the_count_asked_for():
    assert segment_pipeline(["order_count"], 4, n_init=2, seed=0)["kmeans"].n_clusters == 4
