import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.features import FEATURES, SKEWED_FEATURES, feature_matrix, sample_input, sorted_by_key

from .builders import customer, customers


def test_the_matrix_holds_the_named_features_in_the_order_asked_for_as_float64():
    frame = customers(customer(recency_days=3, order_count=2)).astype({"recency_days": "float32"})
    matrix = feature_matrix(frame, ("order_count", "recency_days"))
    assert list(matrix.columns) == ["order_count", "recency_days"]
    assert matrix.to_numpy().tolist() == [[2.0, 3.0]]
    assert set(matrix.dtypes.astype(str)) == {"float64"}


def test_column_order_and_text_columns_change_nothing():
    frame = customers(customer("a"), customer("b", order_count=5))
    other = frame[list(reversed(frame.columns))].assign(state="SP")
    pd.testing.assert_frame_equal(feature_matrix(frame, FEATURES), feature_matrix(other, FEATURES))


def test_missing_and_unexpected_columns_are_refused_with_both_lists():
    frame = customers(customer()).drop(columns="recency_days").assign(shoe_size=43.0)
    with pytest.raises(ValueError, match=r"missing \['recency_days'\], unexpected \['shoe_size'\]"):
        feature_matrix(frame, FEATURES)


def test_a_known_feature_that_the_model_does_not_read_is_not_unexpected():
    assert feature_matrix(customers(customer()), ("order_count",)).shape == (1, 1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused_with_their_count(value: float):
    frame = customers(customer("a", net_revenue_brl=value), customer("b"))
    with pytest.raises(ValueError, match=r"NULL or infinite, rows by column: \{'net_revenue_brl': 1\}"):
        feature_matrix(frame, FEATURES)


def test_a_feature_that_is_text_is_refused():
    frame = customers(customer()).assign(order_count=["two"])
    with pytest.raises(ValueError, match=r"not numeric: \{'order_count': 'str'\}"):
        feature_matrix(frame, FEATURES)


def test_shares_and_season_are_not_skewed_while_days_counts_and_money_are():
    assert sorted(set(FEATURES) - set(SKEWED_FEATURES)) == [
        "app_share",
        "cancelled_order_share",
        "category_mix_share",
        "day_of_year_cos",
        "day_of_year_sin",
        "favourite_category_share",
        "freight_share",
        "late_delivery_share",
        "net_revenue_trend_share",
        "returned_order_share",
        "silence_share",
        "store_share",
    ]


def test_rows_are_sorted_by_customer_and_cutoff():
    frame = customers(customer("b"), customer("a"))
    assert sorted_by_key(frame)["customer_key"].tolist() == ["a", "b"]
    assert sorted_by_key(frame).index.tolist() == [0, 1]


def test_a_repeated_key_is_refused():
    with pytest.raises(ValueError, match="1 rows repeat a key"):
        sorted_by_key(customers(customer("a"), customer("a")))


def test_a_missing_or_null_key_is_refused():
    with pytest.raises(ValueError, match=r"key columns are missing: \['as_of_date'\]"):
        sorted_by_key(customers(customer()).drop(columns="as_of_date"))
    with pytest.raises(ValueError, match="key columns hold NULL"):
        sorted_by_key(customers(customer("a"), customer("b")).assign(customer_key=["a", None]))


def test_the_sample_input_passes_the_gate_of_the_features():
    sample = sample_input()
    assert feature_matrix(sample, FEATURES).shape == (3, 34)
    assert list(sample_input(("order_count", "recency_days")).columns) == ["order_count", "recency_days"]


def test_the_page_on_features_describes_each_of_them_in_their_order():
    page = (Path(__file__).parents[2] / "docs" / "features.md").read_text()
    table = page.partition("## The features")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(FEATURES)
