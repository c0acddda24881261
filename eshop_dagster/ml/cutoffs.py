"""Which day the data is complete to, and at which cut-offs a model learns, is judged and scores."""

from collections import deque
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

import numpy as np
import pandas as pd

from eshop_dagster.ml.parameters import require

WEEK_DAYS = 7
REFERENCE_DAYS = 56
SHORTEST_WINDOW_DAYS = 28
"""A shorter window holds too few customers who come back to judge anything by."""


def last_complete_day(daily_orders: pd.Series, *, least_share: float = 0.5) -> date:
    """Return the last day whose trailing week holds a normal number of orders.

    Extracts thin out at their end: orders of the last days are still on their way, or were cut off. A day is complete
    when the order count of the 7 days that end on it is at least `least_share` of the median such count over the
    last 56 complete days before it. Whole weeks make closed weekdays vanish, and the median makes a Black Friday
    vanish. Incomplete days do not join the reference, for a long thin tail would become its own measure; after 56
    of them in a row the lower level is taken for the shop's new one. With fewer than 7 days to compare with, a day
    counts as complete. Days after the last order are never complete. Half a day missing cannot be seen.

    Args:
        daily_orders: order count by business day, in any order; a day that is not there had no order.
        least_share: 0-1.

    Raises:
        ValueError: no order at all, a repeated day, or a count that is negative or not finite.
    """
    require(0 < least_share <= 1, "least_share", least_share, "a share above 0 and at most 1")
    counts = _filled(daily_orders)
    trailing = counts.rolling(WEEK_DAYS, min_periods=1).sum().to_numpy()
    reference: deque[float] = deque(maxlen=REFERENCE_DAYS)
    incomplete: list[float] = []
    last = 0
    for position, week in enumerate(trailing):
        if len(reference) < WEEK_DAYS or week >= least_share * median(reference):
            last = position
            incomplete.clear()
            if position >= WEEK_DAYS - 1:
                reference.append(week)
            continue
        incomplete.append(week)
        if len(incomplete) == REFERENCE_DAYS:
            reference.extend(incomplete)
            incomplete.clear()
    day: date = counts.index[last].date()
    return day


def _filled(daily_orders: pd.Series) -> pd.Series:
    counts = daily_orders.astype("float64")
    counts.index = pd.DatetimeIndex(pd.to_datetime(pd.Index(counts.index))).normalize()
    repeated = counts.index[counts.index.duplicated()]
    if len(repeated):
        raise ValueError(f"day {repeated[0].date()} is there twice; expected one order count per day. Sum them first.")
    if not (np.isfinite(counts.to_numpy()) & (counts.to_numpy() >= 0)).all():
        raise ValueError("daily order counts hold negative, NULL or infinite values; expected counts of 0 or more.")
    with_orders = counts.index[counts.to_numpy() > 0]
    if not len(with_orders):
        raise ValueError("no day has an order; expected at least one. Load orders before planning cut-offs.")
    return counts.reindex(pd.date_range(with_orders.min(), with_orders.max()), fill_value=0.0)


@dataclass(frozen=True)
class Cutoffs:
    """Cut-off dates. Features know what happened before a cut-off; its label counts from that very day on.

    Attributes:
        training: rising; the label window of each ends before `holdout` begins.
        judging: rising, one or more at the plan's spacing; models are judged on each of them, by fits on cut-offs whose
            label windows end before it. With those of training they teach the model that serves.
        scoring: the day for which customers are scored; its label is not yet known.
        short_window_days: length of the label window where the history has no room for a whole horizon; else None.
    """

    training: tuple[date, ...]
    judging: tuple[date, ...]
    scoring: date
    short_window_days: int | None = None

    @property
    def holdout(self) -> date:
        """The last cut-off with a whole label window."""
        return self.judging[-1]

    @property
    def labelled(self) -> tuple[date, ...]:
        """Every cut-off with a label, rising."""
        return tuple(sorted({*self.training, *self.judging}))


def plan_cutoffs(
    first_day: date,
    last_complete_day: date,
    *,
    horizon_days: int,
    training_cutoffs: int = 13,
    judging_cutoffs: int = 3,
    minimum_history_days: int = 90,
    spacing_days: int = 30,
    scoring_date: date | None = None,
) -> Cutoffs:
    """Return the latest cut-offs that the data allows, under a strict split in time.

    The label window of cut-off t is [t, t + horizon). The holdout window ends on the last complete day, every training
    window ends before the holdout cut-off, and earlier cut-offs of both follow at `spacing_days`. Short history gives
    fewer of them than asked for. Thirteen of training, 30 days apart, reach a year back from the latest: then one of
    them lies within 15 days of every day of the year, and the season of a later cut-off has been seen before. A judging
    cut-off needs a training one whose label window ends before it.

    Where the history has no room for a training cut-off, the judging cut-offs stand alone, and only what needs no label
    can be judged on them. Where it has not even room for the whole horizon, there is one, with the longest window that
    fits, 28 days at least.

    Args:
        first_day: day of the first order.
        last_complete_day: last day with all of its orders.
        minimum_history_days: least number of days between `first_day` and a training cut-off.
        scoring_date: the day after the last known day; default: the day after `last_complete_day`.

    Raises:
        ValueError: there is no room for the shortest window.
    """
    for name, value in (
        ("horizon_days", horizon_days),
        ("training_cutoffs", training_cutoffs),
        ("judging_cutoffs", judging_cutoffs),
        ("minimum_history_days", minimum_history_days),
        ("spacing_days", spacing_days),
    ):
        require(value >= 1, name, value, "1 or more")
    day_after = last_complete_day + timedelta(days=1)
    scoring = day_after if scoring_date is None else scoring_date
    require(
        scoring >= day_after, "scoring_date", str(scoring), f"a day after the last complete day {last_complete_day}"
    )
    holdout = day_after - timedelta(days=horizon_days)
    earliest = first_day + timedelta(days=minimum_history_days)
    history = (day_after - first_day).days
    shortest = min(SHORTEST_WINDOW_DAYS, horizon_days)
    if history < minimum_history_days + shortest:
        raise ValueError(
            f"history from {first_day} to {last_complete_day} has {history} day{'' if history == 1 else 's'}; expected "
            f"at least {minimum_history_days + shortest}: {minimum_history_days} of history, then {shortest} to judge "
            f"on. Load more history, or shorten the history that is asked for."
        )
    if holdout < earliest:
        return Cutoffs((), (earliest,), scoring, short_window_days=(day_after - earliest).days)
    training = _back_from(holdout - timedelta(days=horizon_days), training_cutoffs, spacing_days, earliest)
    known = training[0] + timedelta(days=horizon_days) if training else earliest
    return Cutoffs(training, _back_from(holdout, judging_cutoffs, spacing_days, known), scoring)


def _back_from(latest: date, count: int, spacing_days: int, earliest: date) -> tuple[date, ...]:
    planned = (latest - timedelta(days=spacing_days * step) for step in range(count))
    return tuple(sorted(cutoff for cutoff in planned if cutoff >= earliest))
