"""Intervals from the backtest's own errors, relative to the forecast, that widen where they have held too few days.

Quantiles of the errors that had come due (split conformal prediction, Lei et al. 2018), times a factor that follows
how many of the days that came due lay outside (Gibbs and Candès 2021, Adaptive conformal inference under distribution
shift).
"""

from dataclasses import dataclass

import numpy as np

from eshop_dagster.ml.revenue.feast_days import Floats, Ordinals

LEVELS = (0.025, 0.1, 0.9, 0.975)
BOUNDS = ("lower_95", "lower_80", "upper_80", "upper_95")
PAIRS = ((0, 3, 0.05), (1, 2, 0.2))
"""Places of the two ends in `BOUNDS`, and the share of days that may lie outside."""

HORIZON_ENDS = (7, 28, 56)
ORDER_ENDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
NATION_GROUPS = len(HORIZON_ENDS) + 1
STATE_GROUPS = 2 * (len(ORDER_ENDS) + 1)

WINDOW_DAYS = 364
WEEKLY_STEP = 0.5
FACTORS = (0.5, 6.0)
FIRST_FACTOR = 1.6
"""Tried on fifteen histories: windows of 26 weeks to all, steps of 0.2 to 1.5, first factors of 1 to 1.6. These held
80 ± 5 and 95 ± 3 % of the days in all fifteen; without a factor in nine."""

LEAST_ERRORS = 60
"""Fewer errors than this, and a group takes those of its neighbours too."""


@dataclass(frozen=True)
class Intervals:
    """Ends of the relative error, shape (groups, 4), in the order of `BOUNDS`; NaN where nothing is known."""

    quantiles: Floats

    def around(self, predicted: Floats, groups: Ordinals) -> Floats:
        """Return the bounds of each forecast, shape (n, 4), none below 0; a forecast of 0 has no width."""
        return bounds_around(predicted, self.quantiles[groups])


@dataclass(frozen=True)
class Forecasts:
    """Forecasts and what came, one row each, of the same length.

    Attributes:
        origins: ordinals of the last known days, rising.
        days: ordinals.
        actual: NaN where nothing can be compared.
        predicted: 0 on days forecast as closed.
        groups: of days that err alike, 0 and up.
    """

    origins: Ordinals
    days: Ordinals
    actual: Floats
    predicted: Floats
    groups: Ordinals


def bounds_around(predicted: Floats, ends: Floats) -> Floats:
    """Return the bounds of each forecast from its own ends of the relative error, shape (n, 4)."""
    bounds: Floats = np.maximum(predicted[:, None] * (1 + ends), 0.0)
    return bounds


def nation_groups(horizon_days: Ordinals) -> Ordinals:
    """Return the group of each forecast of the nation: by days ahead."""
    groups: Ordinals = np.searchsorted(HORIZON_ENDS, horizon_days).astype(np.int64)
    return groups


def state_groups(horizon_days: Ordinals, expected_orders: Floats) -> Ordinals:
    """Return the group of each forecast of a state: few orders scatter more, and so do later days."""
    sizes = np.searchsorted(ORDER_ENDS, expected_orders)
    groups: Ordinals = (2 * sizes + (horizon_days > HORIZON_ENDS[1])).astype(np.int64)
    return groups


def walk_intervals(rows: Forecasts, count: int, now: int) -> tuple[Floats, Intervals]:
    """Return each row's bounds, shape (n, 4), from what was known at its origin, and the intervals of a later day.

    Bounds are NaN at origins before which no forecast had come due.

    Args:
        rows: of the backtest.
        count: number of groups.
        now: ordinal; everything up to it is known.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.where(rows.predicted > 0, rows.actual / rows.predicted - 1, np.nan)
    origins = np.array([*np.unique(rows.origins).tolist(), now], dtype=np.int64)
    ends, table = np.full((len(errors), len(BOUNDS)), np.nan), np.full((count, len(BOUNDS)), np.nan)
    near = _Neighbours(rows, errors, count)
    for group in range(count):
        mine = np.flatnonzero(rows.groups == group)
        ends[mine], table[group] = _walk_group(group, origins, rows, errors, mine, near)
    return bounds_around(rows.predicted, ends), Intervals(table)


def _walk_group(
    group: int, origins: Ordinals, rows: Forecasts, errors: Floats, mine: Ordinals, near: "_Neighbours"
) -> tuple[Floats, Floats]:
    """Return the ends of the group's rows, shape (rows, 4), and those of the last origin."""
    made, days, missed_by = rows.origins[mine], rows.days[mine], errors[mine]
    ends, found = np.full((len(mine), len(BOUNDS)), np.nan), np.full(len(BOUNDS), np.nan)
    factors, before = np.full(len(PAIRS), FIRST_FACTOR), 0
    for origin in origins.tolist():
        is_due = (days <= origin) & (made < origin) & np.isfinite(missed_by)
        new = is_due & (days > before)
        _adapt(factors, missed_by[new], ends[new], min(origin - before, 7) / 7)
        here = made == origin
        if here.any() or origin == origins[-1]:
            known = missed_by[is_due & (made >= origin - WINDOW_DAYS)]
            known = known if len(known) >= LEAST_ERRORS else near.errors(group, origin)
            found = _ends(known, factors) if len(known) else found
            ends[here] = found
        before = origin
    return ends, found


def _adapt(factors: Floats, errors: Floats, ends: Floats, weeks: float) -> None:
    """Widen or narrow the factors in place by the share of the days just come due that lay outside."""
    known = np.isfinite(ends[:, 0])
    if not known.any():
        return
    errors, ends = errors[known], ends[known]
    for place, (low, high, share) in enumerate(PAIRS):
        missed = ((errors < ends[:, low]) | (errors > ends[:, high])).mean()
        factors[place] = np.clip(factors[place] * np.exp(WEEKLY_STEP * weeks * (missed - share)), *FACTORS)


class _Neighbours:
    """The errors of the groups nearest to one that has too few of its own."""

    def __init__(self, rows: Forecasts, errors: Floats, count: int) -> None:
        kept = np.isfinite(errors)
        self.made, self.days, self.groups = rows.origins[kept], rows.days[kept], rows.groups[kept]
        self.known, self.count = errors[kept], count

    def errors(self, group: int, origin: int) -> Floats:
        """Return those known at an origin, of as few groups as hold enough, or of all."""
        start, end = np.searchsorted(self.made, [origin - WINDOW_DAYS, origin])
        place = np.arange(start, end)[self.days[start:end] <= origin]
        away = np.abs(self.groups[place] - group)
        counts = np.cumsum(np.bincount(away, minlength=self.count))
        reach = int(np.argmax(counts >= LEAST_ERRORS)) if (counts >= LEAST_ERRORS).any() else self.count
        return self.known[place[away <= reach]]


def _ends(errors: Floats, factors: Floats) -> Floats:
    """Return the ends of the error in the order of `BOUNDS`: around no error at all, the wider level the wider."""
    found = np.quantile(errors, LEVELS)
    # Where days without a sale are within, they stay within.
    low_95, low_80, high_80, high_95 = np.where(found <= -1, -1.0, found * factors[[0, 1, 1, 0]])
    low_80, high_80 = min(low_80, 0.0), max(high_80, 0.0)
    return np.array([min(low_95, low_80), low_80, high_80, max(high_95, high_80)])
