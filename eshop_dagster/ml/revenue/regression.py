"""What a day's level is regressed on: lags, the shape of last year, the calendar. Linear and boosted trees alike.

A row is a pair of an origin and a day after it; the target is the day's level minus the origin's, in logarithms. Levels
are free of weekdays and feasts (`Effects`).
"""

from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from eshop_dagster.ml.revenue.effects import moving_mean
from eshop_dagster.ml.revenue.feast_days import EPOCH, Floats, Ordinals
from eshop_dagster.ml.revenue.params import RevenueParams

if TYPE_CHECKING:
    from xgboost import XGBRegressor

YEAR_DAYS = 364
"""Whole weeks, so that last year's Mother's Day and Black Friday fall on their places in most years."""

SMOOTH_DAYS = 10
LEVEL_DAYS = 28
QUARTER_DAYS = 91
ORIGIN_STEP = 5
DAY_STEP = 4
HALF_LIFE_DAYS = 182.0
FEATURES = (
    "days_ahead",
    "last_week",
    "last_quarter",
    "same_weekday",
    "year_shape",
    "year_growth",
    "has_year",
    "month_start",
    "month_end",
)


def level_at(levels: Floats) -> Floats:
    """Return the mean level of the four weeks up to each day."""
    return moving_mean(levels, LEVEL_DAYS - 1, 0)


def year_shape(levels: Floats, origins: Ordinals, ahead: Ordinals) -> Floats:
    """Return by how much last year's level changed between the days that answer to origin and day; NaN if unknown.

    Args:
        levels: shape (n,), NaN where unknown.
        origins: shape (m,), positions in `levels`.
        ahead: shape (m,), days after the origin, fewer than a year.
    """
    smooth, four_weeks = moving_mean(levels, SMOOTH_DAYS, SMOOTH_DAYS), level_at(levels)
    before = origins - YEAR_DAYS
    after = before + ahead
    # The first quarter of a history may be a shop's start, which is no season; half a window into
    # the unknown would make a shape of the last days alone.
    is_known = (before >= QUARTER_DAYS) & (after + SMOOTH_DAYS <= origins)
    shape: Floats = np.full(len(origins), np.nan)
    shape[is_known] = smooth[after[is_known]] - four_weeks[before[is_known]]
    return shape


def regressors(first: int, levels: Floats, origins: Ordinals, ahead: Ordinals) -> Floats:
    """Return the features of pairs of origin and day, shape (m, features); nothing after an origin is read.

    Args:
        first: ordinal of the first level.
        levels: shape (n,), NaN where unknown.
        origins: shape (m,), positions in `levels`.
        ahead: shape (m,), days after the origin.
    """
    four_weeks, week, quarter = level_at(levels), moving_mean(levels, 6, 0), moving_mean(levels, QUARTER_DAYS - 1, 0)
    same = _same_weekday(levels)
    # The last day of the target's weekday up to the origin.
    lag = origins - (-ahead % 7)
    shape = year_shape(levels, origins, ahead)
    has_year = np.isfinite(shape)
    base = four_weeks[origins]
    past = np.maximum(origins - YEAR_DAYS, 0)
    growth = np.where(has_year, quarter[origins] - quarter[past], 0.0)
    days = first + origins + ahead
    month_day = _month_day(days)
    columns = (
        ahead / 92,
        week[origins] - base,
        quarter[origins] - base,
        same[np.maximum(lag, 0)] - base,
        np.where(has_year, shape, 0.0),
        growth,
        has_year,
        month_day <= 7,
        month_day >= 25,
    )
    matrix: Floats = np.nan_to_num(np.column_stack([np.asarray(column, dtype=np.float64) for column in columns]))
    return matrix


def training_pairs(levels: Floats, horizon: int) -> tuple[Ordinals, Ordinals]:
    """Return positions of origins and days ahead, spaced, whose target is known by the end of `levels`."""
    origins, ahead = [], []
    for number, origin in enumerate(range(len(levels) - 2, 2 * LEVEL_DAYS - 1, -ORIGIN_STEP)):
        last = min(horizon, len(levels) - 1 - origin)
        steps = np.arange(1 + number % DAY_STEP, last + 1, DAY_STEP)
        steps = steps[np.isfinite(levels[origin + steps])]
        origins.append(np.full(len(steps), origin))
        ahead.append(steps)
    if not origins:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate(origins).astype(np.int64), np.concatenate(ahead).astype(np.int64)


def recency(origins: Ordinals, last: int) -> Floats:
    """Return the weight of each origin, halved by half a year: a shop's first growth is no rule for its later years."""
    weights: Floats = 0.5 ** ((last - origins) / HALF_LIFE_DAYS)
    return weights


def fit_linear(matrix: Floats, target: Floats, weights: Floats, params: RevenueParams) -> Pipeline:
    """Return a ridge regression over scaled features, each kept within what the training held."""
    ridge = Ridge(alpha=params.ridge * len(target) / 1000)
    # A line carried on beyond its data leaves all bounds.
    bounded = MinMaxScaler(clip=True)
    return Pipeline([("bound", bounded), ("scale", StandardScaler()), ("model", ridge)]).fit(
        matrix, target, model__sample_weight=weights
    )


def fit_boosted(matrix: Floats, target: Floats, weights: Floats, params: RevenueParams, seed: int) -> "XGBRegressor":
    """Return boosted trees under the squared loss, of one thread."""
    from xgboost import XGBRegressor

    boost = params.xgboost
    return XGBRegressor(
        n_estimators=boost.n_estimators,
        max_depth=boost.max_depth,
        learning_rate=boost.learning_rate,
        min_child_weight=boost.min_child_weight,
        subsample=boost.subsample,
        reg_lambda=boost.reg_lambda,
        tree_method="hist",
        random_state=seed,
        n_jobs=1,
    ).fit(matrix, target, sample_weight=weights)


def _month_day(days: Ordinals) -> Ordinals:
    dates = (days - EPOCH).astype("datetime64[D]")
    numbers: Ordinals = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    return numbers


def _same_weekday(levels: Floats) -> Floats:
    """Return the mean level of each day and of the same weekday in the three weeks before it."""
    mean = np.full(len(levels), np.nan)
    for place in range(7):
        mean[place::7] = moving_mean(levels[place::7], 3, 0)
    return mean
