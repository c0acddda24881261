import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from eshop_dagster.ml.segmentation import (
    SegmentationParams,
    assign_segments,
    evaluate_segments,
    fit_segments,
    silhouette_difference,
    silhouette_values,
)

from ..builders import SMALL_SEGMENTATION, TRAINING, customer, customers

PARAMS = SegmentationParams.from_mapping(SMALL_SEGMENTATION)


@pytest.fixture(scope="module")
def rougher(shop):
    """A model of more segments than are natural."""
    params = SegmentationParams.from_mapping({**SMALL_SEGMENTATION, "least_segments": 8, "most_segments": 8})
    return fit_segments(shop[1], params, seed=3).pipeline


def test_float32_rows_are_assigned_as_float64_rows(shop, segmentation_result):
    frame = shop[1].astype(dict.fromkeys(segmentation_result.feature_names, "float32"))
    wide = frame.astype(dict.fromkeys(segmentation_result.feature_names, "float64"))
    first, again = (assign_segments(segmentation_result.pipeline, one) for one in (frame, wide))
    assert first.equals(again)


def test_assignment_keeps_the_rows_as_they_are(segmentation_result):
    frame = customers(customer("z"), customer("a")).set_index(np.array([7, 5]))
    assigned = assign_segments(segmentation_result.pipeline, frame)
    assert assigned["customer_key"].tolist() == ["z", "a"]
    assert assigned.index.tolist() == [7, 5]
    assert assigned["segment_id"].nunique() == 1
    with pytest.raises(ValueError, match=r"missing \['order_count'\]"):
        assign_segments(segmentation_result.pipeline, frame.drop(columns="order_count"))


def test_customers_of_a_later_cutoff_are_judged_with_nothing_fitted(shop, segmentation_result):
    earlier = shop[0][shop[0]["as_of_date"] == TRAINING[0]]
    before = segmentation_result.pipeline.centroids_.copy()
    metrics, baseline = evaluate_segments(segmentation_result.pipeline, earlier, PARAMS, seed=3)
    assert set(metrics) == set(segmentation_result.metrics) - {"stability"}
    assert set(baseline) == set(segmentation_result.baseline_metrics)
    assert 0 < metrics["silhouette"] < 1
    assert np.array_equal(segmentation_result.pipeline.centroids_, before)


def test_a_segment_that_nobody_is_in_any_more_has_a_share_of_zero(segmentation_result):
    alike = customers(*(customer(f"c{place}", net_revenue_brl=100.0 + place) for place in range(60)))
    metrics, _baseline = evaluate_segments(segmentation_result.pipeline, alike, PARAMS, seed=3)
    assert metrics["smallest_share"] == 0.0
    assert metrics["silhouette"] == -1.0
    assert silhouette_values(segmentation_result.pipeline, alike, 0).tolist() == [-1.0] * 60


def test_the_values_of_all_customers_average_to_the_silhouette(shop, segmentation_result):
    model = segmentation_result.pipeline
    values = silhouette_values(model, shop[1], 0, judged_rows=10_000)
    matrix = shop[1][list(model.feature_names_)]
    assert len(values) == len(shop[1])
    assert values.mean() == pytest.approx(silhouette_score(model.transform(matrix), model.predict(matrix)))


def test_the_same_customers_are_drawn_for_every_model_and_order_of_rows(shop, segmentation_result, rougher):
    draw = {"scale_of": segmentation_result.pipeline, "judged_rows": 200}
    values = silhouette_values(rougher, shop[1], 4, **draw)
    shuffled = silhouette_values(rougher, shop[1].sample(frac=1, random_state=1), 4, **draw)
    assert len(values) == 200
    assert shuffled.tobytes() == values.tobytes()


def test_the_difference_is_paired_and_has_an_interval(shop, segmentation_result, rougher):
    champion = segmentation_result.pipeline
    itself = silhouette_difference(champion, champion, shop[1], 0)
    assert (itself.value, itself.lower, itself.upper) == (0.0, 0.0, 0.0)
    worse = silhouette_difference(rougher, champion, shop[1], 0, draws=100)
    ours, theirs = (silhouette_values(one, shop[1], 0, scale_of=champion).mean() for one in (rougher, champion))
    assert worse.value == pytest.approx(ours - theirs)
    assert worse.lower < worse.value < worse.upper
