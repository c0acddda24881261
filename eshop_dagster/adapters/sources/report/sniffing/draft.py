"""The text of a mapping draft: YAML that loads as it is, with a comment wherever a person must look."""

import json
import os
import re
from collections.abc import Iterator

import yaml

from eshop_dagster.adapters.countries import MAIN_ZONES, main_zone_of
from eshop_dagster.adapters.sources.report.mapping import Columns
from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.roles import is_portuguese
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.contract import STATUSES
from eshop_dagster.shop import BRAZIL

OPTIONAL = {
    "customer_id": "without it every order is a guest's",
    "status": "every order has the default_status below",
    "channel": "see constants",
    "state": "Brazilian states, or any region where country is another",
    "freight": "without it freight is unknown",
}


def draft(sample: Sample, made: Decisions) -> str:
    """The mapping's YAML text."""
    own = sample.path.name if sample.path.is_dir() else sample.path.stem
    name = re.sub(r"[^A-Za-z0-9]+", "-", own).strip("-").lower() or "report"
    scope = "lines" if sample.is_whole else "lines (the first ones only)"
    if sample.files > 1:
        scope = (
            f"lines of {sample.files} files" if sample.is_whole else f"lines, the first ones of {sample.files} files"
        )
    lines = [
        f"# Draft of a mapping, drawn from {_quoted(_file_name(sample))}: {sample.lines} {scope}.",
        "# Check every line with GUESS or TODO before you load; docs/report-source.md explains each key.",
        *(f"# {alarm}" for alarm in made.alarms),
        f"name: {name if yaml.safe_load(name) == name else _quoted(name)}",
        *_shop(made),
        "",
        "columns:",
        *_columns(made),
        *_left_out(made),
        "",
        "format:",
        *_format(sample, made),
        "",
        *_currency(made),
        "",
        *_statuses(made),
        "",
        *_duplicates(sample, made),
    ]
    return "\n".join(lines) + "\n"


def _file_name(sample: Sample) -> str:
    """The name as text also where the locale knows ASCII only, and gave the bytes of an accent."""
    return os.fsencode(sample.path.name).decode("utf-8", "replace")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _columns(made: Decisions) -> Iterator[str]:
    for key in Columns.model_fields:
        if key in made.comments:
            yield f"  # {made.comments[key]}"
        if key not in made.columns:
            continue
        if key == "customer_id" and made.guest_share:
            yield f"  # Empty on {made.guest_share:.1%} of the lines: those orders are guests'."
        header = made.columns[key]
        listed = header if isinstance(header, str) else None
        if not header:
            yield f"  {key}: {{each: line}}"
        elif listed is None:
            year = f", year_of: {_quoted(made.year_of)}" if made.year_of and key == "order_id" else ""
            yield f"  {key}: {{from: [{', '.join(map(_quoted, header))}]{year}}}"
        else:
            yield f"  {key}: {_quoted(listed)}"
    for key, meaning in OPTIONAL.items():
        if key not in made.columns:
            yield f"  # TODO {key}: no column was found ({meaning})."


def _left_out(made: Decisions) -> Iterator[str]:
    if made.left_out:
        yield "  # Columns that are not loaded:"
        for header, reason in made.left_out.items():
            yield f"  #   {_quoted(header)}" + (f" ({reason})" if reason else "")


def _format(sample: Sample, made: Decisions) -> Iterator[str]:
    form, numbers = sample.form, made.numbers
    if form.sheet:
        yield f"  sheet: {_quoted(form.sheet)}"
    if sample.is_text:
        yield f"  delimiter: {'tab' if form.delimiter == chr(9) else _quoted(form.delimiter)}"
        yield f"  encoding: {form.encoding.removesuffix('-sig')}"
        if not form.last_line_break:
            yield "  last_line_break: false  # The last line ends without one: check that the file is whole."
    if form.skip_lines:
        yield f"  skip_lines: {form.skip_lines}  # Lines above the header."
    if numbers.is_guess:
        yield "  # GUESS: all marks in numbers have three digits behind them: thousands (2.499 = 2499), or decimals?"
    yield f"  decimal: {_quoted(numbers.decimal)}"
    if numbers.thousands:
        yield f"  thousands: {_quoted(numbers.thousands)}"
    if "quantity" in made.columns and made.quantities.decimal != numbers.decimal:
        yield f"  quantity_decimal: {_quoted(made.quantities.decimal)}"
    if numbers.prefix:
        yield f"  currency_prefix: {_quoted(numbers.prefix)}"
    if numbers.suffix:
        yield f"  currency_suffix: {_quoted(numbers.suffix)}"
    if numbers.has_parentheses:
        yield "  negative_parentheses: true"
    if made.empty_words:
        yield f"  empty_words: [{', '.join(map(_quoted, made.empty_words))}]  # Beside amounts: taken for none."
    if made.guessed_day_order:
        yield "  # GUESS: no date tells day/month from month/day; check with a date that you know."
    yield f"  date_formats: [{', '.join(map(_quoted, made.date_formats))}]"
    zone = main_zone_of(made.country or BRAZIL.country)
    if made.date_formats and made.date_formats[0].endswith("Z"):
        is_mixed = any(not form.endswith(("Z", "UTC", "%z")) for form in made.date_formats)
        yield "  time_zone: UTC" + ("  # GUESS: some times say that they are UTC; of the others?" if is_mixed else "")
    else:
        yield f"  time_zone: {zone}  # GUESS: write UTC if the file's times are UTC."


