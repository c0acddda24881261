"""The parts of the forecast: baselines of the bare days, and levels that the calendar's effects are laid on."""

import numpy as np

from eshop_dagster.ml.revenue.effects import Effects, moving_mean
from eshop_dagster.ml.revenue.feast_days import Floats, Ordinals
from eshop_dagster.ml.revenue.panel import Panel

YEAR_DAYS = 364
"""Whole weeks, so that weekdays and most movable feasts fall on their places."""

MONTH_DAYS = 28
LONG_DAYS = 56
SMOOTH_DAYS = 10
START_DAYS = 91
"""The first quarter of a history may be a shop's start, which is no season."""

BASELINE_WEEKS = 4
LEAST_SHARE = 0.2
"""A falling line leaves this share of the level at least."""


def ahead_of(panel: Panel, horizon: int) -> Ordinals:
    """Return the ordinals of the days after the panel's last."""
    return np.arange(panel.last + 1, panel.last + 1 + horizon, dtype=np.int64)


def parts_ahead(panel: Panel, effects: Effects, holidays: frozenset[int], horizon: int) -> dict[str, Floats]:
    """Return each part's forecast of the nation's next days, amounts, shape (horizon,); what is unknown is left out.

    All are 0 on a day on which the shop is known to be closed.

    - `weekday_mean` is the mean of each weekday's last four weeks, `last_week` the last week again and again,
      `year_ago` the same weekday of last year times the growth of the last four weeks since.
    - `level` is the mean of four weeks, `long_level` of eight; `drift` adds half the slope of the last year's line
      (the Theta method, Hyndman and Billah 2003), `year_shape` what last year's smoothed level did from there on.
    """
    days, values = panel.days, panel.revenue.sum(axis=1)
    ahead = ahead_of(panel, horizon)
    is_open = ~effects.is_closed(ahead, holidays)
    levels = effects.levels(days, values, holidays)
    found = {"weekday_mean": weekday_mean(values, horizon), "last_week": values[-7:][np.arange(horizon) % 7]}
    past = values[-YEAR_DAYS - MONTH_DAYS : -YEAR_DAYS].sum() if len(values) >= YEAR_DAYS + MONTH_DAYS else 0.0
    if past > 0:
        growth = values[-MONTH_DAYS:].sum() / past
        found["year_ago"] = growth * values[len(values) - YEAR_DAYS + np.arange(horizon) % YEAR_DAYS]
    factors = effects.factors(ahead, holidays)
    found |= {name: factors * level for name, level in _levels_ahead(levels, horizon).items()}
    return {name: np.where(is_open, part, 0.0) for name, part in found.items()}


def weekday_mean(values: Floats, horizon: int) -> Floats:
    """Return the mean of each weekday's last four values; two weeks of values at least."""
    count = min(BASELINE_WEEKS, len(values) // 7)
    mean: Floats = values[-7 * count :].reshape(count, 7).mean(axis=0)[np.arange(horizon) % 7]
    return mean


def _levels_ahead(levels: Floats, horizon: int) -> dict[str, Floats]:
    steps, last = np.arange(1, horizon + 1), len(levels) - 1
    months = np.nan_to_num(moving_mean(levels, MONTH_DAYS - 1, 0))
    found = {
        "level": np.full(horizon, months[-1]),
        "long_level": np.full(horizon, np.nan_to_num(moving_mean(levels, LONG_DAYS - 1, 0))[-1]),
    }
    year = levels[-YEAR_DAYS:]
    known = np.isfinite(year)
    if known.sum() >= LONG_DAYS:
        slope = np.polyfit(np.flatnonzero(known), year[known], 1)[0]
        found["drift"] = np.maximum(months[-1] + slope / 2 * (steps + MONTH_DAYS / 2), LEAST_SHARE * months[-1])
    before = last - YEAR_DAYS
    if before >= START_DAYS and months[before] > 0:
        # Half a window into the unknown would make a shape of the last days alone.
        after = np.minimum(before + steps, last - SMOOTH_DAYS)
        smooth = np.nan_to_num(moving_mean(levels, SMOOTH_DAYS, SMOOTH_DAYS))
        found["year_shape"] = months[-1] * smooth[after] / months[before]
    return found
