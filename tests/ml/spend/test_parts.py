import numpy as np
import pytest

from eshop_dagster.ml.features import FEATURES, LABEL, feature_matrix
from eshop_dagster.ml.spend import parts as module
from eshop_dagster.ml.spend.params import LinearParams, SpendParams, XGBoostParams
from eshop_dagster.ml.spend.parts import LABEL_FREE, PARTS, PAST_RATE, PAST_TOTAL, build_part, fit_parts

from ..builders import SMALL_SPEND, customer, customers

PARAMS = SpendParams.from_mapping(SMALL_SPEND)
NAMES = tuple(FEATURES)


@pytest.fixture(scope="module")
def fitted(shop):
    known = feature_matrix(shop[0], NAMES)
    return fit_parts(known, shop[0][LABEL].to_numpy(), feature_matrix(shop[1], NAMES), PARAMS, seed=0)


def test_every_part_is_fitted_and_none_fails(fitted):
    assert set(fitted.parts) == {*PARTS, PAST_RATE, PAST_TOTAL}
    assert not fitted.trouble


def test_without_labelled_rows_only_the_parts_that_need_none_are_fitted(shop):
    found = fit_parts(None, None, feature_matrix(shop[1], NAMES), PARAMS, seed=0)
    assert set(found.parts) == {*LABEL_FREE, PAST_RATE, PAST_TOTAL}


@pytest.mark.parametrize("name", [name for name in PARTS if "bg_nbd" not in name])
def test_every_part_predicts_the_common_spend_where_all_customers_are_alike(name: str):
    frame = feature_matrix(customers(*(customer(f"c{place}") for place in range(100))), NAMES)
    found = fit_parts(frame, np.full(100, 50.0), frame, SpendParams(horizon_days=90), seed=0)
    assert found.parts[name].predict(frame) == pytest.approx(np.full(100, 50.0), rel=0.01)


def test_no_part_predicts_below_zero_even_far_outside_of_what_it_saw(fitted):
    strange = customers(
        customer("a", recency_days=9000, tenure_days=9000),
        customer("b", net_revenue_brl=-500, average_ticket_brl=-500, net_revenue_last_365_days_brl=-500),
        customer("c", order_count=5000, tenure_days=5000, net_revenue_brl=1e9, net_revenue_last_90_days_brl=1e9),
        customer("d", recency_days=0, tenure_days=0),
    )
    for name, part in fitted.parts.items():
        predicted = part.predict(feature_matrix(strange, NAMES))
        assert np.isfinite(predicted).all(), name
        assert (predicted >= 0).all(), name


def test_a_linear_part_does_not_follow_its_slope_beyond_what_it_saw(shop, fitted):
    most = float(shop[0]["net_revenue_last_90_days_brl"].max())
    edge, beyond = (customer("a", net_revenue_last_90_days_brl=amount) for amount in (most, 1000 * most))
    matrix = feature_matrix(customers(edge, {**beyond, "customer_key": "b"}), NAMES)
    for name in ("linear", "two_part*season"):
        first, second = fitted.parts[name].predict(matrix)
        assert first == second


def test_trees_beside_a_season_factor_do_not_read_the_day_of_the_year():
    plain, seasonal = (build_part("xgboost", PARAMS, names=NAMES, seasonal=is_on, seed=0) for is_on in (False, True))
    assert set(plain.names) - set(seasonal.names) == {"day_of_year_sin", "day_of_year_cos"}


def test_a_customer_gets_the_same_bits_alone_and_among_others(shop, fitted):
    matrix = feature_matrix(shop[1], NAMES)
    for name, part in fitted.parts.items():
        assert part.predict(matrix.iloc[7:8])[0] == part.predict(matrix)[7], name


class Broken:
    def fit(self, *arguments: object) -> "Broken":
        return self

    def predict(self, frame: object) -> np.ndarray:
        return np.array([1.0, np.nan])


def test_a_part_that_fails_is_named_with_its_error_and_the_others_go_on(shop, monkeypatch):
    def fails(*arguments: object, **settings: object) -> None:
        raise ArithmeticError("inf times 0\nand more")

    monkeypatch.setattr(module, "TweedieSpend", fails)
    known = feature_matrix(shop[0], NAMES)
    found = fit_parts(known, shop[0][LABEL].to_numpy(), known, PARAMS, seed=0)
    assert found.trouble == dict.fromkeys(("linear", "linear*season"), "ArithmeticError: inf times 0")
    assert set(found.parts) == {*PARTS, PAST_RATE, PAST_TOTAL} - set(found.trouble)


def test_a_part_whose_predictions_are_not_finite_is_named_and_says_nothing(shop):
    found = module.Fitted({"broken": Broken()})
    assert found.predict(shop[1]) == {}
    assert (found.parts, found.trouble) == ({}, {"broken": "1 of 2 predictions are not finite"})


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="part 'oracle' is unknown"):
        build_part("oracle", PARAMS, names=NAMES, seasonal=False, seed=0)


def test_parameters_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"LinearParams.power is 2.5; expected above 1 and below 2"):
        LinearParams(power=2.5)
    with pytest.raises(ValueError, match=r"XGBoostParams\.tweedie_variance_power is 1"):
        XGBoostParams(tweedie_variance_power=1)
    with pytest.raises(ValueError, match=r"SpendParams.fit_rows is 10; expected 200 to 50000"):
        SpendParams(horizon_days=90, fit_rows=10)
    with pytest.raises(ValueError, match="does not know \\['candidates'\\]"):
        SpendParams.from_mapping({"horizon_days": 90, "candidates": ["linear"]})
