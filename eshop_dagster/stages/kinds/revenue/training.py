"""How the revenue forecast is trained, compared and asked."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from eshop_dagster.ml.evidence import Comparison, GateRules, Slice
from eshop_dagster.shop import BRAZIL, Shop
from eshop_dagster.stages.kind import parameters_report, seed_of, without_seed
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from eshop_dagster.ml.revenue import RevenueParams, RevenueResult, Study

METRIC = "holdout_mase"


def predict(model: Any, snapshot: Snapshot) -> "pd.DataFrame":
    ahead: pd.DataFrame = model.predict(snapshot.history(), snapshot.calendar(), snapshot.last_complete_day)
    return ahead.drop(columns=["date", "state"])


def revenue_params(params: Params, shop: Shop = BRAZIL) -> "RevenueParams":
    """Return the section `models.revenue` of `params.yaml`; gift days are the country's unless it lists them."""
    from eshop_dagster.ml.revenue import RevenueParams, gift_days_of

    section = without_seed(params.of("revenue"))
    return RevenueParams.from_mapping({"gift_days": gift_days_of(shop.country), **section})


def train(snapshot: Snapshot, params: Params, champion: Any | None) -> Trained:
    """Judge every candidate over the whole past, then fit what serves on every day; the best baseline stands by."""
    from eshop_dagster.ml.revenue import fit_revenue, study_revenue

    seed, chosen = seed_of(params.of("revenue")), revenue_params(params, snapshot.shop)
    study = study_revenue(snapshot.history(), snapshot.calendar(), snapshot.last_complete_day, chosen, seed)
    share = GateRules.from_mapping(params.gate).sure_loss_share
    result = fit_revenue(study, sure_loss_share=share)
    trained = _trained(result, study, snapshot)
    if result.candidate in ("none", result.baseline):
        return trained
    return replace(trained, stand_in=_trained(fit_revenue(study, result.baseline), study, snapshot))


def _trained(result: "RevenueResult", study: "Study", snapshot: Snapshot) -> Trained:
    history = snapshot.history()
    metrics, baseline = (
        {METRIC: found["mase"], **found} if found else {} for found in (result.metrics, result.baseline_metrics)
    )
    return Trained(
        model="revenue",
        candidate=result.candidate,
        pipeline=result.forecaster,
        metrics=metrics,
        baseline_metrics=baseline,
        reason=" ".join([result.reason, *result.notes]),
        figures=_figures(result, history, snapshot),
        tables={"candidates": result.candidates, "backtest": result.backtest},
        reports={"parameters": parameters_report(study.params, study.seed), "notes": list(result.notes)},
        training_rows=len(history),
        input_example=made_up_history(snapshot.last_complete_day, snapshot.shop),
        judged=study,
    )


def compare(trained: Trained, champion: Any | None, snapshot: Snapshot, params: Params) -> Comparison:
    """Hold the challenger against the best baseline and the champion, at the same past origins.

    Of the champion its formula is judged: its candidate, refitted at each origin, with weights that know nothing later
    than its training did. So neither has seen what it is judged on.
    """
    from eshop_dagster.ml.revenue.judging import mase

    study: Study = trained.judged
    baseline = study.best_baseline()
    errors, reference = study.errors(trained.candidate), study.errors(baseline)
    against = study.difference(errors, reference)
    if champion is None:
        return Comparison(against_baseline=against, baseline_name=baseline, slices=_states(study, trained, baseline))
    present = study.errors(champion.candidate, champion.trained_until)
    return Comparison(
        champion=mase(present),
        difference=study.difference(errors, present),
        against_baseline=against,
        champion_against_baseline=study.difference(present, reference),
        baseline_name=baseline,
        slices=_states(study, trained, champion.candidate, champion.trained_until),
    )


def _states(study: "Study", trained: Trained, other: str, until: int | None = None) -> list[Slice]:
    """Return the error of each state beside another candidate's; its rows are the days looked at."""
    from eshop_dagster.ml.revenue.judging import mase

    found = []
    for state in study.panel.states:
        own, reference = study.errors(trained.candidate, state=state), study.errors(other, until, state)
        rows, is_sure = int(np.isfinite(own).sum()), study.difference(own, reference).lower > 0
        found.append(Slice(f"state={state}", rows, mase(own), mase(reference), is_sure))
    return found


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


def made_up_history(last_day: date, shop: Shop = BRAZIL) -> "pd.DataFrame":
    """Return four weeks of a made-up shop in two states, as the model takes them; it knows the calendar around them."""
    days = pd.date_range(end=last_day, periods=28)
    near, far = ("RJ", "SP") if shop.is_brazilian else ("North", "South")
    rows = [
        {"date": day, "state": state, "revenue_brl": 1000.0 + 100 * day.weekday() + extra, "order_count": 10}
        for day in days
        for state, extra in ((near, 0.0), (far, 500.0))
    ]
    return pd.DataFrame(rows)
