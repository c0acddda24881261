import numpy as np
import pytest

from eshop_dagster.ml.features import FEATURES, LABEL, feature_matrix
from eshop_dagster.ml.spend_candidates import CANDIDATES, LinearParams, SpendParams, XGBoostParams, build_candidate

from .builders import SMALL_SPEND, customer, customers

PARAMS = SpendParams.from_mapping(SMALL_SPEND)


@pytest.mark.parametrize("name", CANDIDATES)
def test_every_candidate_predicts_the_common_spend_where_all_customers_are_alike(name: str):
    frame = customers(*(customer(f"c{place}") for place in range(100)))
    pipeline = build_candidate(name, SpendParams(), n_rows=100, seed=0).fit(
        feature_matrix(frame, FEATURES), np.full(100, 50.0)
    )
    assert pipeline.predict(feature_matrix(frame, FEATURES)) == pytest.approx(np.full(100, 50.0), rel=0.01)


@pytest.mark.parametrize("name", CANDIDATES)
def test_no_candidate_predicts_below_zero_even_far_outside_of_what_it_saw(name: str, shop):
    train, _ = shop
    pipeline = build_candidate(name, PARAMS, n_rows=len(train), seed=0)
    pipeline.fit(feature_matrix(train, FEATURES), train[LABEL].to_numpy())
    strange = customers(
        customer("a", recency_days=9000, tenure_days=9000),
        customer("b", revenue_brl=-500, average_ticket_brl=-500, revenue_last_365_days_brl=-500),
    )
    predicted = pipeline.predict(feature_matrix(strange, FEATURES))
    assert np.isfinite(predicted).all()
    assert (predicted >= 0).all()


def test_a_tree_sees_all_rows_where_there_are_fewer_than_its_bound():
    assert build_candidate("random_forest", SpendParams(), n_rows=50, seed=0)["model"].max_samples == 50
    assert build_candidate("random_forest", SpendParams(), n_rows=50_000, seed=0)["model"].max_samples == 20_000


def test_an_unknown_candidate_is_refused():
    with pytest.raises(ValueError, match="candidate 'oracle' is unknown"):
        build_candidate("oracle", SpendParams(), n_rows=10, seed=0)


def test_parameters_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"LinearParams.power is 2.5; expected above 1 and below 2"):
        LinearParams(power=2.5)
    with pytest.raises(ValueError, match=r"XGBoostParams\.tweedie_variance_power is 1"):
        XGBoostParams(tweedie_variance_power=1)
    with pytest.raises(ValueError, match=r"SpendParams.candidates is \('oracle',\)"):
        SpendParams(candidates=("oracle",))
    with pytest.raises(ValueError, match="expected each name once"):
        SpendParams(candidates=("linear", "linear"))
