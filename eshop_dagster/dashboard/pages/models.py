"""Modelos: champions, what they were promoted for, every version, and drift."""

import math
from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.registry import RegistryError, VersionSummary
from eshop_dagster.dashboard import registry
from eshop_dagster.dashboard.elements import Card, Column, cards, page_header, table
from eshop_dagster.dashboard.formats import MISSING
from eshop_dagster.dashboard.gate_words import decision_words, gate_words
from eshop_dagster.dashboard.pages.drift import drift
from eshop_dagster.dashboard.pages.model_quality import model_quality
from eshop_dagster.dashboard.pages.purchase_curve import purchase_curve
from eshop_dagster.dashboard.view import View
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.register import last_decisions


def render(view: View) -> None:
    """Draw the page."""
    page_header(view, "models")
    try:
        versions = registry.model_versions(view)
    except RegistryError:
        st.warning(view.text("models.away"))
        return
    _champions(view, versions)
    model_quality(view, versions)
    purchase_curve(view)
    _gate(view, versions)
    _versions(view, versions)
    drift(view)


def _champions(view: View, versions: dict[str, list[VersionSummary]]) -> None:
    shown = []
    for model in KINDS:
        name = view.text.of(KINDS[model].title)
        champion = next((one for one in versions[model] if "champion" in one.aliases), None)
        if champion is None:
            known = last_decisions(view.home).get(model)
            reason = decision_words(known, view.text) if known else MISSING
            shown.append(Card(name, view.text("models.none"), None, view.text("models.none_help", reason=reason)))
            continue
        measure, metric = KINDS[model].measure, KINDS[model].metric
        value, baseline = champion.metrics.get(metric), champion.metrics.get(f"baseline_{metric}")
        meaning = view.text(
            "models.metric_help",
            metric=view.text.of(measure.title),
            meaning=view.text.of(measure.meaning),
            lower=view.text("yes" if KINDS[model].is_lower_better else "no"),
            day=view.formats.instant(_made_at(champion)),
        )
        title = view.text("models.champion", model=name, version=champion.version.version)
        numbers = view.text("models.against", value=_number(view, value), baseline=_number(view, baseline))
        shown.append(Card(title, numbers, None, meaning))
    cards(shown)


def _gate(view: View, versions: dict[str, list[VersionSummary]]) -> None:
    with st.container(border=True, key="box-gate"):
        st.subheader(view.text("models.gate"), help=view.text("models.gate_help"), anchor=False)
        known = [model for model in KINDS if versions[model]]
        if not known:
            st.info(view.text("chart.empty"))
            return
        tabs = st.tabs([view.text.of(KINDS[model].title) for model in known])
        for tab, model in zip(tabs, known, strict=True):
            with tab:
                _findings(view, model, versions[model][0])


def _findings(view: View, model: str, newest: VersionSummary) -> None:
    title = view.text("models.champion", model=view.text.of(KINDS[model].title), version=newest.version.version)
    st.caption(f"{title} · {view.formats.instant(_made_at(newest))}")
    found = registry.report(view, newest, "gate") or {"findings": []}
    rows = [
        {
            "rule": view.text.known(f"rule.{one['rule']}", one["rule"]),
            "outcome": view.text.known(f"outcome.{one['outcome']}", one["outcome"]),
            "seen": gate_words(one["seen"], view.text),
            "expected": gate_words(one["expected"], view.text),
        }
        for one in found["findings"]
    ]
    columns = [Column(name, f"column.{name}") for name in ("rule", "outcome", "seen", "expected")]
    table(view, f"models.gate.{model}", pd.DataFrame(rows), columns)


def _versions(view: View, versions: dict[str, list[VersionSummary]]) -> None:
    rows = []
    for model in KINDS:
        metric = KINDS[model].metric
        for one in versions[model]:
            tags = one.version.tags
            outcome = tags.get("outcome", "")
            aliases = [view.text.known(f"alias.{alias}", alias) for alias in one.aliases]
            rows.append(
                {
                    "model": view.text.of(KINDS[model].title),
                    "version": int(one.version.version),
                    "alias": ", ".join(aliases) or view.text.known(f"outcome.{outcome}", outcome),
                    "made_at": _made_at(one),
                    "estimator": tags.get("candidate", ""),
                    "metric": view.text.of(KINDS[model].measure.title),
                    "value": one.metrics.get(metric, math.nan),
                    "baseline": one.metrics.get(f"baseline_{metric}", math.nan),
                    "data_version": tags.get("dvc_hash", "")[:12],
                }
            )
    names = ("model", "version", "alias", "made_at", "estimator", "metric", "value", "baseline", "data_version")
    written = {name: lambda value: _number(view, value) for name in ("value", "baseline")}
    written["made_at"] = view.formats.instant
    columns = [Column(name, f"column.{name}", written.get(name, str), name in ("version", *written)) for name in names]
    with st.container(border=True, key="box-versions"):
        st.subheader(view.text("models.versions"), help=view.text("models.versions_help"), anchor=False)
        table(view, "models.versions", pd.DataFrame(rows), columns, most=15)


def _made_at(version: VersionSummary) -> datetime:
    return datetime.fromtimestamp(version.created_at_ms / 1000, UTC)


def _number(view: View, value: float | None) -> str:
    return view.formats.number(value, 3 if value is not None and abs(value) < 10 else 1)
