"""What the calendar does to a day, learned from the past: weekdays, closed days, feasts, run-ups to days of gifts.

All effects are differences of logarithms, so that they multiply.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from eshop_dagster.ml.revenue.feast_days import RUN_UP_DAYS, Floats, Ordinals, gift_day, run_up, special_days, weekdays

CLOSED_WEEKS = 8
WEEKDAY_SPAN_DAYS = 364
LEAST_CHANCE_ORDERS = 15.0
"""So many orders, at the rate of the other days, must be missing before a silence is taken for a closed door: a weekday
with a fifth of the others' rate is silent for eight weeks with a chance of exp(-3) = 5 % at most."""

OUTSIDE_DAYS = 28
EVENT_ERRORS = 2.0
RUN_UP_ERRORS = 1.4
"""Standard errors below which an effect counts as none. A run-up has neighbours that say the same, a feast has not."""

RUN_UP_WINDOW = 60
LEAST_WEEKS = 4
LEAST_RATIO = 0.02
LEAST_HOLIDAYS = 3
HOLIDAY_PREFIX = "holiday "


@dataclass(frozen=True)
class Effects:
    """What is known of the calendar's effect on one daily series.

    Attributes:
        weekday: shape (7,), Monday first.
        closed_weekdays: 0 (Monday) to 6, without trade.
        events: by name of `special_days`.
        closed_events: names of days without trade.
        closes_on_holidays: whether no public holiday had trade.
        holiday: of a public holiday never seen.
        run_ups: by rule of `gift_day`, shape (days + 1,): lift so many days before it, 0 in the first place.
    """

    weekday: Floats = field(default_factory=lambda: np.zeros(7))
    closed_weekdays: tuple[int, ...] = ()
    events: dict[str, float] = field(default_factory=dict)
    closed_events: tuple[str, ...] = ()
    closes_on_holidays: bool = False
    holiday: float = 0.0
    run_ups: dict[str, Floats] = field(default_factory=dict)

    def factors(self, days: Ordinals, holidays: frozenset[int]) -> Floats:
        """Return by how much each day is above the level, as a factor; closed days are not looked at."""
        factors: Floats = np.exp(self.on(days, holidays) + self.weekday[weekdays(days)])
        return factors

    def levels(self, days: Ordinals, values: Floats, holidays: frozenset[int]) -> Floats:
        """Return each day's value without the calendar's part, 0 on an open day without sales, NaN on a closed one."""
        is_known = (values > 0) | ~self.is_closed(days, holidays)
        levels: Floats = np.where(is_known, values / self.factors(days, holidays), np.nan)
        return levels

    def on(self, days: Ordinals, holidays: frozenset[int]) -> Floats:
        """Return each day's effect without that of its weekday."""
        names = special_days(days, holidays, self.run_ups)
        fallback = [self.holiday if name and name.startswith(HOLIDAY_PREFIX) else 0.0 for name in names]
        events = [self.events.get(name, other) if name else 0.0 for name, other in zip(names, fallback, strict=True)]
        total: Floats = np.array(events, dtype=np.float64) + _lift(days, self.run_ups)
        return total

    def is_closed(self, days: Ordinals, holidays: frozenset[int]) -> npt.NDArray[np.bool_]:
        """Return whether the shop does not trade on each day."""
        names = special_days(days, holidays, self.run_ups)
        by_name = np.array([name in self.closed_events for name in names], dtype=np.bool_)
        closed: npt.NDArray[np.bool_] = by_name | np.isin(weekdays(days), self.closed_weekdays)
        if self.closes_on_holidays:
            closed |= np.isin(days, sorted(holidays))
        return closed


