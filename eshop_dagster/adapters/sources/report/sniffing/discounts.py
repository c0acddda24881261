"""Columns named like a discount: which of them the totals confirm, and which a person must look at."""

import re
from dataclasses import dataclass

from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.grouping import Orders
from eshop_dagster.adapters.sources.report.sniffing.roles import bare, is_of_percent, role_of
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import is_number, to_float

WORDS = re.compile("descont|discount|rebate|abatimento|valor.*cupom|(coupon|voucher).*(amount|value|total)")
CODES = re.compile("code|codig")
WITHOUT = "GUESS: the file's own totals add up without it"
MOSTLY = 0.9
LEAST_DIFFERENCE = 0.01


def settle_discount(made: Decisions, sample: Sample, orders: Orders) -> None:
    """Take the discount column with which the orders are what the file's own totals say, where one does."""
    if not {"unit_price", "control_total"} <= made.columns.keys():
        return
    taken = made.columns.get("discount")
    others = [name for name in made.left_out if _is_amount_off(sample, name)]
    for header in [*([str(taken)] if taken else []), *others]:
        if _adds_up(made, sample, orders, header):
            if header != taken:
                made.columns["discount"] = header
                made.left_out.pop(header)
                if taken:
                    made.left_out[str(taken)] = f"with {header!r} the totals add up"
            return
    # The total of a line may be before the discount; the order's is what was paid.
    is_of_order = role_of(str(made.columns["control_total"]), sample.columns) == "control_total"
    if taken and is_of_order and _adds_up(made, sample, orders, str(taken), is_less=False):
        made.left_out[str(made.columns.pop("discount"))] = f"{WITHOUT}, so prices are taken for after it"


def ask_of_discounts(made: Decisions, sample: Sample) -> None:
    """Ask for a person's look at each column that is named like a discount, has one, and is not loaded."""
    for header, reason in made.left_out.items():
        if "TODO" in reason or reason == "see line_total" or reason.startswith(WITHOUT) or not _is_discount(header):
            continue
        if any(re.search("[1-9]", text) for text in sample.filled(header) if is_number(text.removesuffix("%").strip())):
            why = f" ({reason})" if reason else ""
            made.left_out[header] = f"TODO: named like a discount, and not loaded{why}: revenue may be before it"


def _is_discount(header: str) -> bool:
    return bool(WORDS.search(bare(header))) and not CODES.search(bare(header))


def _is_amount_off(sample: Sample, header: str) -> bool:
    texts = sample.filled(header)
    return _is_discount(header) and not is_of_percent(header) and bool(texts) and all(map(is_number, texts))


@dataclass
class _Orders:
    """Amounts of each order: goods, and what else of it stands on its lines, once or on each."""

    goods: list[float]
    totals: list[float]
    freight: list[tuple[float, float]]
    off: list[tuple[float, float]]


def _orders(made: Decisions, sample: Sample, orders: Orders, discount: str | None) -> _Orders:
    def amounts(name: object) -> list[float]:
        texts = sample.columns[str(name)] if name else [""] * sample.lines
        style = made.quantities if name == made.columns.get("quantity") else made.numbers
        return [to_float(text, style) if text else 0.0 for text in texts]

    def once_and_each(values: list[float]) -> list[tuple[float, float]]:
        own = [[values[place] for place in places] for places in orders]
        return [(max(found, key=abs), sum(found)) for found in own]

    prices = amounts(made.columns["unit_price"])
    quantity = made.columns.get("quantity")
    pieces = amounts(quantity) if quantity else [1.0] * sample.lines
    return _Orders(
        [sum(pieces[place] * prices[place] for place in places) for places in orders],
        [once for once, _ in once_and_each(amounts(made.columns["control_total"]))],
        once_and_each(amounts(made.columns.get("freight"))),
        once_and_each([abs(amount) for amount in amounts(discount)]),
    )


def _adds_up(made: Decisions, sample: Sample, orders: Orders, header: str, *, is_less: bool = True) -> bool:
    """Whether goods less the column are the file's own total, with or without freight, on most orders that have it.

    Not `is_less` asks the same of the goods alone.
    """
    found = _orders(made, sample, orders, header)
    having = [
        any(_is_equal(goods - less + more, total) for less in (off if is_less else [0.0]) for more in (0.0, *sent))
        for goods, total, sent, off in zip(found.goods, found.totals, found.freight, found.off, strict=True)
        if off[1]
    ]
    return bool(having) and sum(having) >= MOSTLY * len(having)


def settle_freight(made: Decisions, sample: Sample, orders: Orders) -> None:
    """Count a freight that each line of an order repeats once, where the file's own totals do so."""
    if "freight" not in made.columns or not {"unit_price", "control_total"} <= made.columns.keys():
        return
    found = _orders(made, sample, orders, str(made.columns.get("discount", "")) or None)
    several = [place for place, (once, each) in enumerate(found.freight) if not _is_equal(once, each)]

    def fits(is_each: bool) -> int:
        return sum(
            any(
                _is_equal(found.goods[place] - less + found.freight[place][is_each], found.totals[place])
                for less in (0.0, *found.off[place])
            )
            for place in several
        )

    if several and fits(False) >= MOSTLY * len(several) and fits(False) > fits(True):
        made.keys["freight_per"] = ("order", "Each line repeats the order's freight: the totals hold it once.")


def _is_equal(left: float, right: float) -> bool:
    return abs(left - right) < LEAST_DIFFERENCE
