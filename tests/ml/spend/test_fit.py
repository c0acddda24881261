from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.features import AS_OF_DATE, FEATURES, LABEL, feature_matrix
from eshop_dagster.ml.metrics import evaluate_spend
from eshop_dagster.ml.spend import SpendParams, fit_spend
from eshop_dagster.ml.spend import parts as parts_module
from eshop_dagster.ml.spend.parts import BG_NBD_DAY, LABEL_FREE, PAST_TOTAL
from eshop_dagster.ml.spend.result import worse_chances

from ..builders import JUDGING, SCORING, SMALL_SPEND, SpendRows, customer, customers

PARAMS = SpendParams.from_mapping(SMALL_SPEND)


def fitted(rows: SpendRows, **options):
    return fit_spend(rows.learned, rows.judging, rows.scoring, PARAMS, seed=options.get("seed", 3))


def test_the_metrics_are_of_walk_forward_predictions_and_never_of_the_model_that_has_learned_the_rows(spend_result):
    walk, mean = spend_result.walk, spend_result.mean
    predicted = walk.mean_of(mean.pipeline.weights)
    assert evaluate_spend(walk.actual, predicted).items() <= mean.metrics.items()
    refitted = mean.pipeline.predict(feature_matrix(walk.rows, FEATURES))
    assert np.sqrt(np.square(refitted - walk.actual).mean()) < mean.metrics["rmse_brl"]


def test_the_model_that_serves_has_learned_the_judged_rows_too(spend_rows, spend_result):
    """With other labels at the holdout, weights aside, every part that learns from labels says something else."""
    is_last = spend_rows.learned[AS_OF_DATE] == JUDGING[-1]
    other = spend_rows.learned.assign(**{LABEL: spend_rows.learned[LABEL].where(~is_last, 100.0)})
    again = fit_spend(other, spend_rows.judging, spend_rows.scoring, PARAMS, seed=3)
    matrix = feature_matrix(spend_rows.scoring, FEATURES)
    for name, part in spend_result.mean.pipeline.parts.items():
        is_equal = np.array_equal(part.predict(matrix), again.mean.pipeline.parts[name].predict(matrix))
        # Rows are drawn by what they hold, the label too, so that BG/NBD sees the same rows in another order.
        assert is_equal == (name == BG_NBD_DAY), name
    assert again.mean.metrics == spend_result.mean.metrics
    assert spend_result.mean.pipeline.learned_until_ == str(SCORING)


def test_every_baseline_and_the_mean_stand_in_one_table_with_intervals(spend_result):
    table = spend_result.candidates.set_index("candidate")
    assert table.index.tolist() == ["weighted_mean", *spend_result.walk.baselines]
    assert table.index[table["is_chosen"]].tolist() == ["weighted_mean"]
    ends = spend_result.intervals.set_index(["candidate", "metric"])
    for name in table.index:
        for metric in ("mae_brl", "rmse_brl", "spearman", "normalised_gini", "calibration_ratio", "tweedie_deviance"):
            row = ends.loc[(name, metric)]
            assert row["value"] == pytest.approx(table.loc[name, metric])
            assert row["lower"] <= row["value"] <= row["upper"]
    apart = ends.loc[("difference", "rmse_brl"), "value"]
    assert apart == pytest.approx(table.loc["weighted_mean", "rmse_brl"] - table.loc[spend_result.rival, "rmse_brl"])


def test_the_best_baseline_of_those_that_rank_can_serve_with_bands_and_reasons(spend_rows, spend_result):
    stand_in, table = spend_result.stand_in, spend_result.candidates.set_index("candidate")
    ranking = table.loc[list(spend_result.walk.baselines)].drop(index=["zero", "mean"])
    assert stand_in.name == spend_result.rival == ranking["rmse_brl"].idxmin()
    matrix = feature_matrix(spend_rows.scoring, FEATURES)
    found = stand_in.pipeline.figures(matrix)
    assert (found["spend_if_buying_lower_80_brl"] <= found["spend_if_buying_upper_80_brl"]).all()
    assert stand_in.pipeline.effects(matrix).predicted_brl() == pytest.approx(stand_in.pipeline.predict(matrix))


