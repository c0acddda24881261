import numpy as np
import pytest

from eshop_dagster.ml.evidence import is_sure_loss
from eshop_dagster.ml.spend import rmse_apart

CUSTOMERS = np.arange(400)
FLAT = np.full(400, 100.0)


def test_the_difference_of_two_rmses_is_confirmed_where_the_deviance_differs_the_same_way():
    actual = np.where(CUSTOMERS % 2, 150.0, 50.0)
    found = rmse_apart(actual, FLAT + 50.0, FLAT, CUSTOMERS, seed=0)
    assert found.value == pytest.approx(5000**0.5 - 50.0)
    assert found.is_confirmed
    assert is_sure_loss(found, 50.0, 0.0) is True


def test_a_loss_to_who_is_right_of_a_few_large_customers_and_wrong_of_all_others_is_not_sure():
    """Forty of 400 customers spend 10,000, all others nothing. The lucky one doubles what it expects of everybody."""
    actual = np.where(CUSTOMERS < 40, 10_000.0, 0.0)
    careful = np.where(CUSTOMERS < 40, 3_000.0, 60.0)
    lucky = np.where(CUSTOMERS < 40, 6_000.0, 1_500.0)
    found = rmse_apart(actual, careful, lucky, CUSTOMERS, seed=0)
    assert found.lower > 0
    assert not found.is_confirmed
    assert is_sure_loss(found, 1000.0, 0.0) is False


def test_nothing_expected_of_a_buyer_counts_as_a_twentieth_of_the_mean_spend():
    """1 of 100 buyers is expected to spend nothing; floored at 5 % of the mean, that costs less than 20 % too much."""
    actual = np.full(100, 100.0)
    missed, generous = actual.copy(), actual * 1.5
    missed[0] = 0.0
    found = rmse_apart(actual, missed, generous, CUSTOMERS[:100], seed=0)
    assert found.value == pytest.approx(10.0 - 50.0)
    assert found.is_confirmed
