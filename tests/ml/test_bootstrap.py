import numpy as np
import pytest

from eshop_dagster.ml import bootstrap
from eshop_dagster.ml.bootstrap import METRICS, bootstrap_intervals, paired_bootstrap
from eshop_dagster.ml.metrics import evaluate_spend


def customers(size: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Spends of which half are 0, and a prediction with ties."""
    rng = np.random.default_rng(seed)
    actual = rng.exponential(50, size) * (rng.random(size) < 0.5)
    return actual, np.round(0.5 * actual + rng.exponential(20, size), -1)


def test_the_value_is_the_metric_of_all_rows():
    actual, predicted = customers(500)
    found = bootstrap_intervals(actual, predicted, seed=1, draws=20)
    assert {name: one.value for name, one in found.items()} == pytest.approx(evaluate_spend(actual, predicted))
    assert tuple(found) == METRICS == tuple(evaluate_spend(actual, predicted))


def test_a_row_that_counts_twice_is_a_row_that_is_there_twice():
    """What the intervals rest on: metrics of counted rows are those of the repeated rows."""
    actual, predicted = customers(300)
    counts = np.random.default_rng(2).integers(0, 4, 300)
    found = bootstrap._Weighted(actual, predicted).measure(counts.astype(float), METRICS)
    again = evaluate_spend(np.repeat(actual, counts), np.repeat(predicted, counts))
    assert dict(zip(METRICS, found, strict=True)) == pytest.approx(again)


def test_the_interval_of_a_mean_error_is_that_of_the_textbook():
    rng = np.random.default_rng(4)
    actual = rng.normal(100, 10, 4000)
    found = bootstrap_intervals(actual, np.zeros(4000), seed=1, draws=1000, metrics=("mae_brl",))["mae_brl"]
    half = 1.96 * actual.std() / 4000**0.5
    assert found.lower == pytest.approx(found.value - half, abs=0.1 * half)
    assert found.upper == pytest.approx(found.value + half, abs=0.1 * half)


def test_a_drawn_share_of_many_customers_gives_the_interval_of_all(monkeypatch):
    actual, predicted = customers(8000)
    whole = bootstrap_intervals(actual, predicted, seed=1, draws=300)
    monkeypatch.setattr(bootstrap, "MOST_ROWS", 2000)
    drawn = bootstrap_intervals(actual, predicted, seed=1, draws=300)
    for name in ("mae_brl", "spearman", "normalised_gini", "calibration_ratio"):
        assert drawn[name].value == whole[name].value
        width = whole[name].upper - whole[name].lower
        assert drawn[name].upper - drawn[name].lower == pytest.approx(width, rel=0.25)


def test_the_rows_of_a_customer_are_drawn_together():
    """Each row three times, as the same customer's, tells nothing more than once."""
    actual, predicted = customers(600)
    plain = paired_bootstrap(actual, predicted, np.zeros(600), "rmse_brl", seed=1, draws=400)
    thrice = [np.tile(one, 3) for one in (actual, predicted, np.zeros(600))]
    owner = np.tile(np.arange(600), 3)
    found = paired_bootstrap(*thrice, "rmse_brl", seed=1, draws=400, clusters=owner)
    assert found.value == pytest.approx(plain.value)
    assert found.upper - found.lower == pytest.approx(plain.upper - plain.lower, rel=0.15)
    alone = paired_bootstrap(*thrice, "rmse_brl", seed=1, draws=400)
    assert alone.upper - alone.lower < 0.7 * (found.upper - found.lower)


def test_what_customers_are_called_changes_no_bit(monkeypatch):
    monkeypatch.setattr(bootstrap, "MOST_ROWS", 500)
    actual, predicted = customers(900)
    owner = np.tile(np.arange(300), 3)
    named = np.array([f"k{place}" for place in np.random.default_rng(1).permutation(300)])[owner]
    first, second = (bootstrap_intervals(actual, predicted, seed=1, draws=10, clusters=one) for one in (owner, named))
    assert first == second


def test_row_order_changes_no_bit_and_the_seed_some():
    actual, predicted = customers(400)
    order = np.random.default_rng(3).permutation(400)
    first = bootstrap_intervals(actual, predicted, seed=1, draws=30, metrics=("rmse_brl", "spearman"))
    again = bootstrap_intervals(actual[order], predicted[order], seed=1, draws=30, metrics=("rmse_brl", "spearman"))
    for name, one in first.items():
        assert (again[name].lower, again[name].upper) == pytest.approx((one.lower, one.upper), rel=1e-12)
    assert bootstrap_intervals(actual, predicted, seed=2, draws=30)["rmse_brl"] != first["rmse_brl"]


def test_a_model_that_is_better_on_every_customer_is_surely_better_though_their_own_intervals_overlap():
    actual, predicted = customers(400)
    worse = predicted + np.sign(predicted - actual) * 1.0
    difference = paired_bootstrap(actual, predicted, worse, "rmse_brl", seed=1)
    assert difference.upper < 0
    assert difference.excludes_zero()
    own, other = (bootstrap_intervals(actual, one, 1)["rmse_brl"] for one in (predicted, worse))
    assert own.upper > other.lower


def test_two_equal_models_do_not_differ_and_swapping_them_turns_the_sign():
    actual, a = customers(300)
    _, b = customers(300, seed=9)
    assert paired_bootstrap(actual, a, a, "mae_brl", seed=1) == bootstrap.Interval(0.0, 0.0, 0.0)
    assert not paired_bootstrap(actual, a, a, "mae_brl", seed=1).excludes_zero()
    there, back = paired_bootstrap(actual, a, b, "r2", 1), paired_bootstrap(actual, b, a, "r2", 1)
    assert there.value == -back.value


def test_draws_in_which_nobody_bought_are_left_out():
    actual = np.zeros(40)
    actual[0] = 10.0
    found = bootstrap_intervals(actual, np.arange(40.0), seed=1, draws=50)["calibration_ratio"]
    assert np.isfinite([found.lower, found.upper]).all()


def test_unknown_metrics_and_unequal_lengths_are_refused():
    with pytest.raises(ValueError, match="metric is 'luck'; expected one of"):
        paired_bootstrap([1.0], [1.0], [1.0], "luck", 1)
    with pytest.raises(ValueError, match="2 actual values against 2 and 1"):
        paired_bootstrap([1.0, 2.0], [1.0, 2.0], [1.0], "mae_brl", 1)
