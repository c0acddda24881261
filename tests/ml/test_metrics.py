import numpy as np
import pytest

from eshop_dagster.ml.metrics import (
    calibration_ratio,
    evaluate_spend,
    mae,
    normalised_gini,
    r2,
    rmse,
    spearman,
    top_decile_share,
    tweedie_deviance,
)

ACTUAL = [0.0, 0.0, 10.0, 30.0]
PREDICTED = [0.0, 4.0, 10.0, 20.0]
METRICS = (mae, rmse, r2, spearman, top_decile_share, normalised_gini, calibration_ratio)


def test_errors_are_those_worked_out_by_hand():
    assert mae(ACTUAL, PREDICTED) == 3.5
    assert rmse(ACTUAL, PREDICTED) == pytest.approx(29**0.5)
    assert r2(ACTUAL, PREDICTED) == pytest.approx(1 - 116 / 600)
    assert calibration_ratio(ACTUAL, PREDICTED) == 0.85


def test_ranks_give_ties_their_mean_place():
    # Ranks 1.5 1.5 3 4 against 1 2 3 4: covariance 4.5, variances 4.5 and 5.
    assert spearman(ACTUAL, PREDICTED) == pytest.approx(4.5 / (4.5 * 5) ** 0.5)
    assert spearman(ACTUAL, [1.0, 1.0, 1.0, 1.0]) == 0.0


def test_the_top_tenth_is_rounded_up():
    assert top_decile_share(ACTUAL, PREDICTED) == 0.75
    assert top_decile_share([1.0] * 10 + [10.0], list(range(11))) == pytest.approx(11 / 20)


def test_customers_tied_at_the_edge_of_the_top_tenth_count_with_their_mean():
    assert top_decile_share([0.0, 10.0, 30.0, 0.0], [5.0, 5.0, 5.0, 1.0]) == pytest.approx((40 / 3) / 40)
    assert top_decile_share(ACTUAL, [1.0] * 4) == 0.25


def test_the_gini_is_one_for_the_right_order_none_for_no_order_and_minus_one_for_the_reverse():
    assert normalised_gini([1.0, 2.0, 3.0], [10.0, 20.0, 30.0]) == pytest.approx(1.0)
    assert normalised_gini([1.0, 2.0, 3.0], [30.0, 20.0, 10.0]) == pytest.approx(-1.0)
    assert normalised_gini([1.0, 2.0, 3.0], [7.0, 7.0, 7.0]) == pytest.approx(0.0)
    # The middle customer first: the curve runs over 2/6 and 5/6, the perfect one over 3/6 and 5/6.
    assert normalised_gini([1.0, 2.0, 3.0], [1.0, 3.0, 2.0]) == pytest.approx(0.5)


@pytest.mark.parametrize("metric", METRICS)
def test_row_order_changes_no_metric(metric):
    rng = np.random.default_rng(0)
    actual, predicted = rng.integers(0, 5, 60) * 10.0, rng.integers(0, 4, 60) * 1.0
    order = rng.permutation(60)
    assert metric(actual[order], predicted[order]) == pytest.approx(metric(actual, predicted), rel=1e-12)


@pytest.mark.parametrize("metric", (r2, spearman, top_decile_share, normalised_gini, calibration_ratio))
def test_the_unit_of_money_changes_no_relative_metric(metric):
    cents = [100 * value for value in ACTUAL], [100 * value for value in PREDICTED]
    assert metric(*cents) == pytest.approx(metric(ACTUAL, PREDICTED))


@pytest.mark.parametrize("metric", METRICS)
def test_input_that_is_empty_not_finite_or_unequally_long_is_refused(metric):
    with pytest.raises(ValueError, match="expected one value or more"):
        metric([], [])
    with pytest.raises(ValueError, match="1 predicted values are not finite"):
        metric([1.0, 2.0], [1.0, np.nan])
    with pytest.raises(ValueError, match="2 actual and 1 predicted values"):
        metric([1.0, 2.0], [1.0])


def test_a_share_of_nothing_is_refused():
    for metric in (top_decile_share, normalised_gini, calibration_ratio):
        with pytest.raises(ValueError, match=r"actual spend sums to 0\.0"):
            metric([0.0, 0.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"actual values are all 2.0; expected some variance"):
        r2([2.0, 2.0], [1.0, 2.0])
    with pytest.raises(ValueError, match=r"actual values are all 2.0; expected some difference"):
        normalised_gini([2.0, 2.0], [1.0, 2.0])


def test_the_evaluation_names_money_by_its_suffix():
    assert list(evaluate_spend(ACTUAL, PREDICTED)) == [
        "mae_brl",
        "rmse_brl",
        "r2",
        "spearman",
        "top_decile_share",
        "normalised_gini",
        "calibration_ratio",
        "tweedie_deviance",
    ]
    assert evaluate_spend(ACTUAL, PREDICTED)["mae_brl"] == 3.5


def test_the_deviance_is_in_proportion_to_what_was_expected():
    """4 (3 - 2)^2 / 2 and 4 (0 - 1)^2 / 1."""
    assert tweedie_deviance([9.0, 0.0], [4.0, 1.0]) == pytest.approx((2.0 + 4.0) / 2)
    assert tweedie_deviance([4.0, 9.0], [4.0, 9.0]) == 0.0
    assert np.isfinite(tweedie_deviance([5.0, 0.0], [0.0, 0.0]))
