import numpy as np
import pytest

from eshop_dagster.ml.revenue.params import RevenueParams
from eshop_dagster.ml.revenue.regression import FEATURES, fit_linear, regressors, training_pairs, year_shape

from .builders import FIRST

DICE = np.random.default_rng(3)
LEVELS = np.cumsum(DICE.normal(0, 0.01, 600))


def test_nothing_after_an_origin_is_read():
    origins, ahead = np.full(91, 500), np.arange(1, 92)
    poisoned = LEVELS.copy()
    poisoned[501:] = 99.0
    known = regressors(FIRST.toordinal(), LEVELS, origins, ahead)
    assert regressors(FIRST.toordinal(), poisoned, origins, ahead).tobytes() == known.tobytes()
    assert known.shape == (91, len(FEATURES))


def test_the_shape_of_last_year_is_its_change_from_the_same_day_on():
    levels = np.concatenate([np.zeros(300), np.full(300, 0.5)])
    shape = year_shape(levels, np.array([599, 599]), np.array([20, 91]))
    assert shape == pytest.approx([0.0, 0.5])


def test_without_a_year_and_its_first_quarter_there_is_no_shape():
    assert np.isnan(year_shape(LEVELS[:440], np.array([439]), np.array([10]))).all()


def test_training_pairs_end_within_what_is_known():
    origins, ahead = training_pairs(LEVELS, 91)
    assert (origins + ahead).max() <= 599
    assert ahead.min() == 1
    assert ahead.max() <= 91


def test_the_linear_model_does_not_carry_a_line_beyond_its_data():
    matrix = DICE.normal(0, 1, (300, len(FEATURES)))
    linear = fit_linear(matrix, matrix[:, 1], np.ones(300), RevenueParams())
    far = np.zeros((2, len(FEATURES)))
    far[:, 1] = matrix[:, 1].max(), 1000.0
    first, second = linear.predict(far)
    assert first == second
