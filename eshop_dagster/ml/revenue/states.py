"""From the nation to its states: shares of the revenue that add up to one, tickets that fit the nation's."""

import numpy as np

from eshop_dagster.ml.revenue.feast_days import Floats

SHARE_HALF_LIFE = 91.0
TICKET_HALF_LIFE = 28.0
RATIO_HALF_LIFE = 182.0
PRIOR_ORDERS = 50.0
"""A state's ticket counts as the nation's until it has more orders than this."""


def state_shares(revenue: Floats) -> Floats:
    """Return each state's share of the nation's revenue, shape (states,), newer days weighing more.

    Args:
        revenue: shape (n, states).
    """
    sold = (_weights(len(revenue), SHARE_HALF_LIFE)[:, None] * revenue).sum(axis=0)
    shares: Floats = sold / sold.sum()
    return shares


def usual_ticket(revenue: Floats, orders: Floats) -> float:
    """Return the nation's revenue by order, newer days weighing more.

    Args:
        revenue: shape (n, states).
        orders: shape (n, states).
    """
    weights = _weights(len(revenue), TICKET_HALF_LIFE)[:, None]
    return float((weights * revenue).sum() / (weights * orders).sum())


def ticket_ratios(revenue: Floats, orders: Floats) -> Floats:
    """Return each state's ticket relative to the nation's, shape (states,), drawn to 1 where orders are few."""
    weights = _weights(len(revenue), RATIO_HALF_LIFE)
    sold, count = (weights[:, None] * revenue).sum(axis=0), (weights[:, None] * orders).sum(axis=0)
    ticket = sold.sum() / max(count.sum(), 1e-9)
    ratios: Floats = (sold + PRIOR_ORDERS * ticket) / (count + PRIOR_ORDERS) / max(ticket, 1e-9)
    return ratios


def state_tickets(ticket: float, shares: Floats, ratios: Floats) -> Floats:
    """Return the states' tickets, shape (states,), with which their orders add up to the nation's.

    Args:
        ticket: the nation's.
        shares: shape (states,).
        ratios: shape (states,).
    """
    # Orders are revenue by ticket: the nation's count asks that the shares divided by the ratios add up to one.
    tickets: Floats = ticket * ratios * (shares / ratios).sum()
    return tickets


def _weights(count: int, half_life: float) -> Floats:
    weights: Floats = 0.5 ** (np.arange(count - 1, -1, -1) / half_life)
    return weights
