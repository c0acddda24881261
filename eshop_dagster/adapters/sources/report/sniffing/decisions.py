"""What the columns of a sample are and mean: a column is taken for a role only if its texts agree."""

import re
from collections import Counter

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.sniffing.alarms import find_alarms
from eshop_dagster.adapters.sources.report.sniffing.dates import (
    date_format,
    day_comes_first,
    is_instant,
    is_year,
    is_year_first,
)
from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.growth import settle_price_by_quantity
from eshop_dagster.adapters.sources.report.sniffing.hints import hints, take_weak_names
from eshop_dagster.adapters.sources.report.sniffing.money import decide_money
from eshop_dagster.adapters.sources.report.sniffing.numbering import decide_numbering
from eshop_dagster.adapters.sources.report.sniffing.numbers import decide_numbers
from eshop_dagster.adapters.sources.report.sniffing.people import decide_identity
from eshop_dagster.adapters.sources.report.sniffing.pieces import (
    choose_price,
    hidden_quantity,
    meaning_of_repeats,
    settle_doubled_price,
)
from eshop_dagster.adapters.sources.report.sniffing.places import decide_country
from eshop_dagster.adapters.sources.report.sniffing.placing import INSTANTS, MOSTLY, place_column, share
from eshop_dagster.adapters.sources.report.sniffing.roles import (
    bare,
    is_portuguese,
    is_preferred,
    role_of,
)
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.statuses import probable_status_of, status_of
from eshop_dagster.adapters.sources.report.sniffing.styles import is_number
from eshop_dagster.adapters.sources.report.sniffing.validity import take_validity

MOST_STATUS_WORDS = 40
WANTED = {
    "order_id": "an order id (or a date and a customer, to make one of)",
    "ordered_at": "a date of the order",
    "product_id": "a product",
    "price": "a unit price or a line total",
}


def decide(sample: Sample) -> Decisions:
    """Decide on every column of a sample.

    Raises:
        SourceError: the file is no report of order lines; the text says which roles are missing.
    """
    made = Decisions()
    made.left_out = {header: f"{file!r} lacks it" for header, file in sample.missing.items()}
    decide_country(made, sample)
    for header in sorted(sample.columns, key=is_preferred, reverse=True):
        place_column(made, sample, header)
    for key, taken in made.columns.items():
        if str(taken).endswith(" (1)") and key not in ("unit_price", "line_total"):
            made.comments[key] = "GUESS: several columns have this name; the first is taken."
    _fill_gaps(made, sample)
    decide_numbers(made, sample)
    _refuse_other_files(made, sample)
    choose_price(made, sample)
    settle_price_by_quantity(made, sample)
    _decide_dates(made, sample)
    _decide_statuses(made, sample)
    take_validity(made, sample)
    if "cancelled_at" in made.columns:
        made.comments["cancelled_at"] = "GUESS: an order with a text in it is cancelled, whatever its status says."
    _decide_returns(made, sample)
    decide_identity(made, sample)
    decide_numbering(made, sample)
    # What an order's amounts are shows once its lines are known.
    decide_money(made, sample)
    made.repeats = meaning_of_repeats(made, sample)
    made.alarms = find_alarms(made, sample)
    if "customer_id" in made.columns:
        made.guest_share = 1 - len(made.texts(sample, "customer_id")) / sample.lines
    return made


def _is_code(text: str) -> bool:
    """Whether a text is a number or a code, and no person's name."""
    return any(letter.isdigit() for letter in text) and " " not in text


