"""The simulated shop as a source: the changes of any days, made on request."""

from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from eshop_dagster.adapters.sources.base import Changes, SourceError
from eshop_dagster.adapters.sources.simulated.baskets import Baskets
from eshop_dagster.adapters.sources.simulated.catalogue import Catalogue
from eshop_dagster.adapters.sources.simulated.columns import Clock
from eshop_dagster.adapters.sources.simulated.config import LARGEST_SHOP, ShopConfig
from eshop_dagster.adapters.sources.simulated.customers import Customers
from eshop_dagster.adapters.sources.simulated.demand import Demand
from eshop_dagster.adapters.sources.simulated.dirt import with_dirty_rows
from eshop_dagster.adapters.sources.simulated.lives import HORIZON, Lives
from eshop_dagster.adapters.sources.simulated.orders import DAY, OrderBook, Placed
from eshop_dagster.adapters.sources.simulated.places import Places
from eshop_dagster.adapters.sources.simulated.randomness import Array, Dice
from eshop_dagster.adapters.sources.simulated.registry import Registry
from eshop_dagster.adapters.sources.simulated.reviews import LONGEST_REVIEW, review_delay_days, reviews_of
from eshop_dagster.adapters.sources.simulated.tables import TableMaker, Versions

_ROWS_PER_ORDER = 12
"""Rows of all tables that one order leaves in the log over its life."""

_ROWS_PER_CHUNK = 200_000

_NEVER = 255
_DELIVERED = 3


