import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.partition import partition_metrics, quintiles, rfm_groups, value_separation

POINTS = np.array([[0.0], [1.0], [10.0], [11.0]])
PAIRS = np.array([0, 0, 1, 1])


def test_the_silhouette_is_the_one_worked_out_by_hand():
    # Outer points: (10.5 - 1) / 10.5, inner points: (9.5 - 1) / 9.5; Davies-Bouldin: (0.5 + 0.5) / 10.
    metrics = partition_metrics(POINTS, PAIRS)
    assert metrics["silhouette"] == pytest.approx((9.5 / 10.5 + 8.5 / 9.5) / 2)
    assert metrics["davies_bouldin"] == pytest.approx(0.1)


def test_relabelling_and_row_order_change_no_metric():
    relabelled = partition_metrics(POINTS[::-1], np.array([5, 5, 9, 9]))
    assert relabelled == pytest.approx(partition_metrics(POINTS, PAIRS))


def test_a_partition_of_one_group_separates_nothing():
    assert partition_metrics(POINTS, np.zeros(4, dtype=np.int64)) == {"silhouette": -1.0, "davies_bouldin": np.inf}


def test_labels_that_do_not_fit_the_points_are_refused():
    with pytest.raises(ValueError, match="4 points and 2 labels"):
        partition_metrics(POINTS, PAIRS[:2])
    with pytest.raises(ValueError, match="4 values and 3 labels"):
        value_separation([1, 2, 3, 4], [0, 0, 1])


def test_value_separation_is_the_variance_between_groups_over_the_whole():
    # Log worths 0, 2, 4, 6: within 2 + 2, in all 20.
    revenue = np.sinh([0.0, 2.0, 4.0, 6.0])
    assert value_separation(revenue, PAIRS) == pytest.approx(16 / 20)
    assert value_separation(revenue, ["b", "b", "a", "a"]) == pytest.approx(16 / 20)


def test_value_separation_of_equal_worths_is_zero():
    assert value_separation([3.0, 3.0], [0, 1]) == 0.0


def test_quintiles_hold_a_fifth_each():
    assert quintiles(range(10)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_equal_values_share_a_quintile():
    assert quintiles([1.0] * 97 + [2.0] * 3).tolist() == [3] * 97 + [5] * 3


def test_the_best_customers_form_the_last_group():
    frame = pd.DataFrame(
        {"recency_days": [400, 300, 20, 10], "order_count": [1, 2, 5, 9], "net_revenue_brl": [10, 20, 500, 900]}
    )
    assert rfm_groups(frame, 2).tolist() == [0, 0, 1, 1]
    assert rfm_groups(frame[::-1], 2).tolist() == [1, 1, 0, 0]


def test_no_groups_are_refused():
    with pytest.raises(ValueError, match="count is 0; expected 1 or more groups"):
        rfm_groups(pd.DataFrame({"recency_days": [1], "order_count": [1], "net_revenue_brl": [1]}), 0)