def test_on_a_shop_whose_customers_come_back_the_mean_is_as_good_as_the_best_baseline(spend_result):
    assert spend_result.mean.metrics["rmse_brl"] < 1.02 * spend_result.rival_metrics["rmse_brl"]
    assert spend_result.mean.metrics["spearman"] > 0.4
    assert 0.8 < spend_result.mean.metrics["calibration_ratio"] < 1.2
    assert spend_result.reason.startswith("The weighted mean of 8 parts has an RMSE of ")
    assert "in 3 judged windows, the best baseline (" in spend_result.reason


def test_row_order_changes_no_byte(spend_rows, spend_result):
    shuffled = SpendRows(*(frame.sample(frac=1, random_state=5) for frame in vars(spend_rows).values()))
    again = fitted(shuffled)
    pd.testing.assert_frame_equal(again.intervals, spend_result.intervals, check_exact=True)
    pd.testing.assert_frame_equal(again.mean.holdout, spend_result.mean.holdout, check_exact=True)


def test_other_pseudonyms_change_no_byte(spend_rows, spend_result):
    """Two homes call the same customers differently, and draw and order their rows all the same."""
    keys = spend_rows.scoring["customer_key"]
    names = {key: f"k{place}" for place, key in enumerate(keys.sample(frac=1, random_state=1))}
    renamed = [frame.assign(customer_key=frame["customer_key"].map(names)) for frame in vars(spend_rows).values()]
    again = fitted(SpendRows(*renamed))
    assert again.mean.pipeline.weights == spend_result.mean.pipeline.weights
    assert again.mean.metrics == spend_result.mean.metrics
    pd.testing.assert_frame_equal(again.intervals, spend_result.intervals, check_exact=True)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_changes_no_byte(spend_rows, spend_result, threads: int):
    with threadpool_limits(limits=threads):
        again = fitted(spend_rows)
    pd.testing.assert_frame_equal(again.candidates, spend_result.candidates, check_exact=True)
    assert again.mean.pipeline.weights == spend_result.mean.pipeline.weights


def test_the_intervals_hold_on_a_window_that_taught_them_nothing(spend_result):
    coverage = spend_result.mean.coverage.set_index("level")["coverage_share"]
    # Of 500 buyers or so: two standard errors.
    assert coverage[0.8] == pytest.approx(0.8, abs=0.06)
    assert coverage[0.95] == pytest.approx(0.95, abs=0.04)
    table = spend_result.mean.holdout
    assert set(table["as_of_date"]) == {JUDGING[-1]}
    ends = [f"spend_if_buying_{end}_brl" for end in ("lower_95", "lower_80", "upper_80", "upper_95")]
    ends.insert(2, "spend_if_buying_brl")
    for low, high in pairwise(ends):
        assert (table[low] <= table[high]).all()


def test_probability_times_what_buyers_spend_is_the_expected_spend(spend_rows, spend_result):
    model, matrix = spend_result.mean.pipeline, feature_matrix(spend_rows.scoring, FEATURES)
    found = model.figures(matrix)
    assert found["expected_spend_brl"].tolist() == model.predict(matrix).tolist()
    assert ((found["purchase_probability"] > 0) & (found["purchase_probability"] <= 1)).all()
    product = found["purchase_probability"] * found["spend_if_buying_brl"]
    np.testing.assert_allclose(product, found["expected_spend_brl"], rtol=1e-12)


def test_the_probability_to_buy_is_calibrated_on_a_window_that_taught_it_nothing(spend_result):
    mean = spend_result.mean
    bought = mean.holdout["actual_brl"] > 0
    assert mean.holdout["purchase_probability"].mean() == pytest.approx(bought.mean(), abs=0.05)
    assert mean.metrics["auc"] > 0.75
    assert mean.metrics["brier"] < bought.mean() * (1 - bought.mean())
    assert mean.chances["customer_count"].sum() == len(mean.holdout)


