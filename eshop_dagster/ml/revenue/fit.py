"""Revenue and average ticket by day, weeks ahead: candidates against the seasonal naive forecast, over many origins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from eshop_dagster.ml.revenue.backtest import (
    LEAST_ORIGINS,
    Look,
    judged_count,
    look_ahead,
    plan_naive_origins,
    plan_origins,
)
from eshop_dagster.ml.revenue.evidence import Choice, build_forecaster, gather
from eshop_dagster.ml.revenue.judging import (
    FIRST_CHOICE,
    candidates_table,
    choose,
    choose_method,
    metrics_of,
    state_errors,
    states_table,
    with_choice,
)
from eshop_dagster.ml.revenue.nation import NationModels, fit_nation
from eshop_dagster.ml.revenue.notes import notes_of
from eshop_dagster.ml.revenue.panel import Panel, holidays_of, read_panel
from eshop_dagster.ml.revenue.params import BASELINE, BASELINES, RevenueParams
from eshop_dagster.ml.revenue.records import backtest_table, nation_rows
from eshop_dagster.ml.revenue.result import RevenueResult


def fit_revenue(
    history: pd.DataFrame, calendar: pd.DataFrame, last_day: date, params: RevenueParams, seed: int
) -> RevenueResult:
    """Return the forecast that did best of late, fitted on every day, and how well choosing so did at past origins.

    At each origin all candidates, the calendar's effects among them, are fitted on the days up to it. The candidate
    to serve is chosen anew at each origin by the errors that had come due by then, and its intervals know only those
    errors: what is judged, on the later origins, is the whole way of working, and nothing of it has seen what came
    after. Where that does not beat the better baseline by `least_gain_share`, the flat level with the calendar's
    effects serves, and where that does not either, the baseline.

    Args:
        history: `date`, `state`, `revenue_brl`, `order_count`; a day without sales may be missing.
        calendar: `date`, `is_holiday` of every day of the history and of those ahead.
        last_day: the last complete day; later rows are ignored.
        seed: of the boosted trees.

    Raises:
        ValueError: the frames break the format, or the calendar does not cover the days.
    """
    panel, holidays = read_panel(history, last_day), holidays_of(calendar)
    if len(panel.days) < params.minimum_days:
        return _without_forecast(panel, params)
    end = _calendar_end(calendar, panel, params)
    origins = plan_origins(panel, params) if len(panel.days) >= params.model_days else ()
    if len(origins) < LEAST_ORIGINS:
        return _with_baseline(panel, holidays, end, params)
    return _with_models(panel, holidays, end, origins, params, seed)


def _with_models(
    panel: Panel, holidays: frozenset[int], end: int, origins: Sequence[int], params: RevenueParams, seed: int
) -> RevenueResult:
    looks = [look_ahead(panel, holidays, origin, params, seed) for origin in origins]
    first_judged = origins[-judged_count(len(origins), params)]
    models = fit_nation(panel, holidays, params, seed)
    choice, rows, verdict = _decide(looks, panel, first_judged, params)
    evidence = gather(rows, looks, panel, choice.method)
    judged = rows[rows["origin"] >= first_judged]
    return RevenueResult(
        forecaster=build_forecaster(
            choice, models, evidence, holidays=holidays, calendar_end=end, trained_until=panel.last
        ),
        candidate=choice.revenue,
        ticket_candidate=choice.ticket,
        state_method=choice.method,
        metrics=evidence.metrics(first_judged),
        baseline_metrics=metrics_of(judged, "revenue", f"revenue {_best_baseline(judged)}"),
        candidates=_candidates(rows, looks, panel, choice, first_judged),
        backtest=backtest_table(evidence.nation, evidence.states, first_judged),
        beats_baseline=verdict.beats_baseline,
        reason=verdict.reason,
        notes=notes_of(panel, holidays, models),
    )


@dataclass(frozen=True)
class _Verdict:
    """What serves in place of the choice (None: the choice does), whether that beats the baseline, the sentence."""

    instead: str | None
    beats_baseline: bool
    reason: str


def _decide(
    looks: Sequence[Look], panel: Panel, first_judged: int, params: RevenueParams
) -> tuple[Choice, pd.DataFrame, _Verdict]:
    """Return what serves, the nation's rows with what it would have forecast, and the verdict."""
    rows = with_choice(nation_rows(looks, panel), "revenue", "predicted")
    rows = with_choice(rows, "ticket", "predicted_ticket")
    verdict = _verdict(rows[rows["origin"] >= first_judged], params)
    if verdict.instead is None:
        revenue, _ = choose(rows, "revenue", panel.last + 1)
    else:
        revenue = verdict.instead
        rows = rows.assign(predicted=rows[f"revenue {revenue}"])
    ticket, _ = choose(rows, "ticket", panel.last + 1)
    method, _ = choose_method(looks, panel, rows, first_judged)
    return Choice(revenue, ticket, method), rows, verdict


