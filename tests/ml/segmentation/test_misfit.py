import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eshop_dagster.ml.segmentation import find_misfits, find_wrong_figures


def segments(*rows: tuple[int, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["segment_id", "customer_count", "net_revenue_brl_mean"])


def test_segments_that_hold_customers_who_resemble_them_fit():
    assert find_misfits([0] * 9 + [4], [False] * 9 + [True], [0, 4]) == ()


def test_an_empty_segment_is_a_misfit():
    assert find_misfits([0, 4], [False, False], [0, 3, 4]) == ("segment 3 holds no customer",)
    assert find_misfits([0], [False], [0, 3, 4]) == ("segments 3, 4 hold no customer",)


def test_more_outliers_than_a_tenth_are_a_misfit():
    assert find_misfits([0] * 8, [True] + [False] * 7, [0]) == (
        "12.5% of the customers resemble none of their segment, at most 10% may",
    )
    assert find_misfits([0] * 8, [True] + [False] * 7, [0], most_outlier_share=0.125) == ()


def test_a_day_without_customers_is_a_misfit():
    assert find_misfits([], [], [0]) == ("there are no customers",)


def test_figures_of_the_customers_counted_are_right():
    assert find_wrong_figures(segments((0, 2, 50.0), (4, 1, 9.0)), [4, 0, 0]) == ()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (segments((0, 3, 50.0), (4, 1, 9.0)), "segment 0 counts 3 customers and has 2"),
        (segments((0, 2, 50.0)), "customers of segments 4 have no row"),
        (segments((0, 2, 50.0), (4, 1, float("nan"))), "net_revenue_brl_mean is no finite number"),
        (segments((0, 2, 50.0), (4, 1, 9.0), (5, 7, 1.0)), "segment 5 counts 7 customers and has 0"),
    ],
)
def test_figures_that_are_not_those_of_the_customers_are_found(table: pd.DataFrame, words: str):
    assert find_wrong_figures(table, [4, 0, 0]) == (words,)


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_customers_is_of_no_consequence(ids: list[int], random):
    outliers = [one % 3 == 0 for one in ids]
    pairs = list(zip(ids, outliers, strict=True))
    random.shuffle(pairs)
    mixed = tuple(np.array(column) for column in zip(*pairs, strict=True))
    assert find_misfits(*mixed, range(6)) == find_misfits(ids, outliers, range(6))
