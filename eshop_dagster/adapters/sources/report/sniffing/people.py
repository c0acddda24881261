"""Whether order numbers and customer ids of a sample tell what they should."""

import re
from collections import Counter, defaultdict

from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.roles import bare
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample

SHOPS = frozenset(
    (
        *(
            "loja",
            "shop",
            "store",
            "filial",
            "branch",
            "terminal",
            "pdv",
            "caixa",
            "till",
            "unidade",
            "serie",
            "series",
        ),
        *("canal", "canaldevenda", "canaldevendas", "channel", "saleschannel", "marketplace", "origem", "empresa"),
        "cnpjemitente",
    )
)
"""Names of what may count its orders by itself."""
LEAST_ORDERS = 50
"""Of fewer orders one customer may well have a tenth."""
LARGE_SHARE = 0.1
FEW_ORDERS, HUGE_SHARE = 20, 0.3
"""Of so few orders, one who has so many of them is odd."""


def decide_identity(made: Decisions, sample: Sample) -> None:
    """Make the identity of an order of more columns where its number alone is used again."""
    header = made.columns["order_id"]
    if not isinstance(header, str):
        return
    numbers = sample.columns[header]
    shop = next(
        (
            name
            for name in sample.columns
            if name != header and bare(name) in SHOPS and _tells_apart(numbers, sample.columns[name])
        ),
        None,
    )
    if shop:
        made.columns["order_id"] = [shop, header]
        made.comments["order_id"] = f"GUESS: the same numbers stand in several of {shop!r}, so both make the order."
    name = str(made.columns.get("name", ""))
    if name and _holds_names(numbers, sample.columns[name]):
        made.columns["order_id"] = [header, name]
        made.comments["order_id"] = (
            f"GUESS: {header!r} holds the customer's name, which only the vault may keep: beside {name!r} the "
            "order's id is made of its day and a number."
        )
        return
    day = str(made.columns.get("ordered_at") or made.columns["ordered_date"])
    years = [year_in(text) for text in sample.columns[day]]
    if _tells_apart(numbers, years):
        made.columns["order_id"] = [shop, header] if shop else [header]
        made.year_of = day
        made.comments["order_id"] = "GUESS: numbers come again in other years, so the year is part of the order's id."
    if "customer_id" in made.columns:
        _look_for_a_large_customer(made, sample, numbers)


def year_in(text: str) -> str:
    """The year in a date's text; nothing where there is none of four digits."""
    return match[0] if (match := re.search(r"\b(19|20)\d{2}\b|^(19|20)\d{2}", text)) else ""


def _holds_names(numbers: list[str], names: list[str]) -> bool:
    """Whether most order numbers hold the name of their own customer."""
    pairs = [(bare(number), bare(name)) for number, name in zip(numbers, names, strict=True) if len(bare(name)) > 2]
    return sum(name in number for number, name in pairs) > 0.5 * len(pairs) if pairs else False


def _tells_apart(numbers: list[str], others: list[str]) -> bool:
    """Whether numbers of several lines stand beside more than one of the other column's texts."""
    beside: dict[str, set[str]] = defaultdict(set)
    lines = Counter(numbers)
    for number, other in zip(numbers, others, strict=True):
        if number and other:
            beside[number].add(other)
    several = [number for number, count in lines.items() if count > 1 and number]
    return sum(len(beside[number]) > 1 for number in several) > 0.02 * len(several) if several else False


def _look_for_a_large_customer(made: Decisions, sample: Sample, numbers: list[str]) -> None:
    ids = sample.columns[str(made.columns["customer_id"])]
    first = {
        number: (person, place) for place, (number, person) in reversed(list(enumerate(zip(numbers, ids, strict=True))))
    }
    orders = Counter(person for person, _ in first.values() if person)
    if not orders:
        return
    person, count = orders.most_common(1)[0]
    is_large = count >= LARGE_SHARE * len(first) and len(first) >= LEAST_ORDERS
    if is_large or (count >= HUGE_SHARE * len(first) and len(first) >= FEW_ORDERS and len(orders) > 2):
        place = min(place for found, place in first.values() if found == person)
        where = "data" if sample.files == 1 else "sampled lines"
        said = made.comments.get("customer_id", "")
        made.comments["customer_id"] = (
            f"{said} TODO one id has {count / len(first):.0%} of all orders (see line {place + 1} of the {where}): if "
            "it stands for guests, add it to guest_words."
        ).strip()
