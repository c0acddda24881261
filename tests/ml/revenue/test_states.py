import numpy as np
import pytest

from eshop_dagster.ml.revenue.states import METHODS, state_shares, state_tickets, ticket_ratios

DICE = np.random.default_rng(2)
REVENUE = np.column_stack([DICE.gamma(50, 10, 200), DICE.gamma(50, 5, 200), DICE.gamma(1, 1, 200)])
ORDERS = np.column_stack([np.full(200, 10.0), np.full(200, 5.0), np.full(200, 0.1)])


@pytest.mark.parametrize("method", METHODS)
def test_shares_add_up_to_one_on_every_day(method):
    shares = state_shares(method, REVENUE, ORDERS, 30, alpha=0.1)
    assert shares.shape == (30, 3)
    assert shares.sum(axis=1) == pytest.approx(1)


def test_a_half_life_halves_the_weight_of_a_day():
    revenue = np.zeros((29, 2))
    revenue[0, 0], revenue[28, 1] = 100.0, 100.0
    assert state_shares("shares_28", revenue, revenue, 1, alpha=0.1)[0] == pytest.approx([1 / 3, 2 / 3])


def test_own_models_follow_a_state_that_grows():
    growth = np.linspace(0, 1, 200)[:, None]
    revenue = np.hstack([100 * (1 + growth), np.full((200, 1), 100.0)])
    shares = state_shares("own_models", revenue, np.full((200, 2), 20.0), 60, alpha=0.1)
    assert shares[0, 0] > 0.65
    assert shares[-1, 0] > shares[0, 0]


def test_a_state_of_few_orders_has_the_nations_ticket():
    ratios = ticket_ratios(np.array([[900.0, 10.0]]), np.array([[10.0, 0.01]]))
    assert ratios[1] == pytest.approx(1, abs=0.01)


def test_orders_of_the_states_add_up_to_the_nations():
    shares, ratios = np.array([[0.5, 0.3, 0.2]]), np.array([0.9, 1.0, 1.4])
    tickets = state_tickets(np.array([80.0]), shares, ratios)
    assert (1000 * shares / tickets).sum() == pytest.approx(1000 / 80)
    assert tickets[0] / tickets[0, 1] == pytest.approx(ratios)
