"""BG/NBD with Gamma-Gamma: how often a customer will still buy, times what an order of theirs is worth.

Purchases: Fader, Hardie and Lee, "Counting your customers the easy way", Marketing Science 24 (2005). Order values:
Fader and Hardie, "The Gamma-Gamma model of monetary value" (2013). Time is counted in weeks.
"""

from collections.abc import Callable
from typing import Self

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1
from sklearn.base import BaseEstimator

from eshop_dagster.ml.spend.effects import Effects, Floats, shapley

BG_NBD_FEATURES = ("recency_days", "tenure_days", "order_count", "average_ticket_brl")
FIT_ROWS = 20_000
_DAYS_A_WEEK = 7.0
_BOUNDS = (-6.0, 8.0)
_POLE = 1e-5


def purchases_log_likelihood(parameters: Floats, repeats: Floats, last_week: Floats, weeks: Floats) -> Floats:
    """Return each customer's log likelihood (eq. 6 of the paper).

    Args:
        parameters: r, alpha, a, b, each above 0.
        repeats: purchases after the first.
        last_week: time from the first purchase to the last.
        weeks: time from the first purchase to the cut-off.
    """
    r, alpha, a, b = parameters
    common = gammaln(r + repeats) - gammaln(r) + r * np.log(alpha)
    alive = betaln(a, b + repeats) - betaln(a, b) - (r + repeats) * np.log(alpha + weeks)
    with np.errstate(divide="ignore"):
        gone = betaln(a + 1, b + np.maximum(repeats, 1.0) - 1) - betaln(a, b)
    gone = np.where(repeats > 0, gone - (r + repeats) * np.log(alpha + last_week), -np.inf)
    return np.asarray(common + np.logaddexp(alive, gone), dtype=np.float64)


def expected_purchases(
    parameters: Floats, repeats: Floats, last_week: Floats, weeks: Floats, horizon_weeks: float
) -> Floats:
    """Return the expected purchases in the next `horizon_weeks` (eq. 10 of the paper).

    The hypergeometric function grows without bound in the number of purchases; Euler's transformation turns it into
    one whose first two arguments do not hold that number, which stays finite for thousands of them. Where hardly any
    dropout is seen, a and b run far up and it grows all the same: the chance to leave is then as good as the same for
    all, c / (a - 1) its inverse, and what is unseen of a customer is what a gamma rate of that much less time leaves.
    """
    r, alpha, a, b = parameters
    # Two removable poles, at a = 1 and at c = 0.
    a = a + _POLE if abs(a - 1) < _POLE else a
    c = a + b + repeats - 1
    c = np.where(np.abs(c) < _POLE, _POLE, c)
    z = horizon_weeks / (alpha + weeks + horizon_weeks)
    with np.errstate(over="ignore", invalid="ignore"):
        unseen = (1 - z) ** (a - 1) * hyp2f1(c - r - repeats, a - 1, c, z)
    limit = ((alpha + weeks) / (alpha + weeks + horizon_weeks * (a - 1) / c)) ** (r + repeats) if a > 1 else unseen
    unseen = np.where(np.isfinite(unseen), unseen, limit)
    later = c / (a - 1) * (1 - unseen)
    return np.maximum(np.asarray(later / (1 + _odds_of_gone(parameters, repeats, last_week, weeks)), np.float64), 0.0)


def purchase_chance(
    parameters: Floats, repeats: Floats, last_week: Floats, weeks: Floats, horizon_weeks: float
) -> Floats:
    """Return the probability of a purchase in the next `horizon_weeks`: to be there still, times not to stay silent.

    Customers leave after a purchase only, so that silence of who is there is that of a gamma rate (eq. 3 of the paper).
    """
    r, alpha, _, _ = parameters
    silent = np.exp((r + repeats) * (np.log(alpha + weeks) - np.log(alpha + weeks + horizon_weeks)))
    return np.asarray((1 - silent) / (1 + _odds_of_gone(parameters, repeats, last_week, weeks)), dtype=np.float64)


def _odds_of_gone(parameters: Floats, repeats: Floats, last_week: Floats, weeks: Floats) -> Floats:
    """Left against still there; nobody leaves before a second purchase."""
    r, alpha, a, b = parameters
    silence = np.minimum((r + repeats) * (np.log(alpha + weeks) - np.log(alpha + last_week)), 700.0)
    odds: Floats = np.where(repeats > 0, a / np.maximum(b + repeats - 1, _POLE) * np.exp(silence), 0.0)
    return odds


