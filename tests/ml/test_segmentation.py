import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.features import feature_matrix
from eshop_dagster.ml.segmentation import (
    SEGMENT_FEATURES,
    SegmentationParams,
    TooFewCustomersError,
    assign_segments,
    evaluate_segments,
    fit_segments,
)

from .builders import SMALL_SEGMENTATION, TRAINING, customer, customers

PARAMS = SegmentationParams.from_mapping(SMALL_SEGMENTATION)


def three_kinds() -> pd.DataFrame:
    """Forty each of poor, rich and middling customers, in that order of keys."""
    kinds = (("a", 20.0, 1, 300.0), ("b", 5000.0, 30, 5.0), ("c", 300.0, 4, 60.0))
    return customers(
        *(
            customer(
                f"{letter}{place:02d}",
                revenue_brl=revenue + place,
                revenue_last_365_days_brl=revenue + place,
                order_count=orders,
                average_ticket_brl=revenue / orders,
                recency_days=recency,
                tenure_days=400.0,
            )
            for letter, revenue, orders, recency in kinds
            for place in range(40)
        )
    )


def test_ids_rank_segments_by_falling_mean_worth():
    result = fit_segments(three_kinds(), PARAMS, seed=0)
    ids = result.labels.set_index("customer_key")["segment_id"]
    assert result.segment_count == 3
    assert (ids["b00"], ids["c00"], ids["a00"]) == (0, 1, 2)
    assert ids.groupby(ids).size().tolist() == [40, 40, 40]


@pytest.mark.parametrize("seed", range(4))
def test_a_seed_that_numbers_clusters_otherwise_gives_the_same_ids(seed: int):
    first, other = fit_segments(three_kinds(), PARAMS, seed=99), fit_segments(three_kinds(), PARAMS, seed=seed)
    assert other.labels.equals(first.labels)


def test_the_pipeline_itself_gives_the_final_ids(shop, segmentation_result):
    pipeline = segmentation_result.pipeline
    frame = shop[1].sort_values("customer_key")
    ids = pipeline.predict(feature_matrix(frame, SEGMENT_FEATURES))
    assert ids.tolist() == segmentation_result.labels["segment_id"].tolist()
    assert ids.tolist() == pipeline["kmeans"].labels_.tolist()
    worth = frame["revenue_brl"].groupby(ids).mean().tolist()
    assert worth == sorted(worth, reverse=True)


def test_row_order_changes_no_byte(shop, segmentation_result):
    again = fit_segments(shop[1].sample(frac=1, random_state=5), PARAMS, seed=3)
    assert again.labels.equals(segmentation_result.labels)
    assert again.metrics == segmentation_result.metrics
    centroids = [result.pipeline["kmeans"].cluster_centers_ for result in (again, segmentation_result)]
    assert centroids[0].tobytes() == centroids[1].tobytes()


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_changes_no_byte(shop, segmentation_result, threads: int):
    with threadpool_limits(limits=threads):
        again = fit_segments(shop[1], PARAMS, seed=3)
    centroids = [result.pipeline["kmeans"].cluster_centers_ for result in (again, segmentation_result)]
    assert centroids[0].tobytes() == centroids[1].tobytes()


def test_float32_rows_are_assigned_as_float64_rows(shop, segmentation_result):
    small = feature_matrix(shop[1], SEGMENT_FEATURES).astype("float32")
    direct = segmentation_result.pipeline.predict(small)
    assert direct.tolist() == segmentation_result.pipeline.predict(small.astype("float64")).tolist()
    frame = shop[1].astype(dict.fromkeys(SEGMENT_FEATURES, "float32"))
    assert assign_segments(segmentation_result.pipeline, frame)["segment_id"].tolist() == direct.tolist()


def test_assignment_keeps_the_rows_as_they_are(segmentation_result):
    frame = customers(customer("z"), customer("a"))
    assigned = assign_segments(segmentation_result.pipeline, frame)
    assert assigned["customer_key"].tolist() == ["z", "a"]
    assert assigned["segment_id"].nunique() == 1
    with pytest.raises(ValueError, match=r"missing \['order_count'\]"):
        assign_segments(segmentation_result.pipeline, frame.drop(columns="order_count"))


def test_the_comparison_with_the_quintiles_is_reported_with_its_reason(segmentation_result):
    assert set(segmentation_result.metrics) == {"silhouette", "davies_bouldin", "value_separation", "smallest_share"}
    assert set(segmentation_result.baseline_metrics) == {"silhouette", "davies_bouldin", "value_separation"}
    assert segmentation_result.beats_baseline
    assert "better than the baseline" in segmentation_result.reason
    assert segmentation_result.metrics["smallest_share"] >= 0.03


def test_customers_of_a_later_cutoff_are_judged_with_nothing_fitted(shop, segmentation_result):
    earlier = shop[0][shop[0]["as_of_date"] == TRAINING[0]]
    before = segmentation_result.pipeline["kmeans"].cluster_centers_.copy()
    metrics, _baseline = evaluate_segments(segmentation_result.pipeline, earlier, PARAMS, seed=3)
    assert set(metrics) == set(segmentation_result.metrics)
    assert 0 < metrics["silhouette"] < 1
    assert np.array_equal(segmentation_result.pipeline["kmeans"].cluster_centers_, before)


def test_a_segment_that_nobody_is_in_any_more_has_a_share_of_zero(segmentation_result):
    alike = customers(*(customer(f"c{place}", revenue_brl=100.0 + place) for place in range(60)))
    metrics, _baseline = evaluate_segments(segmentation_result.pipeline, alike, PARAMS, seed=3)
    assert metrics["smallest_share"] == 0.0
    assert metrics["silhouette"] == -1.0


def test_a_large_base_is_fitted_on_a_sample_and_labelled_whole(shop):
    params = SegmentationParams.from_mapping({**SMALL_SEGMENTATION, "fit_rows": 300})
    result = fit_segments(shop[1], params, seed=3)
    assert len(result.pipeline["kmeans"].labels_) == 300
    assert len(result.labels) == len(shop[1])


def test_too_few_or_too_uniform_customers_are_refused():
    with pytest.raises(TooFewCustomersError, match="49 customers; expected at least 50"):
        fit_segments(customers(*(customer(f"c{place}") for place in range(49))), PARAMS, seed=0)
    with pytest.raises(TooFewCustomersError, match="60 customers show 1 different behaviours; expected at least 3"):
        fit_segments(customers(*(customer(f"c{place}") for place in range(60))), PARAMS, seed=0)


def test_parameters_out_of_range_are_refused():
    with pytest.raises(ValueError, match="least_segments is 6; expected 2 to most_segments, 5"):
        SegmentationParams(least_segments=6, most_segments=5)
    with pytest.raises(ValueError, match=r"SegmentationParams does not know \['k'\]"):
        SegmentationParams.from_mapping({"k": 3})
    with pytest.raises(ValueError, match="judged_rows is 50000"):
        SegmentationParams(judged_rows=50_000)
