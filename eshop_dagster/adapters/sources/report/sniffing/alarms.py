"""What a person must look at before a draft is loaded: columns and lines that may make the money or the people wrong.

Nothing is decided here. A column that is not loaded and may touch money, and lines that are no sales, are named.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.grouping import Orders
from eshop_dagster.adapters.sources.report.sniffing.placing import MOSTLY
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
SERIES = re.compile("^(serie|series|canal|canaldevenda|channel|saleschannel|marketplace|origem|empresa|cnpjemitente)$")
SUMS = re.compile(r"(sub|grand )?total( (do|da|of|de) .*| pedido| geral| order)?:?|soma|sum")
SHIPPING = frozenset(["frete", "envio", "entrega", "shipping", "freight", "delivery", "postage", "sedex", "pac"])
NOTHING = frozenset(("", "0", "no", "nao", "n", "false", "none", "nenhum", "null", "na", "naoseaplica"))
MOST_WORDS, MOST_SHOWN = 12, 4


def find_alarms(made: Decisions, sample: Sample, orders: Orders) -> list[str]:
    """The sentences that stand at the top of the draft, one for each column or kind of line."""
    return [
        *_columns_that_touch_money(made, sample),
        *_dashes(made, sample),
        *_lines_that_are_no_products(made, sample),
        *_kinds_of_lines(made, sample),
        *_constant_price(made, sample),
        *_several_numbers(made, sample, orders),
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
            f"{len(filled)} of {sample.lines} lines."
        )


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


def _dashes(made: Decisions, sample: Sample) -> Iterator[str]:
    """A column of amounts that was refused for a few dashes, which empty_words takes."""
    for header in made.left_out:
        if "no numbers" not in made.left_out[header]:
            continue
        texts = sample.filled(header)
        marks = {text for text in texts if not bare(text)}
        if marks and any(map(is_number, texts)) and all(is_number(text) for text in texts if text not in marks):
            words = ", ".join(map(repr, sorted(marks)))
            yield f"TODO {header!r} holds amounts beside {words}: write format.empty_words: [{words}] and map it."


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


def _constant_price(made: Decisions, sample: Sample) -> Iterator[str]:
    """A price is one product's at any quantity, a line's total is not: data that say the opposite are asked about."""
    key = next((key for key in ("unit_price", "line_total") if key in made.columns), "")
    if not key or "quantity" not in made.columns or "product_id" not in made.columns or key in made.comments:
        return
    columns = (str(made.columns[name]) for name in ("product_id", "quantity", key))
    own: dict[str, set[tuple[float, float]]] = defaultdict(set)
    for product, pieces, amount in zip(*(sample.columns[header] for header in columns), strict=True):
        if pieces and amount:
            own[product].add((abs(to_float(pieces, made.quantities)), abs(to_float(amount, made.numbers))))
    several = [pairs for pairs in own.values() if len({pieces for pieces, _ in pairs}) > 1 and all(p for p, _ in pairs)]
    same = sum(len({amount for _, amount in pairs}) == 1 for pairs in several)
    each = sum(len({round(amount / pieces, 2) for pieces, amount in pairs}) == 1 for pairs in several)
    is_unlike = same > each if key == "line_total" else each > same
    if several and is_unlike and max(same, each) >= MOSTLY * len(several):
        other = "unit_price" if key == "line_total" else "line_total"
        seen = "is the same at any quantity" if key == "line_total" else "grows with the quantity"
        yield (
            f"GUESS: {made.columns[key]!r} is taken for {key}, but of {max(same, each)} products it {seen}: if so, "
            f"write {other} in place of {key}."
        )


def _several_numbers(made: Decisions, sample: Sample, orders: Orders) -> Iterator[str]:
    """A series or channel beside the order's number, of which one number has several."""
    key = made.columns["order_id"]
    taken = {key} if isinstance(key, str) else set(key)
    for header in (name for name in sample.columns if SERIES.match(bare(name)) and name not in taken):
        texts = sample.columns[header]
        mixed = sum(len({texts[place] for place in places if texts[place]}) > 1 for places in orders)
        if mixed:
            parts = ", ".join([header, *sorted(taken)])
            yield (
                f"GUESS: {mixed} order numbers stand in several of {header!r} and are taken for one order each; "
                f"several orders need order_id: {{from: [{parts}]}}."
            )


def odd_years(made: Decisions, sample: Sample) -> Iterator[str]:
    """Two-digit years that may be the day: a file whose years spread far over days that never change."""
    if not any(re.match(r"%[dm](.)%[dm]\1%y", form) for form in made.date_formats):
        return
    header = str(made.columns.get("ordered_at") or made.columns.get("ordered_date"))
    parts = [re.findall(r"\d+", text)[:3] for text in sample.filled(header)]
    known = [tuple(map(int, found)) for found in parts if len(found) == 3]
    first, last = ({found[place] for found in known} for place in (0, 2))
    if len(last) > len(first) and len(last) > 2 and max(last, default=0) <= 31:
        yield (
            f"GUESS: the years of {header!r} would go from {min(last)} to {max(last)}: if they are written first, "
            "write %y/%m/%d in date_formats."
        )
