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
      `year_ago` the same weekday of last year times the growth of the last four weeks since, less what chance adds.
    - `level` is the mean of four weeks, `long_level` of eight; `drift` adds half the slope of the last year's line
      (the Theta method, Hyndman and Billah 2003), `year_shape` what last year's smoothed level did from there on.
    """
    days, values = panel.days, panel.revenue.sum(axis=1)
    ahead = ahead_of(panel, horizon)
    is_open = ~effects.is_closed(ahead, holidays)
    levels = effects.levels(days, values, holidays)
    found = {"weekday_mean": weekday_mean(values, horizon), "last_week": values[-7:][np.arange(horizon) % 7]}
    past = values[-YEAR_DAYS - MONTH_DAYS : -YEAR_DAYS] if len(values) >= YEAR_DAYS + MONTH_DAYS else np.zeros(7)
    if past.any():
        growth = values[-MONTH_DAYS:].mean() / (past.mean() * _chance(past))
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
        found["year_shape"] = (
            months[-1] * smooth[after] / (months[before] * _chance(levels[before - MONTH_DAYS + 1 : before + 1]))
        )
    return found


def _chance(past: Floats) -> float:
    """Return by which factor the sum of whole weeks is to be raised before something is divided by it.

    The mean of a quotient lies above the quotient of the means by the squared relative error of the divisor (Cochran
    1977, Sampling techniques, section 6.4): a shop of few orders a day would be forecast too high. The error is that of
    equal weekdays; days that are NaN count as 0.
    """
    weeks = np.nan_to_num(past).reshape(-1, 7)
    return float(1 + len(weeks) * weeks.var(axis=0, ddof=1).sum() / weeks.sum() ** 2)
