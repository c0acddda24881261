import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.features import FEATURES, LABEL, feature_matrix
from eshop_dagster.ml.metrics import evaluate_spend, rmse
from eshop_dagster.ml.spend import SpendParams, fit_spend, past_rate_brl
from eshop_dagster.ml.spend.baselines import BASELINES

from ..builders import EARLIER, HOLDOUT, LONG_CANDIDATES, SMALL_SPEND, TRAINING, customer, customers

PARAMS = SpendParams.from_mapping(SMALL_SPEND)


def test_the_past_rate_carries_worth_per_day_over_the_horizon():
    frame = customers(customer(net_revenue_brl=720.0, tenure_days=360.0))
    assert past_rate_brl(frame, horizon_days=90).tolist() == [180.0]


def test_a_newcomer_is_not_expected_to_spend_a_first_basket_every_day():
    frame = customers(customer(net_revenue_brl=100.0, tenure_days=1.0))
    assert past_rate_brl(frame, horizon_days=90).tolist() == [100.0]


def test_a_negative_worth_promises_nothing():
    assert past_rate_brl(customers(customer(net_revenue_brl=-5.0)), horizon_days=90).tolist() == [0.0]


def test_the_past_rate_keeps_the_order_of_the_rows():
    frame = customers(customer("a", net_revenue_brl=1.0), customer("b", net_revenue_brl=2.0))
    assert past_rate_brl(frame[::-1], horizon_days=90).tolist() == [2.0, 1.0]


def test_a_horizon_of_no_days_is_refused():
    with pytest.raises(ValueError, match="horizon_days is 0; expected 1 or more"):
        past_rate_brl(customers(customer()), horizon_days=0)


def test_without_a_validation_cutoff_the_holdout_chooses_by_the_lowest_rmse_and_the_reason_says_so(spend_result):
    table = spend_result.candidates.set_index("candidate")
    assert list(table.index) == ["linear", "random_forest", "xgboost", *BASELINES]
    assert table.index[table["is_baseline"]].tolist() == list(BASELINES)
    assert len(spend_result.validation) == len(spend_result.trials) == 0
    assert "too short for a validation cut-off: the candidate was chosen on the holdout itself" in spend_result.reason
    assert spend_result.candidate == table.loc[~table["is_baseline"], "rmse_brl"].idxmin()
    assert table.index[table["is_chosen"]].tolist() == [spend_result.candidate]


def test_the_reported_metrics_belong_to_the_very_pipeline_returned(shop, spend_result):
    holdout = shop[1].sort_values("customer_key")
    predicted = spend_result.pipeline.predict(feature_matrix(holdout, spend_result.feature_names))
    coverage = spend_result.coverage["coverage_share"].tolist()
    shares = dict(zip(("coverage_80_share", "coverage_95_share"), coverage, strict=True))
    assert spend_result.metrics == {**evaluate_spend(holdout[LABEL], predicted), **shares}
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


def test_other_pseudonyms_change_no_prediction(shop, spend_result):
    """Two homes call the same customers differently, and draw and order their rows all the same."""
    train, holdout = shop
    names = {key: f"k{place}" for place, key in enumerate(holdout["customer_key"].sample(frac=1, random_state=1))}
    renamed = [frame.assign(customer_key=frame["customer_key"].map(names)) for frame in (train, holdout)]
    again = fit_spend(*renamed, PARAMS, seed=3)
    predicted = again.holdout.set_index("customer_key")["predicted_brl"]
    before = spend_result.holdout.assign(customer_key=spend_result.holdout["customer_key"].map(names))
    assert predicted[before["customer_key"]].tolist() == before["predicted_brl"].tolist()


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_changes_no_byte(shop, spend_result, threads: int):
    with threadpool_limits(limits=threads):
        again = fit_spend(*shop, PARAMS, seed=3)
    pd.testing.assert_frame_equal(again.candidates, spend_result.candidates, check_exact=True)


def test_the_validation_cutoff_chooses_and_the_holdout_sees_the_chosen_one_only(long_spend_result):
    table = long_spend_result.validation.set_index("candidate")
    assert list(table.index) == [*LONG_CANDIDATES, *BASELINES]
    assert long_spend_result.candidate == table.loc[~table["is_baseline"], "rmse_brl"].idxmin()
    assert (table["rmse_brl_lower"] < table["rmse_brl"]).all()
    assert (table["rmse_brl"] < table["rmse_brl_upper"]).all()
    assert list(long_spend_result.candidates["candidate"]) == [long_spend_result.candidate, *BASELINES]
    assert "too short" not in long_spend_result.reason


def test_the_holdout_changes_neither_choice_nor_predictions(long_shop, long_spend_result):
    train, holdout = long_shop
    rng = np.random.default_rng(1)
    other = holdout.assign(**{LABEL: rng.permutation(holdout[LABEL].to_numpy())})
    params = SpendParams.from_mapping({**SMALL_SPEND, "candidates": LONG_CANDIDATES})
    again = fit_spend(train, other, params, seed=3)
    pd.testing.assert_frame_equal(again.validation, long_spend_result.validation, check_exact=True)
    assert again.holdout["predicted_brl"].tolist() == long_spend_result.holdout["predicted_brl"].tolist()
    assert again.holdout["upper_95_brl"].tolist() == long_spend_result.holdout["upper_95_brl"].tolist()


def test_rows_whose_label_window_reaches_past_the_validation_cutoff_are_not_fitted_on_before_the_choice(
    long_shop, long_spend_result
):
    train, holdout = long_shop
    is_close = train["as_of_date"] == EARLIER[-1]
    between = train[is_close].assign(as_of_date=TRAINING[0], **{LABEL: 9999.0})
    params = SpendParams.from_mapping({**SMALL_SPEND, "candidates": LONG_CANDIDATES})
    again = fit_spend(pd.concat([train, between]), holdout, params, seed=3)
    pd.testing.assert_frame_equal(again.validation, long_spend_result.validation, check_exact=True)
    assert again.metrics["rmse_brl"] > long_spend_result.metrics["rmse_brl"]


def test_every_metric_has_an_interval_and_the_gain_over_the_best_baseline_too(long_spend_result):
    table = long_spend_result.intervals.set_index(["candidate", "metric"])
    own = table.loc[long_spend_result.candidate]
    assert own["value"].to_dict() == pytest.approx(
        {name: value for name, value in long_spend_result.metrics.items() if not name.startswith("coverage")}
    )
    assert ((own["lower"] <= own["value"]) & (own["value"] <= own["upper"])).all()
    rmses = long_spend_result.candidates.set_index("candidate")["rmse_brl"]
    best = rmses[list(BASELINES)].min()
    assert table.loc[("difference", "rmse_brl"), "value"] == pytest.approx(rmses[long_spend_result.candidate] - best)


def test_the_intervals_hold_on_later_customers(long_spend_result):
    coverage = long_spend_result.coverage.set_index("level")["coverage_share"]
    assert coverage[0.8] > 0.78
    assert 0.93 < coverage[0.95] < 0.99
    table = long_spend_result.holdout
    assert (table["lower_95_brl"] <= table["lower_80_brl"]).all()
    assert (table["upper_80_brl"] <= table["upper_95_brl"]).all()


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
    share = (holdout[LABEL] > 0).mean()
    assert f" {share:.2%} of the customers bought in these days" in result.reason


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
