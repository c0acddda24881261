"""From the nation to its states: shares of the revenue that add up to one, tickets that fit the nation's."""

import numpy as np

from eshop_dagster.ml.revenue.effects import moving_mean
from eshop_dagster.ml.revenue.feast_days import Floats
from eshop_dagster.ml.revenue.series import filled
from eshop_dagster.ml.revenue.smoothing import Theta

SHARE_HALF_LIVES = {"shares_28": 28.0, "shares_91": 91.0, "shares_364": 364.0}
OWN = "own_models"
METHODS = (*SHARE_HALF_LIVES, OWN)
TICKET_HALF_LIFE = 182.0
PRIOR_ORDERS = 50.0
"""A state's ticket counts as the nation's until it has more orders than this."""

LEAST_DAILY_ORDERS = 3.0
DRIFT_DAYS = 364


def state_shares(method: str, revenue: Floats, orders: Floats, horizon: int, *, alpha: float) -> Floats:
    """Return each state's share of the nation's revenue on the next days, shape (horizon, states), rows of sum 1.

    Args:
        method: one of `METHODS`. `own_models` gives states with three orders a day or more a Theta forecast of their
            own share and smooths the others, and scales all to one.
        revenue: shape (n, states).
        orders: shape (n, states).
        alpha: smoothing of the own models, that of the nation.
    """
    if method in SHARE_HALF_LIVES:
        return np.tile(_smoothed(revenue, SHARE_HALF_LIVES[method]), (horizon, 1))
    shares = np.tile(_smoothed(revenue, SHARE_HALF_LIVES["shares_91"]), (horizon, 1))
    nation = revenue.sum(axis=1)
    for state in np.flatnonzero(orders[-91:].mean(axis=0) >= LEAST_DAILY_ORDERS).tolist():
        # Weeks: a weekday's own split of the states would pass for noise.
        own = moving_mean(revenue[:, state], 6, 0)[6:] / np.maximum(moving_mean(nation, 6, 0)[6:], 1e-9)
        if len(own) < 28 or (own <= 0).any():
            continue
        logs = filled(np.log(own))[-DRIFT_DAYS:]
        slope = float(np.polyfit(np.arange(len(logs)), logs, 1)[0]) if len(logs) >= 91 else 0.0
        shares[:, state] = np.exp(Theta(alpha, slope).forecast(logs, horizon))
    scaled: Floats = shares / shares.sum(axis=1, keepdims=True)
    return scaled


def ticket_ratios(revenue: Floats, orders: Floats) -> Floats:
    """Return each state's ticket relative to the nation's, shape (states,), drawn to 1 where orders are few."""
    weights = _weights(len(revenue), TICKET_HALF_LIFE)
    sold, count = (weights[:, None] * revenue).sum(axis=0), (weights[:, None] * orders).sum(axis=0)
    ticket = sold.sum() / max(count.sum(), 1e-9)
    ratios: Floats = (sold + PRIOR_ORDERS * ticket) / (count + PRIOR_ORDERS) / max(ticket, 1e-9)
    return ratios


def state_tickets(ticket: Floats, shares: Floats, ratios: Floats) -> Floats:
    """Return the states' tickets, shape (horizon, states), with which their orders add up to the nation's.

    Args:
        ticket: shape (horizon,), the nation's.
        shares: shape (horizon, states).
        ratios: shape (states,).
    """
    # Orders are revenue by ticket: the nation's count asks that the shares divided by the ratios add up to one.
    excess = (shares / ratios).sum(axis=1)
    tickets: Floats = ticket[:, None] * ratios * excess[:, None]
    return tickets


def _smoothed(revenue: Floats, half_life: float) -> Floats:
    weights = _weights(len(revenue), half_life)
    sold = (weights[:, None] * revenue).sum(axis=0)
    shares: Floats = sold / sold.sum()
    return shares


def _weights(count: int, half_life: float) -> Floats:
    weights: Floats = 0.5 ** (np.arange(count - 1, -1, -1) / half_life)
    return weights
