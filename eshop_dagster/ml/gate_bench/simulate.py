"""Order histories of made-up shops, simulated on beyond the last origin, so that the truth after each is known."""

import zlib
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from eshop_dagster.ml.gate_bench.shops import GAMMA_GAMMA, PARETO_NBD, REGULAR, SPELLS, ShopSpec

Floats = npt.NDArray[np.float64]
Rng = np.random.Generator

YEAR_DAYS = 365.25
OPENING_DAYS = 60
CANCELLED_SHARE, RETURNED_SHARE, LATE_SHARE = 0.015, 0.03, 0.08
STATES, CHANNELS = ("SP", "RJ", "MG", "BA", "RS"), ("web", "app", "store")
CATEGORIES = ("books", "garden", "kitchen", "sports", "toys", "tools")
_WHOLESALE_RATE, _WHOLESALE_TICKET = 4.0, 30.0
_LEAST_RATE = 1e-9


def simulate(spec: ShopSpec, seed: int, *, horizon_days: int = 90) -> pd.DataFrame:
    """Return every order of a shop from its first day to `horizon_days` after its history, sorted by day and customer.

    Columns: `customer` (number), `day` (number, from 0), `revenue_brl` (0 where cancelled), `returned_brl`,
    `is_cancelled`, `is_late`, `channel`, `state`, `category`, `line_count`. The same spec and seed give the same rows.
    """
    rng = np.random.default_rng([seed, zlib.crc32(spec.name.encode())])
    end = spec.days + horizon_days
    clock = np.concatenate(([0.0], np.cumsum(demand_by_day(spec, end))))
    arrived = _arrivals(rng, spec)
    is_wholesale = rng.random(spec.customers) < spec.wholesale_share
    rate = _gamma(rng, spec.rate_shape, spec.customers) * spec.orders_a_year / YEAR_DAYS
    rate *= spec.cohort_a_year ** (arrived / YEAR_DAYS) * np.where(is_wholesale, _WHOLESALE_RATE, 1.0)
    customer, time = _orders(rng, spec, arrived, np.maximum(rate, _LEAST_RATE), clock)
    ticket = _tickets(rng, spec, customer) * np.where(is_wholesale[customer], _WHOLESALE_TICKET, 1.0)
    if spec.shock_day is not None:
        ticket = np.where(time >= spec.shock_day, ticket * spec.shock_price, ticket)
    orders = pd.DataFrame({"customer": customer, "day": time.astype(np.int64)})
    orders = _described(rng, spec, orders, np.maximum(ticket, 1.0).round(2))
    return orders.sort_values(["day", "customer"], kind="stable", ignore_index=True)


def demand_by_day(spec: ShopSpec, end: int) -> Floats:
    """Return the factor of everybody's rate on each day: trend, the weeks before Christmas, and the shock."""
    factor = spec.demand_a_year ** (np.arange(end) / YEAR_DAYS)
    for number in range(end):
        day = spec.day(number)
        if date(day.year, 11, 20) <= day <= date(day.year, 12, 24):
            factor[number] *= spec.december
    if spec.shock_day is not None:
        factor[spec.shock_day :] *= spec.shock_demand
    return np.asarray(factor, dtype=np.float64)


def _arrivals(rng: Rng, spec: ShopSpec) -> Floats:
    """Rising days of each customer's first order, with fractions."""
    density = spec.arrivals_a_year ** (np.arange(spec.days) / YEAR_DAYS)
    later = np.interp(rng.random(spec.customers), np.cumsum(density) / density.sum(), np.arange(spec.days) + 1.0)
    opening = rng.random(spec.customers) * min(OPENING_DAYS, spec.days)
    arrived = np.where(rng.random(spec.customers) < spec.opening_share, opening, later)
    return np.sort(np.minimum(arrived, np.nextafter(spec.days, 0)))


def _orders(
    rng: Rng, spec: ShopSpec, arrived: Floats, rate: Floats, clock: Floats
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Each order's customer and time. Gaps run on a clock that goes as fast as demand."""
    end = len(clock) - 1
    days = np.arange(len(clock), dtype=np.float64)
    left = arrived + (rng.exponential(1.0, arrived.size) * spec.life_days if np.isfinite(spec.life_days) else np.inf)
    owner, now = np.arange(arrived.size), np.interp(arrived, days, clock)
    owners, times = [owner], [arrived]
    while owner.size:
        now = now + _gaps(rng, spec, owner.size) / rate[owner]
        if spec.process == SPELLS:
            now = now + (rng.random(owner.size) < spec.pause_share) * rng.exponential(spec.pause_days, owner.size)
        # Beyond the clock's end nothing is simulated.
        time = np.interp(now, clock, days, right=float(end))
        is_there = (time < end) & (time < left[owner])
        owner, now = owner[is_there], now[is_there]
        owners.append(owner)
        times.append(time[is_there])
    return np.concatenate(owners), np.concatenate(times)


def _gaps(rng: Rng, spec: ShopSpec, size: int) -> Floats:
    """Gaps between orders with a mean of 1."""
    shapes = {PARETO_NBD: 1.0, SPELLS: 1.0, REGULAR: spec.regularity}
    return _gamma(rng, shapes[spec.process], size)


def _tickets(rng: Rng, spec: ShopSpec, customer: npt.NDArray[np.int64]) -> Floats:
    if spec.tail == GAMMA_GAMMA:
        shape = 1 / spec.basket_spread**2
        # The mean of a ticket is the scale over what a gamma distribution of shape q gives.
        means = spec.ticket_brl * spec.tail_shape / rng.gamma(spec.tail_shape, 1.0, spec.customers)
        return np.asarray(means[customer] * rng.gamma(shape, 1 / shape, customer.size), dtype=np.float64)
    means = spec.ticket_brl * np.exp(rng.normal(0.0, spec.ticket_spread, spec.customers))
    return np.asarray(means[customer] * np.exp(rng.normal(0.0, spec.basket_spread, customer.size)), dtype=np.float64)


def _described(rng: Rng, spec: ShopSpec, orders: pd.DataFrame, ticket: Floats) -> pd.DataFrame:
    """Add what the platform's features read beside customer, day and ticket; none of it tells of future spend."""
    size, customer = len(orders), orders["customer"].to_numpy()
    is_cancelled = rng.random(size) < CANCELLED_SHARE
    is_returned = ~is_cancelled & (rng.random(size) < RETURNED_SHARE)
    taste, home, channel = (rng.integers(0, len(names), spec.customers) for names in (CATEGORIES, STATES, CHANNELS))
    category = np.where(rng.random(size) < 0.7, taste[customer], rng.integers(0, len(CATEGORIES), size))
    return orders.assign(
        revenue_brl=np.where(is_cancelled, 0.0, ticket),
        returned_brl=np.where(is_returned, ticket, 0.0),
        is_cancelled=is_cancelled,
        is_late=~is_cancelled & (rng.random(size) < LATE_SHARE),
        channel=np.array(CHANNELS)[channel[customer]],
        state=np.array(STATES)[home[customer]],
        category=np.array(CATEGORIES)[category],
        line_count=1 + rng.poisson(0.8, size),
    )


def _gamma(rng: Rng, shape: float, size: int) -> Floats:
    """Draws with a mean of 1; all of them 1 where the shape is infinite."""
    if not np.isfinite(shape):
        return np.ones(size)
    return np.asarray(rng.gamma(shape, 1 / shape, size), dtype=np.float64)