def test_the_probability_to_buy_stands_beside_bg_nbds_own(spend_result):
    walk, mean = spend_result.walk, spend_result.mean
    last, bought = walk.windows()[-1], mean.holdout["actual_brl"].to_numpy() > 0
    assert spend_result.rival_metrics["brier"] == pytest.approx(np.square(walk.chances[last] - bought).mean())
    assert 0.5 < spend_result.rival_metrics["auc"] < 1
    assert worse_chances({"brier": 0.2, "auc": 0.7}, {"brier": 0.1, "auc": 0.6}) == [
        "Worse than BG/NBD's own probability to buy: brier 0.2 against 0.1."
    ]
    assert worse_chances({"brier": 0.2}, {}) == []


def test_an_interval_that_nobody_bought_enough_for_is_unknown_and_not_missed(spend_rows):
    """A shop that was closed in all judged windows but the last has no buyers to learn an interval from."""
    is_last = spend_rows.judging[AS_OF_DATE] == JUDGING[-1]
    closed = spend_rows.judging.assign(**{LABEL: spend_rows.judging[LABEL].where(is_last, 0.0)})
    result = fit_spend(spend_rows.learned, closed, spend_rows.scoring, PARAMS, seed=3)
    assert result.mean.coverage["coverage_share"].isna().all()
    assert result.mean.coverage["buyer_count"].tolist() == [0, 0]
    assert "coverage_80_share" not in result.mean.metrics


def test_a_young_shop_is_served_by_the_parts_that_need_no_label(spend_rows):
    last = spend_rows.judging[spend_rows.judging[AS_OF_DATE] == JUDGING[-1]]
    result = fit_spend(last, last, spend_rows.scoring, PARAMS, seed=3)
    assert set(result.mean.pipeline.weights) == set(LABEL_FREE)
    assert result.stand_in.name in (BG_NBD_DAY, PAST_TOTAL)
    assert result.reason.startswith("The weighted mean of 1 part has an RMSE of ")
    assert "only what needs none serves, bg_nbd_of_the_day." in result.reason
    assert result.mean.holdout["spend_if_buying_upper_80_brl"].max() > 0


def test_labels_of_a_shorter_window_teach_no_probability_and_no_interval_of_the_whole(spend_rows):
    """Of 28 days a mean can be carried to 90, the share of buyers and their amounts cannot."""
    last = spend_rows.judging[spend_rows.judging[AS_OF_DATE] == JUDGING[-1]]
    result = fit_spend(last, last, spend_rows.scoring, PARAMS, seed=3, label_days=28)
    matrix = feature_matrix(spend_rows.scoring, FEATURES)
    for served in (result.mean, result.stand_in):
        found = served.pipeline.figures(matrix)
        assert found.pop("expected_spend_brl").tolist() == served.pipeline.predict(matrix).tolist()
        assert len(found) == 6 and all(np.isnan(values).all() for values in found.values())
        assert served.chances.empty and served.coverage.empty
        assert not {"brier", "auc", "coverage_80_share"} & set(served.metrics)
    assert "28 days of labels do not show who buys within 90 days" in result.reason
    assert result.walk.actual.sum() == pytest.approx(last[LABEL].sum() * 90 / 28)


def test_bg_nbds_chance_is_held_against_the_buyers_of_the_days_that_the_labels_are_of(spend_rows):
    last = spend_rows.judging[spend_rows.judging[AS_OF_DATE] == JUDGING[-1]]
    short, whole = (fit_spend(last, last, spend_rows.scoring, PARAMS, seed=3, label_days=days) for days in (28, 90))
    assert short.walk.chances.mean() < 0.6 * whole.walk.chances.mean()
    bought = short.walk.actual > 0
    assert short.rival_metrics["brier"] == pytest.approx(np.square(short.walk.chances - bought).mean())


def test_the_past_total_serves_a_young_shop_where_bg_nbd_cannot_be_fitted_and_weighs_nothing_elsewhere(
    spend_rows, spend_result, monkeypatch
):
    def fails(*arguments: object, **options: object) -> None:
        raise ArithmeticError("inf times 0")

    monkeypatch.setattr(parts_module, "BuyTillYouDieSpend", fails)
    last = spend_rows.judging[spend_rows.judging[AS_OF_DATE] == JUDGING[-1]]
    result = fit_spend(last, last, spend_rows.scoring, PARAMS, seed=3)
    assert result.mean.pipeline.weights_by_name() == {PAST_TOTAL: 1.0}
    assert result.parts["part"].tolist() == [PAST_TOTAL]
    assert "only what needs none serves, past_total_rescaled." in result.reason
    assert PAST_TOTAL not in spend_result.mean.pipeline.weights
    assert PAST_TOTAL in spend_result.candidates["candidate"].tolist()


