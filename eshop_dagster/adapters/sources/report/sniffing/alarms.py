"""What a person must look at before a draft is loaded: columns and lines that may make the money or the people wrong.

Nothing is decided here. A column that is not loaded and may touch money, and lines that are no sales, are named.
"""

import re
from collections import Counter
from collections.abc import Iterator

from eshop_dagster.adapters.sources.report.sniffing.dates import is_instant
from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.grouping import lines_of_orders
from eshop_dagster.adapters.sources.report.sniffing.roles import bare, role_of
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import is_number, to_float

VALIDITY = re.compile(
    "cancel|devol|refund|return|estorn|reembols|chargeback|void|credito|creditnote|natureza|tipo(dia)?(operacao|nota|"
    "mov|venda|pedido|lancamento)|^tipo$|^type$|(transaction|order|sale|movement|line|record)type$|abatiment|troca$"
)
"""Headers, without marks, of columns that say whether a line is a sale at all."""
DISCOUNTS = re.compile("descont|discount|rebate|abatimento|cupom|coupon|voucher")
CODES = re.compile("cod|code|nome|name|motivo|reason|policy|politica|prazo|deadline|window")
UNDOING = re.compile("devol|return|refund|cancel|estorn|credito|credit note|remessa|troca|bonifica|chargeback|void")
"""Words in a column of few words that say of a line that it is no sale, or undoes one."""
PACKS = "Pacote de diversos produtos"
INSTALMENT = re.compile("(n|no|num|numero)?(da)?parcela|installment(no|number)?")
SUMS = re.compile(r"(sub|grand )?total( (do|da|of|de) .*| pedido| geral| order)?:?|soma|sum")
SHIPPING = frozenset(["frete", "envio", "entrega", "shipping", "freight", "delivery", "postage", "sedex", "pac"])
NOTHING = frozenset(("", "0", "no", "nao", "n", "false", "none", "nenhum", "null", "na", "naoseaplica"))
MOST_WORDS, MOST_SHOWN = 12, 4


def find_alarms(made: Decisions, sample: Sample) -> list[str]:
    """The sentences that stand at the top of the draft, one for each column or kind of line."""
    return [
        *_columns_that_touch_money(made, sample),
        *_lines_that_are_no_products(made, sample),
        *_kinds_of_lines(made, sample),
        *_second_columns(made, sample),
        *_instalments(made, sample),
        *_packs(sample),
    ]


def _columns_that_touch_money(made: Decisions, sample: Sample) -> Iterator[str]:
    for header, reason in made.left_out.items():
        name = bare(header)
        role = role_of(header, sample.columns)
        is_amount = bool(DISCOUNTS.search(name)) or role == "discount"
        is_named = bool(VALIDITY.search(name)) and role not in ("payment_method", "category")
        if CODES.search(name) or "TODO" in reason or reason in ("see line_total", "no line has a discount"):
            continue
        filled = [text for text in sample.filled(header) if not _is_nothing(text)]
        if not filled:
            continue
        if is_amount and any(map(is_number, filled)):
            # The discounts that are left out with a reason have their own sentence.
            if not is_named and reason and "no numbers" not in reason:
                continue
        elif not is_named and not (not role and _undoes(filled)):
            continue
        yield (
            f"TODO {header!r} is not loaded, and may change what was sold: it holds {_content(filled, made)} on "
            f"{len(filled)} of {sample.lines} lines. {_remedy(filled)}"
        )


def _remedy(texts: list[str]) -> str:
    if all(map(is_number, texts)):
        return "If it lessens what was sold, take it off the quantities or prices in the file."
    if len(set(texts)) <= MOST_WORDS and not any(map(is_instant, texts)):
        return "If it tells, map it as status, with its words under cancellation.statuses or return.statuses."
    return "If these lines are cancelled or returned, give them a word of the status in the file."


def _is_nothing(text: str) -> bool:
    return bare(text) in NOTHING or (is_number(text) and not re.search("[1-9]", text))


