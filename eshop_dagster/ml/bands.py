"""Between which bounds a day's orders and revenue are usual: how much of a difference is worth a person's time."""

from typing import TYPE_CHECKING, NamedTuple

from eshop_dagster.ml.expectation import SPREAD_DAYS, expect, spread

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Flags = npt.NDArray[np.bool_]
    Positions = npt.NDArray[np.intp]

LEAST_ORDERS = 5
"""Below this many orders the average ticket is the chance of one basket."""

_LEAST_SPREAD = 0.05
"""A shop may have been calmer than this by chance."""


class Tolerance(NamedTuple):
    """How far a day may be from what was expected.

    Attributes:
        low: standard deviations below the usual of eight weeks.
        high: the same above; a high day is less alarming, and a shop has more good surprises than bad ones.
        least_low: share of the last week's level that is never too low, however calm the shop.
        least_high: the same for too high.
        feast_low: share of the last week's level that is never too low on a special date.
        feast_high: the same for too high.
    """

    low: float
    high: float
    least_low: float
    least_high: float
    feast_low: float
    feast_high: float


ORDERS = Tolerance(low=2.3, high=2.8, least_low=0.7, least_high=1.5, feast_low=0.15, feast_high=10)
TICKET = Tolerance(low=3.2, high=3.2, least_low=0.6, least_high=1.6, feast_low=0.25, feast_high=4)
"""Measured on simulated shops and on Olist's orders: docs/data-quality.md."""


class Band(NamedTuple):
    """What is usual on one day; NaN where there is too little to judge by."""

    expected: float
    lower: float
    upper: float


class Bands(NamedTuple):
    """What is usual on each judged day, shape (n,) each."""

    expected: "Floats"
    lower: "Floats"
    upper: "Floats"

    def of(self, row: int) -> Band:
        """Return one day's band."""
        return Band(float(self.expected[row]), float(self.lower[row]), float(self.upper[row]))


def order_bands(orders: "Floats", is_special: "Flags", at: "Positions") -> Bands:
    """Return the bounds in whole orders. Half an order is added to every day: a closed day has no logarithm."""
    import numpy as np

    values = orders + 0.5
    usual, recent = _levels(np.where(is_special, np.nan, np.log(values)), at)
    # The root of a count varies by 1/2 whatever the count (Anscombe 1948), where its logarithm is skew.
    surprises = np.where(is_special, np.nan, 2 * (np.sqrt(values / recent) - 1))
    # Orders that come by chance alone vary by their root: no shop is calmer than that.
    floor = np.maximum(_LEAST_SPREAD, 1 / np.sqrt(recent[at]))
    half = np.maximum(spread(surprises, at), floor) / 2
    low = usual[at] * np.maximum(1 - ORDERS.low * half, 0) ** 2
    high = usual[at] * (1 + ORDERS.high * half) ** 2
    bands = _widened(ORDERS, recent[at], low, high, is_special[at])
    whole = (np.maximum(recent[at] - 0.5, 0), np.floor(np.maximum(bands.lower - 0.5, 0)), np.ceil(bands.upper - 0.5))
    return Bands(*whole)


def revenue_bands(
    orders: "Floats", revenue: "Floats", is_special: "Flags", at: "Positions", expected_orders: "Floats"
) -> Bands:
    """Return the bounds, amounts, for as many orders as the day has."""
    import numpy as np

    is_known = (orders >= LEAST_ORDERS) & (revenue > 0) & ~is_special
    tickets = np.full(len(orders), np.nan)
    tickets[is_known] = np.log(revenue[is_known] / orders[is_known])
    usual, recent = _levels(tickets, at)
    # The ticket of a day with fewer orders than usual varies more.
    thinness = np.sqrt(np.maximum(1, expected_orders / np.maximum(orders[at], 1)))
    size = np.maximum(spread(tickets - np.log(recent), at), _LEAST_SPREAD) * thinness
    low, high = usual[at] * np.exp(-TICKET.low * size), usual[at] * np.exp(TICKET.high * size)
    bands = _widened(TICKET, recent[at], low, high, is_special[at])
    count = np.where(orders[at] >= LEAST_ORDERS, orders[at], np.nan)
    return Bands(bands.expected * count, bands.lower * count, bands.upper * count)


def _levels(logs: "Floats", at: "Positions") -> tuple["Floats", "Floats"]:
    """Return the usual and the recent level of every day that the judged days look back on; NaN for the others."""
    import numpy as np

    rows = np.arange(max(0, at[0] - SPREAD_DAYS), at[-1] + 1)
    usual, recent = np.full(len(logs), np.nan), np.full(len(logs), np.nan)
    expectation = expect(logs, rows)
    usual[rows], recent[rows] = np.exp(expectation.usual), np.exp(expectation.recent)
    return usual, recent


def _widened(tolerance: Tolerance, recent: "Floats", low: "Floats", high: "Floats", is_feast: "Flags") -> Bands:
    import numpy as np

    low = np.minimum(low, recent * np.where(is_feast, tolerance.feast_low, tolerance.least_low))
    high = np.maximum(high, recent * np.where(is_feast, tolerance.feast_high, tolerance.least_high))
    return Bands(np.where(np.isnan(low), np.nan, recent), low, high)
