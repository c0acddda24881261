"""Whether a price is a piece's or a line's: the one is the same at any quantity, the other grows with it."""

import re
from collections import defaultdict
from itertools import islice

from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.placing import MOSTLY
from eshop_dagster.adapters.sources.report.sniffing.roles import bare
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import to_float

LOOKED_AT = 20_000
"""Lines; most products show in fewer what they do."""
SURE = {"unit_price": re.compile("unit|each|piece|peca"), "line_total": re.compile("total|line|item|linha")}
"""Names that say which of the two it is: they are asked about, and not overruled."""


def settle_price_by_quantity(made: Decisions, sample: Sample) -> None:
    """Take a price for the line's, or a total for the piece's, where its products say so; ask in any case."""
    key = next((key for key in ("unit_price", "line_total") if key in made.columns), "")
    if not key or not {"quantity", "product_id"} <= made.columns.keys() or key in made.comments:
        return
    products = _unlike(made, sample, key)
    if not products:
        return
    header = str(made.columns[key])
    other = "line_total" if key == "unit_price" else "unit_price"
    seen = "grows with the quantity" if key == "unit_price" else "is the same at any quantity"
    if SURE[key].search(bare(header)):
        made.comments[key] = f"GUESS: of {products} products it {seen}: if so, write {other} in place of {key}."
        return
    made.columns[other] = made.columns.pop(key)
    made.comments[other] = f"GUESS: of {products} products it {seen}; else write {key} in place of {other}."


def _unlike(made: Decisions, sample: Sample, key: str) -> int:
    """How many products of several quantities act like the other kind of price, if most do; else 0."""
    columns = (sample.columns[str(made.columns[name])] for name in ("product_id", "quantity", key))
    own: dict[str, set[tuple[float, float]]] = defaultdict(set)
    for product, pieces, amount in islice(zip(*columns, strict=True), LOOKED_AT):
        if pieces and amount:
            own[product].add((abs(to_float(pieces, made.quantities)), abs(to_float(amount, made.numbers))))
    several = [pairs for pairs in own.values() if len({pieces for pieces, _ in pairs}) > 1 and all(p for p, _ in pairs)]
    same = sum(len({amount for _, amount in pairs}) == 1 for pairs in several)
    each = sum(len({round(amount / pieces, 2) for pieces, amount in pairs}) == 1 for pairs in several)
    found, rival = (each, same) if key == "unit_price" else (same, each)
    return found if found > rival and found >= MOSTLY * len(several) else 0
