import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from eshop_dagster.ml import spend
from eshop_dagster.ml.features import FEATURES, LABEL, feature_matrix
from eshop_dagster.ml.metrics import evaluate_spend, rmse
from eshop_dagster.ml.spend import fit_spend, past_rate_brl
from eshop_dagster.ml.spend_candidates import SpendParams

from .builders import HOLDOUT, SMALL_SPEND, TRAINING, customer, customers

PARAMS = SpendParams.from_mapping(SMALL_SPEND)


def test_the_past_rate_carries_worth_per_day_over_the_horizon():
    frame = customers(customer(revenue_brl=720.0, tenure_days=360.0))
    assert past_rate_brl(frame, horizon_days=90).tolist() == [180.0]


def test_a_newcomer_is_not_expected_to_spend_a_first_basket_every_day():
    frame = customers(customer(revenue_brl=100.0, tenure_days=1.0))
    assert past_rate_brl(frame, horizon_days=90).tolist() == [100.0]


def test_a_negative_worth_promises_nothing():
    assert past_rate_brl(customers(customer(revenue_brl=-5.0)), horizon_days=90).tolist() == [0.0]


def test_the_past_rate_keeps_the_order_of_the_rows():
    frame = customers(customer("a", revenue_brl=1.0), customer("b", revenue_brl=2.0))
    assert past_rate_brl(frame[::-1], horizon_days=90).tolist() == [2.0, 1.0]


def test_a_horizon_of_no_days_is_refused():
    with pytest.raises(ValueError, match="horizon_days is 0; expected 1 or more"):
        past_rate_brl(customers(customer()), horizon_days=0)


def test_the_candidate_with_the_lowest_rmse_on_the_holdout_is_chosen(spend_result):
    table = spend_result.candidates.set_index("candidate")
    assert list(table.index) == ["linear", "random_forest", "xgboost", "past_rate", "mean"]
    assert table.index[table["is_baseline"]].tolist() == ["past_rate", "mean"]
    assert spend_result.candidate == table.loc[~table["is_baseline"], "rmse_brl"].idxmin()
    assert table.index[table["is_chosen"]].tolist() == [spend_result.candidate]


def test_the_reported_metrics_belong_to_the_very_pipeline_returned(shop, spend_result):
    holdout = shop[1].sort_values("customer_key")
    predicted = spend_result.pipeline.predict(feature_matrix(holdout, spend_result.feature_names))
    assert spend_result.metrics == evaluate_spend(holdout[LABEL], predicted)
    assert spend_result.holdout["predicted_brl"].tolist() == predicted.tolist()
    assert spend_result.baseline_metrics["rmse_brl"] == rmse(holdout[LABEL], past_rate_brl(holdout, horizon_days=90))


def test_on_a_shop_whose_customers_come_back_the_model_beats_both_baselines(spend_result):
    assert spend_result.beats_baseline
    assert spend_result.metrics["spearman"] > 0.4
    assert 0.8 < spend_result.metrics["calibration_ratio"] < 1.2
    assert "lower, which is the 0.50% needed or more" in spend_result.reason


def test_row_order_changes_no_byte(shop, spend_result):
    train, holdout = (frame.sample(frac=1, random_state=5) for frame in shop)
    again = fit_spend(train, holdout, PARAMS, seed=3)
    pd.testing.assert_frame_equal(again.candidates, spend_result.candidates, check_exact=True)
    pd.testing.assert_frame_equal(again.holdout, spend_result.holdout, check_exact=True)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_changes_no_byte(shop, spend_result, monkeypatch, threads: int):
    monkeypatch.setattr(spend, "FOREST_JOBS", threads)
    with threadpool_limits(limits=threads):
        again = fit_spend(*shop, PARAMS, seed=3)
    pd.testing.assert_frame_equal(again.candidates, spend_result.candidates, check_exact=True)


