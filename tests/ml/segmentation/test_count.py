import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.segmentation.count import CountRule, business_metrics, choose_segment_count

RULE = CountRule(
    smallest_share=0.03,
    largest_share=0.6,
    least_stability=0.8,
    least_value_ratio=0.9,
    least_gain=0.01,
    bootstraps=3,
    n_init=3,
)


def clouds(*sizes: int) -> tuple[np.ndarray, pd.DataFrame]:
    """Round clouds of so many points, ten apart, and customers whose worth tells the clouds apart."""
    rng = np.random.default_rng(0)
    places = np.repeat(np.arange(len(sizes)), sizes)
    centres = np.stack([10.0 * places, (places % 2) * 10.0], axis=1)
    points = centres + rng.normal(0, 1, (len(places), 2))
    worth = 10.0 ** (1 + places)
    return points, pd.DataFrame({"recency_days": 1.0, "order_count": 1.0, "net_revenue_brl": worth})


def chosen(sizes: list[int], counts: list[int], rule: CountRule = RULE, **options: int) -> tuple[int, pd.DataFrame]:
    points, behaviour = clouds(*sizes)
    return choose_segment_count(points, behaviour, points, counts, rule, seed=0, **options)


def test_as_many_segments_as_there_are_clouds_are_chosen():
    count, table = chosen([100, 100, 100, 100], [3, 4, 5, 6])
    assert count == 4
    assert table.loc[table["is_chosen"], "segment_count"].tolist() == [4]
    assert table["segment_count"].tolist() == [3, 4, 5, 6]


def test_the_error_of_the_best_is_zero_and_the_others_have_one():
    _, table = chosen([100, 100, 100, 100], [3, 4, 5])
    assert (table["silhouette_error"] == 0).tolist() == [False, True, False]


def test_fewer_segments_win_where_the_gain_is_too_small_to_matter():
    sizes, counts = [100, 100, 100, 100], [3, 4]
    assert chosen(sizes, counts)[0] == 4
    generous = CountRule(0.03, 0.6, least_stability=0.0, least_value_ratio=0.9, least_gain=0.5, bootstraps=3, n_init=3)
    assert chosen(sizes, counts, generous)[0] == 3


def test_the_champions_number_stays_while_it_is_as_good_as_the_best_and_no_longer():
    sizes, counts = [100, 100, 100, 100], [3, 4]
    generous = CountRule(0.03, 0.6, least_stability=0.0, least_value_ratio=0.9, least_gain=0.5, bootstraps=3, n_init=3)
    assert chosen(sizes, counts, generous, present=4)[0] == 4
    assert chosen(sizes, counts, present=3)[0] == 4
    assert chosen(sizes, counts, present=7)[0] == 4


def test_a_number_whose_smallest_segment_is_too_small_is_not_admissible():
    count, table = chosen([200, 200, 200, 5], [3, 4])
    assert count == 3
    assert table["smallest_share"].tolist()[1] == pytest.approx(5 / 605)
    assert table["is_admissible"].tolist() == [True, False]


def test_a_partition_in_which_one_segment_holds_nearly_all_is_not_admissible():
    _, table = chosen([700, 100, 100], [3])
    assert table["largest_share"].tolist() == [pytest.approx(7 / 9)]
    assert not table["is_admissible"].any()


@pytest.mark.parametrize(
    ("name", "value"),
    [("smallest_share", 0.02), ("largest_share", 0.7), ("stability", 0.7), ("value_separation", 0.4)],
)
def test_each_limit_alone_makes_a_partition_inadmissible(name: str, value: float):
    trial = {
        "smallest_share": 0.1,
        "largest_share": 0.5,
        "stability": 0.9,
        "value_separation": 0.6,
        "baseline_value_separation": 0.5,
    }
    assert RULE.admits(trial)
    assert not RULE.admits({**trial, name: value})


def test_business_metrics_are_the_sizes_and_what_the_groups_say_of_worth():
    # Log worths 0, 2, 4, 6 in two pairs: 16 of 20 lie between them, and the quintile groups are the same.
    behaviour = pd.DataFrame(
        {
            "recency_days": [4.0, 3.0, 2.0, 1.0],
            "order_count": [1.0, 2.0, 3.0, 4.0],
            "net_revenue_brl": np.sinh([0, 2, 4, 6]),
        }
    )
    found = business_metrics(behaviour, np.array([1, 1, 0, 0]), 3)
    assert (found["smallest_share"], found["largest_share"]) == (0.0, 0.5)
    assert found["value_separation"] == pytest.approx(0.8)
    assert business_metrics(behaviour, np.array([1, 1, 0, 0]), 2)["baseline_value_separation"] == pytest.approx(0.8)


def test_where_none_is_admissible_the_most_stable_is_taken():
    strict = CountRule(0.4, 0.6, least_stability=0.8, least_value_ratio=0.9, least_gain=0.01, bootstraps=2, n_init=3)
    count, table = chosen([100, 100, 100], [3, 5], strict)
    assert not table["is_admissible"].any()
    assert count == 3


def test_the_order_of_the_numbers_tried_changes_nothing():
    first, again = chosen([50, 50, 50], [3, 4]), chosen([50, 50, 50], [4, 3])
    assert first[0] == again[0]
    assert first[1].equals(again[1])


def test_numbers_above_that_of_different_points_are_left_out():
    points, behaviour = (np.repeat(part, 30, axis=0) for part in clouds(2, 2))
    frame = pd.DataFrame(behaviour, columns=["recency_days", "order_count", "net_revenue_brl"])
    _, table = choose_segment_count(points, frame, points, range(3, 9), RULE, seed=0)
    assert table["segment_count"].tolist() == [3, 4]
    with pytest.raises(ValueError, match=r"1 different points for \[3\] segments"):
        choose_segment_count(points[:30], frame[:30], points[:30], [3], RULE, seed=0)
