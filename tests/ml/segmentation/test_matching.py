from itertools import permutations

import numpy as np
import pytest

from eshop_dagster.ml.segmentation.matching import match_segments, rank_by_worth

CHAMPION = np.array([[0.0, 0.0], [4.0, 0.0], [8.0, 0.0]])
IDS = [0, 5, 2]


def match(challenger: list[list[float]], worth: list[float] | None = None, **options: object):
    centroids = np.array(challenger)
    given = {"most_distance": 1.0, **options}
    return match_segments(centroids, CHAMPION, IDS, worth or [1.0] * len(centroids), **given)


def test_each_segment_takes_the_id_of_the_nearest_and_reports_how_far_it_moved():
    found = match([[8.0, 0.5], [0.0, 0.0], [4.0, -0.25]])
    assert found.ids == (2, 0, 5)
    assert found.distances == {0: 0.0, 2: 0.5, 5: 0.25}
    assert (found.new_ids, found.retired_ids) == ((), ())


def test_no_permutation_of_the_labels_changes_a_published_id():
    challenger = [[0.3, 0.0], [4.0, 0.9], [20.0, 0.0], [20.0, 1.0]]
    worth = [4.0, 3.0, 2.0, 2.0]
    expected = dict(zip(map(tuple, challenger), match(challenger, worth).ids, strict=True))
    assert list(expected.values()) == [0, 5, 6, 7]
    for order in permutations(range(4)):
        ids = match([challenger[place] for place in order], [worth[place] for place in order]).ids
        assert {tuple(challenger[place]): one for place, one in zip(order, ids, strict=True)} == expected


def test_a_segment_too_far_from_all_gets_an_id_never_used_and_the_lost_one_retires():
    found = match([[0.0, 0.0], [4.0, 0.0], [8.0, 1.01]], used_ids=[9])
    assert found.ids == (0, 5, 10)
    assert (found.new_ids, found.retired_ids) == ((10,), (2,))
    assert match([[0.0, 0.0], [4.0, 0.0], [8.0, 1.0]]).ids == (0, 5, 2)


def test_new_segments_are_numbered_by_falling_worth():
    found = match([[50.0, 0.0], [60.0, 0.0], [0.0, 0.0]], worth=[10.0, 20.0, 5.0])
    assert found.ids == (7, 6, 0)


def test_two_poor_pairs_do_not_push_a_good_one_aside():
    # 0.9 + 0.9 would pair both, but the segment at 0 is the champion's first, and the one at -0.9 is new.
    found = match_segments(np.array([[0.0], [-0.9]]), np.array([[0.0], [0.9]]), [0, 1], [1, 1], most_distance=1.0)
    assert found.ids == (0, 2)


def test_fewer_segments_than_the_champion_has_retire_the_others():
    found = match([[4.1, 0.0]])
    assert found.ids == (5,)
    assert found.retired_ids == (0, 2)
    assert found.table()["fate"].tolist() == ["retired", "retired", "kept"]
    assert found.table()["segment_id"].tolist() == [0, 2, 5]


def test_centroids_of_other_features_are_refused():
    with pytest.raises(ValueError, match=r"shape \(1, 3\) against \(3, 2\) with 3 ids"):
        match([[0.0, 0.0, 0.0]])


def test_a_first_model_ranks_its_segments_by_worth_and_ties_by_centroid():
    centroids = np.array([[2.0], [1.0], [0.0]])
    assert rank_by_worth(centroids, [5.0, 5.0, 9.0]) == (2, 1, 0)
    assert rank_by_worth(centroids[::-1], [9.0, 5.0, 5.0]) == (0, 1, 2)