def learn_effects(
    days: Ordinals, values: Floats, orders: Floats, holidays: frozenset[int], gift_days: Sequence[str] = ()
) -> Effects:
    """Return the effects that these days show.

    An effect of a named day is its mean distance from the ordinary days of the four weeks on either side, shrunk
    towards none by how far chance alone would carry it. Effects are learned from the days with sales; a last factor by
    weekday brings in the open days without.

    Args:
        days: shape (n,), one after the other.
        values: shape (n,), 0 on a day without sales.
        orders: shape (n,).
        holidays: public holidays.
        gift_days: rules of `gift_day`: days for which customers buy in the weeks before.
    """
    names = special_days(days, holidays, gift_days)
    before = {rule: run_up(days, rule) for rule in gift_days}
    logs = np.log(np.where(values > 0, values, np.nan))
    is_ordinary = np.array([name is None for name in names])
    is_plain = is_ordinary & np.all([near == 0 for near in before.values()], axis=0)
    closed_weekdays = _closed_weekdays(days, orders)
    weekday = _weekday_effects(days, np.where(is_plain, logs, np.nan), closed_weekdays)
    level = logs - weekday[weekdays(days)]
    plain, feastless = np.where(is_plain, level, np.nan), np.where(is_ordinary, level, np.nan)
    run_ups = {rule: _run_up(days, plain, feastless, near, rule) for rule, near in before.items()}
    rest = level - _lift(days, run_ups)
    usual = np.where(is_ordinary, rest, np.nan)
    noise = spread(usual - moving_mean(usual, 14, 14))
    events, closed_events = _events(names, rest, usual, orders, np.isin(weekdays(days), closed_weekdays), noise)
    pooled = [effect for name, effect in events.items() if name.startswith(HOLIDAY_PREFIX)]
    holiday = float(np.mean(pooled)) if pooled else 0.0
    judged = {*events, *closed_events}
    kept = {str(name) for name, day in zip(names, days.tolist(), strict=True) if day in holidays} & judged
    closes = len(kept) >= LEAST_HOLIDAYS and kept <= set(closed_events)
    found = Effects(weekday, closed_weekdays, events, closed_events, closes, holiday, run_ups)
    return replace(found, weekday=weekday + _of_empty_days(days, found.levels(days, values, holidays)))


def moving_mean(values: Floats, before: int, after: int) -> Floats:
    """Return the mean of the known values from `before` days back to `after` days on; NaN where there is none."""
    known = np.isfinite(values)
    total = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
    count = np.concatenate([[0], np.cumsum(known)])
    at = np.arange(len(values))
    low, high = np.maximum(at - before, 0), np.minimum(at + after + 1, len(values))
    number = count[high] - count[low]
    mean: Floats = np.where(number > 0, (total[high] - total[low]) / np.maximum(number, 1), np.nan)
    return mean


def spread(values: Floats) -> float:
    """Return the standard deviation by the median size; 0 where nothing is known."""
    known = values[np.isfinite(values)]
    return float(1.4826 * np.median(np.abs(known))) if len(known) else 0.0


def _closed_weekdays(days: Ordinals, orders: Floats) -> tuple[int, ...]:
    recent, numbers = orders[-7 * CLOSED_WEEKS :], weekdays(days)[-7 * CLOSED_WEEKS :]
    if len(recent) < 28:
        return ()
    rate = recent.sum() / 6
    # A weekday that opened once in eight weeks, before Christmas say, is still closed on the others.
    silent = [number for number in range(7) if (recent[numbers == number] > 0).sum() <= 1]
    return tuple(n for n in silent if recent[numbers == n][-2:].sum() == 0 and rate >= LEAST_CHANCE_ORDERS)


def _weekday_effects(days: Ordinals, logs: Floats, closed: tuple[int, ...]) -> Floats:
    numbers, effects = weekdays(days), np.zeros(7)
    is_recent = np.arange(len(days)) >= len(days) - WEEKDAY_SPAN_DAYS
    for _ in range(4):
        away = logs - moving_mean(logs - effects[numbers], 14, 14)
        for number in range(7):
            known = away[is_recent & (numbers == number) & np.isfinite(away)]
            effects[number] = np.median(known) if len(known) and number not in closed else 0.0
        is_open = [number for number in range(7) if number not in closed]
        effects[is_open] -= effects[is_open].mean()
    return effects


