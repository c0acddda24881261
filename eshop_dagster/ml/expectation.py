"""What a daily series is expected to be on a day, learned from nothing but the days before it.

What belongs here: medians over weekdays, the trend, the level of the last week, the usual spread. What does not: counts
and money, and which difference is worth a person's time (`ml/anomalies.py`).
"""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]

WEEKS = 8
LEVEL_DAYS = 7
SPREAD_DAYS = 91
LEAST_DAYS = 28
"""Days with a value that the eight weeks, and the days of the spread, must hold at least."""

TREND_SHARE = 0.5
"""Share of the slope that is carried forward: a rise before a feast ends with the feast (as Gardner and McKenzie
damp a trend). Carried in full, seeds of the simulated shop gave up to 3 false alarms a year more."""

MOST_SHIFT = (0.65, 1.5)
"""How far the last week alone moves the expectation. Without a limit, a shop without orders would pass for usual after
four days."""

_NORMAL_SPREAD = 1.4826
"""Median absolute deviation times this is the standard deviation, where the deviations are normal."""


class Expectation(NamedTuple):
    """Two views of the same days, in logarithms; NaN where there is too little history.

    Attributes:
        usual: shape (n,), the same weekday's middle over eight weeks, moved along the trend.
        recent: shape (n,), the same, shifted by what the last week differed from it.
    """

    usual: "Floats"
    recent: "Floats"


def expect(logs: "Floats", rows: "Positions") -> Expectation:
    """Return what each of these days is expected to be.

    The trend is the median slope between equal weekdays (Hirsch, Slack and Smith 1982, seasonal Kendall slope), so that
    neither a closed Sunday nor a wild day bends it.

    Args:
        logs: shape (days,), the logarithm of each day's value; NaN is unknown.
        rows: shape (n,), positions in `logs`.
    """
    import numpy as np

    span = 7 * WEEKS
    lags = np.arange(1, span + 1)
    past = np.concatenate([np.full(span, np.nan), logs])[rows[:, None] + span - lags]
    newer, older = np.triu_indices(WEEKS, 1)
    weeks = past.reshape(-1, WEEKS, 7)
    slopes = (weeks[:, newer] - weeks[:, older]) / (7 * (older - newer))[:, None]
    slope = TREND_SHARE * np.nan_to_num(median(slopes.reshape(len(rows), -1)))
    # The last of each seven lags is the day's own weekday.
    levels = (past + slope[:, None] * lags).reshape(-1, WEEKS, 7)
    by_weekday = median(levels.swapaxes(1, 2))
    last_week = (levels - by_weekday[:, None, :]).reshape(len(rows), -1)[:, :LEVEL_DAYS]
    shift = np.clip(np.nan_to_num(median(last_week)), *np.log(MOST_SHIFT))
    is_known = np.isfinite(past).sum(axis=1) >= LEAST_DAYS
    usual = np.where(is_known, by_weekday[:, 6], np.nan)
    return Expectation(usual, usual + shift)


def spread(surprises: "Floats", rows: "Positions") -> "Floats":
    """Return the standard deviation of the surprises in the 91 days before each day, by their median size.

    Args:
        surprises: shape (days,), by how much each day differed from what was expected; NaN is unknown.
        rows: shape (n,), positions in `surprises`.
    """
    import numpy as np

    past = np.concatenate([np.full(SPREAD_DAYS, np.nan), surprises])[rows[:, None] + np.arange(SPREAD_DAYS)]
    is_known = np.isfinite(past).sum(axis=1) >= LEAST_DAYS
    return np.where(is_known, _NORMAL_SPREAD * median(np.abs(past)), np.nan)


def median(values: "Floats") -> "Floats":
    """Return the medians along the last axis, leaving out NaN; NaN where nothing else is there.

    `numpy.nanmedian` warns where all is NaN, and warnings cannot be muted in one thread alone.
    """
    import numpy as np

    ordered = np.sort(values, axis=-1)
    count = np.isfinite(values).sum(axis=-1, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-1)
    high = np.take_along_axis(ordered, count // 2, axis=-1)
    middle: Floats = np.where(count > 0, (low + high) / 2, np.nan)[..., 0]
    return middle
