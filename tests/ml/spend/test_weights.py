import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eshop_dagster.ml.spend.weights import rescaled, weights_of


def test_a_part_a_tenth_worse_weighs_what_the_power_says():
    found = weights_of({"best": [100.0], "worse": [110.0]})
    assert found["worse"] / found["best"] == pytest.approx(1.1**-10)
    assert sum(found.values()) == pytest.approx(1.0)


def test_windows_count_by_their_geometric_mean_whatever_their_size():
    """Twice as wrong in one window and half as wrong in the other is as good."""
    found = weights_of({"a": [200.0, 3.0], "b": [100.0, 6.0]})
    assert found["a"] == pytest.approx(found["b"])


def test_what_weighs_less_than_a_thousandth_weighs_nothing():
    assert list(weights_of({"best": [100.0], "hopeless": [300.0]})) == ["best"]
    assert rescaled({"a": 3.0, "b": 1.0, "c": 0.001}) == {"a": 0.75, "b": 0.25}


def test_a_part_without_any_error_takes_it_all():
    assert weights_of({"perfect": [0.0], "other": [5.0]}) == {"perfect": 1.0}


@given(st.lists(st.floats(1.0, 1.9), min_size=1, max_size=6), st.floats(0.01, 1e6))
def test_the_unit_of_the_errors_changes_no_weight(errors: list[float], unit: float):
    plain = weights_of({str(place): [error] for place, error in enumerate(errors)})
    scaled = weights_of({str(place): [error * unit] for place, error in enumerate(errors)})
    assert np.array(list(scaled.values())) == pytest.approx(np.array(list(plain.values())), rel=1e-6)


def test_errors_that_are_none_are_refused():
    with pytest.raises(ValueError, match="expected finite numbers of 0 or more of one or more parts"):
        weights_of({"a": [float("nan")]})
    with pytest.raises(ValueError, match="expected finite numbers"):
        weights_of({})
    with pytest.raises(ValueError, match=r"the weights are \{'a': 0.0\}; expected some above 0"):
        rescaled({"a": 0.0})
