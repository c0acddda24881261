"""Intervals from the backtest's own errors, relative to the forecast, that widen where they have held too few days.

Quantiles of the errors that had come due (split conformal prediction, Lei et al. 2018), times a factor that follows
how many of the days that came due lay outside (Gibbs and Candès 2021, Adaptive conformal inference under distribution
shift). Days far ahead have few errors that know nothing of each other, and theirs come due months later: errors of all
spans of days ahead are therefore pooled, each divided by how much errors have grown up to its span, and one factor
serves all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eshop_dagster.ml.revenue.feast_days import Floats, Ordinals

LEVELS = (0.025, 0.1, 0.9, 0.975)
BOUNDS = ("lower_95", "lower_80", "upper_80", "upper_95")
PAIRS = ((0, 3, 0.05), (1, 2, 0.2))
"""Places of the two ends in `BOUNDS`, and the share of days that may lie outside."""

HORIZON_ENDS = (7, 28, 56)
NATION_GROWTH = (1.0, 1.25, 1.5, 1.8)
"""How much errors are expected to grow by span of days ahead, before a shop has shown it."""

ORDER_ENDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
STATE_SIZES = len(ORDER_ENDS) + 1
STATE_GROWTH = (1.0, 1.25)

WINDOW_DAYS = 364
WEEKLY_STEP = 0.5
FACTORS = (0.5, 3.0)
GROWTH_ORIGINS = 4
"""So many origins of the expected growth are added to those seen."""

LEAST_GROWTH = 0.05
LEAST_ERRORS = 60
"""Fewer errors than this, and a size takes those of its neighbours too."""


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
        groups: of days that err alike: the size's number times the number of spans, plus the span's.
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
    groups: Ordinals = (len(STATE_GROWTH) * sizes + (horizon_days > HORIZON_ENDS[1])).astype(np.int64)
    return groups


def walk_intervals(rows: Forecasts, sizes: int, growth: Sequence[float], now: int) -> tuple[Floats, Intervals]:
    """Return each row's bounds, shape (n, 4), from what was known at its origin, and the intervals of a later day.

    Bounds are NaN at origins before which no forecast had come due.

    Args:
        rows: of the backtest.
        sizes: number of sizes, whose errors are of another kind; the nation has one.
        growth: by span of days ahead, what is expected of the growth of errors; begins with 1.
        now: ordinal; everything up to it is known.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.where(rows.predicted > 0, rows.actual / rows.predicted - 1, np.nan)
    origins = np.array([*np.unique(rows.origins).tolist(), now], dtype=np.int64)
    ends = np.full((len(errors), len(BOUNDS)), np.nan)
    table = np.full((sizes, len(growth), len(BOUNDS)), np.nan)
    near = _Neighbours(rows, errors, sizes, len(growth))
    for size in range(sizes):
        mine = np.flatnonzero(near.size_of(rows.groups) == size)
        ends[mine], table[size] = _walk_size(size, origins, rows, errors, mine, near, np.array(growth))
    return bounds_around(rows.predicted, ends), Intervals(table.reshape(-1, len(BOUNDS)))


def _walk_size(
    size: int, origins: Ordinals, rows: Forecasts, errors: Floats, mine: Ordinals, near: "_Neighbours", growth: Floats
) -> tuple[Floats, Floats]:
    """Return the ends of the size's rows, shape (rows, 4), and those of the last origin by span, shape (spans, 4)."""
    known = _Known(errors[mine], rows.groups[mine] % len(growth), rows.origins[mine])
    days = rows.days[mine]
    ends, found = np.full((len(mine), len(BOUNDS)), np.nan), np.full((len(growth), len(BOUNDS)), np.nan)
    factors, before = np.ones(len(PAIRS)), 0
    for origin in origins.tolist():
        is_due = (days <= origin) & (known.made < origin) & np.isfinite(known.errors)
        new = is_due & (days > before)
        _adapt(factors, known.errors[new], ends[new], min(origin - before, 7) / 7)
        here = known.made == origin
        if here.any() or origin == origins[-1]:
            due = known.at(is_due & (known.made >= origin - WINDOW_DAYS))
            due = due if len(due.errors) >= LEAST_ERRORS else near.known(size, origin)
            found = _ends(due, growth, factors) if len(due.errors) else found
            ends[here] = found[known.spans[here]]
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


@dataclass(frozen=True)
class _Known:
    """Errors that have come due, one each, with the span of days ahead and the origin that they were made at."""

    errors: Floats
    spans: Ordinals
    made: Ordinals

    def at(self, place: npt.NDArray[np.generic]) -> "_Known":
        return _Known(self.errors[place], self.spans[place], self.made[place])


class _Neighbours:
    """The errors of the sizes nearest to one that has too few of its own."""

    def __init__(self, rows: Forecasts, errors: Floats, sizes: int, spans: int) -> None:
        kept = np.isfinite(errors)
        self.spans, self.count = spans, sizes
        self.all = _Known(errors[kept], rows.groups[kept] % spans, rows.origins[kept])
        self.days, self.sizes = rows.days[kept], self.size_of(rows.groups[kept])

    def size_of(self, groups: Ordinals) -> Ordinals:
        """Return the size of each group."""
        sizes: Ordinals = groups // self.spans
        return sizes

    def known(self, size: int, origin: int) -> _Known:
        """Return those known at an origin, of as few sizes as hold enough, or of all."""
        start, end = np.searchsorted(self.all.made, [origin - WINDOW_DAYS, origin])
        place = np.arange(start, end)[self.days[start:end] <= origin]
        away = np.abs(self.sizes[place] - size)
        counts = np.cumsum(np.bincount(away, minlength=self.count))
        reach = int(np.argmax(counts >= LEAST_ERRORS)) if (counts >= LEAST_ERRORS).any() else self.count
        return self.all.at(place[away <= reach])


def _growth(due: _Known, expected: Floats) -> Floats:
    """Return how much larger errors are by span, never falling, drawn to what is expected while origins are few."""
    growth, first = expected.copy(), np.abs(due.errors[due.spans == 0])
    if not len(first) or np.median(first) == 0:
        return growth
    for span in range(1, len(growth)):
        here = due.spans == span
        if here.any():
            seen = np.median(np.abs(due.errors[here])) / np.median(first) / expected[span]
            origins = len(np.unique(due.made[here]))
            growth[span] *= max(seen, LEAST_GROWTH) ** (origins / (origins + GROWTH_ORIGINS))
    rising: Floats = np.maximum.accumulate(growth)
    return rising


def _ends(due: _Known, expected: Floats, factors: Floats) -> Floats:
    """Return the ends of the error by span, shape (spans, 4): around no error at all, the wider level the wider."""
    growth = _growth(due, expected)
    found = growth[:, None] * np.quantile(due.errors / growth[due.spans], LEVELS)
    # Where days without a sale are within, they stay within.
    is_empty = (found <= -1) | (np.quantile(due.errors, LEVELS) <= -1)
    # Neither level's misses may draw both together: the wider one is stretched at least as much.
    stretch = np.array([factors.max(), factors[1], factors[1], factors.max()])
    low_95, low_80, high_80, high_95 = np.where(is_empty, -1.0, found * stretch).T
    low_80, high_80 = np.minimum(low_80, 0.0), np.maximum(high_80, 0.0)
    return np.array([np.minimum(low_95, low_80), low_80, high_80, np.maximum(high_95, high_80)]).T
