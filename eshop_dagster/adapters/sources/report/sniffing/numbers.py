"""How a sample writes its amounts and its quantities: each is judged by its own texts."""

import re
from dataclasses import replace
from statistics import median

from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.placing import AMOUNTS
from eshop_dagster.adapters.sources.report.sniffing.roles import is_portuguese
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import NumberStyle, number_style, to_float

PRICES = ("unit_price", "line_total")
CROWD = 100
"""Where plain quantities are about so many, `1.500` beside them is more probably of thousands than a fraction."""
LEAST_DIFFERENCE = 0.005


def decide_numbers(made: Decisions, sample: Sample) -> None:
    """Decide on the style of amounts and of quantities, and write typed numbers of the sample in it."""
    _leave_out_other_marks(made, sample)
    headers = [str(made.columns[key]) for key in AMOUNTS if key in made.columns]
    texts = [text for header in headers for text in sample.kept(header)]
    quantity = str(made.columns.get("quantity", ""))
    own = number_style(sample.kept(quantity))
    is_local = is_portuguese(list(sample.columns)) or (sample.is_text and sample.form.delimiter == ";")
    # A mark that quantities surely have may tell the one of amounts, where those could be read in two ways.
    is_local = own.decimal == "," if own.is_told else is_local and bool(texts or sample.kept(quantity))
    found = number_style(texts, is_portuguese=is_local)
    # A typed amount shows a currency's sign too.
    signs = number_style([text for header in headers for text in sample.filled(header)])
    made.numbers = replace(found, prefix=signs.prefix, suffix=signs.suffix)
    made.quantities = _style_of_quantities(made, sample, sample.kept(quantity))
    for header in sample.typed:
        sample.mark_typed(header, (made.quantities if header == quantity else made.numbers).decimal)
    same = made.quantities.decimal == made.numbers.decimal
    if same and made.quantities.thousands and not made.numbers.thousands:
        made.numbers = replace(made.numbers, thousands=made.quantities.thousands)
    if made.quantities.is_guess:
        is_grouped = made.quantities.thousands is not None
        made.comments["quantity"] = (
            "GUESS: all marks have three digits behind them, and are taken for "
            f"{'thousands' if is_grouped else 'decimals'}"
            f" (1{made.quantities.thousands or made.quantities.decimal}500 is {1500 if is_grouped else '1 1/2'}): see "
            "format.quantity_decimal."
        )


def _leave_out_other_marks(made: Decisions, sample: Sample) -> None:
    """Leave out amounts that surely have another decimal mark than the prices: `1.500` of them would be 1500."""
    prices = [text for key in PRICES if key in made.columns for text in _kept(made, sample, key)]
    style = number_style(prices)
    for key in (key for key in AMOUNTS if key not in PRICES and key in made.columns):
        own = number_style([text for text in _kept(made, sample, key) if re.search("[1-9]", text)])
        if style.is_told and own.is_told and own.decimal != style.decimal:
            why = "revenue is before it" if key == "discount" else "it is not loaded"
            made.left_out[str(made.columns.pop(key))] = (
                f"TODO: named like a {key}, but its decimal mark is {own.decimal!r} beside {style.decimal!r}: {why}"
            )


def _kept(made: Decisions, sample: Sample, key: str) -> list[str]:
    """The texts of a field's column that were no typed numbers."""
    return sample.kept(str(made.columns[key]))


def _style_of_quantities(made: Decisions, sample: Sample, texts: list[str]) -> NumberStyle:
    money = made.numbers
    own = number_style(texts, is_portuguese=money.decimal == ",")
    if not own.is_guess:
        return own if own.is_told else replace(money, is_guess=False, thousands=own.thousands or money.thousands)
    marks = {mark for text in texts for mark in ".," if mark in text}
    if len(marks) > 1:
        return own
    mark = marks.pop()
    other = "," if mark == "." else "."
    if mark == money.decimal and money.is_told:
        return NumberStyle(mark)
    fraction, grouped = NumberStyle(mark, is_guess=True), NumberStyle(other, mark, is_guess=True)
    for style, rival in ((fraction, grouped), (grouped, fraction)):
        if _adds_up(made, sample, style) and not _adds_up(made, sample, rival):
            return replace(style, is_guess=False)
    if not money.is_told and mark == money.thousands:
        return grouped
    plain = [abs(to_float(text, fraction)) for text in texts if mark not in text]
    return grouped if plain and median(plain) >= CROWD else fraction


def _adds_up(made: Decisions, sample: Sample, style: NumberStyle) -> bool:
    """Whether quantity x unit price is the line's total wherever the quantity has a mark."""
    if not {"unit_price", "line_total"} <= made.columns.keys():
        return False
    rows = zip(
        *(sample.columns[str(made.columns[key])] for key in ("quantity", "unit_price", "line_total")), strict=True
    )
    marked = [row for row in rows if all(row) and ("." in row[0] or "," in row[0])]
    return bool(marked) and all(
        abs(to_float(pieces, style) * to_float(price, made.numbers) - to_float(total, made.numbers)) < LEAST_DIFFERENCE
        for pieces, price, total in marked
    )
