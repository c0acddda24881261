import pytest

from eshop_dagster.ml.features import LABEL
from eshop_dagster.ml.spend.baselines import BASELINES, baseline_predictions

from ..builders import customer, customers


def test_every_baseline_is_the_rule_it_is_named_after():
    train = customers(
        customer("a", net_revenue_brl=100.0, **{LABEL: 0.0}),
        customer("b", net_revenue_brl=300.0, **{LABEL: 60.0}),
        customer("c", net_revenue_brl=-50.0, **{LABEL: 0.0}),
    )
    later = customers(customer("a", net_revenue_brl=720.0, tenure_days=360.0))
    found = baseline_predictions(train, later, horizon_days=90)
    assert tuple(found) == BASELINES
    assert found["zero"].tolist() == [0.0]
    assert found["mean"].tolist() == [20.0]
    assert found["past_rate"].tolist() == [180.0]
    # 60 BRL followed 400 BRL of past worth.
    assert found["past_total_rescaled"].tolist() == pytest.approx([108.0])


def test_customers_without_any_worth_promise_nothing():
    train = customers(customer("a", net_revenue_brl=0.0), customer("b", net_revenue_brl=-1.0))
    found = baseline_predictions(train, train, horizon_days=90)
    assert found["past_total_rescaled"].tolist() == [0.0, 0.0]
