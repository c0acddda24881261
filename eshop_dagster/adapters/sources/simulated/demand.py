"""How many orders and registrations each day has: growth, season, feasts, and the scenarios' bends.

Days are numbered from the shop's first business day, which is day 0.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from eshop_dagster.adapters.sources.simulated.config import Scenario, ShopConfig
from eshop_dagster.adapters.sources.simulated.randomness import Array, Dice

FIRST_ORDER_SHARE = 0.94
"""Share of registered customers who ever order."""

_TWO_YEARS = 730

_WEEKDAY = (1.14, 1.12, 1.09, 1.04, 0.99, 0.77, 0.85)

_MONTH = (0.90, 0.89, 0.94, 0.96, 1.03, 0.98, 0.98, 1.01, 0.97, 1.00, 1.08, 1.08)

_BLACK_FRIDAY = {-1: 1.3, 0: 6.0, 1: 2.7, 2: 2.2, 3: 2.1, 4: 1.7, 5: 1.4, 6: 1.2}
"""Factor by days after the last Friday of November; the Olist set had 6.4 times its usual day in 2017."""

_CHRISTMAS = {(12, 23): 0.8, (12, 24): 0.5, (12, 25): 0.35, (12, 26): 0.8, (12, 31): 0.6, (1, 1): 0.5}


class Demand:
    """Daily rates of a shop from its first day to `last` (both inclusive).

    Attributes:
        registrations: shape (days,), customers who register on each day; `wave_registrations` of them come by the
            `new_region` scenario.
        repeat_orders: shape (days,), expected orders of customers who have ordered before.
        price_factor: shape (days,), list prices relative to an unbent shop.
        black_friday: shape (days,), 0 to 1, how much of a Black Friday's discounts a day has.
        carrier_delay: shape (days,), factor on the transit time of what is shipped on a day.
    """

    def __init__(self, config: ShopConfig, dice: Dice, last: int) -> None:
        count = max(last + 1, _TWO_YEARS)
        days = [config.first_day + timedelta(days=number) for number in range(count)]
        number = np.arange(count)
        index = _season(days) * dice.lognormal("demand/noise", number, 0.05)
        index /= index[:_TWO_YEARS].mean()
        growth = (1 + config.growth_per_year) ** ((number - _TWO_YEARS) / 365)
        weight = index**0.8 * growth * (1 + 2.5 * np.exp(-number / 60))
        weight *= config.customers / weight[:_TWO_YEARS].sum()
        target = config.orders_per_day * growth * index * (1 - 0.75 * np.exp(-number / 75))
        self.price_factor = np.ones(count)
        self.carrier_delay = np.ones(count)
        self.black_friday = _black_friday_share(days)
        wave = np.zeros(count)
        for scenario in config.scenarios:
            at = (scenario.start - config.first_day).days
            since = np.where(number >= at, number - at, -1)
            factor = self._bend(scenario, since)
            weight, target = weight * factor, target * factor
            if scenario.name == "new_region":
                surge = np.where(since >= 0, scenario.strength * np.exp(-np.maximum(since, 0) / 120), 0.0)
                wave += 1.5 * surge * weight
                target *= 1 + 0.15 * np.where(since >= 0, scenario.strength, 0.0)
        self.wave_registrations = _whole(wave)
        self.registrations = _whole(weight) + self.wave_registrations
        # Repeat orders need somebody to repeat: in the first weeks almost every order is a first one.
        self.repeat_orders = np.maximum(target - FIRST_ORDER_SHARE * weight, 0.15 * target) + 0.3 * wave

    def _bend(self, scenario: Scenario, since: Array) -> Array:
        """Return the scenario's factor on orders; set its other effects. `since` counts days, -1 before the start."""
        is_on, strength = since >= 0, scenario.strength
        if scenario.name == "price_shock":
            self.price_factor = np.where(is_on, self.price_factor * (1 + 0.25 * strength), self.price_factor)
            return np.where(is_on, 0.82**strength, 1.0)
        if scenario.name == "late_carrier":
            self.carrier_delay = np.where(is_on, self.carrier_delay * (1 + 0.45 * strength), self.carrier_delay)
        if scenario.name == "black_friday":
            # The evening before is another day, and stays as it was.
            factor = np.ones(len(since))
            for after, times in _BLACK_FRIDAY.items():
                if after >= 0:
                    factor[since == after] = times**strength
                    discount = min(1.0, strength) * (1.0 if after == 0 else 0.5)
                    self.black_friday[since == after] = np.maximum(self.black_friday[since == after], discount)
            return factor
        return np.ones(len(since))


def _whole(rates: Array) -> Array:
    """Return daily whole numbers whose running sum stays within one of the rates' running sum."""
    counts: Array = np.diff(np.floor(np.cumsum(rates) + 0.5).astype(np.int64), prepend=0)
    return counts


def _season(days: list[date]) -> Array:
    season = np.array(
        [_WEEKDAY[day.weekday()] * _month_factor(day) * _CHRISTMAS.get((day.month, day.day), 1.0) for day in days]
    )
    position = {day: at for at, day in enumerate(days)}
    for year in range(days[0].year, days[-1].year + 2):
        for day, factor in _feasts(year):
            if day in position:
                season[position[day]] *= factor
    return season


def _month_factor(day: date) -> float:
    """Interpolate between the middles of the months, so that no month begins with a step."""
    place = day.month - 1 + (day.day - 15) / 30
    low = int(np.floor(place))
    return _MONTH[low % 12] + (place - low) * (_MONTH[(low + 1) % 12] - _MONTH[low % 12])


def _feasts(year: int) -> Iterator[tuple[date, float]]:
    """Yield each day with a factor of its own: the run-up to a feast, and Black Friday's week."""
    run_ups = (
        (_nth_sunday(year, 5, 2), 14, 0.40),
        (date(year, 6, 12), 10, 0.22),
        (_nth_sunday(year, 8, 2), 10, 0.20),
        (date(year, 10, 12), 10, 0.22),
        (date(year, 12, 20), 18, 0.45),
    )
    for feast, length, lift in run_ups:
        for before in range(2, length + 2):
            yield feast - timedelta(days=before), 1 + lift * (1 - (before - 2) / length)
    for after, factor in _BLACK_FRIDAY.items():
        yield black_friday(year) + timedelta(days=after), factor


def black_friday(year: int) -> date:
    """Return the last Friday of November."""
    last = date(year, 11, 30)
    return last - timedelta(days=(last.weekday() - 4) % 7)


def _nth_sunday(year: int, month: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))


def _black_friday_share(days: list[date]) -> Array:
    share = np.zeros(len(days))
    for at, day in enumerate(days):
        after = (day - black_friday(day.year)).days
        share[at] = 1.0 if after == 0 else 0.5 if 0 < after <= 3 else 0.0
    return share
