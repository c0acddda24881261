"""Totals that hold more than the goods: freight, taxes, tips, insurance."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import combinations

from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.grouping import (
    Orders,
    is_on_first_line,
    is_same_on_all_lines,
    lines_of_orders,
)
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import is_number, to_float

WORDS = re.compile(
    "(tax|taxes|vat|gst|iva|impostos?|icms|ipi|iss|st|tributos?|taxas?|fees?|tips?|gratuity|gorjeta|seguro|insurance|"
    "handling|embalagem|juros|acrescimo|surcharge|frete|freight|shipping|entrega)"
)
MOSTLY = 0.9
MOST_EXTRAS = 6
LOOKED_AT = 1000
"""Lines, or orders, evenly spread, on which all sums are tried."""
LEAST_DIFFERENCE = 0.005


@dataclass(frozen=True)
class Explained:
    """What a total is beside quantity x unit price.

    Attributes:
        extras: headers of what it holds more.
        is_less: whether the discount is taken off.
        is_of_order: whether it is the order's, and no line's.
    """

    extras: tuple[str, ...]
    is_less: bool
    is_of_order: bool

    def told(self, *, is_counted: bool) -> str:
        """What the total is, for a comment."""
        parts = [f"{'quantity x ' if is_counted else 'the '}unit price", *map(repr, self.extras)]
        less = ", less the discount" if self.is_less else ""
        return f"{'of the order: ' if self.is_of_order else ''}{' + '.join(parts)}{less}"


def explain_total(made: Decisions, sample: Sample) -> Explained | None:
    """Return what the line totals hold, if goods, discount and columns of extras add up to them on most lines."""
    texts = sample.columns[str(made.columns["line_total"])]
    orders = lines_of_orders(made, sample) if made.columns.get("order_id") else []
    is_of_order = is_same_on_all_lines(texts, orders) or is_on_first_line(texts, orders)
    if is_of_order and (found := _explain(made, sample, orders, is_of_order=True)):
        return found
    return _explain(made, sample, [[place] for place in range(sample.lines)], is_of_order=False)


def _explain(made: Decisions, sample: Sample, groups: Orders, *, is_of_order: bool) -> Explained | None:
    amounts = {key: _amounts(made, sample, made.columns.get(key)) for key in ("unit_price", "line_total", "discount")}
    pieces = _amounts(made, sample, made.columns.get("quantity")) if "quantity" in made.columns else None
    prices = amounts["unit_price"]
    goods = [(pieces[place] if pieces else 1.0) * price for place, price in enumerate(prices)]
    totals = amounts["line_total"]
    filled = [group for group in groups if totals[group[0]] and all(prices[place] for place in group)]
    filled = filled[:: max(len(filled) // LOOKED_AT, 1)]
    names = _candidates(made, sample)
    extras = {name: _amounts(made, sample, name) for name in names}
    for is_less in (False, True) if any(amounts["discount"]) else (False,):
        for count in range(1, 4):
            for chosen in combinations(names, count):
                right = sum(
                    _is_sum(places, goods, amounts, [extras[name] for name in chosen], is_less) for places in filled
                )
                if filled and right >= MOSTLY * len(filled):
                    return Explained(chosen, is_less, is_of_order)
    if is_of_order and filled:
        for is_less in (False, True):
            if all(_is_sum(places, goods, amounts, [], is_less) for places in filled):
                return Explained((), is_less, True)
    return None


def _is_sum(
    places: list[int], goods: list[float], amounts: dict[str, list[float]], extras: list[list[float]], is_less: bool
) -> bool:
    """Whether goods, extras and discount are the total; what stands on each line of an order may be the order's."""
    total = max((amounts["line_total"][place] for place in places), key=abs)
    whole = sum(goods[place] for place in places)
    off = [abs(amounts["discount"][place]) if is_less else 0.0 for place in places]
    once = whole + sum(max(extra[place] for place in places) for extra in extras)
    each = whole + sum(extra[place] for extra in extras for place in places)
    return any(abs(more - less - total) < LEAST_DIFFERENCE for more in (once, each) for less in (sum(off), max(off)))


def _amounts(made: Decisions, sample: Sample, header: str | list[str] | None) -> list[float]:
    style = made.quantities if header == made.columns.get("quantity") else made.numbers
    texts = sample.columns[header] if isinstance(header, str) else [""] * sample.lines
    return [to_float(text, style) if text else 0.0 for text in texts]


def _candidates(made: Decisions, sample: Sample) -> list[str]:
    """Headers of what a total may hold beside goods, freight first, that have an amount on some line."""
    freight = [str(made.columns["freight"])] if "freight" in made.columns else []
    named = [name for name in made.left_out if any(map(WORDS.fullmatch, _words(name))) and name not in freight]
    amounts = {name: sample.filled(name) for name in [*freight, *named]}
    return [
        name
        for name, texts in amounts.items()
        if texts and all(map(is_number, texts)) and any(re.search("[1-9]", text) for text in texts)
    ][:MOST_EXTRAS]


def _words(header: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().lower()
    return re.findall("[a-z]+", plain)
