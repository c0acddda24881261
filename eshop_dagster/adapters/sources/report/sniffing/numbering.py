"""Order numbers that stand on several days: they start again, or refunds stand under their order's number."""

import re
from collections import defaultdict
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.grouping import Orders, lines_of_orders
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import to_float

SMALL_SHARE = 0.02
"""So few numbers on several days are faults of single lines."""


def decide_numbering(made: Decisions, sample: Sample) -> None:
    """Give refunds the days that they need, or numbers that start again their day; ask of all others."""
    key = made.columns["order_id"]
    if not key or ("ordered_date" in made.columns and "ordered_time" not in made.columns):
        return
    header = str(made.columns.get("ordered_date") or made.columns["ordered_at"])
    if header in key:
        return
    formats = tuple(made.date_formats)
    days = [_day(text.partition(" ")[0].partition("T")[0], formats) for text in sample.columns[header]]
    orders = [places for places in lines_of_orders(made, sample) if len(places) > 1]
    several = [places for places in orders if len({days[place] for place in places if days[place]}) > 1]
    if not several:
        return
    refunds = [_days_of_refunds(places, days, _negatives(made, sample)) for places in several]
    if all(refunds):
        made.keys["days_within_order"] = (
            str(max(refunds)),
            f"GUESS: on {len(several)} orders a refund stands under the order's number, up to so many days later.",
        )
    elif len(several) > SMALL_SHARE * len(orders) and _starts_again(several, sample.columns[header], days):
        made.columns["order_id"] = [header, *([key] if isinstance(key, str) else key)]
        made.comments["order_id"] = (
            f"GUESS: {len(several)} numbers come again on other days, so the day is part of the order's id."
        )
    elif len(several) > SMALL_SHARE * len(orders) and all(":" not in text for text in sample.columns[header]):
        made.comments["order_id"] = (
            f"{made.comments.get('order_id', '')} GUESS: {len(several)} numbers have lines on two days, and are taken "
            f"for one order each; {{from: [{header}, {key}]}} makes them two."
        ).strip()


def _negatives(made: Decisions, sample: Sample) -> list[bool]:
    """Whether a line takes something back: its quantity or its price is negative."""
    keys = [key for key in ("quantity", "unit_price", "line_total") if key in made.columns]
    styles = [made.quantities if key == "quantity" else made.numbers for key in keys]
    rows = zip(*(sample.columns[str(made.columns[key])] for key in keys), strict=True)
    return [any(text and to_float(text, style) < 0 for text, style in zip(row, styles, strict=True)) for row in rows]


def _days_of_refunds(places: list[int], days: list[datetime | None], is_negative: list[bool]) -> int:
    """How many days lie between an order's sale and its refunds; 0 where other lines stand on a later day, too."""
    sold = [days[place] for place in places if days[place] and not is_negative[place]]
    back = [days[place] for place in places if days[place] and is_negative[place]]
    known, later = [day for day in sold if day], [day for day in back if day]
    if not known or not later or len(set(known)) > 1 or min(later) < known[0]:
        return 0
    return (max(later) - known[0]).days + 1


def _starts_again(several: Orders, texts: list[str], days: list[datetime | None]) -> bool:
    """Whether the lines of a number are one run for each day, all of one instant, with other orders between them."""
    runs = 0
    for places in several:
        texts_of: dict[datetime | None, set[str]] = defaultdict(set)
        for place in places:
            texts_of[days[place]].add(texts[place])
        if any(len(found) > 1 for found in texts_of.values()):
            return False
        gaps = [(left, right) for left, right in pairwise(places) if days[left] != days[right]]
        runs += all(right - left > 1 for left, right in gaps) and len(gaps) == len(texts_of) - 1
    return runs > 0.5 * len(several)


@lru_cache(maxsize=4096)
def _day(text: str, formats: tuple[str, ...]) -> datetime | None:
    """A day's text in one of the formats, of those that Python reads."""
    for day in (re.split("[ T]", form)[0] for form in formats):
        if not re.search("%[yY]", day) or "%d" not in day:
            continue
        try:
            return datetime.strptime(text, day)
        except ValueError:
            continue
    return None
