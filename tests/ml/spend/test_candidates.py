import numpy as np
import pytest

from eshop_dagster.ml.features import FEATURES, LABEL, feature_matrix
from eshop_dagster.ml.spend.candidates import build_candidate, build_part, fit_candidates
from eshop_dagster.ml.spend.params import CANDIDATES, PARTS, LinearParams, SpendParams, XGBoostParams

from ..builders import SMALL_SPEND, customer, customers

PARAMS = SpendParams.from_mapping({**SMALL_SPEND, "candidates": [*PARTS, "linear+xgboost", "linear+xgboost*season"]})
NAMES = tuple(FEATURES)


@pytest.fixture(scope="module")
def fitted(shop):
    return fit_candidates(PARAMS, feature_matrix(shop[0], NAMES), shop[0][LABEL].to_numpy(), seed=0)


@pytest.mark.parametrize("name", [name for name in CANDIDATES if "bg_nbd" not in name])
def test_every_candidate_predicts_the_common_spend_where_all_customers_are_alike(name: str):
    frame = feature_matrix(customers(*(customer(f"c{place}") for place in range(100))), NAMES)
    model = build_candidate(name, SpendParams(), names=NAMES, seed=0).fit(frame, np.full(100, 50.0))
    assert model.predict(frame) == pytest.approx(np.full(100, 50.0), rel=0.01)


def test_no_part_predicts_below_zero_even_far_outside_of_what_it_saw(fitted):
    strange = customers(
        customer("a", recency_days=9000, tenure_days=9000),
        customer("b", net_revenue_brl=-500, average_ticket_brl=-500, net_revenue_last_365_days_brl=-500),
        customer("c", order_count=5000, tenure_days=5000, net_revenue_brl=1e9, net_revenue_last_90_days_brl=1e9),
        customer("d", recency_days=0, tenure_days=0),
    )
    for name, model in fitted.items():
        predicted = model.predict(feature_matrix(strange, NAMES))
        assert np.isfinite(predicted).all(), name
        assert (predicted >= 0).all(), name


def test_a_linear_part_does_not_follow_its_slope_beyond_what_it_saw(shop, fitted):
    most = float(shop[0]["net_revenue_last_90_days_brl"].max())
    edge, beyond = (customer("a", net_revenue_last_90_days_brl=amount) for amount in (most, 1000 * most))
    matrix = feature_matrix(customers(edge, {**beyond, "customer_key": "b"}), NAMES)
    for name in ("linear", "two_part"):
        first, second = fitted[name].predict(matrix)
        assert first == second


def test_an_average_is_the_mean_of_its_parts(shop, fitted):
    matrix = feature_matrix(shop[1], NAMES)
    both = (fitted["linear"].predict(matrix) + fitted["xgboost"].predict(matrix)) / 2
    assert fitted["linear+xgboost"].predict(matrix) == pytest.approx(both, rel=1e-14)


def test_a_part_that_several_candidates_share_is_fitted_once(fitted):
    assert fitted["linear"].parts[0] is fitted["linear+xgboost"].parts[0]
    assert fitted["linear"].parts[0] is not fitted["linear+xgboost*season"].parts[0].part


def test_trees_beside_a_season_factor_do_not_read_the_day_of_the_year():
    plain, seasonal = (build_part("xgboost", PARAMS, names=NAMES, seasonal=is_on, seed=0) for is_on in (False, True))
    assert set(plain.names) - set(seasonal.part.names) == {"day_of_year_sin", "day_of_year_cos"}


def test_a_customer_gets_the_same_bits_alone_and_among_others(shop, fitted):
    matrix = feature_matrix(shop[1], NAMES)
    for name, model in fitted.items():
        assert model.predict(matrix.iloc[7:8])[0] == model.predict(matrix)[7], name


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="part 'oracle' is unknown"):
        build_part("oracle", PARAMS, names=NAMES, seasonal=False, seed=0)


def test_parameters_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"LinearParams.power is 2.5; expected above 1 and below 2"):
        LinearParams(power=2.5)
    with pytest.raises(ValueError, match=r"XGBoostParams\.tweedie_variance_power is 1"):
        XGBoostParams(tweedie_variance_power=1)
    with pytest.raises(ValueError, match=r"SpendParams.candidates is 'linear\+oracle'; expected parts of"):
        SpendParams(candidates=("linear+oracle",))
    with pytest.raises(ValueError, match="expected each formula once"):
        SpendParams(candidates=("linear", "linear"))
    with pytest.raises(ValueError, match=r"SpendParams.fit_rows is 10; expected 200 to 50000"):
        SpendParams(fit_rows=10)
