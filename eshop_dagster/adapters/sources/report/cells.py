"""What an Excel cell holds: a text, or the number that it shows, with its sign."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from openpyxl.styles.numbers import BUILTIN_FORMATS

ROUNDED_FROM = 1e15
"""A spreadsheet keeps 15 digits: from here on a number may stand for several."""
CURRENCY = re.compile(r"\[\$([^\]-]+)[^\]]*\]|(R\$|US\$|[$€£])")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that its cell shows with a sign: a currency before it, or `%` behind it."""

    number: Decimal
    before: str = ""
    behind: str = ""


Value = str | Decimal | Amount
"""Of a cell: a text (instants as ISO, `` where it is empty), or a number."""


def value_of(cell: Any) -> Value:
    """What a cell holds."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _padded(value, cell.number_format) or _number(value, *_signs(cell.number_format))
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta) and timedelta(0) <= value < timedelta(1):
        return (datetime.min + value).time().isoformat()
    return str(value)


def _number(value: int | float, sign: str, is_share: bool) -> Value:
    """The number that the cell shows: the last of 17 digits of a float are no part of it (0.1 + 0.2 is 0.3)."""
    if isinstance(value, float) and abs(value) >= ROUNDED_FROM:
        return f"{value:.14E}"
    number = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}")
    if is_share:
        return Amount(number.scaleb(2), behind="%")
    return Amount(number, before=f"{sign} ") if sign else number


def _padded(value: int | float, number_format: str) -> str:
    """The text of a whole number whose format shows leading zeros, such as an article's `007`; else nothing."""
    mask = _mask(number_format)
    if not mask or value < 0 or value != int(value) or len(str(int(value))) > mask.count("0"):
        return ""
    digits = iter(str(int(value)).zfill(mask.count("0")))
    return "".join(next(digits) if mark == "0" else mark for mark in mask)


@lru_cache(maxsize=1024)
def _mask(number_format: str) -> str:
    plain = re.sub(r'["\\]', "", number_format)
    return plain if re.fullmatch("0{2,}(-0+)?", plain) else ""


@lru_cache(maxsize=1024)
def _signs(number_format: str) -> tuple[str, bool]:
    """The currency that a number's format shows, and whether it shows hundredths."""
    if number_format in _PLAIN:
        return "", number_format in ("0%", "0.00%")
    match = CURRENCY.search(re.sub(r'["\\]', "", number_format))
    return (match[1] or match[2]).strip() if match else "", "%" in number_format


_PLAIN = frozenset(BUILTIN_FORMATS.values())
"""Formats of the reading person's own: their `$` is the country's currency."""
