"""Every measure of a champion beside the best baseline: its direction, and where it is the worse one."""

import math

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.registry import VersionSummary
from eshop_dagster.dashboard import registry
from eshop_dagster.dashboard.elements import Column, table
from eshop_dagster.dashboard.view import View
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.measures import Measure


def model_quality(view: View, versions: dict[str, list[VersionSummary]]) -> None:
    """Show the measures of each champion."""
    champions = {model: one for model in KINDS for one in versions[model] if "champion" in one.aliases}
    with st.container(border=True, key="box-quality"):
        st.subheader(view.text("models.quality"), help=view.text("models.quality_help"), anchor=False)
        if not champions:
            st.info(view.text("chart.empty"))
            return
        tabs = st.tabs([view.text.of(KINDS[model].title) for model in champions])
        for tab, (model, champion) in zip(tabs, champions.items(), strict=True):
            with tab:
                _measures(view, model, champion)


def against_baseline(measure: Measure, value: float, baseline: float) -> str:
    """Return the key of the words for a measure beside that of the baseline."""
    if not (math.isfinite(value) and math.isfinite(baseline)):
        return "models.alone"
    loss, other = measure.loss(value), measure.loss(baseline)
    if loss == other:
        return "models.equal"
    return "models.better" if loss < other else "models.worse"


def _direction(view: View, measure: Measure) -> str:
    if isinstance(measure.direction, float):
        aim = measure.direction
        return view.text("models.near", aim=view.formats.share(aim, 0) if aim < 1 else view.formats.number(aim, 0))
    return view.text("models.lower" if measure.direction == "lower" else "models.higher")


def _measures(view: View, model: str, champion: VersionSummary) -> None:
    rows = []
    for measure in KINDS[model].measures:
        if measure.name not in champion.metrics:
            continue
        value = champion.metrics[measure.name]
        baseline = champion.metrics.get(f"baseline_{measure.name}", math.nan)
        rows.append(
            {
                "metric": view.text.of(measure.title),
                "direction": _direction(view, measure),
                "value": value,
                "baseline": baseline,
                "against": view.text(against_baseline(measure, value, baseline)),
            }
        )
    written = {name: lambda one: _number(view, one) for name in ("value", "baseline")}
    names = ("metric", "direction", "value", "baseline", "against")
    columns = [Column(name, f"column.{name}", written.get(name, str), name in written) for name in names]
    table(view, f"models.quality.{model}", pd.DataFrame(rows), columns)
    _gain(view, model)


def _gain(view: View, model: str) -> None:
    """Say how sure the gain over the best baseline is; a first champion has nothing else to be held against."""
    found = registry.champions_table(view, model, "intervals")
    if found is None or "difference" not in set(found["candidate"]):
        return
    row = found[found["candidate"] == "difference"].iloc[0]
    st.caption(view.text("models.gain", **{name: _number(view, row[name]) for name in ("value", "lower", "upper")}))


def _number(view: View, value: float) -> str:
    return view.formats.number(value, 3 if abs(value) < 10 else 1)
