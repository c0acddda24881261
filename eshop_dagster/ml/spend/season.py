"""The season factor: how far the same window of an earlier year stood from what customers' habits promise."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from eshop_dagster.ml.spend.effects import Effects, Floats, with_season
from eshop_dagster.ml.spend.linear import TweedieSpend

YEAR_DAYS = 365.25
REACH_DAYS = 31
SAME_DAYS = 10
GROWN_DAYS = 180


def day_of_year(frame: pd.DataFrame) -> Floats:
    """Return the day of the year (0 to below 365.25) that the features' season angle stands for."""
    angle = np.arctan2(frame["day_of_year_sin"].to_numpy(np.float64), frame["day_of_year_cos"].to_numpy(np.float64))
    return np.asarray(np.mod(angle / (2 * np.pi), 1.0) * YEAR_DAYS, dtype=np.float64)


class SeasonTable(BaseEstimator):  # type: ignore[misc]
    """A factor by day of the year, straight lines between the training cut-offs.

    The factor at a cut-off is the true over the expected total of its window; cut-offs within 10 days of the year of
    one another share one. Further than 31 days from any cut-off, nothing is known of the season, and the factor is that
    of all rows together.
    """

    def fit(self, days: Floats, spent: Floats, expected: Floats, is_told: np.ndarray | None = None) -> Self:
        """Learn the factors from the cut-off's day of the year of each row, its true and its expected spend.

        Args:
            is_told: rows that tell of the season; the others tell of the level of all rows only.
        """
        self.level_ = float(spent.sum() / expected.sum())
        if is_told is not None:
            days, spent, expected = days[is_told], spent[is_told], expected[is_told]
        if not days.size:
            self.days_, self.factors_ = np.zeros(1), np.full(1, self.level_)
            return self
        groups = _groups(days)
        true, promised = np.bincount(groups, weights=spent), np.bincount(groups, weights=expected)
        centres = np.bincount(groups, weights=days) / np.bincount(groups)
        # A window in which nobody bought would make every later one worth nothing.
        factors = np.where(true > 0, true, promised * self.level_) / promised
        self.days_, self.factors_ = _with_unknown_gaps(centres, factors, self.level_)
        return self

    def predict(self, days: Floats) -> Floats:
        """Return the factor at each day of the year."""
        distinct, place = np.unique(days, return_inverse=True)
        return np.asarray(np.interp(distinct, self.days_, self.factors_, period=YEAR_DAYS)[place], dtype=np.float64)


def _groups(days: Floats) -> np.ndarray:
    """Numbers of groups of days that lie within `SAME_DAYS` of the first of their group."""
    distinct, place = np.unique(np.round(days, 3), return_inverse=True)
    group = np.zeros(len(distinct), dtype=np.int64)
    first = distinct[0]
    for position, day in enumerate(distinct[1:], start=1):
        group[position] = group[position - 1] + (day - first > SAME_DAYS)
        first = day if day - first > SAME_DAYS else first
    return group[place]


def _with_unknown_gaps(days: Floats, factors: Floats, level: float) -> tuple[Floats, Floats]:
    gaps = np.mod(np.roll(days, -1) - days, YEAR_DAYS)
    gaps[gaps == 0] = YEAR_DAYS
    extra = [edge for day, gap in zip(days, gaps, strict=True) if gap > 2 * REACH_DAYS for edge in (day, day + gap)]
    shifts = np.tile([REACH_DAYS, -REACH_DAYS], len(extra) // 2)
    unknown = np.mod(np.asarray(extra, dtype=np.float64) + shifts, YEAR_DAYS)
    return np.concatenate([days, unknown]), np.concatenate([factors, np.full(unknown.size, level)])


def _is_grown(frame: pd.DataFrame) -> np.ndarray:
    """Rows of cut-offs at which the shop was half a year old.

    In its first months all customers are new and buy as newcomers do, which no factor can tell from a season: on the
    simulated shop it promised 20 % too much a year later.
    """
    _, place = np.unique(np.round(day_of_year(frame), 3), return_inverse=True)
    oldest = np.zeros(place.max() + 1)
    np.maximum.at(oldest, place, frame["tenure_days"].to_numpy(dtype=np.float64))
    return np.asarray(oldest[place] >= GROWN_DAYS)


def season_of(frame: pd.DataFrame, spent: Floats) -> Floats:
    """Return the season factor of each row that a plain regression of the same rows leaves."""
    days, is_told = day_of_year(frame), _is_grown(frame)
    habit = TweedieSpend().fit(frame, spent).predict(frame)
    return SeasonTable().fit(days, spent, habit, is_told).predict(days)


class SeasonalSpend(BaseEstimator):  # type: ignore[misc]
    """A part whose prediction is multiplied by the season factor.

    The season is taken out of the target first, by the factors that a plain regression of the same rows leaves, or the
    part would learn it through features that happen to move with the calendar.
    """

    def __init__(self, part: Any) -> None:
        self.part = part

    def fit(self, frame: pd.DataFrame, spent: Floats, season: Floats | None = None) -> Self:
        """Fit the part and its season on spends of 0 or more, some above 0.

        Args:
            frame: features.
            spent: the label.
            season: of these rows as `season_of` has it, which several parts share.
        """
        days, is_told = day_of_year(frame), _is_grown(frame)
        self.part.fit(frame, spent / (season_of(frame, spent) if season is None else season))
        self.season_ = SeasonTable().fit(days, spent, np.maximum(self.part.predict(frame), 1e-9), is_told)
        return self

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Return amounts of 0 or more."""
        return np.asarray(self.part.predict(frame) * self.season_.predict(day_of_year(frame)), dtype=np.float64)

    def effects(self, frame: pd.DataFrame) -> Effects:
        """Return the part's effects, and what the season adds to their sum."""
        return with_season(self.part.effects(frame), self.season_.predict(day_of_year(frame)))
