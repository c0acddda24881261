"""The lines of a sample, order by order."""

from collections import defaultdict

from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.people import year_in
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample

Orders = list[list[int]]
"""The places of the lines of each order."""


def lines_of_orders(made: Decisions, sample: Sample) -> Orders:
    """The places of the lines of each order."""
    key = made.columns["order_id"]
    if not key:
        return [[place] for place in range(sample.lines)]
    columns = [sample.columns[header] for header in ([key] if isinstance(key, str) else key)]
    if made.year_of:
        columns.append([year_in(text) for text in sample.columns[made.year_of]])
    orders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, parts in enumerate(zip(*columns, strict=True)):
        orders[parts].append(place)
    return list(orders.values())


def is_same_on_all_lines(texts: list[str], orders: Orders) -> bool:
    """Whether all lines of each order of several have the same text."""
    several = [[texts[place] for place in places] for places in orders if len(places) > 1]
    return bool(several) and all(len(set(found)) == 1 and found[0] for found in several)


def is_on_first_line(texts: list[str], orders: Orders) -> bool:
    """Whether only the first line of an order has a text."""
    several = [[texts[place] for place in places] for places in orders if len(places) > 1]
    return bool(several) and all(not any(found[1:]) for found in several) and any(found[0] for found in several)
