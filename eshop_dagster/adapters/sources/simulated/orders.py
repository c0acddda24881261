"""Who orders on a day, and at what time."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from eshop_dagster.adapters.sources.simulated.customers import LONGEST_DELAY, Customers
from eshop_dagster.adapters.sources.simulated.demand import Demand
from eshop_dagster.adapters.sources.simulated.randomness import Array, Dice, cumulative

DAY = 86_400
_HOURS = cumulative(
    np.array([24, 12, 5, 3, 2, 2, 5, 12, 30, 48, 62, 66, 60, 66, 66, 65, 67, 62, 58, 60, 62, 63, 58, 41], dtype=float)
)
"""Orders by hour of the day, in thousandths, of the Olist set."""


@dataclass(frozen=True)
class Rows:
    """Arrays of one length, row by row."""

    def take(self, at: Array) -> Self:
        """Return the rows at these positions, or where a mask is true."""
        return type(self)(*(getattr(self, field.name)[at] for field in fields(self)))

    @classmethod
    def join(cls, parts: list[Self]) -> Self:
        """Return the rows of all parts, one part after the other."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


@dataclass(frozen=True)
class Placed(Rows):
    """Orders as they are placed; `number` counts a day's orders by time, `second` is local time of day."""

    day: Array
    number: Array
    customer: Array
    second: Array

    @property
    def key(self) -> Array:
        """The order's counter in every random stream."""
        key: Array = (self.day << 24) | self.number
        return key


class OrderBook:
    """Draws the orders of a day."""

    def __init__(self, dice: Dice, demand: Demand, customers: Customers) -> None:
        self._dice, self._demand, self._customers = dice, demand, customers

    def placed_on(self, day: int) -> Placed:
        """Return the orders of one day, by time of day."""
        firsts, repeats = self._first_buyers(day), self._repeat_buyers(day)
        attempt = (np.int64(day) << 24) | np.arange(len(repeats))
        second = np.concatenate([self.first_order_second(firsts), self._second("order/again", attempt)])
        by_time = np.argsort(second, kind="stable")
        number = np.arange(len(second))
        return Placed(np.full(len(second), day), number, np.concatenate([firsts, repeats])[by_time], second[by_time])

    def first_order_second(self, customer: Array) -> Array:
        """Return the local second of the day of each customer's first order."""
        return self._second("order/first", customer)

    def _second(self, stream: str, counter: Array) -> Array:
        hour = self._dice.choice(stream, counter, _HOURS)
        return hour * 3600 + self._dice.below(f"{stream}/second", counter, 3600)

    def _first_buyers(self, day: int) -> Array:
        starts = self._customers.first_of_day
        recent = np.arange(starts[max(0, day - LONGEST_DELAY)], starts[day + 1])
        buyers: Array = recent[self._customers.first_order_day(recent) == day]
        return buyers

    def _repeat_buyers(self, day: int) -> Array:
        """Draw customers by rate, keep them by activity: a thinned Poisson process (Lewis and Shedler, 1979)."""
        registered = int(self._customers.first_of_day[day])
        wanted = _poisson(float(self._demand.repeat_orders[day]), self._dice, day)
        total = self._customers.cumulative_rate[registered - 1] if registered else 0
        if wanted == 0 or total == 0:
            return np.empty(0, dtype=np.int64)
        kept: list[Array] = []
        missing, block = wanted, 0
        # Twenty blocks: a shop that nobody buys from any more has a quiet day instead of an endless search.
        while missing > 0 and block < 20:
            buyers = self._candidates(day, block, 2 * missing + 64, registered, int(total))
            if len(buyers) > missing:
                rank = self._dice.bits("repeat/rank", _attempts(day, block, len(buyers)))
                buyers = buyers[np.argsort(rank, kind="stable")[:missing]]
            kept.append(buyers)
            missing, block = missing - len(buyers), block + 1
        return np.concatenate(kept)

    def _candidates(self, day: int, block: int, size: int, registered: int, total: int) -> Array:
        attempt = _attempts(day, block, size)
        # Sorted targets make the search through millions of customers walk memory in order.
        target = np.sort((self._dice.uniform("repeat/customer", attempt) * total).astype(np.uint64))
        buyer = np.searchsorted(self._customers.cumulative_rate[:registered], target, side="right")
        activity = self._customers.activity(buyer, day)
        kept: Array = buyer[self._dice.uniform("repeat/keep", attempt) < activity]
        return kept


def _attempts(day: int, block: int, size: int) -> Array:
    """Return counters that no other day or block has; a block has at most 2**27 attempts."""
    attempts: Array = ((np.int64(day) << 32) | (np.int64(block) << 27)) + np.arange(size)
    return attempts


def _poisson(rate: float, dice: Dice, day: int) -> int:
    """Return a Poisson draw for the day from its own generator: exact at every rate."""
    word = dice.bits("repeat/count", np.array([day]))[0]
    return int(np.random.Generator(np.random.Philox(int(word))).poisson(rate))
