"""Every measure of a champion beside the best baseline: its direction, and where it is the worse one."""

import math

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.registry import VersionSummary
from eshop_dagster.dashboard import registry
from eshop_dagster.dashboard.elements import Column, table
from eshop_dagster.dashboard.view import View

_DIRECTIONS = {
    **dict.fromkeys(("rmse_brl", "mae_brl", "brier", "holdout_mase"), "models.lower"),
    **dict.fromkeys(("r2", "spearman", "top_decile_share", "normalised_gini", "auc"), "models.higher"),
    **dict.fromkeys(("silhouette", "stability"), "models.higher"),
    "calibration_ratio": "models.near_1",
    "coverage_80_share": "models.near_80",
    "coverage_95_share": "models.near_95",
}
_AIMS = {"models.near_1": 1.0, "models.near_80": 0.8, "models.near_95": 0.95}


def model_quality(view: View, versions: dict[str, list[VersionSummary]]) -> None:
    """Show the measures of each champion."""
    champions = {model: one for model in registry.MODELS for one in versions[model] if "champion" in one.aliases}
    with st.container(border=True, key="box-quality"):
        st.subheader(view.text("models.quality"), help=view.text("models.quality_help"), anchor=False)
        if not champions:
            st.info(view.text("chart.empty"))
            return
        tabs = st.tabs([view.text(f"models.{model}") for model in champions])
        for tab, (model, champion) in zip(tabs, champions.items(), strict=True):
            with tab:
                _measures(view, model, champion)


def against_baseline(metric: str, value: float, baseline: float) -> str:
    """Return the key of the words for a measure beside that of the baseline."""
    if not (math.isfinite(value) and math.isfinite(baseline)):
        return "models.alone"
    direction = _DIRECTIONS[metric]
    aim = _AIMS.get(direction)
    loss, other = (value, baseline) if aim is None else (abs(value - aim), abs(baseline - aim))
    if loss == other:
        return "models.equal"
    return "models.better" if (loss < other) != (direction == "models.higher") else "models.worse"


def _measures(view: View, model: str, champion: VersionSummary) -> None:
    rows = []
    for metric, direction in _DIRECTIONS.items():
        if metric not in champion.metrics:
            continue
        value, baseline = champion.metrics[metric], champion.metrics.get(f"baseline_{metric}", math.nan)
        rows.append(
            {
                "metric": view.text(f"metric.{metric}"),
                "direction": view.text(direction),
                "value": value,
                "baseline": baseline,
                "against": view.text(against_baseline(metric, value, baseline)),
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
