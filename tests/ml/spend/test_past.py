import numpy as np
import pytest

from eshop_dagster.ml.features import LABEL
from eshop_dagster.ml.spend.past import PastRateSpend, PastTotalSpend, past_rate_brl

from ..builders import customer, customers


def test_the_past_rate_carries_worth_per_day_over_the_horizon():
    frame = customers(customer(net_revenue_brl=720.0, tenure_days=360.0))
    assert past_rate_brl(frame, horizon_days=90).tolist() == [180.0]
    assert PastRateSpend(90).fit(frame, None).predict(frame).tolist() == [180.0]


def test_a_newcomer_is_not_expected_to_spend_a_first_basket_every_day():
    frame = customers(customer(net_revenue_brl=100.0, tenure_days=1.0))
    assert past_rate_brl(frame, horizon_days=90).tolist() == [100.0]


def test_a_negative_worth_promises_nothing():
    assert past_rate_brl(customers(customer(net_revenue_brl=-5.0)), horizon_days=90).tolist() == [0.0]


def test_a_horizon_of_no_days_is_refused():
    with pytest.raises(ValueError, match="horizon_days is 0; expected 1 or more"):
        past_rate_brl(customers(customer()), horizon_days=0)


def test_the_past_total_is_rescaled_to_what_followed_it():
    train = customers(
        customer("a", net_revenue_brl=100.0, **{LABEL: 0.0}),
        customer("b", net_revenue_brl=300.0, **{LABEL: 60.0}),
        customer("c", net_revenue_brl=-50.0, **{LABEL: 0.0}),
    )
    later = customers(customer("a", net_revenue_brl=720.0))
    # 60 BRL followed 400 BRL of past worth.
    assert PastTotalSpend(90).fit(train, train[LABEL].to_numpy()).predict(later).tolist() == pytest.approx([108.0])


def test_without_a_label_the_past_total_is_rescaled_to_what_followed_the_first_orders():
    """One of two customers came back once, for 80 BRL, in 40 days of both: 1 BRL a day each, 90 in the horizon."""
    frame = customers(
        customer("a", order_count=2.0, average_ticket_brl=80.0, net_revenue_brl=160.0, tenure_days=50.0),
        customer("b", order_count=1.0, average_ticket_brl=20.0, net_revenue_brl=20.0, tenure_days=30.0),
    )
    said = PastTotalSpend(90).fit(frame, None).predict(frame)
    assert said.tolist() == pytest.approx([160.0, 20.0])
    assert said.sum() == pytest.approx(80.0 / 80 * 90 * 2)


def test_customers_without_any_worth_or_time_promise_nothing():
    frame = customers(
        customer("a", net_revenue_brl=0.0, tenure_days=0.0), customer("b", net_revenue_brl=-1.0, tenure_days=0.0)
    )
    for spent in (None, np.ones(2)):
        assert PastTotalSpend(90).fit(frame, spent).predict(frame).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("part", [PastTotalSpend(90), PastRateSpend(90)])
def test_the_effects_of_the_past_add_up_to_the_prediction(shop, part):
    frame, spent = shop[0], shop[0][LABEL].to_numpy()
    fitted = part.fit(frame, spent)
    assert fitted.effects(shop[1]).predicted_brl() == pytest.approx(fitted.predict(shop[1]), rel=1e-12, abs=1e-9)
