"""The revenue forecast as a kind."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from eshop_dagster.ml.evidence import Slice
from eshop_dagster.stages.kinds.kind import Comparison, Kind, parameters_report, seed_of, without_seed
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_METRIC = "holdout_mase"


def _looks(model: Any, snapshot: Snapshot) -> "pd.DataFrame":
    from eshop_dagster.ml.revenue.holdout import held_out_days, look_back

    history = snapshot.history()
    return look_back(model, history, snapshot.calendar(), snapshot.last_complete_day, held_out_days(history))


def _predict(model: Any, snapshot: Snapshot) -> "pd.DataFrame":
    return _looks(model, snapshot)[["predicted_brl"]]


def _train(snapshot: Snapshot, params: Params, champion: Any | None) -> Trained:
    """Fit on all but the last weeks, on which it is then judged beside the champion.

    Newer days move the levels when it forecasts; what is fitted, the calendar's effects and the weights, is some weeks
    old. A model fitted on every day could not be held against the champion on any.
    """
    from eshop_dagster.ml.revenue import RevenueParams, fit_revenue
    from eshop_dagster.ml.revenue.holdout import held_out_days

    seed = seed_of(params.revenue)
    chosen = RevenueParams.from_mapping(without_seed(params.revenue))
    history, calendar = snapshot.history(), snapshot.calendar()
    until = snapshot.last_complete_day - timedelta(days=held_out_days(history))
    result = fit_revenue(history[history["date"] <= pd.Timestamp(until)], calendar, until, chosen, seed)
    metrics, baseline = _on_last_weeks(result.forecaster, snapshot) if result.beats_baseline else ({}, {})
    return Trained(
        model="revenue",
        candidate=result.candidate,
        pipeline=result.forecaster,
        metrics={**metrics, **result.metrics},
        baseline_metrics={**baseline, **result.baseline_metrics},
        beats_baseline=result.beats_baseline,
        reason=" ".join([result.reason, *result.notes]),
        figures=_figures(result, history, snapshot),
        tables={"candidates": result.candidates, "backtest": result.backtest},
        reports={"parameters": parameters_report(chosen, seed), "notes": list(result.notes)},
        training_rows=int((history["date"] <= pd.Timestamp(until)).sum()),
        input_example=made_up_history(),
    )


def _compare(trained: Trained, champion: Any | None, snapshot: Snapshot, params: Params) -> Comparison:
    from eshop_dagster.ml.revenue.holdout import paired_weeks, scaled_error

    if champion is None:
        return Comparison()
    scale, seed = _scale(snapshot), seed_of(params.revenue)
    challenger, present = _looks(trained.pipeline, snapshot), _looks(champion, snapshot)
    return Comparison(
        champion=scaled_error(present, scale),
        difference=paired_weeks(challenger, present, scale, seed),
        slices=_states(challenger, present, scale, seed),
    )


def _on_last_weeks(model: Any, snapshot: Snapshot) -> tuple[dict[str, float], dict[str, float]]:
    """Return the error of a model, and of the seasonal naive forecast, on the weeks kept from fitting."""
    from eshop_dagster.ml.revenue.holdout import held_out_days, naive_look_back, scaled_error

    history, scale = snapshot.history(), _scale(snapshot)
    naive = naive_look_back(history, snapshot.last_complete_day, held_out_days(history))
    return {_METRIC: scaled_error(_looks(model, snapshot), scale)}, {_METRIC: scaled_error(naive, scale)}


def _scale(snapshot: Snapshot) -> float:
    from eshop_dagster.ml.revenue.holdout import held_out_days, weekday_change_brl

    history = snapshot.history()
    return weekday_change_brl(history, snapshot.last_complete_day - timedelta(days=held_out_days(history) - 1))


def _states(challenger: "pd.DataFrame", champion: "pd.DataFrame", scale: float, seed: int) -> list[Slice]:
    """Return the error of each state; its rows are the days looked at, a few hundred as of one slice of customers."""
    from eshop_dagster.ml.revenue.holdout import paired_weeks, scaled_error

    return [
        Slice(
            f"state={state}",
            int((challenger["state"] == state).sum()),
            scaled_error(challenger, scale, state),
            scaled_error(champion, scale, state),
            paired_weeks(challenger, champion, scale, seed, state).lower > 0,
        )
        for state in sorted({*challenger["state"]} & {*champion["state"]} - {"BR"})
    ]


def _figures(result: Any, history: "pd.DataFrame", snapshot: Snapshot) -> "dict[str, Figure]":
    from eshop_dagster.ml.plots.revenue import (
        has_whole_month,
        revenue_candidates_figure,
        revenue_fan_figure,
        revenue_months_figure,
    )

    if result.forecaster is None:
        return {}
    ahead = result.forecaster.predict(history, snapshot.calendar(), snapshot.last_complete_day)
    figures = {
        "forecast": revenue_fan_figure(history, ahead),
        "candidates": revenue_candidates_figure(result.candidates),
    }
    if has_whole_month(result.backtest):
        figures["months"] = revenue_months_figure(result.backtest)
    return figures


def made_up_history() -> "pd.DataFrame":
    """Return four weeks of a made-up shop in two states, as the model takes them."""
    days = pd.date_range("2024-01-01", periods=28)
    rows = [
        {"date": day, "state": state, "revenue_brl": 1000.0 + 100 * day.weekday() + extra, "order_count": 10}
        for day in days
        for state, extra in (("RJ", 0.0), ("SP", 500.0))
    ]
    return pd.DataFrame(rows)


REVENUE = Kind(
    name="revenue",
    question="What will the shop take, by day and state, up to three months ahead? Revenue and average ticket, BRL.",
    metric=_METRIC,
    is_lower_better=True,
    tables=("fct_orders", "dim_dates"),
    needs_cutoffs=False,
    has_features=False,
    has_segments=False,
    model_class="RevenueForecaster",
    train=_train,
    compare=_compare,
    predict=_predict,
)
