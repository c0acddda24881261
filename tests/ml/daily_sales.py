"""Shops as a row of days: calm ones to work out by hand, and ones whose orders come by chance."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from eshop_dagster.ml.anomalies import DayVerdict, Sales, judge

FIRST = date(2024, 1, 1)
WEEKDAYS = (1.2, 1.15, 1.1, 1.0, 0.95, 0.75, 0.85)
History = dict[date, Sales]


def history(
    days: int = 120, orders: Callable[[int], float] = lambda number: 100, ticket_brl: float = 50, first: date = FIRST
) -> History:
    """A shop with `orders(n)` orders on its n-th day, all of the same ticket."""
    counts = [round(orders(number)) for number in range(days)]
    return {first + timedelta(days=n): Sales(count, count * ticket_brl) for n, count in enumerate(counts)}


def noisy(days: int = 120, rate: float = 130, seed: int = 1) -> History:
    """A shop whose orders come by chance, with a busy Monday, a 6 % mood of the day, and baskets of many sizes."""
    dice = np.random.default_rng(seed)
    sales = {}
    for number in range(days):
        count = int(dice.poisson(rate * WEEKDAYS[number % 7] * dice.lognormal(0, 0.06)))
        sales[FIRST + timedelta(days=number)] = Sales(count, float(dice.lognormal(4.5, 0.8, count).sum()))
    return sales


def with_last(sales: History, orders: float = 1, revenue: float = 1) -> DayVerdict:
    """The verdict on the last day, had it this many times its orders and its revenue."""
    last = max(sales)
    changed = Sales(round(sales[last].order_count * orders), sales[last].revenue_brl * revenue)
    return judge({**sales, last: changed})[0]


def each_day_changed(sales: History, orders: float = 1, revenue: float = 1) -> list[DayVerdict]:
    """The verdicts on each of the last 60 days, had that day alone this many times its orders and its revenue."""
    known = sorted(sales)
    return [
        with_last({d: sales[d] for d in known[: at + 1]}, orders, revenue) for at in range(len(known) - 60, len(known))
    ]