def _fill_gaps(made: Decisions, sample: Sample) -> None:
    take_weak_names(made, sample)
    _fill_by_coarser_columns(made, sample)
    columns = made.columns
    if "customer_id" not in columns and share(made.texts(sample, "name") if "name" in columns else [], _is_code) > 0.5:
        columns["customer_id"] = columns.pop("name")
    if "customer_id" not in columns:
        known = next((key for key in ("cpf", "email", "name", "phone") if key in columns), None)
        if known:
            columns["customer_id"] = columns[known]
            made.comments["customer_id"] = f"GUESS: no customer number, so the {known} tells customers apart."
        elif "zip_prefix" in columns:
            made.left_out[str(columns.pop("zip_prefix"))] = "of a customer, and no column tells customers apart"
    if "payment_amount" in columns and "payment_method" not in columns:
        paid = str(columns.pop("payment_amount"))
        if "control_total" in columns:
            made.left_out[paid] = "what was paid, but no column says how"
        else:
            columns["control_total"] = paid
    if not {"unit_price", "line_total"} & columns.keys() and "control_total" in columns:
        columns["line_total"] = columns.pop("control_total")
        made.comments["line_total"] = "GUESS: the order's total, for no other column is a price."
    if "product_id" not in columns and "product_name" in columns:
        columns["product_id"] = columns["product_name"]
        made.comments["product_id"] = "GUESS: no product code, so the name tells products apart."
    if "order_id" not in columns and {"ordered_at", "customer_id"} <= columns.keys():
        columns["order_id"] = [str(columns["ordered_at"]), str(columns["customer_id"])]
        made.comments["order_id"] = "GUESS: no order number, so all that a customer buys at one time is one order."
    if "order_id" not in columns and {"ordered_at", "product_id"} <= columns.keys():
        columns["order_id"] = []
        made.comments["order_id"] = "GUESS: no order number and no customer, so each line is an order of its own."
        if "quantity" in columns:
            made.comments["quantity"] = "GUESS: a line of many pieces sums up many sales, and counts as one order."
    if (
        made.is_brazilian
        and "zip_prefix" in columns
        and "state" not in columns
        and bare(str(columns["zip_prefix"]))[:3] != "cep"
    ):
        made.left_out[str(columns.pop("zip_prefix"))] = "a postal code, but no Brazilian state stands beside it"


def _fill_by_coarser_columns(made: Decisions, sample: Sample) -> None:
    """Take the year for a date, and a region or the country for a state, where nothing finer is there."""
    columns = made.columns
    roles = {role_of(header, sample.columns): header for header in reversed(sample.columns)}
    year = roles.get("year")
    if year and "ordered_at" not in columns and share(sample.filled(year), is_year) >= MOSTLY:
        columns["ordered_at"] = year
        made.left_out.pop(year)
        made.comments["ordered_at"] = (
            "GUESS: only the year is known, so all of it counts on 1 January: read nothing from days and months."
        )
    if made.is_brazilian or "state" in columns:
        return
    for header in (roles.get("region"), made.country_header):
        known = {word.casefold() for word in sample.filled(header)} if header else set()
        if header and len(known) > 1 and made.country.casefold() not in known:
            columns["state"] = header
            made.left_out.pop(header)
            made.comments["state"] = f"GUESS: {header!r} stands for the customers' regions."
            return


def _refuse_other_files(made: Decisions, sample: Sample) -> None:
    has = set(made.columns) | ({"price"} if {"unit_price", "line_total"} & made.columns.keys() else set())
    lacking = [key for key in WANTED if key not in has]
    missing = [WANTED[key] for key in lacking]
    if reason := hidden_quantity(made, sample):
        missing.append(f"a quantity ({reason})")
    if reason := settle_doubled_price(made, sample):
        missing.append(f"a price ({reason})")
    if missing:
        headers = f" It has: {', '.join(sample.columns)}."
        if _is_data(sample):
            mark = sample.form.delimiter
            headers = (
                f" Its first line looks like data: write the mapping by hand, with format.header: false, "
                f"format.delimiter: {mark!r} and positions 1, 2, … for headers. Where no column is a product, "
                "constants.product_id names one for all lines."
            )
        refused = [f"{header!r} is {reason}" for header, reason in made.left_out.items() if "but it" in reason]
        headers += f" {'; '.join(refused)}." if refused else ""
        told = list(hints(made, sample, lacking))
        if {"ordered_at", "product_id", "price"} & has:
            headers += f" {'; '.join(told)}." if told else ""
        else:
            headers += " Nothing in it says what was sold, when or for how much: it may be a list of customers."
        raise SourceError(
            f"{sample.path} is no report of order lines: there is no column for {'; '.join(missing)}.{headers} Give a "
            "report with one line per order line, or write the mapping by hand if a column has an unusual name."
        )