def _candidates(
    rows: pd.DataFrame, looks: Sequence[Look], panel: Panel, choice: Choice, first_judged: int
) -> pd.DataFrame:
    judged = rows[rows["origin"] >= first_judged]
    _, choosing = choose_method(looks, panel, rows, first_judged)
    judging = state_errors([look for look in looks if look.origin >= first_judged], panel, rows, panel.last)
    tables = [
        candidates_table(judged, target, chosen, choose(rows, target, panel.last + 1)[1])
        for target, chosen in (("revenue", choice.revenue), ("ticket", choice.ticket))
    ]
    return pd.concat([*tables, states_table(judging, choosing, choice.method)], ignore_index=True)


def _best_baseline(judged: pd.DataFrame) -> str:
    return min(BASELINES, key=lambda name: metrics_of(judged, "revenue", f"revenue {name}")["mase"])


def _verdict(judged: pd.DataFrame, params: RevenueParams) -> _Verdict:
    """Return whether the choice serves, by the judged rows.

    One fallback lies between the choice and the baseline, named beforehand: the flat level with the calendar's effects.
    """
    rival = _best_baseline(judged)
    rival_error = metrics_of(judged, "revenue", f"revenue {rival}")["mase"]
    said = ""
    for served, name, column in (
        (None, f"What was chosen at each of {judged['origin'].nunique()} later origins", "predicted"),
        (FIRST_CHOICE, FIRST_CHOICE, f"revenue {FIRST_CHOICE}"),
    ):
        if column not in judged or judged[column].isna().any():
            continue
        error = metrics_of(judged, "revenue", column)["mase"]
        gain = 1 - error / rival_error if rival_error > 0 else 0.0
        is_better = gain > 0 and gain >= params.least_gain_share
        said += (
            f"{name} has a MASE of {error:.3f}, the better baseline ({rival}) {rival_error:.3f}: {gain:.1%} lower, "
            f"{'which is' if is_better else 'not'} the {params.least_gain_share:.1%} needed or more. "
        )
        if is_better:
            return _Verdict(served, True, said.strip() if served is None else f"{said}{served} serves instead.")
    return _Verdict(rival, False, f"{said}{rival} serves instead.")


def _calendar_end(calendar: pd.DataFrame, panel: Panel, params: RevenueParams) -> int:
    days = pd.to_datetime(calendar["date"])
    first, end = days.min().toordinal(), days.max().toordinal()
    if first > panel.first or end < panel.last + params.horizon_days:
        raise ValueError(
            f"the calendar covers {date.fromordinal(first)} to {date.fromordinal(end)}; expected "
            f"{date.fromordinal(panel.first)} to {date.fromordinal(panel.last + params.horizon_days)}, the history and "
            "the days ahead. Add its years to dim_dates."
        )
    return int(end)


def _with_baseline(panel: Panel, holidays: frozenset[int], end: int, params: RevenueParams) -> RevenueResult:
    choice = Choice(BASELINE, BASELINE, "shares_91")
    looks = [look_ahead(panel, holidays, at, params, 0, is_naive=True) for at in plan_naive_origins(panel, params)]
    rows = nation_rows(looks, panel)
    rows = rows.assign(predicted=rows[f"revenue {BASELINE}"], predicted_ticket=rows[f"ticket {BASELINE}"])
    evidence, models = gather(rows, looks, panel, choice.method), NationModels(None, None)
    return RevenueResult(
        forecaster=build_forecaster(
            choice, models, evidence, holidays=holidays, calendar_end=end, trained_until=panel.last
        ),
        candidate=BASELINE,
        ticket_candidate=BASELINE,
        state_method=choice.method,
        metrics={},
        baseline_metrics=metrics_of(rows, "revenue", "predicted"),
        candidates=candidates_table(rows, "revenue", BASELINE, dict.fromkeys(BASELINES, np.nan)),
        backtest=backtest_table(evidence.nation, evidence.states, looks[0].origin),
        reason=(
            f"There is no revenue model: {len(panel.days)} days of history are too few, {params.model_days} are "
            "needed. The mean of the last weeks' weekday serves instead."
        ),
        notes=notes_of(panel, holidays, models),
    )


def _without_forecast(panel: Panel, params: RevenueParams) -> RevenueResult:
    return RevenueResult(
        forecaster=None,
        candidate="none",
        ticket_candidate="none",
        state_method="none",
        metrics={},
        baseline_metrics={},
        reason=(
            f"There is no revenue forecast: {len(panel.days)} days of history are too few, "
            f"{params.minimum_days} are needed."
        ),
        notes=panel.notes,
    )
