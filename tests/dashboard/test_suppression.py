"""A number about fewer than ten people is not shown."""

import pandas as pd

from eshop_dagster.dashboard.suppression import suppress, without_small

GROUPS = pd.DataFrame({"state": ["AC", "SP", "RR"], "customer_count": [9, 10, 0], "revenue_brl": [90.0, 100.0, 0.0]})


def test_nine_people_are_hidden_and_ten_are_shown() -> None:
    shown, hidden = suppress(GROUPS, "customer_count")
    assert shown["revenue_brl"].isna().tolist() == [True, False, True]
    assert shown["customer_count"].isna().tolist() == [True, False, True]
    assert shown["state"].tolist() == ["AC", "SP", "RR"]
    assert hidden == 1


def test_only_the_named_measures_and_the_count_are_emptied() -> None:
    shown, _ = suppress(GROUPS.assign(rank=[1, 2, 3]), "customer_count", ["revenue_brl"])
    assert shown["rank"].tolist() == [1, 2, 3]
    assert shown["customer_count"].isna().tolist() == [True, False, True]


def test_small_groups_can_be_left_out_whole() -> None:
    shown, hidden = without_small(GROUPS, "customer_count")
    assert shown["state"].tolist() == ["SP"]
    assert hidden == 1


def test_a_single_small_part_of_a_whole_takes_the_next_smallest_with_it() -> None:
    moves = pd.DataFrame({"before": [0, 0, 0, 1, 1, 1], "customer_count": [3, 40, 50, 3, 4, 50], "share": [0.5] * 6})
    shown, hidden = suppress(moves, "customer_count", ["share"], whole="before")
    # Of the second whole, two are hidden already.
    assert shown["share"].isna().tolist() == [True, True, False, True, True, False]
    assert hidden == 3
    nothing, none = suppress(moves.assign(customer_count=20), "customer_count", ["share"], whole="before")
    assert nothing["share"].notna().all() and none == 0


def test_the_frame_that_came_in_stays_as_it_was() -> None:
    before = GROUPS.copy()
    suppress(GROUPS, "customer_count")
    pd.testing.assert_frame_equal(GROUPS, before)
