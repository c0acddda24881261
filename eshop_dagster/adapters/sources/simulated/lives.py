"""What becomes of an order: channel, payment method, seller, approval, delivery, cancellation and return.

Instants are local seconds since the midnight on which the shop opens; -1 is never.
"""

from dataclasses import dataclass

import numpy as np

from eshop_dagster.adapters.sources.simulated.catalogue import Catalogue
from eshop_dagster.adapters.sources.simulated.config import ShopConfig
from eshop_dagster.adapters.sources.simulated.customers import Customers
from eshop_dagster.adapters.sources.simulated.demand import Demand
from eshop_dagster.adapters.sources.simulated.orders import DAY, Placed, Rows
from eshop_dagster.adapters.sources.simulated.places import Places
from eshop_dagster.adapters.sources.simulated.randomness import Array, Dice, cumulative

NEVER = -1

WEB, APP, STORE = 0, 1, 2
CREDIT_CARD, BOLETO, PIX, DEBIT_CARD, VOUCHER = 0, 1, 2, 3, 4

_METHODS = cumulative(np.array([0.60, 0.10, 0.22, 0.05, 0.03]))

LONGEST_DELIVERY = 90
"""Days from the order to the delivery, at most."""

LONGEST_RETURN = 25
"""Days from the delivery to the return, at most."""

HORIZON = LONGEST_DELIVERY + LONGEST_RETURN
"""No order changes later than this many days after the day on which it was placed."""


@dataclass(frozen=True)
class Choice(Rows):
    """What the customer chose: positions of state, city, category and seller, and the codes of this module."""

    state: Array
    city: Array
    category: Array
    seller: Array
    channel: Array
    method: Array


@dataclass(frozen=True)
class Life(Choice):
    """What becomes of an order, its whole future included; `promised` is a day number."""

    ordered: Array
    approved: Array
    shipped: Array
    delivered: Array
    cancelled: Array
    returned: Array
    promised: Array

    def change_days(self) -> Array:
        """Return the days of the order's events, shape (6, n); negative is never."""
        events = (self.ordered, self.approved, self.shipped, self.delivered, self.cancelled, self.returned)
        return np.stack(events) // DAY