def _is_data(sample: Sample) -> bool:
    return any("@" in header or is_number(header) or is_instant(header) for header in sample.columns)


def _decide_dates(made: Decisions, sample: Sample) -> None:
    keys = [key for key in INSTANTS if key in made.columns]
    texts = {key: made.texts(sample, key) for key in keys}
    if "ordered_time" in made.columns:
        date, time = str(made.columns.pop("ordered_at")), str(made.columns["ordered_time"])
        if all(is_instant(f"{value} 10:00") for value in sample.filled(date)[:100]):
            made.columns["ordered_date"] = date
            pairs = zip(sample.columns[date], sample.columns[time], strict=True)
            texts["ordered_at"] = [f"{day} {clock}".strip() for day, clock in pairs if day]
        else:
            made.columns["ordered_at"] = date
            made.left_out[str(made.columns.pop("ordered_time"))] = f"the time stands in {date!r} already"
    every = [value for values in texts.values() for value in values]
    told = day_comes_first(every)
    ambiguous = any(re.match(r"\d{1,2}[-/.]\d{1,2}[-/.]", value) for value in every)
    made.guessed_day_order = told is None and ambiguous
    day_first = told if told is not None else is_portuguese(list(sample.columns)) or made.numbers.decimal == ","
    found = Counter("%Y" if is_year(value) else date_format(value, day_first=day_first) for value in every)
    made.date_formats = [form for form, _ in found.most_common() if form]
    if is_year_first(every, made.date_formats):
        made.date_formats = [re.sub(r"^%[dm](.)%[dm]\1%y", r"%y\1%m\1%d", form) for form in made.date_formats]
        made.comments["ordered_date" if "ordered_date" in made.columns else "ordered_at"] = (
            "GUESS: only the last part of the dates changes freely, so the year is taken for the first."
        )


def _decide_statuses(made: Decisions, sample: Sample) -> None:
    if "status" not in made.columns:
        return
    words = Counter(made.texts(sample, "status"))
    if len(words) > MOST_STATUS_WORDS:
        made.left_out[str(made.columns.pop("status"))] = f"named like status, but it has {len(words)} different words"
        return
    for word in sorted(words):
        known = status_of(word)
        probable = "" if known else probable_status_of(word) or ""
        made.statuses.setdefault(known or probable, []).append(word)
        made.guessed_statuses += [word] if probable else []


def _decide_returns(made: Decisions, sample: Sample) -> None:
    order = made.columns["order_id"]
    if "quantity" not in made.columns:
        return
    quantities = sample.columns[str(made.columns["quantity"])]
    quantities = [value if re.search("[1-9]", value) else value.lstrip("-") for value in quantities]
    made.has_negative_quantity = any(value.startswith("-") for value in quantities)
    if not made.has_negative_quantity or not isinstance(order, str):
        return
    ids = sample.columns[order]
    negative = [key for key, quantity in zip(ids, quantities, strict=True) if quantity.startswith("-")]
    positive = [key for key, quantity in zip(ids, quantities, strict=True) if not quantity.startswith("-")]
    prefixes = Counter(match[0] for key in negative if (match := re.match(r"[^\W\d_]+", key)))
    prefix = prefixes.most_common(1)[0][0] if prefixes else ""
    # A credit note may hold a positive line that corrects another; a prefix of sales is on most of them, or on all.
    under = sum(key.startswith(prefix) for key in positive) if prefix else 0
    if prefix and under < len(positive) and under <= prefixes[prefix]:
        made.return_prefix = prefix
