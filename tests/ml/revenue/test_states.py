import numpy as np
import pytest

from eshop_dagster.ml.revenue.states import state_shares, state_tickets, ticket_ratios, usual_ticket

DICE = np.random.default_rng(2)
REVENUE = np.column_stack([DICE.gamma(50, 10, 200), DICE.gamma(50, 5, 200), DICE.gamma(1, 1, 200)])


def test_shares_add_up_to_one():
    assert state_shares(REVENUE).sum() == pytest.approx(1)


def test_a_half_life_halves_the_weight_of_a_day():
    revenue = np.zeros((92, 2))
    revenue[0, 0], revenue[91, 1] = 100.0, 100.0
    assert state_shares(revenue) == pytest.approx([1 / 3, 2 / 3])


def test_the_ticket_is_revenue_by_order_and_newer_orders_weigh_more():
    revenue, orders = np.zeros((29, 1)), np.zeros((29, 1))
    revenue[0], revenue[28] = 400.0, 100.0
    orders[0], orders[28] = 2.0, 1.0
    # Half of 400 and 100 by half of 2 orders and 1.
    assert usual_ticket(revenue, orders) == pytest.approx(300 / 2)


def test_a_state_of_few_orders_has_the_nations_ticket():
    ratios = ticket_ratios(np.array([[900.0, 10.0]]), np.array([[10.0, 0.01]]))
    assert ratios[1] == pytest.approx(1, abs=0.01)


def test_orders_of_the_states_add_up_to_the_nations():
    shares, ratios = np.array([0.5, 0.3, 0.2]), np.array([0.9, 1.0, 1.4])
    tickets = state_tickets(80.0, shares, ratios)
    assert (1000 * shares / tickets).sum() == pytest.approx(1000 / 80)
    assert tickets / tickets[1] == pytest.approx(ratios)
