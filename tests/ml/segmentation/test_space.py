import numpy as np
import pandas as pd

from eshop_dagster.ml.segmentation.space import fit_space, sampled_places, segment_space, sorted_by_value


def test_rows_are_sorted_by_what_they_hold_first_column_first():
    matrix = pd.DataFrame({"recency_days": [2.0, 1.0, 1.0], "net_revenue_brl": [0.0, 9.0, 5.0]}, index=[7, 8, 9])
    ordered = sorted_by_value(matrix)
    assert ordered.to_numpy().tolist() == [[1.0, 5.0], [1.0, 9.0], [2.0, 0.0]]
    assert ordered.index.tolist() == [0, 1, 2]


def test_the_order_of_rows_does_not_matter():
    matrix = pd.DataFrame(np.random.default_rng(0).integers(0, 3, (50, 2)).astype(float), columns=["a", "b"])
    assert sorted_by_value(matrix.sample(frac=1, random_state=1)).equals(sorted_by_value(matrix))


def test_places_are_drawn_without_repeats_and_all_taken_where_they_fit():
    drawn = sampled_places(100, 10, np.random.default_rng(0))
    assert len(set(drawn.tolist())) == 10
    assert drawn.tolist() == sorted(drawn)
    assert sampled_places(5, 10, np.random.default_rng(0)).tolist() == [0, 1, 2, 3, 4]


def test_the_space_is_logarithmic_and_standardised():
    frame = pd.DataFrame({"order_count": np.expm1([0.0, 2.0]), "net_revenue_brl": np.sinh([1.0, 5.0])})
    assert segment_space(["order_count", "net_revenue_brl"]).fit_transform(frame).round(9).tolist() == [
        [-1, -1],
        [1, 1],
    ]


def test_a_feature_that_hardly_differs_between_customers_is_not_blown_up():
    # Tenures of 300 to 330 days: on the log scale a standard deviation of 0.05.
    tenures = np.expm1(np.log1p(300.0) + np.array([0.0, 0.1]))
    space = fit_space(segment_space(["tenure_days"]), pd.DataFrame({"tenure_days": tenures}))
    assert space.transform(pd.DataFrame({"tenure_days": tenures})).ravel().round(9).tolist() == [-0.2, 0.2]
