"""Prices that a shop cannot have meant, as its order lines show them."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from eshop_dagster.ml.prices import UsualPrices, highest_plausible_price, left_out
from eshop_dagster.stages.build import project_of
from eshop_dagster.stages.platform import Platform

WINDOW_DAYS = 91
"""Lines of so many days to the last one say what is usual."""
MOST_SHOWN = 20

_COUNT = """
    SELECT count(*) AS line_count, median(unit_price_brl)::DOUBLE AS median_brl
    FROM fct_order_items WHERE NOT is_return AND ordered_date BETWEEN $first AND $last
"""

_HIGHEST = """
    SELECT unit_price_brl::DOUBLE AS highest_brl
    FROM fct_order_items WHERE NOT is_return AND ordered_date BETWEEN $first AND $last
    ORDER BY unit_price_brl DESC LIMIT 1 OFFSET $left_out
"""

_ABSURD = """
    SELECT order_id, ordered_date, product_id, unit_price_brl, count(*) OVER () AS line_count
    FROM fct_order_items
    WHERE NOT is_return AND ordered_date BETWEEN $first AND $last AND unit_price_brl > $limit
    ORDER BY unit_price_brl DESC, order_id, line_number LIMIT $most
"""


class AbsurdLine(NamedTuple):
    """An order line whose price for one piece is absurd."""

    order_id: str
    ordered_date: date
    product_id: str
    unit_price_brl: Decimal


@dataclass(frozen=True)
class PriceVerdict:
    """What was found.

    Attributes:
        usual: what lines cost; None where there are none.
        limit_brl: the highest plausible price; None where nothing was judged.
        lines: the dearest absurd ones, at most `MOST_SHOWN`.
        line_count: all of them.
        reason: sentences: what, the value, what was expected, the remedy.
    """

    usual: UsualPrices | None
    limit_brl: float | None
    lines: tuple[AbsurdLine, ...]
    line_count: int
    reason: str


def judge_prices(platform: Platform, first: date | None = None, last: date | None = None) -> PriceVerdict:
    """Return the verdict on the prices of some days' orders; by default of the last 365 days that were built."""
    built = platform.warehouse.built_days(project_of(platform))
    if not built:
        return PriceVerdict(None, None, (), 0, "nothing is built yet")
    last = min(last or max(built), max(built))
    first = first or last - timedelta(days=365)
    usual = _usual(platform, last)
    limit = highest_plausible_price(usual) if usual else None
    if usual is None or limit is None:
        return PriceVerdict(usual, None, (), 0, "too few order lines to judge prices by")
    wanted = {"first": first, "last": last, "limit": limit, "most": MOST_SHOWN}
    rows = platform.warehouse.read(_ABSURD, wanted).to_pylist()
    count = rows[0]["line_count"] if rows else 0
    lines = tuple(AbsurdLine(**{name: row[name] for name in AbsurdLine._fields}) for row in rows)
    return PriceVerdict(usual, limit, lines, count, _reason(platform.shop.currency, usual, limit, lines, count))


def _usual(platform: Platform, last: date) -> UsualPrices | None:
    days = {"first": last - timedelta(days=WINDOW_DAYS - 1), "last": last}
    (found,) = platform.warehouse.read(_COUNT, days).to_pylist()
    count = int(found["line_count"])
    highest = platform.warehouse.read(_HIGHEST, {**days, "left_out": left_out(count)}).to_pylist()
    return UsualPrices(count, found["median_brl"], highest[0]["highest_brl"]) if highest else None


def _reason(currency: str, usual: UsualPrices, limit: float, lines: tuple[AbsurdLine, ...], count: int) -> str:
    half = f"half of the lines cost {currency} {usual.median_brl:,.2f} or less"
    if not lines:
        return f"no price above {currency} {limit:,.2f}; {half}"
    worst = lines[0]
    others = f" Lines above it: {count:,}." if count > 1 else ""
    return (
        f"order {worst.order_id} of {worst.ordered_date} has product {worst.product_id} at {currency} "
        f"{worst.unit_price_brl:,.2f} a piece; expected at most {limit:,.2f} ({half}).{others} If it is a slip, "
        f"correct it at the source and pull the day again: `eshop run --repull --from {worst.ordered_date} --to "
        f"{worst.ordered_date}`, or its report through the inbox."
    )
