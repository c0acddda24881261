"""The days of the year on which a shop is far from its usual self."""

from collections.abc import Iterable
from datetime import date, timedelta

_YEAR_END = ((1, 1), (12, 23), (12, 24), (12, 25), (12, 26), (12, 31))

_BLACK_FRIDAY_DAYS = range(-1, 6)
"""The Thursday before to the Wednesday after: what is left of the week's rush by then is within the usual."""


def shop_feasts(years: Iterable[int]) -> frozenset[date]:
    """Return Black Friday's week, Christmas and the turn of the year in each of these years.

    Public holidays are another matter: most of them move a shop's day less than a week-end does.
    """
    return frozenset(day for year in years for day in _feasts_of(year))


def _feasts_of(year: int) -> Iterable[date]:
    yield from (date(year, month, day) for month, day in _YEAR_END)
    # The day after Thanksgiving, the fourth Thursday: not always the month's last Friday.
    latest = date(year, 11, 29)
    black_friday = latest - timedelta(days=(latest.weekday() - 4) % 7)
    yield from (black_friday + timedelta(days=after) for after in _BLACK_FRIDAY_DAYS)