def _of_empty_days(days: Ordinals, levels: Floats) -> Floats:
    """Return what each weekday's mean, its days without sales among them, is above that of the weeks around."""
    around, numbers, ratios = moving_mean(levels, 14, 14), weekdays(days), np.ones(7)
    is_recent = (np.arange(len(days)) >= len(days) - WEEKDAY_SPAN_DAYS) & np.isfinite(levels)
    for number in range(7):
        here = is_recent & (numbers == number)
        if here.sum() >= LEAST_WEEKS and around[here].sum() > 0:
            ratios[number] = max(levels[here].sum() / around[here].sum(), LEAST_RATIO)
    logs: Floats = np.log(ratios)
    return logs


def _lift(days: Ordinals, run_ups: dict[str, Floats]) -> Floats:
    lift = np.zeros(len(days))
    for rule, curve in run_ups.items():
        lift += curve[run_up(days, rule)]
    return lift


def _run_up(days: Ordinals, plain: Floats, level: Floats, before: Ordinals, rule: str) -> Floats:
    """Return the lift on each day before a gift day over a line through the plain weeks around, the years' mean."""
    curves = []
    for year in range(date.fromordinal(int(days[0])).year, date.fromordinal(int(days[-1])).year + 1):
        distance = days - gift_day(rule, year).toordinal()
        around = (np.abs(distance) <= RUN_UP_WINDOW) & np.isfinite(plain)
        rising = (before > 0) & (distance < 0) & (distance >= -RUN_UP_DAYS)
        if rising.sum() < RUN_UP_DAYS or (around & (distance < 0)).sum() < 14:
            continue
        line = np.polyfit(distance[around], plain[around], 1 if (around & (distance > 0)).sum() >= 14 else 0)
        curve = np.full(RUN_UP_DAYS + 1, np.nan)
        curve[before[rising]] = level[rising] - np.polyval(line, distance[rising])
        curves.append(curve)
    if not curves:
        return np.zeros(RUN_UP_DAYS + 1)
    noise = spread(plain - moving_mean(plain, 14, 14))
    # Parcels must leave in time: the last two days stand for themselves, the others for their neighbours too.
    means = [np.concatenate([curve[:3], moving_mean(curve[3:], 1, 1)]) for curve in curves]
    lift = np.array([_mean(values) for values in np.array(means).T])
    return np.array([_shrunk(value, noise**2 / (2 * len(curves)), RUN_UP_ERRORS) for value in lift])


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else 0.0


def _shrunk(effect: float, variance: float, threshold: float) -> float:
    """Return the effect less what chance explains of it, none within `threshold` standard errors.

    Breiman 1995, Better subset regression using the nonnegative garrote.
    """
    return effect * max(0.0, 1 - threshold**2 * variance / effect**2) if effect else 0.0


def _events(
    names: list[str | None], rest: Floats, usual: Floats, orders: Floats, never: npt.NDArray[np.bool_], noise: float
) -> tuple[dict[str, float], tuple[str, ...]]:
    found: dict[str, list[float]] = {}
    silent: dict[str, list[bool]] = {}
    for at, name in enumerate(names):
        if name is None or never[at]:
            continue
        low, high = max(0, at - OUTSIDE_DAYS), at + OUTSIDE_DAYS + 1
        near = usual[low:high]
        near = near[np.isfinite(near)]
        if len(near) < 10:
            continue
        if np.isfinite(rest[at]):
            found.setdefault(name, []).append(float(rest[at] - np.median(near)))
        is_surprising = np.median(orders[low:high][np.isfinite(usual[low:high])]) >= 3
        if np.isfinite(rest[at]) or is_surprising:
            silent.setdefault(name, []).append(not np.isfinite(rest[at]))
    closed = tuple(sorted(name for name, seen in silent.items() if all(seen)))
    events = {
        name: _shrunk(float(np.mean(seen)), noise**2 / len(seen), EVENT_ERRORS) for name, seen in sorted(found.items())
    }
    return events, closed
