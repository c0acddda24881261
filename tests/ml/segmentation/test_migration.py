import numpy as np
import pytest

from eshop_dagster.ml.segmentation import migrate, migration


def test_the_matrix_counts_every_pair_and_its_share_of_the_champions_segment():
    moves = migration([0, 0, 0, 7], [0, 0, 3, 3])
    assert moves.moved_share == 0.5
    assert moves.table.to_numpy().tolist() == [
        [0, 0, 2, 0.5, 2 / 3],
        [0, 3, 1, 0.25, 1 / 3],
        [7, 0, 0, 0.0, 0.0],
        [7, 3, 1, 0.25, 1.0],
    ]


def test_the_order_of_the_customers_changes_nothing():
    rng = np.random.default_rng(0)
    before, after, order = rng.integers(0, 4, 60), rng.integers(0, 5, 60), rng.permutation(60)
    first, again = migration(before, after), migration(before[order], after[order])
    assert first.table.equals(again.table)
    assert first.moved_share == again.moved_share


def test_labels_of_other_customers_are_refused():
    with pytest.raises(ValueError, match="2 labels of the champion and 1 of the challenger"):
        migration([0, 1], [0])
    with pytest.raises(ValueError, match="0 labels of the champion"):
        migration([], [])


def test_nobody_moves_from_a_model_to_itself(shop, segmentation_result):
    assert migrate(segmentation_result.pipeline, segmentation_result.pipeline, shop[1]).moved_share == 0.0