class SimulatedSource:
    """A shop that is a pure function of (configuration, day).

    A day may be asked for alone, within a range, in any order and again: its rows are the same to the byte. Orders of
    the last days asked for are kept as 14 bytes each, for speed alone.
    """

    name = "simulated"

    def __init__(self, config: ShopConfig, last_day: date) -> None:
        """Open the shop.

        Args:
            config: what the shop is like.
            last_day: last business day that can be pulled; usually yesterday.
        """
        if last_day < config.first_day:
            raise SourceError(
                f"The simulated shop's last day is {last_day}: expected its first day {config.first_day} or later. "
                "Set an earlier first_day."
            )
        self._config, self._last_day = config, last_day
        self._dice = Dice(config.seed)
        days = (last_day - config.first_day).days + 1
        self._demand = Demand(config, self._dice, days - 1)
        places = Places()
        catalogue = Catalogue(self._dice, places, self._demand)
        self._customers = Customers(self._dice, self._demand, places, catalogue, days)
        if self._customers.count > LARGEST_SHOP:
            raise SourceError(
                f"The simulated shop has {self._customers.count:,} customers by {last_day}: expected at most "
                f"{LARGEST_SHOP:,}. Lower customers or growth_per_year."
            )
        self._order_book = OrderBook(self._dice, self._demand, self._customers)
        self._lives = Lives(config, self._dice, self._demand, self._customers, catalogue, places)
        self._baskets = Baskets(self._dice, self._demand, self._customers, catalogue, places)
        clock = Clock(config.first_day, days + HORIZON + 1)
        self._tables = TableMaker(clock, places, catalogue)
        self._registry = Registry(self._dice, clock, places, self._customers, self._order_book)
        self._drawn: OrderedDict[int, tuple[Array, Array, Array]] = OrderedDict()

    def first_day(self) -> date:
        """Return the day on which the shop opens."""
        return self._config.first_day

    def last_day(self) -> date:
        """Return the last business day that can be pulled."""
        return self._last_day

    def changes(self, first: date, last: date) -> Iterator[Changes]:
        """Yield the changes of `first` to `last` (both inclusive), in chunks of about 200,000 rows or one day."""
        if not self._config.first_day <= first <= last <= self._last_day:
            raise SourceError(
                f"The simulated shop was asked for {first} to {last}: expected days from {self._config.first_day} to "
                f"{self._last_day}, the first not after the last. Ask for days in that range."
            )
        return self._chunks(self._number(first), self._number(last))

    def _chunks(self, first: int, last: int) -> Iterator[Changes]:
        rows_per_day = _ROWS_PER_ORDER * (self._demand.repeat_orders + self._demand.registrations)
        while first <= last:
            until = first + int(np.searchsorted(np.cumsum(rows_per_day[first : last + 1]), _ROWS_PER_CHUNK))
            until = min(max(first, until - 1), last)
            yield Changes(self._date(first), self._date(until), self._tables_of(first, until))
            first = until + 1

    def _number(self, day: date) -> int:
        return (day - self._config.first_day).days

    def _date(self, number: int) -> date:
        return self._config.first_day + timedelta(days=number)

    def _tables_of(self, first: int, last: int) -> dict[str, pa.Table]:
        changed, reviewed = self._changed_orders(first, last)
        versions = self._versions(changed, first, last)
        items, item_keys = self._tables.order_items(versions)
        payments, payment_keys = self._tables.payments(versions)
        customers, customer_keys = self._registry.customers(first, last)
        keyed = {
            "customers": (customers, customer_keys),
            "orders": (self._tables.orders(versions), versions.keys()),
            "order_items": (items, item_keys),
            "payments": (payments, payment_keys),
        }
        share = self._config.dirty_share
        return {
            **{name: with_dirty_rows(self._dice, share, name, *table) for name, table in keyed.items()},
            "products": self._tables.products(first, last),
            "sellers": self._tables.sellers(first, last),
            "reviews": self._reviews(reviewed),
        }

    def _changed_orders(self, first: int, last: int) -> tuple[Placed, Placed]:
        """Return the orders that change, and those that are reviewed, from `first` to `last`, by day of the order."""
        changed, reviewed = [], []
        self._draw_ahead(range(max(0, first - HORIZON), first + 1))
        for day in range(max(0, first - HORIZON), last + 1):
            placed, offsets = self._orders_of(day)
            is_event = (offsets >= max(0, first - day)) & (offsets <= min(last - day, _NEVER - 1))
            changed.append(placed.take(np.flatnonzero(is_event.any(axis=0))))
            delivered = offsets[_DELIVERED].astype(np.int64)
            is_near = (delivered >= first - day - LONGEST_REVIEW) & (delivered < last - day) & (delivered < _NEVER)
            placed, delivered = placed.take(is_near), delivered[is_near]
            delay = review_delay_days(self._dice, placed.key)
            written = day + delivered + delay
            reviewed.append(placed.take((delay > 0) & (written >= first) & (written <= last)))
        return Placed.join(changed), Placed.join(reviewed)

    def _versions(self, placed: Placed, first: int, last: int) -> Versions:
        """Return each order once for each day from `first` to `last` on which it changes."""
        life = self._lives.lives_of(placed)
        days = life.change_days()
        event, order = np.nonzero((days >= first) & (days <= last))
        # Sorted by day, then by order: the rows of a day come in the same order whatever else is pulled.
        pairs = np.unique((days[event, order] << 32) | order)
        return Versions(placed, life, self._baskets.baskets_of(placed, life), pairs & 0xFFFFFFFF, pairs >> 32)

    def _reviews(self, placed: Placed) -> pa.Table:
        score, created = reviews_of(self._dice, placed, self._lives.lives_of(placed))
        by_day = np.argsort(created // DAY, kind="stable")
        return self._tables.reviews(placed.take(by_day), score[by_day], created[by_day])

    def _draw(self, day: int) -> tuple[Array, Array, Array]:
        placed = self._order_book.placed_on(day)
        days = self._lives.lives_of(placed).change_days()
        offsets = np.where(days < 0, _NEVER, days - day).astype(np.uint8)
        return placed.customer.astype(np.int32), placed.second.astype(np.int32), offsets

    def _draw_ahead(self, days: range) -> None:
        """Draw the days that are not kept, two at a time: NumPy leaves the interpreter to others while it computes."""
        missing = [day for day in days if day not in self._drawn]
        with ThreadPoolExecutor(max_workers=2) as pool:
            self._drawn.update(zip(missing, pool.map(self._draw, missing), strict=True))

    def _orders_of(self, day: int) -> tuple[Placed, Array]:
        """Return the orders of a day, and after how many days each changes: shape (6, n), 255 is never."""
        if day not in self._drawn:
            self._drawn[day] = self._draw(day)
        while len(self._drawn) > HORIZON + 1:
            self._drawn.popitem(last=False)
        self._drawn.move_to_end(day)
        customer, second, offsets = self._drawn[day]
        count = np.arange(len(customer))
        return Placed(np.full(len(count), day), count, customer.astype(np.int64), second.astype(np.int64)), offsets
