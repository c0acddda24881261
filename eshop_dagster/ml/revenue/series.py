"""One daily series of positive values (revenue, or the ticket): every candidate fitted, every candidate's forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.revenue.effects import Effects, learn_effects, moving_mean
from eshop_dagster.ml.revenue.feast_days import Floats, Ordinals
from eshop_dagster.ml.revenue.params import AVERAGE, RevenueParams
from eshop_dagster.ml.revenue.regression import (
    fit_boosted,
    fit_linear,
    level_at,
    recency,
    regressors,
    training_pairs,
    year_shape,
)
from eshop_dagster.ml.revenue.smoothing import Ets, Theta, fit_ets, fit_theta

SMEAR_DAYS = 182
LEAST_PAIRS = 150
"""Pairs of origin and day below which no regression is fitted."""


@dataclass(frozen=True)
class SeriesModel:
    """What was fitted of one series.

    Attributes:
        effects: of the calendar.
        smear: mean over median of a day, which turns the mean of logarithms into the mean.
        names: the candidates that it holds.
        ets, theta, linear, boosted: None where not among `names`.
    """

    effects: Effects
    smear: float
    names: tuple[str, ...]
    ets: Ets | None = None
    theta: Theta | None = None
    linear: Any = None
    boosted: Any = None

    def forecast(
        self, first: int, values: Floats, holidays: frozenset[int], horizon: int, wanted: Sequence[str]
    ) -> dict[str, Floats]:
        """Return the wanted candidates' forecasts of the days after the last, shape (horizon,) each; nothing is fitted.

        Args:
            first: ordinal of the first value.
            values: shape (n,), 0 on a day without sales.
        """
        days = np.arange(first, first + len(values), dtype=np.int64)
        ahead = np.arange(days[-1] + 1, days[-1] + 1 + horizon, dtype=np.int64)
        levels = self._levels(days, values, holidays)
        is_closed = self.effects.is_closed(ahead, holidays)
        calendar = self.effects.on(ahead, holidays) + self.effects.of_weekday(ahead)
        names = self.names if AVERAGE in wanted else tuple(name for name in self.names if name in wanted)
        logs = {name: self._ahead(name, days, levels, horizon) for name in names}
        if AVERAGE in wanted:
            logs[AVERAGE] = np.mean([logs[name] for name in self.names], axis=0)
        scale = np.log(self.smear)
        return {name: np.where(is_closed, 0.0, np.exp(logs[name] + calendar + scale)) for name in wanted}

    def _levels(self, days: Ordinals, values: Floats, holidays: frozenset[int]) -> Floats:
        return _logs(values) - self.effects.on(days, holidays) - self.effects.of_weekday(days)

    def _ahead(self, name: str, days: Ordinals, levels: Floats, horizon: int) -> Floats:
        last, steps = len(levels) - 1, np.arange(1, horizon + 1, dtype=np.int64)
        origins = np.full(horizon, last, dtype=np.int64)
        base = float(level_at(levels)[-1])
        if name == "calendar_level":
            return np.full(horizon, base)
        if name == "last_year":
            return base + np.nan_to_num(year_shape(levels, origins, steps))
        if name in ("ets", "theta"):
            model = self.ets if name == "ets" else self.theta
            assert model is not None
            return model.forecast(filled(levels), horizon)
        matrix = regressors(int(days[0]), levels, origins, steps)
        with threadpool_limits(limits=1):
            guess = (self.linear if name == "linear" else self.boosted).predict(matrix)
        total: Floats = base + np.asarray(guess, dtype=np.float64)
        return total


def fit_series(
    first: int,
    values: Floats,
    orders: Floats,
    holidays: frozenset[int],
    params: RevenueParams,
    seed: int,
    *,
    is_sum: bool = True,
) -> SeriesModel:
    """Return every candidate of `params` fitted on these days.

    Args:
        first: ordinal of the first value.
        values: shape (n,), 0 on a day without sales.
        orders: shape (n,).
        is_sum: whether an open day without sales counts as 0, as in revenue; a ticket is unknown then.
    """
    days = np.arange(first, first + len(values), dtype=np.int64)
    effects = learn_effects(days, _logs(values), orders, holidays)
    levels = _logs(values) - effects.on(days, holidays) - effects.of_weekday(days)
    gapless = filled(levels)
    fitted: dict[str, Any] = {}
    with threadpool_limits(limits=1):
        if "ets" in params.candidates:
            fitted["ets"] = fit_ets(gapless)
        if "theta" in params.candidates:
            fitted["theta"] = fit_theta(gapless)
        origins, ahead = training_pairs(levels, params.horizon_days)
        if len(origins) >= LEAST_PAIRS:
            matrix = regressors(first, levels, origins, ahead)
            weights = recency(origins, len(levels) - 1)
            target = levels[origins + ahead] - level_at(levels)[origins]
            if "linear" in params.candidates:
                fitted["linear"] = fit_linear(matrix, target, weights, params)
            if "xgboost" in params.candidates:
                fitted["boosted"] = fit_boosted(matrix, target, weights, params, seed)
    missing = {"linear": "linear", "xgboost": "boosted"}
    names = [name for name in params.candidates if missing.get(name, "ets") in (*fitted, "ets")]
    counts = is_sum & (values <= 0) & ~effects.is_closed(days, holidays)
    return SeriesModel(effects, _smear(levels, counts), tuple(names), **fitted)


def filled(levels: Floats) -> Floats:
    """Return the levels with each unknown day on the line between its known neighbours."""
    known = np.isfinite(levels)
    at = np.arange(len(levels))
    line: Floats = np.interp(at, at[known], levels[known])
    return line


def _logs(values: Floats) -> Floats:
    is_open: npt.NDArray[np.bool_] = values > 0
    logs: Floats = np.full(len(values), np.nan)
    logs[is_open] = np.log(values[is_open])
    return logs


def _smear(levels: Floats, is_empty: npt.NDArray[np.bool_]) -> float:
    """Return the mean over the median of a day: levels know the days with sales alone, the mean the empty ones too."""
    away = (levels - moving_mean(levels, 14, 14))[-SMEAR_DAYS:]
    away = away[np.isfinite(away)]
    if not len(away):
        return 1.0
    share = len(away) / (len(away) + np.count_nonzero(is_empty[-SMEAR_DAYS:]))
    return float(share * np.mean(np.exp(away)) / np.exp(np.mean(away)))
