import numpy as np
import pytest

from eshop_dagster.ml.revenue.intervals import Intervals, learn_intervals, nation_groups, state_groups


def learned(errors, groups=None, ages=None, count=1):
    size = len(errors)
    groups = np.zeros(size, dtype=np.int64) if groups is None else groups
    return learn_intervals(1 + errors, np.ones(size), groups, np.zeros(size) if ages is None else ages, count)


def test_bounds_are_quantiles_of_the_relative_error():
    errors = np.linspace(-0.5, 0.5, 1001)
    bounds = learned(errors).around(np.array([200.0]), np.array([0]))
    assert bounds[0] == pytest.approx([105.0, 120.0, 280.0, 295.0], abs=0.3)


def test_newer_errors_weigh_more():
    errors = np.concatenate([np.full(500, 1.0), np.linspace(-0.1, 0.1, 500)])
    ages = np.concatenate([np.full(500, 2000.0), np.zeros(500)])
    assert learned(errors, ages=ages).quantiles[0, 3] == pytest.approx(0.095, abs=0.002)


def test_a_small_group_takes_its_neighbours_errors_too():
    errors = np.concatenate([np.full(5, 0.9), np.linspace(-0.1, 0.1, 200)])
    groups = np.concatenate([np.zeros(5), np.ones(200)]).astype(np.int64)
    assert learned(errors, groups, count=2).quantiles[0, 2] < 0.2


def test_a_closed_day_teaches_nothing_and_has_no_width():
    intervals = learn_intervals(np.zeros(9), np.zeros(9), np.zeros(9, dtype=np.int64), np.zeros(9), 1)
    assert intervals.around(np.array([0.0]), np.array([0])).tolist() == [[0.0] * 4]


def test_no_bound_is_below_zero():
    table = Intervals(np.array([[-1.5, -1.2, 0.5, 0.9]]))
    assert table.around(np.array([10.0]), np.array([0])).tolist() == [[0.0, 0.0, 15.0, 19.0]]


def test_the_nations_groups_are_by_days_ahead_and_kind_of_day():
    steps, kinds = np.array([1, 7, 8, 28, 56, 91, 3, 3]), np.array([0, 0, 0, 0, 0, 0, 1, 2])
    assert nation_groups(steps, kinds).tolist() == [0, 0, 1, 1, 2, 3, 4, 5]


def test_the_states_groups_are_by_orders_and_days_ahead():
    assert state_groups(np.array([1, 29, 1]), np.array([0.2, 0.2, 1000.0])).tolist() == [0, 1, 20]