class Lives:
    """Foresees the lives of orders."""

    def __init__(
        self, config: ShopConfig, dice: Dice, demand: Demand, customers: Customers, catalogue: Catalogue, places: Places
    ) -> None:
        self._dice, self._demand, self._customers = dice, demand, customers
        self._catalogue, self._places = catalogue, places
        self._first_weekday = config.first_day.weekday()

    def lives_of(self, placed: Placed) -> Life:
        """Return what becomes of each order."""
        choice, key = self._choices(placed), placed.key
        is_store = choice.channel == STORE
        ordered = placed.day * DAY + placed.second
        approved = ordered + np.where(is_store, 60, self._approval_seconds(key, choice.method))
        usual = self._transit_days(choice)
        shipped, delivered = self._journeys(placed, approved, usual)
        over_the_counter = ordered + 120 + self._dice.below("life/counter", key, 600)
        shipped, delivered = (np.where(is_store, over_the_counter, at) for at in (shipped, delivered))
        promised = placed.day + np.where(is_store, 0, np.ceil(3.5 + usual * 1.55).astype(np.int64))
        is_unpaid, cancelled = self._cancellations(key, choice, ordered, approved, shipped)
        is_cancelled = cancelled != NEVER
        delivered = np.where(is_cancelled, NEVER, delivered)
        return Life(
            choice.state,
            choice.city,
            choice.category,
            choice.seller,
            choice.channel,
            choice.method,
            ordered,
            np.where(is_unpaid, NEVER, approved),
            np.where(is_cancelled, NEVER, shipped),
            delivered,
            cancelled,
            self._returns(key, choice, delivered, is_late=delivered // DAY > promised),
            promised,
        )

    def _choices(self, placed: Placed) -> Choice:
        state, city, _ = self._customers.home(placed.customer, placed.day)
        category = self._categories(placed.key, placed.customer)
        channel = self._channels(placed)
        seller_draw = self._dice.uniform("order/seller", placed.key)
        seller = self._catalogue.sellers_of(category, placed.day, seller_draw)
        return Choice(state, city, category, seller, channel, self._methods(placed, channel))

    def _journeys(self, placed: Placed, approved: Array, usual_days: Array) -> tuple[Array, Array]:
        """Return when parcels are shipped (in working hours) and delivered; `usual_days` is the usual transit."""
        dice, key = self._dice, placed.key
        ready = approved + 1.5 * DAY * dice.lognormal("life/handling", key, 0.65)
        ship_day = np.minimum(self._open_day(ready // DAY), placed.day + 20)
        shipped = np.maximum(ship_day * DAY + 28_800 + dice.below("life/shipping", key, 36_000), approved + 1_800)
        ship_day = shipped // DAY
        delay = self._demand.carrier_delay
        days = usual_days * dice.lognormal("life/transit", key, 0.42) * delay[np.minimum(ship_day, len(delay) - 1)]
        arrival = self._open_day(ship_day + np.maximum(1, np.rint(days)))
        arrival = np.minimum(arrival, placed.day + LONGEST_DELIVERY - 1)
        return shipped, arrival * DAY + 32_400 + dice.below("life/delivery", key, 39_600)

    def _categories(self, key: Array, customer: Array) -> Array:
        """Return the main category of each order: mostly one of its customer's two favourites."""
        taste = self._dice.uniform("order/taste", key)
        favourite = self._customers.favourite_category
        return np.where(
            taste < 0.45,
            favourite(customer, "customer/favourite", customer),
            np.where(
                taste < 0.68,
                favourite(customer, "customer/second_favourite", customer),
                favourite(customer, "order/category", key),
            ),
        )

    def _channels(self, placed: Placed) -> Array:
        dice = self._dice
        is_open = (placed.second >= 9 * 3600) & (placed.second < 21 * 3600)
        store_share = np.where(dice.uniform("customer/store", placed.customer) < 0.25, 0.45, 0.05)
        app_share = np.where(dice.uniform("customer/app", placed.customer) < 0.5, 0.80, 0.20)
        is_store = is_open & (dice.uniform("order/store", placed.key) < store_share)
        return np.where(is_store, STORE, np.where(dice.uniform("order/app", placed.key) < app_share, APP, WEB))

    def _methods(self, placed: Placed, channel: Array) -> Array:
        dice = self._dice
        usual = dice.choice("customer/method", placed.customer, _METHODS)
        is_usual = dice.uniform("order/is_usual_method", placed.key) < 0.7
        method = np.where(is_usual, usual, dice.choice("order/method", placed.key, _METHODS))
        return np.where((channel == STORE) & (method == BOLETO), DEBIT_CARD, method)

    def _approval_seconds(self, key: Array, method: Array) -> Array:
        quick = 20 + 600 * self._dice.lognormal("life/approval", key, 0.8)
        is_reviewed = self._dice.uniform("life/is_reviewed", key) < 0.12
        card = np.where(is_reviewed, quick * 40, quick)
        boleto = 0.5 * DAY + 0.9 * DAY * self._dice.lognormal("life/boleto", key, 0.5)
        seconds = np.where(method == CREDIT_CARD, card, np.where(method == BOLETO, boleto, quick * 0.3))
        return np.minimum(seconds, 5 * DAY).astype(np.int64)

    def _transit_days(self, choice: Choice) -> Array:
        """Return the usual days on the road by distance: about 4 within a state, 17 from São Paulo to Manaus."""
        days: Array = 3.9 + 0.0050 * self._places.distance_km[self._catalogue.seller_state[choice.seller], choice.state]
        return days

    def _open_day(self, day: Array) -> Array:
        """Return the day itself, or Monday for a Sunday: nothing is shipped or delivered on Sundays."""
        whole = day.astype(np.int64)
        open_day: Array = whole + ((whole + self._first_weekday) % 7 == 6)
        return open_day

    def _cancellations(
        self, key: Array, choice: Choice, ordered: Array, approved: Array, shipped: Array
    ) -> tuple[Array, Array]:
        """Return which orders are never paid, and when orders are cancelled.

        An unpaid order is cancelled after three days, another for want of stock before it is shipped.
        """
        chance = self._dice.uniform("life/cancelled", key)
        is_remote = choice.channel != STORE
        is_unpaid = is_remote & (chance < np.where(choice.method == BOLETO, 0.04, 0.0015))
        is_out_of_stock = is_remote & (chance > 1 - 0.006)
        part = self._dice.uniform("life/cancelled_at", key)
        out_of_stock = approved + 1 + (part * np.maximum(shipped - approved - 2, 0)).astype(np.int64)
        return is_unpaid, np.where(is_unpaid, ordered + 3 * DAY, np.where(is_out_of_stock, out_of_stock, NEVER))

    def _returns(self, key: Array, choice: Choice, delivered: Array, *, is_late: Array) -> Array:
        share = np.where(is_late, 0.05, 0.020) * np.where(self._catalogue.is_fashion[choice.category], 2.0, 1.0)
        is_returned = (delivered != NEVER) & (self._dice.uniform("life/returned", key) < share)
        days = np.minimum(2 + 7 * self._dice.lognormal("life/return_days", key, 0.5), LONGEST_RETURN - 1)
        day = delivered // DAY + days.astype(np.int64)
        return np.where(is_returned, day * DAY + 36_000 + self._dice.below("life/returned_at", key, 28_800), NEVER)
