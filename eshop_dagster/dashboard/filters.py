"""What a person chose to look at, as it stands in the address of the page."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from eshop_dagster.adapters.dashboard_queries import Scope

PERIODS = ("12m", "6m", "3m", "ytd", "all", "custom")
DEFAULT_PERIOD = "12m"
_MONTHS = {"12m": 12, "6m": 6, "3m": 3}


@dataclass(frozen=True)
class Choices:
    """What there is to choose from: days with sales, and the values of each filter."""

    first: date
    last: date
    states: tuple[str, ...]
    channels: tuple[str, ...]
    categories: tuple[str, ...]
    segments: tuple[int, ...]

    def months(self) -> list[date]:
        """Return the first day of every month with sales, and of those between."""
        found = [self.first.replace(day=1)]
        while add_months(found[-1], 1) <= self.last:
            found.append(add_months(found[-1], 1))
        return found


@dataclass(frozen=True)
class Filters:
    """One choice; the same for every page.

    Attributes:
        period: one of `PERIODS`.
        first_month: of a custom period.
        last_month: of a custom period, included.
        states: codes; empty is all.
        channels: empty is all.
        category: None is all.
        segments: ids; empty is all.
    """

    period: str = DEFAULT_PERIOD
    first_month: date | None = None
    last_month: date | None = None
    states: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    category: str | None = None
    segments: tuple[int, ...] = ()

    def scope(self, choices: Choices) -> Scope:
        """Return the choice as days and values."""
        first, last = self._days(choices)
        return Scope(first, last, self.states, self.channels, self.category, self.segments)

    def _days(self, choices: Choices) -> tuple[date, date]:
        if self.period in _MONTHS:
            begin = add_months(choices.last.replace(day=1), 1 - _MONTHS[self.period])
            return max(begin, choices.first.replace(day=1)), choices.last
        if self.period == "ytd":
            return max(choices.last.replace(month=1, day=1), choices.first), choices.last
        if self.period == "custom":
            begin, end = sorted([self.first_month or choices.first, self.last_month or choices.last])
            return begin.replace(day=1), min(month_end(end), choices.last)
        return choices.first, choices.last


def before(scope: Scope) -> Scope:
    """Return the period of as many months just before, cut at the same day of its last month."""
    months = 12 * (scope.last.year - scope.first.year) + scope.last.month - scope.first.month + 1
    is_whole = scope.last == month_end(scope.last)
    last = scope.first - timedelta(days=1)
    if not is_whole:
        last = min(add_months(scope.last, -months), last)
    return replace(scope, first=add_months(scope.first, -months), last=last)


def to_query(filters: Filters) -> dict[str, str]:
    """Return the choice as the parameters of an address; what was not chosen is left out."""
    found = {
        "period": filters.period if filters.period != DEFAULT_PERIOD else "",
        "from": f"{filters.first_month:%Y-%m}" if filters.period == "custom" and filters.first_month else "",
        "to": f"{filters.last_month:%Y-%m}" if filters.period == "custom" and filters.last_month else "",
        "state": ",".join(filters.states),
        "channel": ",".join(filters.channels),
        "category": filters.category or "",
        "segment": ",".join(map(str, filters.segments)),
    }
    return {name: value for name, value in found.items() if value}


def of_query(query: Mapping[str, str], choices: Choices) -> Filters:
    """Return the choice of an address; what there is not, or is no longer, counts as not chosen."""
    period = query.get("period", DEFAULT_PERIOD)
    segments = {str(one): one for one in choices.segments}
    category = query.get("category")
    return Filters(
        period=period if period in PERIODS else DEFAULT_PERIOD,
        first_month=_month(query.get("from"), choices),
        last_month=_month(query.get("to"), choices),
        states=tuple(one for one in query.get("state", "").split(",") if one in choices.states),
        channels=tuple(one for one in query.get("channel", "").split(",") if one in choices.channels),
        category=category if category in choices.categories else None,
        segments=tuple(segments[one] for one in query.get("segment", "").split(",") if one in segments),
    )


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, or its last day where it has no such day."""
    place = 12 * day.year + day.month - 1 + months
    year, month = place // 12, place % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def month_end(day: date) -> date:
    """Return the last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _month(text: str | None, choices: Choices) -> date | None:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return month if month in choices.months() else None
