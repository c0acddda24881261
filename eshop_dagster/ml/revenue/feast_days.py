"""Days with a name of their own, computed for any year: movable feasts, Black Friday's week, run-ups to a feast.

Days are ordinals of the proleptic Gregorian calendar (`date.toordinal`).
"""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ordinals = npt.NDArray[np.int64]

EPOCH = date(1970, 1, 1).toordinal()
RUN_UP_DAYS = 21
BLACK_FRIDAY_DAYS = range(-1, 7)
FEASTS = ("mothers_day", "valentines_day", "fathers_day", "childrens_day", "christmas")

_BLACK_FRIDAY = "black_friday"
_YEAR_END = ((1, 1), (12, 23), (12, 24), (12, 25), (12, 26), (12, 31))
_EASTER_DAYS = {-48: "carnival_monday", -47: "carnival_tuesday", -2: "good_friday", 0: "easter", 60: "corpus_christi"}


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


def feast_day(feast: str, year: int) -> date:
    """Return the day of one of `FEASTS`, for which customers buy in the two weeks before."""
    fixed = {"valentines_day": (6, 12), "childrens_day": (10, 12), "christmas": (12, 25)}
    if feast in fixed:
        return date(year, *fixed[feast])
    month = {"mothers_day": 5, "fathers_day": 8}[feast]
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7)


def special_days(days: Ordinals, holidays: frozenset[int]) -> list[str | None]:
    """Return each day's name, the same in every year; None for an ordinary day.

    Args:
        days: shape (n,).
        holidays: the public holidays; one that is not known here is named by its month and day.
    """
    named: dict[int, str] = {}
    for year in _years(days):
        sunday = easter(year).toordinal()
        for feast in FEASTS:
            named[feast_day(feast, year).toordinal()] = feast
        named |= {date(year, month, day).toordinal(): f"{month:02}-{day:02}" for month, day in _YEAR_END}
        friday = black_friday(year).toordinal()
        named |= {friday + after: f"{_BLACK_FRIDAY}{after:+d}" for after in BLACK_FRIDAY_DAYS}
        named |= {sunday + after: name for after, name in _EASTER_DAYS.items()}
    for day in holidays:
        named.setdefault(day, f"holiday {date.fromordinal(day):%m-%d}")
    return [named.get(int(day)) for day in days]


def day_kinds(days: Ordinals, holidays: frozenset[int]) -> Ordinals:
    """Return 0 for an ordinary day, 1 for a day with a name of its own, 2 for Black Friday's week."""
    names = special_days(days, holidays)
    kinds = [0 if name is None else 2 if name.startswith(_BLACK_FRIDAY) else 1 for name in names]
    return np.array(kinds, dtype=np.int64)


def run_ups(days: Ordinals) -> Ordinals:
    """Return how many days before each of `FEASTS` a day is, shape (n, feasts); 0 where none is near."""
    distance = np.zeros((len(days), len(FEASTS)), dtype=np.int64)
    for column, feast in enumerate(FEASTS):
        for year in _years(days):
            before = feast_day(feast, year).toordinal() - days
            is_near = (before >= 1) & (before <= RUN_UP_DAYS)
            distance[is_near, column] = before[is_near]
    return distance


def _years(days: Ordinals) -> Iterable[int]:
    if not len(days):
        return range(0)
    return range(date.fromordinal(int(days.min())).year, date.fromordinal(int(days.max())).year + 2)
