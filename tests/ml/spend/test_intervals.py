import numpy as np
import pytest

from eshop_dagster.ml.spend import SpendMean
from eshop_dagster.ml.spend.intervals import ConformalBands, coverage_share
from eshop_dagster.ml.spend.linear import TweedieSpend


def test_the_ends_are_the_ranks_worked_out_by_hand():
    """Nineteen ratios 0.1 to 1.9: a tenth of 20 places lies below the second, another above the eighteenth."""
    bands = ConformalBands(levels=(0.8,)).fit(np.arange(1.0, 20.0) / 10, np.ones(19))
    lower, upper = bands.predict(np.array([1.0, 10.0]), 0.8)
    assert lower.tolist() == [0.2, 2.0]
    assert upper.tolist() == [1.8, 18.0]


def test_the_prediction_lies_within_its_own_interval():
    """Nineteen ratios 21 to 39: all spent more than was said, and the interval still begins at what was said."""
    lower, upper = ConformalBands(levels=(0.8,)).fit(np.arange(21.0, 40.0), np.ones(19)).predict(np.array([1.0]), 0.8)
    assert (lower[0], upper[0]) == (1.0, 38.0)


def test_who_bought_nothing_teaches_no_interval():
    with pytest.raises(ValueError, match="number of buyers is 1; expected all rows"):
        ConformalBands().fit(np.array([0.0, 5.0]), np.ones(2))


def test_later_rows_of_the_same_kind_are_covered_as_often_as_promised_in_every_size_of_prediction():
    rng = np.random.default_rng(3)
    predicted = rng.lognormal(3, 1, 40_000)
    actual = predicted * rng.lognormal(0, 0.2 + 0.4 * (predicted > 20), 40_000)
    bands = ConformalBands().fit(actual[:20_000], predicted[:20_000])
    for is_large in (False, True):
        rows = np.flatnonzero((predicted > 20) == is_large)
        rows = rows[rows >= 20_000]
        for level in (0.8, 0.95):
            share = coverage_share(actual[rows], *bands.predict(predicted[rows], level))
            assert share == pytest.approx(level, abs=0.02)


def test_row_order_changes_no_end():
    rng = np.random.default_rng(0)
    actual, predicted = rng.exponential(10, 900) + 1e-9, rng.exponential(10, 900)
    order = rng.permutation(900)
    first, second = ConformalBands().fit(actual, predicted), ConformalBands().fit(actual[order], predicted[order])
    assert first.ratios_.tolist() == second.ratios_.tolist()


def test_ends_count_as_covered():
    assert coverage_share(np.array([1.0, 2.0, 5.0]), np.array([1.0, 0.0, 0.0]), np.array([3.0, 2.0, 4.0])) == 2 / 3


def test_a_level_that_was_not_learned_is_refused_and_a_model_without_outlook_says_the_expectation_alone(shop):
    bands = ConformalBands().fit(np.ones(300), np.ones(300))
    with pytest.raises(ValueError, match=r"no interval of level 0.5 was learned; expected one of \(0.8, 0.95\)"):
        bands.predict(np.ones(1), 0.5)
    frame = shop[1].drop(columns=["customer_key", "as_of_date"])
    part = TweedieSpend().fit(frame, shop[1]["spend_in_window_brl"].to_numpy())
    model = SpendMean({"linear": part}, {"linear": 1.0}).known_as(tuple(frame.columns), "2025-11-01", None)
    found = model.figures(frame)
    assert found["expected_spend_brl"].tolist() == model.predict(frame).tolist()
    assert np.isnan(found["purchase_probability"]).all() and np.isnan(found["spend_if_buying_upper_95_brl"]).all()