def _undoes(texts: list[str]) -> bool:
    words = set(texts)
    return len(words) <= MOST_WORDS and any(UNDOING.search(_plain(word)) for word in words)


def _plain(text: str) -> str:
    """A text in small letters, without accents, its words apart."""
    return " ".join(bare(word) for word in text.split())


def _content(texts: list[str], made: Decisions) -> str:
    """What a column holds, without a single person's data: a sum, its few words, or that it is filled."""
    if all(map(is_number, texts)):
        return f"a sum of {sum(to_float(text, made.numbers) for text in texts):.2f}"
    words = Counter(texts)
    if len(words) <= MOST_WORDS and not any("@" in word or sum(map(str.isdigit, word)) > 2 for word in words):
        return ", ".join(repr(word) for word, _ in words.most_common(MOST_SHOWN))
    return "texts"


def _lines_that_are_no_products(made: Decisions, sample: Sample) -> Iterator[str]:
    headers = {str(made.columns[key]) for key in ("product_id", "product_name") if key in made.columns}
    for header in sorted(headers):
        found = Counter(_plain(text) for text in sample.filled(header))
        sums = sum(count for word, count in found.items() if SUMS.fullmatch(word))
        sent = sum(count for word, count in found.items() if word.split() and word.split()[0] in SHIPPING)
        if sums:
            yield (
                f"TODO {sums} lines have a total for a product in {header!r}, and would be counted on top of what "
                "they sum up: take them out of the file."
            )
        if sent:
            yield (
                f"TODO {sent} lines have a product in {header!r} that is named like freight: it is counted as goods. "
                "Take the lines out of the file, and give the freight a column of its own."
            )


def _kinds_of_lines(made: Decisions, sample: Sample) -> Iterator[str]:
    """A column that tells a kit from its components, which are both priced."""
    for header in made.left_out:
        words = {_plain(text) for text in sample.filled(header)}
        has_kits, has_parts = (
            any(re.match(pattern, word) for word in words)
            for pattern in ("kit|bundle|combo", "compon|item|child|filho")
        )
        if len(words) <= MOST_WORDS and has_kits and has_parts:
            yield (
                f"TODO {header!r} tells kits from their components: where both have a price they are counted twice. "
                "Take one kind out of the file."
            )


def _second_columns(made: Decisions, sample: Sample) -> Iterator[str]:
    """Columns of the same meaning as the one that is taken, which say something else."""
    for header, reason in made.left_out.items():
        found = re.fullmatch("(ordered_at|quantity|unit_price|line_total) is taken from '(.*)'", reason)
        if not found:
            continue
        pairs = zip(sample.columns[header], sample.columns[found[2]], strict=True)
        differing = sum(bool(one and other) and one != other for one, other in pairs)
        if differing:
            yield (
                f"GUESS: {found[1]} is taken from {found[2]!r}; {header!r} means the same, and differs on "
                f"{differing} of {sample.lines} lines: which is right?"
            )


def _instalments(made: Decisions, sample: Sample) -> Iterator[str]:
    """Lines that are instalments of one sale, of which each would count as a piece."""
    for header in (name for name in made.left_out if INSTALMENT.fullmatch(bare(name))):
        several = [
            places for places in lines_of_orders(made, sample)
            if len({sample.columns[header][place] for place in places}) > 1
        ]  # fmt: skip
        if several:
            yield (
                f"TODO {len(several)} orders have lines of several {header!r}: if these are instalments of one sale, "
                "their pieces count once each. Give the file one line per product."
            )


def _packs(sample: Sample) -> Iterator[str]:
    """Mercado Livre's lines of a pack, whose products stand below as sales of their own without the buyer."""
    packs = sum(bare(text) == "sim" for text in sample.columns.get(PACKS, []))
    if packs:
        yield (
            f"TODO {packs} lines are packs ({PACKS!r}): their products stand below with other numbers and without "
            "buyer, and would be guests' orders. Write the pack's number and buyer on them, and take the pack out."
        )
