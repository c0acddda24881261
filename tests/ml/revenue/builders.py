"""Small shops as daily histories, and the calendar that goes with them."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd

FIRST = date(2023, 1, 2)
"""A Monday."""

STATES = {"SP": 0.6, "RJ": 0.3, "AC": 0.1}
WEEKDAYS = (1.2, 1.15, 1.1, 1.0, 0.95, 0.75, 0.85)
HOLIDAYS = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25))
SMALL = {"origins": 8, "spacing_days": 28}


def calendar(first: date = date(2022, 1, 1), last: date = date(2027, 12, 31)) -> pd.DataFrame:
    days = pd.date_range(first, last)
    return pd.DataFrame({"date": days, "is_holiday": [(day.month, day.day) in HOLIDAYS for day in days]})


def history(
    days: int,
    revenue: Callable[[date], float] = lambda day: 1000.0,
    *,
    ticket_brl: float = 50.0,
    first: date = FIRST,
    states: dict[str, float] = STATES,
) -> pd.DataFrame:
    """A shop without chance: `revenue(day)` split by `states`, a day of 0 left out."""
    rows = [
        (pd.Timestamp(day), state, revenue(day) * share, revenue(day) * share / ticket_brl)
        for day in (first + timedelta(days=number) for number in range(days))
        for state, share in states.items()
        if revenue(day) > 0
    ]
    return pd.DataFrame(rows, columns=["date", "state", "revenue_brl", "order_count"])


def noisy(days: int, *, seed: int = 1, orders: float = 80, is_open: Callable[[date], bool] = lambda day: True):
    """A shop whose orders come by chance: busy Mondays, a season of the year, growth, baskets of many sizes."""
    dice = np.random.default_rng(seed)
    rows = []
    for number in range(days):
        day = FIRST + timedelta(days=number)
        season = 1 + 0.2 * np.sin(2 * np.pi * number / 365) + 0.0005 * number
        rate = orders * WEEKDAYS[day.weekday()] * season * dice.lognormal(0, 0.05)
        for state, share in STATES.items():
            count = int(dice.poisson(rate * share))
            revenue = float(dice.lognormal(4.0, 0.6, count).sum())
            if count and is_open(day):
                rows.append((pd.Timestamp(day), state, revenue, count))
    return pd.DataFrame(rows, columns=["date", "state", "revenue_brl", "order_count"])


def last_of(frame: pd.DataFrame) -> date:
    return frame["date"].max().date()


def ordinals(first: date, days: int) -> np.ndarray:
    return np.arange(first.toordinal(), first.toordinal() + days, dtype=np.int64)