def test_a_forest_adds_its_trees_up_in_one_order_when_it_predicts(shop):
    params = SpendParams.from_mapping({**SMALL_SPEND, "candidates": ["random_forest"]})
    assert fit_spend(*shop, params, seed=3).pipeline["model"].n_jobs == 1


def test_another_seed_grows_another_forest(shop):
    params = SpendParams.from_mapping({**SMALL_SPEND, "candidates": ["random_forest"]})
    first, second = (fit_spend(*shop, params, seed=seed).metrics["rmse_brl"] for seed in (1, 2))
    assert first != second


def test_a_gain_below_the_least_one_does_not_beat_the_baseline(shop):
    params = SpendParams.from_mapping({**SMALL_SPEND, "candidates": ["linear"], "least_gain_share": 0.9})
    result = fit_spend(*shop, params, seed=3)
    assert not result.beats_baseline
    assert result.candidate == "linear"
    assert result.pipeline is not None
    assert "not the 90.00% needed or more" in result.reason


def test_where_spend_follows_no_feature_nothing_beats_the_mean(shop):
    rng = np.random.default_rng(0)
    train, holdout = (frame.assign(**{LABEL: rng.permutation(frame[LABEL].to_numpy())}) for frame in shop)
    result = fit_spend(train, holdout, PARAMS, seed=3)
    assert not result.beats_baseline
    assert "the best baseline (mean)" in result.reason


def test_too_few_customers_fall_back_to_the_baseline_with_the_reason(shop):
    train, holdout = shop
    result = fit_spend(train, holdout.head(199), PARAMS, seed=3)
    assert (result.pipeline, result.candidate, result.beats_baseline) == (None, "baseline", False)
    assert result.metrics == {}
    assert result.baseline_metrics["rmse_brl"] > 0
    assert "only 199 holdout rows; a model needs 200" in result.reason
    assert result.holdout["predicted_brl"].tolist() == result.holdout["baseline_brl"].tolist()


def test_no_rows_at_all_fall_back_to_the_baseline():
    nobody = customers(customer()).head(0)
    result = fit_spend(nobody, nobody, PARAMS, seed=3)
    assert "only 0 training rows" in result.reason
    assert len(result.holdout) == 0


@pytest.mark.parametrize("spend_brl", [0.0, 7.0])
def test_labels_that_are_all_equal_fall_back_to_the_baseline_where_nobody_spent(shop, spend_brl: float):
    train, holdout = (frame.assign(**{LABEL: spend_brl}) for frame in shop)
    result = fit_spend(train, holdout, PARAMS, seed=3)
    assert not result.beats_baseline
    assert result.pipeline is None
    assert result.baseline_metrics == {}


def test_a_training_window_that_reaches_into_the_holdout_is_refused(shop):
    train, holdout = shop
    late = train.assign(as_of_date=HOLDOUT.replace(month=6)).drop_duplicates("customer_key")
    with pytest.raises(ValueError, match="window ends on 2025-09-01, after the holdout cut-off 2025-08-03"):
        fit_spend(late, holdout, PARAMS, seed=3)


def test_a_holdout_of_several_cutoffs_is_refused(shop):
    train, holdout = shop
    with pytest.raises(ValueError, match="number of holdout cut-offs is 2; expected 1"):
        fit_spend(train[train["as_of_date"] == TRAINING[0]], pd.concat([train.tail(300), holdout]), PARAMS, seed=3)


def test_a_negative_label_is_refused(shop):
    train, holdout = shop
    broken = train.assign(**{LABEL: train[LABEL].where(train.index > 0, -1.5)})
    with pytest.raises(ValueError, match=r"1 training labels are negative, NULL or infinite, the first is -1.5"):
        fit_spend(broken, holdout, PARAMS, seed=3)
    with pytest.raises(ValueError, match=f"training rows have no column {LABEL}"):
        fit_spend(train.drop(columns=LABEL), holdout, PARAMS, seed=3)


def test_the_pipeline_takes_every_feature_by_name(spend_result):
    assert spend_result.feature_names == tuple(FEATURES)