def test_a_part_that_fails_weighs_nothing_and_is_named(spend_rows, monkeypatch):
    def fails(*arguments: object, **options: object) -> None:
        raise ArithmeticError("inf times 0")

    monkeypatch.setattr(parts_module, "BoostedSpend", fails)
    result = fitted(spend_rows)
    assert not {"xgboost", "xgboost*season"} & set(result.mean.pipeline.weights)
    assert "xgboost weighs nothing: ArithmeticError: inf times 0." in result.notes
    assert result.parts["part"].tolist().count("xgboost") == 0


def test_where_spend_follows_no_feature_the_mean_does_not_claim_to_be_better(spend_rows):
    rng = np.random.default_rng(0)
    mixed = [
        frame.assign(**{LABEL: rng.permutation(frame[LABEL].to_numpy())})
        for frame in (spend_rows.learned, spend_rows.judging)
    ]
    result = fit_spend(*mixed, spend_rows.scoring, PARAMS, seed=3)
    assert abs(result.mean.metrics["spearman"]) < 0.1


@pytest.mark.parametrize(
    ("rows", "words"), [(199, "only 199 judged rows; a model needs 200"), (0, "only 0 judged rows")]
)
def test_too_few_judged_customers_give_no_model_and_the_reason(spend_rows, rows: int, words: str):
    last = spend_rows.judging[spend_rows.judging[AS_OF_DATE] == JUDGING[-1]]
    result = fit_spend(spend_rows.learned, last.head(rows), spend_rows.scoring, PARAMS, seed=3)
    assert (result.mean, result.stand_in) == (None, None)
    assert words in result.reason


@pytest.mark.parametrize("spend_brl", [0.0, 7.0])
def test_labels_that_are_all_equal_give_no_model(spend_rows, spend_brl: float):
    judging = spend_rows.judging.assign(**{LABEL: spend_brl})
    assert fit_spend(spend_rows.learned, judging, spend_rows.scoring, PARAMS, seed=3).mean is None


def test_a_negative_or_missing_label_is_refused(spend_rows):
    learned = spend_rows.learned
    broken = learned.assign(**{LABEL: learned[LABEL].where(learned.index > 0, -1.5)})
    with pytest.raises(ValueError, match=r"1 training labels are negative, NULL or infinite, the first is -1.5"):
        fit_spend(broken, spend_rows.judging, spend_rows.scoring, PARAMS, seed=3)
    with pytest.raises(ValueError, match=f"training rows have no column {LABEL}"):
        fit_spend(learned.drop(columns=LABEL), spend_rows.judging, spend_rows.scoring, PARAMS, seed=3)


def test_a_day_of_scoring_with_a_broken_feature_is_refused(spend_rows):
    broken = spend_rows.scoring.assign(recency_days=np.nan)
    with pytest.raises(ValueError, match="NULL or infinite"):
        fit_spend(spend_rows.learned, spend_rows.judging, broken, PARAMS, seed=3)


def test_the_model_takes_every_feature_by_name(spend_result):
    assert spend_result.feature_names == tuple(FEATURES)
    one = feature_matrix(customers(customer()), FEATURES)
    assert spend_result.mean.pipeline.predict(one)[0] >= 0


def test_figures_of_a_customer_at_the_contracts_largest_amounts_are_finite(spend_rows, spend_result):
    row = feature_matrix(spend_rows.scoring.head(1), FEATURES)
    dear = row.assign(**{name: 1e16 for name in row.columns if name.endswith("_brl")})
    found = spend_result.mean.pipeline.figures(dear)
    assert all(np.isfinite(values).all() for values in found.values())
    assert found["expected_spend_brl"][0] >= 0
