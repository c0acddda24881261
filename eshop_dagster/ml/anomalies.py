"""Whether a day's orders and revenue are usual for the shop.

Orders are judged by the days before. Revenue is judged by the day's own orders and the average ticket of the days
before: a day with half of its orders is one alarm, not two, and a slip in the prices shows on a thin day, too.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from eshop_dagster.ml.bands import LEAST_ORDERS, Band, order_bands, revenue_bands
from eshop_dagster.ml.expectation import WEEKS

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


class Sales(NamedTuple):
    """One business day's orders (cancelled ones included) and revenue."""

    order_count: int
    revenue_brl: float


@dataclass(frozen=True)
class Verdict:
    """What was seen on a day and what was to be expected.

    Attributes:
        is_judged: False where there is too little to judge by; then nothing is an anomaly.
        is_anomaly: `observed` lies below `lower` or above `upper`.
        observed: orders, or an amount.
        expected: of the same unit; None where nothing was judged, as are the bounds.
        reason: one sentence.
    """

    is_judged: bool
    is_anomaly: bool
    observed: float
    expected: float | None
    lower: float | None
    upper: float | None
    reason: str


class DayVerdict(NamedTuple):
    """Both verdicts on one business day."""

    day: date
    orders: Verdict
    revenue: Verdict


def judge(
    history: Mapping[date, Sales],
    days: Iterable[date] | None = None,
    *,
    special_dates: Collection[date] = frozenset(),
    currency: str = "BRL",
) -> list[DayVerdict]:
    """Return the verdicts on some days, in day order; a day's verdict does not depend on any later day.

    Args:
        history: sales by business date; a day between the first and the last that is not there had no order.
        days: which days to judge; default: the last one.
        special_dates: feasts and holidays. They teach nothing about other days, and on them only extremes count.
        currency: as reasons write amounts.

    Raises:
        ValueError: no history, a day outside of it, or sales that are negative or not finite.
    """
    import numpy as np

    orders, revenue = _series(history)
    first, size = min(history), len(orders)
    wanted = sorted(set([max(history)] if days is None else days))
    for day in wanted:
        if not 0 <= (day - first).days < size:
            raise ValueError(f"day {day} lies outside of the history from {first} to {max(history)}; expected within.")
    if not wanted:
        return []
    is_special = np.array([first + timedelta(days=number) in special_dates for number in range(size)])
    at = np.array([(day - first).days for day in wanted])
    by_orders = order_bands(orders, is_special, at)
    by_revenue = revenue_bands(orders, revenue, is_special, at, by_orders.expected)
    return [
        DayVerdict(
            day,
            _on_orders(day, float(orders[at[row]]), by_orders.of(row), int(at[row]), bool(is_special[at[row]])),
            _on_revenue(
                float(revenue[at[row]]), by_revenue.of(row), int(orders[at[row]]), bool(is_special[at[row]]), currency
            ),
        )
        for row, day in enumerate(wanted)
    ]


def _series(history: Mapping[date, Sales]) -> tuple["Floats", "Floats"]:
    import numpy as np

    if not history:
        raise ValueError("the history is empty; expected at least one business day with its orders and revenue.")
    first, size = min(history), (max(history) - min(history)).days + 1
    orders, revenue = np.zeros(size), np.zeros(size)
    for day, sales in history.items():
        orders[(day - first).days], revenue[(day - first).days] = sales.order_count, float(sales.revenue_brl)
    for name, values in (("order_count", orders), ("revenue_brl", revenue)):
        bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
        if len(bad):
            day = first + timedelta(days=int(bad[0]))
            raise ValueError(f"{name} of {day} is {values[bad[0]]}; expected a finite number of 0 or more.")
    return orders, revenue


def _on_orders(day: date, observed: float, band: Band, earlier_days: int, is_special: bool) -> Verdict:
    if math.isnan(band.lower):
        return _not_judged(observed, f"{earlier_days} days before it are too little history; expected {7 * WEEKS}")
    word = _word(observed, band, "few", "many")
    return _judged(observed, band, f"{word}: {observed:,.0f} orders on a {day:%A}", "{:,.0f}", is_special)


def _on_revenue(observed: float, band: Band, order_count: int, is_special: bool, currency: str) -> Verdict:
    if order_count < LEAST_ORDERS:
        return _not_judged(observed, f"{order_count} orders show no average ticket; expected at least {LEAST_ORDERS}")
    if math.isnan(band.lower):
        return _not_judged(observed, "too little history to know the average ticket")
    word = _word(observed, band, "low", "high")
    what = f"{word}: {currency} {observed:,.2f} from {order_count:,} orders"
    return _judged(observed, band, what, f"{currency} {{:,.2f}}", is_special)


def _not_judged(observed: float, why: str) -> Verdict:
    return Verdict(False, False, observed, None, None, None, f"not judged: {why}")


def _word(observed: float, band: Band, low: str, high: str) -> str:
    return f"too {low}" if observed < band.lower else f"too {high}" if observed > band.upper else "usual"


def _judged(observed: float, band: Band, what: str, unit: str, is_special: bool) -> Verdict:
    expected, lower, upper = (unit.format(value) for value in band)
    note = "; on a special date only extremes count" if is_special else ""
    is_anomaly = not band.lower <= observed <= band.upper
    return Verdict(True, is_anomaly, observed, *band, f"{what}, expected {expected} ({lower} to {upper}{note})")
