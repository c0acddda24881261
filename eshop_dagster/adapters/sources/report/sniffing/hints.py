"""Columns of unusual names: those that are taken with a question, and what to write where several would do."""

import re
from collections.abc import Iterator

from eshop_dagster.adapters.sources.report.files import EXCEL
from eshop_dagster.adapters.sources.report.sniffing.dates import is_instant
from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.odd_lines import second_header
from eshop_dagster.adapters.sources.report.sniffing.placing import MOSTLY, share
from eshop_dagster.adapters.sources.report.sniffing.roles import bare, words_of
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import is_number

WEAK = {
    "order_id": "numero, numero documento, documento, doc, numero doc, transacao, codigo transacao, transaction, "
    "numero pedido loja",
    "ordered_at": "emissao, dia, day",
    "product_id": "codigo, codigo item, variant, item",
}
"""Names that mean a field only where no better column does."""
ADDRESSES = frozenset(["endereco", "rua", "logradouro", "bairro", "complemento", "address", "street"])
"""Beside one of these `Número` is a house's."""
LOOKS = {
    "order_id": re.compile("ped|order|num|doc|nota|venda|sale|trans|cupom|ticket|receipt|refer|^id$|^no$"),
    "ordered_at": re.compile("dat|^dia|day|^mes|month|emiss|hora|time|criad|creat|purchas"),
    "product_id": re.compile("prod|item|sku|artig|articul|mercad|descri|refer|^cod|variant"),
    "price": re.compile("preco|price|prix|precio|valor|vlr|amount|total|sales|liquid|brut|importe|receita|revenue"),
}
OF_A_PIECE = re.compile("preco|price|prix|precio|unit")
NO_PRICE = re.compile("desc|disc|frete|freight|ship|envio|entrega|tax|impost|troco|comis|fee|custo|cost|parcela")
MOST_HINTS = 3


def take_weak_names(made: Decisions, sample: Sample) -> None:
    """Take a column of a name that may mean a missing field, with a question."""
    has_address = any(bare(header) in ADDRESSES for header in sample.columns)
    for role, listed in WEAK.items():
        if role in made.columns:
            continue
        for name in listed.split(","):
            found = next((header for header in made.left_out if _is_weak(made, sample, header, name)), None)
            if found and not (has_address and bare(found) in ("numero", "no")):
                if role == "ordered_at" and share(sample.filled(found), is_instant) < MOSTLY:
                    continue
                made.columns[role] = found
                made.left_out.pop(found)
                made.comments[role] = f"GUESS: taken by its name, for no other column is named like {role}."
                break


def _is_weak(made: Decisions, sample: Sample, header: str, name: str) -> bool:
    is_free = not made.left_out[header] or "line_number" in made.left_out[header]
    return is_free and words_of(header) == words_of(name) and len(sample.filled(header)) >= MOSTLY * sample.lines


def hints(made: Decisions, sample: Sample, missing: list[str]) -> Iterator[str]:
    """What to write for a missing field: of each column that looks like it, the line of the mapping."""
    for role in missing:
        found = [header for header in made.left_out if _looks_like(role, header, sample)]
        for header in found[:MOST_HINTS]:
            key = ("unit_price" if OF_A_PIECE.search(bare(header)) else "line_total") if role == "price" else role
            if re.search("cents|centavos", bare(header)):
                yield f"{header!r} looks like a price in cents, which is not read: divide it by 100 in the file"
            else:
                how = ""
                if role == "ordered_at" and share(sample.filled(header), is_instant) < MOSTLY:
                    how = ", and format.date_formats as its texts are (%d/%m/%Y, %B/%Y)"
                yield f"{header!r} looks like {_WORDS[role]}: write {key}: {header}{how}"
        if role == "product_id" and not found:
            yield "where no column is a product, constants: {product_id: goods} names one for all lines"
    for header, texts in sample.columns.items():
        if any(text.startswith(("[", "{")) for text in texts):
            yield f"{header!r} holds several values in a cell: export one line per item"
    if second_header([*zip(*(texts[:2] for texts in sample.columns.values()), strict=True)]):
        yield "the line below the header is words only: take it out if it is a second header, such as units"
    if any("it is empty" in reason for reason in made.left_out.values()) and sample.path.suffix.lower() == EXCEL:
        yield "a formula that was never calculated is empty: open the workbook and save it"


_WORDS = {"order_id": "an order's number", "ordered_at": "a date", "product_id": "a product", "price": "a price"}


def _looks_like(role: str, header: str, sample: Sample) -> bool:
    texts = sample.filled(header)
    if not texts or any(text.startswith(("[", "{")) for text in texts[:10]):
        return False
    if role == "ordered_at" and share(texts, is_instant) >= MOSTLY:
        return True
    if not LOOKS[role].search(bare(header)):
        return False
    if role == "price":
        return share(texts, is_number) >= MOSTLY and not NO_PRICE.search(re.sub("comdesconto", "", bare(header)))
    # A column of amounts or days is no id, whatever its name.
    return role == "ordered_at" or not (share(texts, is_instant) >= MOSTLY or any("," in text for text in texts))
