"""The nation's next days: revenue and ticket by every candidate and baseline, each from what was known by then."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eshop_dagster.ml.revenue.feast_days import Floats, Ordinals
from eshop_dagster.ml.revenue.panel import Panel
from eshop_dagster.ml.revenue.params import BASELINES, RevenueParams
from eshop_dagster.ml.revenue.series import SeriesModel, fit_series

BASELINE_WEEKS = 4
OWN_ALPHA = 0.05


@dataclass(frozen=True)
class NationModels:
    """What was fitted of the nation's two series; None where the history is too short for a model."""

    revenue: SeriesModel | None
    ticket: SeriesModel | None

    @property
    def alpha(self) -> float:
        """Return the smoothing that the states' own models share with the nation's."""
        theta = self.revenue.theta if self.revenue else None
        return theta.alpha if theta else OWN_ALPHA


def fit_nation(panel: Panel, holidays: frozenset[int], params: RevenueParams, seed: int) -> NationModels:
    """Return both series' candidates, fitted on all days of the panel."""
    orders = panel.orders.sum(axis=1)
    return NationModels(
        fit_series(panel.first, panel.revenue.sum(axis=1), orders, holidays, params, seed),
        fit_series(panel.first, panel.tickets(), orders, holidays, params, seed, is_sum=False),
    )


def ahead_of(panel: Panel, horizon: int) -> Ordinals:
    """Return the ordinals of the days after the panel's last."""
    return np.arange(panel.last + 1, panel.last + 1 + horizon, dtype=np.int64)


def revenue_ahead(
    model: SeriesModel | None, panel: Panel, holidays: frozenset[int], horizon: int, names: Sequence[str]
) -> dict[str, Floats]:
    """Return the nation's revenue on the next days, BRL, shape (horizon,), by candidate."""
    values = panel.revenue.sum(axis=1)
    found = {name: naive(name, values, horizon) for name in names if name in BASELINES}
    wanted = [name for name in names if name not in BASELINES]
    if model is not None and wanted:
        found |= model.forecast(panel.first, values, holidays, horizon, wanted)
    return found


def ticket_ahead(
    model: SeriesModel | None, panel: Panel, holidays: frozenset[int], horizon: int, names: Sequence[str]
) -> dict[str, Floats]:
    """Return the nation's ticket on the next days, BRL, shape (horizon,), by candidate; never 0.

    A day without trade has a ticket too: the one that it would have.
    """
    revenue, orders = panel.revenue.sum(axis=1), panel.orders.sum(axis=1)
    usual = revenue[-28:].sum() / max(orders[-28:].sum(), 1.0)
    usual = usual if usual > 0 else revenue.sum() / orders.sum()
    found = {}
    for name in names:
        if name in BASELINES:
            sold, count = naive(name, revenue, horizon), naive(name, orders, horizon)
            found[name] = np.where(count > 0, sold / np.maximum(count, 1e-9), usual)
    wanted = [name for name in names if name not in BASELINES]
    if model is not None and wanted:
        guesses = model.forecast(panel.first, panel.tickets(), holidays, horizon, wanted)
        found |= {name: np.where(guess > 0, guess, usual) for name, guess in guesses.items()}
    return found


def naive(name: str, values: Floats, horizon: int) -> Floats:
    """Return a baseline's forecast, shape (horizon,) or, for values of shape (n, states), (horizon, states).

    `weekday_mean` is the mean of each weekday's last four values, `last_week` the last week again and again.
    """
    count = 1 if name == "last_week" else min(BASELINE_WEEKS, len(values) // 7)
    weeks = values[-7 * count :].reshape(count, 7, *values.shape[1:])
    mean: Floats = weeks.mean(axis=0)[np.arange(horizon) % 7]
    return mean