def tickets_log_likelihood(parameters: Floats, orders: Floats, ticket: Floats) -> Floats:
    """Return each customer's log likelihood of the mean order value (eq. 1a of the note).

    Args:
        parameters: p, q, gamma.
        orders: number of orders that the mean is of.
        ticket: mean order value, above 0.
    """
    p, q, scale = parameters
    shape = p * orders
    known = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(scale)
    rest = (shape - 1) * np.log(ticket) + shape * np.log(orders) - (shape + q) * np.log(scale + orders * ticket)
    return np.asarray(known + rest, dtype=np.float64)


def expected_ticket(parameters: Floats, orders: Floats, ticket: Floats) -> Floats:
    """Return the expected value of an order to come: the customer's own mean, drawn towards that of all (eq. 5)."""
    p, q, scale = parameters
    return np.asarray(p * (scale + orders * ticket) / (p * orders + q - 1), dtype=np.float64)


class BuyTillYouDieSpend(BaseEstimator):  # type: ignore[misc]
    """Expected spend by BG/NBD and Gamma-Gamma, both by maximum likelihood from the past alone, without the label.

    The Gamma-Gamma model takes the mean of all orders, the first included: the mean of the repeats is no feature.
    Effects are exact Shapley values of the four features against a typical customer, from all 16 mixtures of the two.
    """

    def __init__(self, horizon_days: int) -> None:
        self.horizon_days = horizon_days

    def fit(self, frame: pd.DataFrame, spent: Floats | None) -> Self:
        """Fit on what is known of each customer; `spent` is not looked at."""
        # Four numbers need no more rows; every so-many-th, for rows come cut-off by cut-off.
        recency, tenure, orders, ticket = _known(frame.iloc[:: 1 + len(frame) // FIT_ROWS])
        history = (orders - 1, np.maximum(tenure - recency, 0.0) / _DAYS_A_WEEK, tenure / _DAYS_A_WEEK)
        self.purchases_ = np.exp(
            _maximum(lambda logs: purchases_log_likelihood(np.exp(logs), *history), np.array([0.0, 1.0, 0.0, 0.0]))
        )
        paid = ticket > 0
        # The mean of an order exists for q above 1 only. The scale is counted in mean tickets.
        self.unit_ = float(ticket[paid].mean()) if paid.any() else 1.0
        sample = (orders[paid], ticket[paid] / self.unit_)
        logs = _maximum(
            lambda logs: tickets_log_likelihood(_ticket_parameters(logs), *sample), np.array([0.7, 0.7, 0.7])
        )
        self.tickets_ = _ticket_parameters(logs)
        self.typical_ = np.array([np.median(values) for values in (recency, tenure, orders, ticket)])
        return self

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Return amounts of 0 or more."""
        return self._spend(*_known(frame))

    def chance(self, frame: pd.DataFrame, days: int | None = None) -> Floats:
        """Return the probability (0-1) of an order in so many days (None: the horizon), whatever it is worth."""
        recency, tenure, orders, _ = _known(frame)
        last, weeks = np.maximum(tenure - recency, 0.0) / _DAYS_A_WEEK, tenure / _DAYS_A_WEEK
        return purchase_chance(self.purchases_, orders - 1, last, weeks, (days or self.horizon_days) / _DAYS_A_WEEK)

    def effects(self, frame: pd.DataFrame) -> Effects:
        """Return effects against the customer at the median of every feature."""
        return shapley(self._spend, BG_NBD_FEATURES, _known(frame), self.typical_)

    def _spend(self, recency: Floats, tenure: Floats, orders: Floats, ticket: Floats) -> Floats:
        last = np.maximum(tenure - recency, 0.0) / _DAYS_A_WEEK
        horizon = self.horizon_days / _DAYS_A_WEEK
        purchases = expected_purchases(self.purchases_, orders - 1, last, tenure / _DAYS_A_WEEK, horizon)
        worth: Floats = purchases * expected_ticket(self.tickets_, orders, ticket / self.unit_) * self.unit_
        return worth


def _known(frame: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    recency, tenure, orders, ticket = (frame[name].to_numpy(dtype=np.float64) for name in BG_NBD_FEATURES)
    return np.maximum(recency, 0.0), np.maximum(tenure, 0.0), np.maximum(orders, 1.0), np.maximum(ticket, 0.0)


def _ticket_parameters(logs: Floats) -> Floats:
    p, q, scale = np.exp(logs)
    return np.array([p, 1.0 + q, scale])


def _maximum(log_likelihood: Callable[[Floats], Floats], start: Floats) -> Floats:
    """The logarithms of the most likely parameters, within bounds that keep a customer base without repeats finite."""
    result = minimize(
        lambda logs: -float(np.mean(log_likelihood(logs))),
        start,
        method="L-BFGS-B",
        bounds=[_BOUNDS] * start.size,
    )
    return np.asarray(result.x, dtype=np.float64)
