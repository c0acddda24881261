"""Days with a name of their own, computed for any year: movable feasts, Black Friday's week, run-ups to days of gifts.

Days are ordinals of the proleptic Gregorian calendar (`date.toordinal`).
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ordinals = npt.NDArray[np.int64]

EPOCH = date(1970, 1, 1).toordinal()
RUN_UP_DAYS = 21
BLACK_FRIDAY_DAYS = range(-1, 7)

_GIFT_DAYS = {
    "BR": ("05-sun2", "06-12", "08-sun2", "10-12", "12-25"),
    **dict.fromkeys(("GB", "IE"), ("02-14", "easter-21", "06-sun3", "12-25")),
    "PT": ("02-14", "03-19", "05-sun1", "12-25"),
}
_USUAL_GIFT_DAYS = ("02-14", "05-sun2", "06-sun3", "12-25")
"""Valentine's Day, Mother's Day, Father's Day and Christmas, as most countries keep them."""

_BLACK_FRIDAY = "black_friday"
_RULE = re.compile(r"(\d\d)-(?:(\d\d)|sun([1-4]))|easter([-+]\d{1,2})")
_YEAR_END = ((1, 1), (12, 23), (12, 24), (12, 25), (12, 26), (12, 31))
_EASTER_DAYS = {-48: "carnival_monday", -47: "carnival_tuesday", -2: "good_friday", 0: "easter", 60: "corpus_christi"}


def dates_of(days: Ordinals) -> pd.DatetimeIndex:
    """Return ordinals as dates."""
    return pd.DatetimeIndex((days - EPOCH).astype("datetime64[D]")).as_unit("us")


def weekdays(days: Ordinals) -> Ordinals:
    """Return 0 (Monday) to 6 (Sunday) of each day."""
    numbers: Ordinals = (days + 6) % 7
    return numbers


def black_friday(year: int) -> date:
    """Return the day after Thanksgiving, the fourth Thursday of November: not always the month's last Friday."""
    latest = date(year, 11, 29)
    return latest - timedelta(days=(latest.weekday() - 4) % 7)


def easter(year: int) -> date:
    """Return Easter Sunday (Meeus 1991, Astronomical Algorithms, chapter 8, Gregorian)."""
    century, rest = divmod(year, 100)
    moon = year % 19
    quarter, left = divmod(century, 4)
    shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * moon + century - quarter - shift + 15) % 30
    week = (32 + 2 * left + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (moon + 11 * epact + 22 * week) // 451
    month, day = divmod(epact + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def gift_days_of(country: str) -> tuple[str, ...]:
    """Return the rules of the days for which a country's customers buy gifts, by its ISO 3166 code."""
    return _GIFT_DAYS.get(country, _USUAL_GIFT_DAYS)


def gift_day(rule: str, year: int) -> date:
    """Return the day of a rule in a year.

    Args:
        rule: `12-25` for a month and day, `05-sun2` for the second Sunday of May, `easter-21` for three weeks before
            Easter.

    Raises:
        ValueError: another form.
    """
    found = _RULE.fullmatch(rule)
    if found is None:
        raise ValueError(
            f"the gift day is {rule!r}; expected the like of '12-25', '05-sun2' or 'easter-21'. Correct it."
        )
    month, day, which, after = found.groups()
    if after:
        return easter(year) + timedelta(days=int(after))
    if day:
        return date(year, int(month), int(day))
    first = date(year, int(month), 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (int(which) - 1))


def special_days(days: Ordinals, holidays: frozenset[int], gift_days: Iterable[str] = ()) -> list[str | None]:
    """Return each day's name, the same in every year; None for an ordinary day.

    Args:
        days: shape (n,).
        holidays: the public holidays; one that is not known here is named by its month and day.
        gift_days: rules of `gift_day`, which name their days.
    """
    named = {day: f"holiday {date.fromordinal(day):%m-%d}" for day in holidays}
    for year in _years(days):
        named |= {gift_day(rule, year).toordinal(): rule for rule in gift_days} | _named_in(year)
    return [named.get(day) for day in days.tolist()]


@cache
def _named_in(year: int) -> dict[int, str]:
    sunday, friday = easter(year).toordinal(), black_friday(year).toordinal()
    named = {date(year, month, day).toordinal(): f"{month:02}-{day:02}" for month, day in _YEAR_END}
    named |= {friday + after: f"{_BLACK_FRIDAY}{after:+d}" for after in BLACK_FRIDAY_DAYS}
    return named | {sunday + after: name for after, name in _EASTER_DAYS.items()}


def run_up(days: Ordinals, rule: str) -> Ordinals:
    """Return how many days before a gift day each day is, shape (n,); 0 outside the three weeks before it."""
    near = np.zeros(len(days), dtype=np.int64)
    for year in _years(days):
        before = gift_day(rule, year).toordinal() - days
        near = np.where((before >= 1) & (before <= RUN_UP_DAYS), before, near)
    return near


def _years(days: Ordinals) -> Iterable[int]:
    if not len(days):
        return range(0)
    return range(date.fromordinal(int(days.min())).year, date.fromordinal(int(days.max())).year + 2)
