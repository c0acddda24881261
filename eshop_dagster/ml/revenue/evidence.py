"""From the looks ahead to what is served: forecasts with intervals, their metrics, the forecaster."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from eshop_dagster.ml.revenue.backtest import Look
from eshop_dagster.ml.revenue.forecaster import RevenueForecaster
from eshop_dagster.ml.revenue.intervals import NATION_GROUPS, STATE_GROUPS, learn_intervals
from eshop_dagster.ml.revenue.judging import coverages, metrics_of, with_intervals
from eshop_dagster.ml.revenue.nation import NationModels
from eshop_dagster.ml.revenue.panel import Panel
from eshop_dagster.ml.revenue.params import AVERAGE
from eshop_dagster.ml.revenue.records import state_rows
from eshop_dagster.ml.revenue.series import SeriesModel

_TARGETS = (("revenue", "predicted"), ("ticket", "predicted_ticket"))


@dataclass(frozen=True)
class Choice:
    """What serves from now on: candidates of revenue and ticket, and how the nation is split."""

    revenue: str
    ticket: str
    method: str


@dataclass(frozen=True)
class Evidence:
    """What would have been served at each origin: rows of the nation and of the states, with their intervals."""

    nation: pd.DataFrame
    states: pd.DataFrame

    def metrics(self, first_judged: int) -> dict[str, float]:
        """Return the metrics of the judged origins by name."""
        nation, states = (rows[rows["origin"] >= first_judged] for rows in (self.nation, self.states))
        found = metrics_of(nation, "revenue", "predicted")
        found |= _prefixed("ticket_", metrics_of(nation, "ticket", "predicted_ticket"))
        for prefix, rows in (("", nation), ("state_", states)):
            found |= _prefixed(prefix, coverages(rows, "revenue"))
            found |= _prefixed(f"{prefix}ticket_", coverages(rows, "ticket"))
        return found


def gather(nation: pd.DataFrame, looks: Sequence[Look], panel: Panel, method: str) -> Evidence:
    """Return the forecasts of nation and states with their intervals.

    Args:
        nation: of `nation_rows`, with `predicted` and `predicted_ticket`.
    """
    states = state_rows(looks, panel, nation, method)
    found = []
    for rows, groups in ((nation, NATION_GROUPS), (states, STATE_GROUPS)):
        for target, predicted in _TARGETS:
            rows = with_intervals(rows, groups, target, predicted)
        found.append(rows)
    return Evidence(*found)


def build_forecaster(
    choice: Choice,
    models: NationModels,
    evidence: Evidence,
    *,
    holidays: frozenset[int],
    calendar_end: int,
    trained_until: int,
) -> RevenueForecaster:
    """Return the forecaster of a choice, its intervals learned from all errors of the backtest."""
    intervals = {}
    for kind, rows, groups in (("", evidence.nation, NATION_GROUPS), ("state_", evidence.states, STATE_GROUPS)):
        for target, predicted in _TARGETS:
            kept = rows[rows[target].notna()]
            actual, guess = (kept[name].to_numpy(dtype=np.float64) for name in (target, predicted))
            ages = (trained_until - kept["origin"]).to_numpy(dtype=np.float64)
            intervals[kind + target] = learn_intervals(actual, guess, kept["group"].to_numpy(), ages, groups)
    return RevenueForecaster(
        candidate=choice.revenue,
        ticket_candidate=choice.ticket,
        state_method=choice.method,
        models=NationModels(_reduced(models.revenue, choice.revenue), _reduced(models.ticket, choice.ticket)),
        intervals=intervals,
        holidays=np.array(sorted(holidays), dtype=np.int64),
        calendar_end=calendar_end,
        trained_until=trained_until,
    )


def _reduced(model: SeriesModel | None, name: str) -> SeriesModel | None:
    """Return the model without the candidates that are not needed; Theta stays, the states smooth as it does."""
    if model is None or name == AVERAGE:
        return model
    return replace(
        model,
        names=tuple(kept for kept in model.names if kept == name),
        ets=model.ets if name == "ets" else None,
        linear=model.linear if name == "linear" else None,
        boosted=model.boosted if name == "xgboost" else None,
    )


def _prefixed(prefix: str, metrics: dict[str, float]) -> dict[str, float]:
    return {f"{prefix}{name}": value for name, value in metrics.items()}