def _shop(made: Decisions) -> Iterator[str]:
    if made.country:
        if made.country_comment:
            yield f"# {made.country_comment}"
        yield f"country: {made.country}"
    elif made.currency != BRAZIL.currency or not is_portuguese([str(header) for header in made.columns.values()]):
        yield "# TODO if the shop is not in Brazil, write such as country: GB (see docs/shops.md), and take out"
        yield "# format.time_zone below: it follows from it."
    if made.country and made.country in MAIN_ZONES:
        yield f"time_zone: {MAIN_ZONES[made.country]}  # GUESS: the country has several; where is the shop?"


def _currency(made: Decisions) -> Iterator[str]:
    yield from (f"# {comment}" for comment in made.currency_comments)
    is_told = made.country or made.currencies or made.currency_comments or made.numbers.prefix or made.numbers.suffix
    if not is_told and not is_portuguese([str(header) for header in made.columns.values()]):
        yield "# TODO if the amounts are not BRL, write such as currency: USD, or {code: USD, rate_to_brl: 5.40}."
    yield f"currency: {made.currency}"
    for key, (value, comment) in made.keys.items():
        yield f"# {comment}"
        yield f"{key}: {value}"
    if "freight" in made.columns and "freight_per" not in made.keys:
        yield "# GUESS: the freight is each line's own; write order if it is the order's, repeated on each line."
        yield "freight_per: line"
    if "payment_amount" in made.columns:
        yield "# GUESS: the amount is the order's, repeated on each of its lines; write line if it is each line's own."
        yield "payment_amount_per: order"


def _statuses(made: Decisions) -> Iterator[str]:
    folded: dict[str, str] = {}
    for word in (word for words in made.statuses.values() for word in words):
        folded.setdefault(word.casefold(), word)
    # Words that differ in case only are one.
    made.statuses = {key: [word for word in words if word in folded.values()] for key, words in made.statuses.items()}
    known = {
        word: status
        for status in STATUSES
        if status not in ("cancelled", "returned")
        for word in made.statuses.get(status, [])
        if word.casefold() != status
    }
    if made.guessed_statuses:
        words = ", ".join(map(_quoted, made.guessed_statuses))
        yield f"# GUESS: of these status words only a part is known: {words}."
    if known:
        yield "status:"
        yield from (f"  {_quoted(word)}: {status}" for word, status in known.items())
    if unknown := made.statuses.get("", []):
        yield "# TODO these status words are not known; lines with them go to quarantine until `status` maps them:"
        yield from (f"#   {_quoted(word)}: …" for word in unknown)
    if "status" not in made.columns:
        yield "default_status: delivered  # GUESS: the report has no status."
    yield from _signs("cancellation", made.statuses.get("cancelled", []), [])
    signs = [f"order_id_prefix: {_quoted(made.return_prefix)}"] if made.return_prefix else []
    if made.has_negative_quantity:
        yield "# GUESS: negative quantities are credit notes, which take revenue back. If the lines that they undo"
        yield "# never counted, move the signs to `cancellation`."
        signs.append("negative_quantity: true")
    if made.credit_notes:
        yield "# GUESS: returns are credit notes with positive amounts, and take revenue back."
        signs.append("credit_notes: true")
    yield from _signs("return", made.statuses.get("returned", []), signs)


def _signs(key: str, words: list[str], signs: list[str]) -> Iterator[str]:
    if words or signs:
        yield f"{key}:"
        yield from (f"  {sign}" for sign in signs)
        if words:
            yield f"  statuses: [{', '.join(map(_quoted, words))}]"


def _duplicates(sample: Sample, made: Decisions) -> Iterator[str]:
    found = f"{sample.repeated} of {sample.lines}" if sample.repeated else "None of the"
    is_kept = made.repeats == "pieces"
    found = found if is_kept or not sample.repeated else f"GUESS: {found}"
    remedy = "." if is_kept else "; keep loads them all."
    yield f"# {found} lines are equal to an earlier line in every column{remedy}"
    if is_kept:
        yield "# GUESS: each line is one piece and has no number of its own, so these are most probably several pieces"
        yield "# of one product in one order. Write quarantine if the export, or two files of it, may repeat lines."
    elif made.repeats == "file_twice":
        yield "# The second half of the file is the first half again: the export was most probably written twice."
    yield f"duplicates: {'keep' if is_kept else 'quarantine'}"
