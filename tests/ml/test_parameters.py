import pytest

from eshop_dagster.ml.parameters import require
from eshop_dagster.ml.spend import SpendParams


def test_a_name_left_out_keeps_its_default_and_nested_mappings_are_read():
    params = SpendParams.from_mapping({"horizon_days": 30, "linear": {"alpha": 1}, "fit_rows": 500})
    assert (params.horizon_days, params.linear.alpha, params.linear.power) == (30, 1.0, 1.5)
    assert params.fit_rows == 500
    assert SpendParams.from_mapping({"horizon_days": 30}) == SpendParams(horizon_days=30)


def test_a_name_without_a_default_must_be_given():
    with pytest.raises(ValueError, match="SpendParams has no horizon_days; expected a value of it"):
        SpendParams.from_mapping({"fit_rows": 500})


def test_unknown_names_are_refused_at_every_depth():
    with pytest.raises(ValueError, match=r"SpendParams does not know \['horizon'\]"):
        SpendParams.from_mapping({"horizon": 30})
    with pytest.raises(ValueError, match=r"LinearParams does not know \['alfa'\]"):
        SpendParams.from_mapping({"horizon_days": 30, "linear": {"alfa": 1}})


@pytest.mark.parametrize("value", ["90", 90.0, True, None])
def test_a_value_of_another_type_is_refused(value: object):
    with pytest.raises(ValueError, match=r"SpendParams.horizon_days is .* expected int"):
        SpendParams.from_mapping({"horizon_days": value})


def test_a_broken_requirement_names_parameter_value_and_expectation():
    require(True, "k", 3, "2 or more")
    with pytest.raises(ValueError, match="k is 1; expected 2 or more"):
        require(False, "k", 1, "2 or more")
