"""Sentences about what the calendar did to the series, for people who read the forecast."""

from calendar import monthrange
from datetime import date

import numpy as np

from eshop_dagster.ml.revenue.effects import Effects
from eshop_dagster.ml.revenue.feast_days import black_friday
from eshop_dagster.ml.revenue.panel import Panel

_WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


def notes_of(panel: Panel, holidays: frozenset[int], effects: Effects) -> tuple[str, ...]:
    """Return sentences on days left out, half-filled months, closed days, days without sales, and Black Friday."""
    told = (*panel.notes, *_months(panel), *_closed(effects), *_silent(panel, holidays, effects))
    return (*told, *_black_fridays(panel))


def _months(panel: Panel) -> list[str]:
    first, last = date.fromordinal(panel.first), date.fromordinal(panel.last)
    found = []
    if first.day > 1:
        found.append(f"{first:%Y-%m} has sales from {first} on only: its total is not a whole month's.")
    if last.day < monthrange(last.year, last.month)[1]:
        found.append(f"{last:%Y-%m} is known up to {last}: its total is not a whole month's.")
    return found


def _closed(effects: Effects) -> list[str]:
    found = []
    if effects.closed_weekdays:
        names = " and ".join(_WEEKDAYS[number] for number in effects.closed_weekdays)
        found.append(f"No trade on {names} in the last eight weeks: they are forecast as 0.")
    if effects.closed_events:
        found.append(f"No trade in the past on {', '.join(effects.closed_events)}: forecast as 0.")
    if effects.closes_on_holidays:
        found.append("No trade on any public holiday so far: those ahead are forecast as 0.")
    return found


def _silent(panel: Panel, holidays: frozenset[int], effects: Effects) -> list[str]:
    silent = (panel.revenue.sum(axis=1) <= 0) & ~effects.is_closed(panel.days, holidays)
    count = int(np.count_nonzero(silent))
    if count == 1:
        return ["1 day without sales, on which the shop is usually open, counts as zero."]
    return [f"{count} days without sales, on which the shop is usually open, count as zero."] if count else []


def _black_fridays(panel: Panel) -> list[str]:
    years = range(date.fromordinal(panel.first).year, date.fromordinal(panel.last).year + 1)
    seen = [str(year) for year in years if panel.first + 28 <= black_friday(year).toordinal() <= panel.last]
    if not seen:
        return ["No Black Friday is in the history: the next one is forecast as an ordinary day and will be higher."]
    return [f"The next Black Friday is forecast from that of {', '.join(seen)}."]
