"""The shop's customers: when they register, how often they buy, when they lapse and return, where they live."""

from functools import cached_property

import numpy as np

from eshop_dagster.adapters.sources.simulated.catalogue import Catalogue
from eshop_dagster.adapters.sources.simulated.demand import FIRST_ORDER_SHARE, Demand
from eshop_dagster.adapters.sources.simulated.places import Places
from eshop_dagster.adapters.sources.simulated.randomness import Array, Dice

LONGEST_DELAY = 14
"""Days from registration to the first order, at most."""

_ONCE_SHARE = 0.45
"""Share of the buyers who never come back; more of those won on a Black Friday."""

_RATE_SHAPE = 0.9
_FADING_DAYS = 60


class Customers:
    """Every customer who registers up to the shop's last day; a customer is a position in order of registration.

    Attributes:
        first_of_day: shape (days + 1,), the customers of day d are first_of_day[d] to first_of_day[d + 1] - 1.
    """

    def __init__(self, dice: Dice, demand: Demand, places: Places, catalogue: Catalogue, days: int) -> None:
        self._dice, self._demand = dice, demand
        self._places, self._catalogue = places, catalogue
        self.first_of_day = np.concatenate([[0], np.cumsum(demand.registrations[:days])])

    @property
    def count(self) -> int:
        """Customers who register up to the last day."""
        return int(self.first_of_day[-1])

    def registered_day(self, customer: Array) -> Array:
        """Return the day on which each customer registers."""
        return np.searchsorted(self.first_of_day, customer, side="right") - 1

    def first_order_day(self, customer: Array) -> Array:
        """Return the day of each customer's first order, or -1 for those who never order."""
        delay = self._dice.uniform("customer/delay", customer)
        days = np.where(delay < 0.8, 0, 1 + ((delay - 0.8) * 5 * LONGEST_DELAY).astype(np.int64))
        is_buyer = self._dice.uniform("customer/buyer", customer) < FIRST_ORDER_SHARE
        return np.where(is_buyer, self.registered_day(customer) + days, -1)

    def consents(self, customer: Array, day: Array) -> Array:
        """Return whether each customer agrees to marketing at the end of a day."""
        at_first = self._dice.uniform("customer/consent", customer) < 0.62
        return at_first ^ (self.consent_change_day(customer) <= day)

    @cached_property
    def cumulative_rate(self) -> Array:
        """Running sum of the customers' repeat rates, in whole units so that it has no rounding."""
        rates = np.empty(self.count, dtype=np.uint64)
        for start in range(0, self.count, 1 << 18):
            customer = np.arange(start, min(start + (1 << 18), self.count))
            rates[customer] = self._repeat_rate(customer)
        return np.cumsum(rates, dtype=np.uint64)

    def _repeat_rate(self, customer: Array) -> Array:
        dice = self._dice
        is_bargain = self._demand.black_friday[self.registered_day(customer)] > 0
        once = np.where(is_bargain, _ONCE_SHARE + 0.2, _ONCE_SHARE)
        is_repeater = dice.uniform("customer/repeater", customer) >= once
        is_repeater &= dice.uniform("customer/buyer", customer) < FIRST_ORDER_SHARE
        rate = 0.06 + dice.gamma("customer/rate", customer, _RATE_SHAPE)
        rate *= np.where(dice.uniform("customer/consent", customer) < 0.62, 1.15, 0.85)
        return np.where(is_repeater, rate * 1000, 0).astype(np.uint64)

    def activity(self, customer: Array, day: int) -> Array:
        """Return how active each customer is on a day, from 0 (lapsed, or before the first order) to 1.

        A customer buys through a first spell, goes silent, and 45 % come back for a second; interest fades over a
        spell's last two months. A third of the customers warm up over their first eight months, a fifth cool down.
        """
        dice = self._dice
        age = day - self.first_order_day(customer)
        spell = 20 + 300 * dice.exponential("customer/spell", customer)
        returns = np.where(
            dice.uniform("customer/returns", customer) < 0.45,
            spell + 60 + 110 * dice.exponential("customer/gap", customer),
            np.inf,
        )
        second_end = returns + 20 + 260 * dice.exponential("customer/second", customer)
        left = np.where(age < spell, spell - age, np.where(age >= returns, second_end - age, 0.0))
        fading = np.where(left > 0, np.clip(left / _FADING_DAYS, 0.2, 1.0), 0.0)
        kind = dice.uniform("customer/trend", customer)
        grown = np.clip(age / 240, 0.0, 1.0)
        trend = np.where(kind < 0.33, 0.3 + 0.7 * grown, np.where(kind < 0.53, 1.0 - 0.65 * grown, 1.0))
        return np.where(age >= 1, fading * trend, 0.0)

    def is_wave(self, customer: Array) -> Array:
        """Return whether each customer came by the `new_region` scenario."""
        day = self.registered_day(customer)
        newest: Array = customer >= self.first_of_day[day + 1] - self._demand.wave_registrations[day]
        return newest

    def home(self, customer: Array, day: Array) -> tuple[Array, Array, Array]:
        """Return state, city and five-digit postal code of each customer at the end of a day."""
        dice, places = self._dice, self._places
        state = dice.choice("customer/state", customer, places.state_share)
        wave = dice.choice("customer/state", customer, places.wave_share)
        state = np.where(self.is_wave(customer), wave, state)
        has_moved = self.move_day(customer) <= day
        is_far = has_moved & (dice.uniform("customer/far", customer) < 0.35)
        state = np.where(is_far, dice.choice("customer/new_state", customer, places.state_share), state)
        # A second home is another draw of the same streams, past the largest shop's customers.
        address = customer + has_moved * (1 << 40)
        city = places.city_of(state, dice.uniform("customer/city", address))
        postal_code = places.city_zip_low[city] + dice.below("customer/zip", address, places.city_zip_span[city])
        return state, city, postal_code

    def move_day(self, customer: Array) -> Array:
        """Return the day on which each customer moves; mostly far in the future."""
        return self._later_day("customer/move", customer, mean_days=4_000)

    def consent_change_day(self, customer: Array) -> Array:
        """Return the day on which each customer gives or withdraws consent; mostly far in the future."""
        return self._later_day("customer/consent_change", customer, mean_days=5_000)

    def _later_day(self, stream: str, customer: Array, *, mean_days: float) -> Array:
        after = (mean_days * self._dice.exponential(stream, customer)).astype(np.int64)
        later: Array = self.registered_day(customer) + 1 + after
        return later

    @cached_property
    def _later_days(self) -> tuple[Array, Array]:
        """Days of the move and of the consent change of every customer, 4 bytes each."""
        move, consent = np.empty(self.count, dtype=np.int32), np.empty(self.count, dtype=np.int32)
        for start in range(0, self.count, 1 << 18):
            customer = np.arange(start, min(start + (1 << 18), self.count))
            move[customer], consent[customer] = self.move_day(customer), self.consent_change_day(customer)
        return move, consent

    def changed_between(self, first: int, last: int) -> tuple[Array, Array]:
        """Return (day, customer) of every change from `first` to `last`, both inclusive, by day and customer."""
        customer = np.arange(self.first_of_day[first], self.first_of_day[last + 1])
        days, customers = [self.registered_day(customer)], [customer]
        for changed in self._later_days:
            at = np.flatnonzero((changed >= first) & (changed <= last))
            days.append(changed[at].astype(np.int64))
            customers.append(at)
        pairs = np.unique((np.concatenate(days) << 32) | np.concatenate(customers))
        return pairs >> 32, pairs & 0xFFFFFFFF

    def favourite_category(self, customer: Array, stream: str, counter: Array) -> Array:
        """Return a category drawn by the customers' region, by `counter` rather than by customer."""
        usual = self._dice.choice(stream, counter, self._catalogue.popularity)
        if not self._demand.wave_registrations.any():
            return usual
        wave = self._dice.choice(stream, counter, self._catalogue.wave_popularity)
        return np.where(self.is_wave(customer), wave, usual)
