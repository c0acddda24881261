import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.features import feature_matrix
from eshop_dagster.ml.segmentation import (
    SEGMENT_FEATURES,
    SegmentationParams,
    TooFewCustomersError,
    fit_segments,
    migrate,
)

from ..builders import SMALL_SEGMENTATION, TRAINING, customer, customers

PARAMS = SegmentationParams.from_mapping(SMALL_SEGMENTATION)
KINDS = (("a", 20.0, 1, 300.0), ("b", 5000.0, 30, 5.0), ("c", 300.0, 4, 60.0))


def kinds_of_customers(*kinds: tuple[str, float, int, float]) -> pd.DataFrame:
    """Forty customers of each kind: first letter of the key, BRL, orders, days since the last one."""
    return customers(
        *(
            customer(
                f"{letter}{place:02d}",
                net_revenue_brl=revenue + place,
                net_revenue_last_365_days_brl=revenue + place,
                order_count=orders,
                average_ticket_brl=revenue / orders,
                recency_days=recency,
                tenure_days=400.0,
            )
            for letter, revenue, orders, recency in kinds
            for place in range(40)
        )
    )


def ids_by_kind(labels: pd.DataFrame) -> dict[str, int]:
    found = labels.groupby(labels["customer_key"].str[0])["segment_id"].unique()
    assert all(len(ids) == 1 for ids in found)
    return {letter: int(ids[0]) for letter, ids in found.items()}


def test_the_first_model_ranks_segments_by_falling_mean_worth():
    result = fit_segments(kinds_of_customers(*KINDS), PARAMS, seed=0)
    assert ids_by_kind(result.labels) == {"b": 0, "c": 1, "a": 2}
    assert result.matching.new_ids == (0, 1, 2)


@pytest.mark.parametrize("seed", range(4))
def test_a_seed_that_numbers_clusters_otherwise_gives_the_same_ids(seed: int):
    frame = kinds_of_customers(*KINDS)
    first, other = (fit_segments(frame, PARAMS, seed=one).labels["segment_id"] for one in (99, seed))
    assert other.equals(first)


@pytest.mark.parametrize("seed", range(3))
def test_segments_keep_the_champions_ids_although_their_worth_changes_places(seed: int):
    champion = fit_segments(kinds_of_customers(*KINDS), PARAMS, seed=99).pipeline
    poor_b = kinds_of_customers(("a", 20.0, 1, 300.0), ("b", 5000.0, 30, 5.0), ("c", 7000.0, 4, 60.0))
    again = fit_segments(poor_b, PARAMS, seed, champion.publish([4, 1, 0]))
    ids = ids_by_kind(again.labels)
    assert (ids["a"], ids["b"]) == (0, 4)
    assert ids["c"] == (1 if 1 in again.matching.distances else 5)


def test_two_retrains_in_a_row_keep_every_id(shop):
    by_cutoff = [shop[0][shop[0]["as_of_date"] == day] for day in TRAINING]
    first = fit_segments(by_cutoff[0], PARAMS, 3)
    second = fit_segments(by_cutoff[1], PARAMS, 4, first.pipeline)
    third = fit_segments(by_cutoff[2], PARAMS, 5, second.pipeline)
    assert first.segment_count == second.segment_count == third.segment_count
    assert second.matching.new_ids == third.matching.new_ids == ()
    assert migrate(first.pipeline, third.pipeline, shop[1]).moved_share < 0.1


def test_a_segment_that_is_new_never_takes_an_id_given_before():
    champion = fit_segments(kinds_of_customers(*KINDS), PARAMS, seed=0).pipeline
    other = kinds_of_customers(KINDS[0], KINDS[1], ("d", 9.0e6, 2, 900.0))
    result = fit_segments(other, PARAMS, 0, champion, used_ids=[3, 4])
    ids = ids_by_kind(result.labels)
    assert ids["d"] == 5
    assert result.pipeline.used_ids_.tolist() == [0, 1, 2, 3, 4, 5]


def test_the_pipeline_itself_gives_the_final_ids(shop, segmentation_result):
    frame = shop[1].sort_values("customer_key")
    ids = segmentation_result.pipeline.predict(feature_matrix(frame, SEGMENT_FEATURES))
    assert ids.tolist() == segmentation_result.labels["segment_id"].tolist()
    worth = frame["net_revenue_brl"].groupby(ids).mean().tolist()
    assert worth == sorted(worth, reverse=True)


def test_a_customer_at_the_contracts_largest_amounts_has_a_segment(shop, segmentation_result):
    row = feature_matrix(shop[1].head(1), SEGMENT_FEATURES)
    dear = row.assign(**{name: 1e16 for name in row.columns if name.endswith("_brl")})
    assigned = segmentation_result.pipeline.assign(dear)
    assert assigned["segment_id"].isin(segmentation_result.labels["segment_id"]).all()
    assert np.isfinite(assigned["typicality"]).all()


def test_neither_row_order_nor_pseudonyms_change_a_byte(shop, segmentation_result):
    frame = shop[1].sample(frac=1, random_state=5)
    renamed = frame.assign(customer_key=[f"p{place:05d}" for place in range(len(frame))])
    for other in (frame, renamed):
        again = fit_segments(other, PARAMS, seed=3)
        assert again.metrics == segmentation_result.metrics
        assert again.pipeline.centroids_.tobytes() == segmentation_result.pipeline.centroids_.tobytes()
        assert again.pipeline.dense_points_.tobytes() == segmentation_result.pipeline.dense_points_.tobytes()
    assert fit_segments(frame, PARAMS, seed=3).labels.equals(segmentation_result.labels)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_changes_no_byte(shop, segmentation_result, threads: int):
    with threadpool_limits(limits=threads):
        again = fit_segments(shop[1], PARAMS, seed=3)
    assert again.pipeline.centroids_.tobytes() == segmentation_result.pipeline.centroids_.tobytes()


def test_a_large_base_is_fitted_on_a_sample_and_labelled_whole(shop):
    params = SegmentationParams.from_mapping({**SMALL_SEGMENTATION, "fit_rows": 300})
    result = fit_segments(shop[1], params, seed=3)
    assert len(result.pipeline.dense_points_) <= 300
    assert len(result.labels) == len(shop[1])


def test_every_lane_is_in_the_table_of_candidates_with_the_reason_in_words(segmentation_result):
    table = segmentation_result.candidates.set_index("candidate")
    assert list(table.index) == ["kmeans_3", "kmeans_4", "kmeans_5", "hdbscan", "rfm_quintiles"]
    assert table.index[table["is_chosen"]].tolist() == [f"kmeans_{segmentation_result.segment_count}"]
    assert np.isfinite(table.drop(columns=["stability"]).loc["rfm_quintiles"].astype(float)).all()
    assert table.loc["hdbscan"].notna().all()
    assert "better than the baseline" in segmentation_result.reason
    assert "HDBSCAN finds" in segmentation_result.reason


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
    with pytest.raises(ValueError, match="match_distance is 0"):
        SegmentationParams(match_distance=0.0)
