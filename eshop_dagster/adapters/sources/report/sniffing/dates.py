"""The strptime format of a date's text."""

import re
from functools import lru_cache

from eshop_dagster.adapters.sources.report.format import EXCEL_DAYS

DIGITS = str.maketrans("123456789", "0" * 9)
MONTH = "[A-Za-zçÇ]{3,10}"
GAP = "-|/|[.]|, | de | "
DAY = re.compile(rf"(\d{{1,4}}|{MONTH})({GAP})(\d{{1,2}}|{MONTH})({GAP})(\d{{1,4}})")
CLOCK = re.compile(
    r"(T|,? +| às | as |, às | - )(\d{1,2})([:h])(\d{2})(?::(\d{2})([.]\d+)?)?(m|min| hs[.]?)?( ?)([AaPp][Mm])?"
    r"( ?)(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$"
)
COMPACT = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])[0-5]\d[0-5]\d)?")
FIRST_EXCEL_DAY, LAST_EXCEL_DAY = 20_000, 80_000
"""Of the years 1954 to 2119: a number outside is no day number of an order."""


def is_instant(value: str) -> bool:
    """Whether a text has the shape of a date, with or without a time."""
    return date_format(value, day_first=True) is not None


def is_year(value: str) -> bool:
    """Whether a text is a year of an order, and nothing else."""
    return bool(re.fullmatch(r"(19|20)\d{2}", value))


def date_format(value: str, *, day_first: bool) -> str | None:
    """The strptime format of a text's shape; `day_first` decides on `01/02/2024`. None if it is no date."""
    if value[:1].isdigit() and value.replace(",", "", 1).replace(".", "", 1).isdigit():
        if match := COMPACT.fullmatch(value):
            return "%Y%m%d%H%M%S" if match[4] else "%Y%m%d"
        number = re.fullmatch(r"(\d{5})([.,]\d+)?", value)
        if number:
            return EXCEL_DAYS if FIRST_EXCEL_DAY <= int(number[1]) <= LAST_EXCEL_DAY else None
    return _format_of_shape(value.translate(DIGITS), day_first)


@lru_cache(maxsize=4096)
def _format_of_shape(shape: str, day_first: bool) -> str | None:
    match = DAY.match(shape)
    day = _day_format(match, day_first) if match else None
    if match is None or day is None:
        return None
    rest = shape[match.end() :]
    if not rest:
        return day
    clock = CLOCK.fullmatch(rest)
    if clock is None:
        return None
    gap, _, mark, _, seconds, fraction, minutes, before_half, half, before_zone, zone = clock.groups()
    gap = re.sub(" +", " ", gap)
    time = f"{'%I' if half else '%H'}{mark}%M" + (":%S" if seconds else "") + (".%f" if fraction else "")
    time += (minutes or "") + (f"{before_half}%p" if half else "" if zone else before_half)
    if not zone:
        return f"{day}{gap}{time}".rstrip()
    return f"{day}{gap}{time}{before_zone or before_half}{zone if zone in ('Z', 'UTC') else '%z'}"


def _day_format(match: re.Match[str], day_first: bool) -> str | None:
    first, mark, second, other, third = match.groups()
    year = "%Y" if len(third) == 4 else "%y"
    if len(first) == 4 and first.isdigit() and second.isdigit() and len(third) <= 2:
        return f"%Y{mark}%m{other}%d"
    if len(third) not in (2, 4) or (first.isdigit() and len(first) > 2):
        return None
    if not second.isdigit():
        return f"%d{mark}{_month(second)}{other}{year}" if first.isdigit() else None
    if not first.isdigit():
        return f"{_month(first)}{mark}%d{other}{year}"
    if mark != other:
        return None
    return f"%d{mark}%m{mark}{year}" if day_first else f"%m{mark}%d{mark}{year}"


def _month(word: str) -> str:
    return "%b" if len(word) == 3 else "%B"


def day_comes_first(values: list[str]) -> bool | None:
    """Whether `01/02/2024` is a day in February, by the parts above 12; None if nothing tells."""
    pairs = [
        (int(m[1]), int(m[2])) for value in values if (m := re.match(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{2,4}", value))
    ]
    first, second = any(a > 12 for a, _ in pairs), any(b > 12 for _, b in pairs)
    return None if first == second else first


def is_year_first(values: list[str], formats: list[str]) -> bool:
    """Whether days of two-digit years have their year first: the last part spreads, and is a day; the first does not.

    `24/03/05`, `24/03/25`, `24/03/26` are days of March 2024, and not the 24th of March of three years.
    """
    if not formats or not all(re.match(r"%[dm](.)%[dm]\1%y", form) for form in formats):
        return False
    parts = [re.findall(r"\d+", text)[:3] for text in values]
    known = [tuple(map(int, found)) for found in parts if len(found) == 3]
    first, last = ({found[place] for found in known} for place in (0, 2))
    return len(last) > 2 and len(last) > len(first) and min(last) >= 1 and max(last) <= 31 and max(last) - min(last) > 3
