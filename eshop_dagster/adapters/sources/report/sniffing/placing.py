"""Which column is taken for a role: only one whose texts agree with its header."""

import re
from collections import Counter
from collections.abc import Callable

from eshop_dagster.adapters.sources.report.sniffing.dates import is_instant
from eshop_dagster.adapters.sources.report.sniffing.decided import Decisions
from eshop_dagster.adapters.sources.report.sniffing.places import STATE_WORDS
from eshop_dagster.adapters.sources.report.sniffing.roles import bare, is_of_percent, is_preferred, role_of
from eshop_dagster.adapters.sources.report.sniffing.sample import Sample
from eshop_dagster.adapters.sources.report.sniffing.styles import is_number
from eshop_dagster.contract import CHANNELS

MOSTLY = 0.9
FALLBACKS = ("country", "region", "year")
"""Roles that are no fields of the mapping, but stand in where there is no better column."""
INSTANTS = ("ordered_at", "approved_at", "shipped_at", "delivered_at", "promised_date")
AMOUNTS = ("unit_price", "line_total", "discount", "freight", "payment_amount", "control_total")
NUMBERS = ("quantity", *AMOUNTS)
MAY_LACK = ("discount", "freight", "payment_amount", "control_total")
"""Amounts that a line may do without."""
NOTHINGS = frozenset(
    ["gratis", "free", "isento", "fretegratis", "semfrete", "freeshipping", "nd", "na", "none", "null"]
)
"""Words in such a column for none, without marks; marks alone (`-`) are too."""
MOST_NOTHINGS = 4
MOST_LINE_NUMBER_DIGITS = 9
"""More do not fit the raw layer's 32-bit line number: some marketplaces give each line an id of 14 digits."""


def share(values: list[str], holds: Callable[[str], bool]) -> float:
    """The share of the texts for which something holds; 0 of none."""
    return sum(map(holds, values)) / len(values) if values else 0.0


def place_column(made: Decisions, sample: Sample, header: str) -> None:
    """Give a column to the role that its header names, or note why it is left out."""
    role = role_of(header, sample.columns)
    if role in MAY_LACK:
        made.empty_words += [word for word in _clear_nothings(sample, header) if word not in made.empty_words]
    if role in FALLBACKS:
        made.left_out.setdefault(header, "see country" if role == "country" else "")
    elif role is None:
        made.left_out[header] = ""
    elif role in made.columns:
        taken = str(made.columns[role])
        why = ", which stays the same from order to order" if role == "customer_id" and is_preferred(taken) else ""
        made.left_out[header] = f"{role} is taken from {taken!r}{why}"
    elif role in NUMBERS and (is_of_percent(header) or _has_percents(sample.filled(header))):
        made.left_out[header] = _NO_AMOUNTS[role == "discount"].format(role=role, kind="percentages")
    elif reason := _objection(role, sample.filled(header), is_brazilian=made.is_brazilian):
        made.left_out[header] = reason
    else:
        made.columns[role] = header


def _clear_nothings(sample: Sample, header: str) -> list[str]:
    """Empty the texts that stand for no amount, where all others are amounts; return those words."""
    texts = sample.filled(header)
    words = sorted({text for text in texts if not is_number(text)})
    if not words or len(words) > MOST_NOTHINGS or not any(map(is_number, texts)):
        return []
    if any(bare(word) not in NOTHINGS and bare(word) for word in words):
        return []
    sample.columns[header] = ["" if text in words else text for text in sample.columns[header]]
    return words


def _objection(role: str, values: list[str], *, is_brazilian: bool) -> str:
    """Why a column whose header names a role cannot have it; empty if it can."""
    if not values:
        return f"named like {role}, but it is empty"
    if role in INSTANTS and share(values, is_instant) < MOSTLY:
        return f"named like {role}, but its texts are no dates that are known, such as {_shape(values, is_instant)}"
    if role == "cancelled_at" and share(values, is_instant) < MOSTLY:
        return "named like cancelled_at, but its texts are no dates"
    if role in NUMBERS and share(values, is_number) < MOSTLY:
        return f"named like {role}, but its texts are no numbers, such as {_shape(values, is_number)}"
    if role == "discount" and not any(re.search("[1-9]", value) for value in values):
        return "no line has a discount"
    if role == "discount" and all(map(_is_share, values)):
        return _NO_AMOUNTS[True].format(role=role, kind="shares")
    if role in ("line_number", "payment_installments") and share(values, lambda value: value.isdigit()) < MOSTLY:
        return f"named like {role}, but its texts are no whole numbers"
    if role == "line_number" and max(map(len, values)) > MOST_LINE_NUMBER_DIGITS:
        return "named like line_number, but its numbers are too long for one"
    if role in ("state", "zip_prefix") and is_brazilian:
        return _objection_in_brazil(role, values)
    if role == "channel" and share(values, lambda value: value.lower() in CHANNELS) < MOSTLY:
        return f"named like channel, but its words are not {', '.join(CHANNELS)}"
    return ""


def _objection_in_brazil(role: str, values: list[str]) -> str:
    if role == "state" and share(list(set(values)), lambda value: bare(value) in STATE_WORDS) < MOSTLY:
        return "named like state, but its values are no Brazilian states"
    if role == "zip_prefix" and share(values, lambda value: bool(re.fullmatch(r"\d{5}(-?\d{3})?", value))) < MOSTLY:
        is_shorter = share(values, lambda value: bool(re.fullmatch(r"\d{4,5}|\d{7,8}", value))) >= MOSTLY
        return "named like a CEP, but its texts are none" + (": were leading zeros lost?" if is_shorter else "")
    return ""


def _shape(values: list[str], holds: Callable[[str], bool]) -> str:
    """The commonest shape of the texts that do not fit; 9 is a digit, x a letter, so that no value shows."""
    shapes = Counter(re.sub(r"[^\W\d_]", "x", re.sub(r"\d", "9", value))[:30] for value in values if not holds(value))
    return repr(shapes.most_common(1)[0][0])


_NO_AMOUNTS = {
    False: "named like {role}, but its numbers are {kind} and no amounts",
    True: "TODO: named like a {role}, but its numbers are {kind} and no amounts: revenue is before it",
}


def _is_share(value: str) -> bool:
    return bool(re.fullmatch(r"0?[.,]\d+|0|1", value))


def _has_percents(values: list[str]) -> bool:
    return share(values, lambda value: value.endswith("%")) > 1 - MOSTLY
