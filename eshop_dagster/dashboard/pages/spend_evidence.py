"""Who is expected to spend most, and how right such rankings were on customers that the model had not seen."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from eshop_dagster.adapters.dashboard_queries import forecasts
from eshop_dagster.adapters.registry import RegistryError
from eshop_dagster.dashboard import registry
from eshop_dagster.dashboard.charts.bars import standing_bars
from eshop_dagster.dashboard.charts.theme import ACCENT, CONTRAST, QUIET, TEXT, finished
from eshop_dagster.dashboard.elements import chart, ignored_note, suppression_note
from eshop_dagster.dashboard.suppression import suppress
from eshop_dagster.dashboard.view import View


def spend_evidence(view: View) -> None:
    """Show tenths of the customers by expected spend, and the lift in the last judged window."""
    _expected(view)
    judged = _judged(view)
    if judged is None:
        return
    judged, hidden = suppress(judged, "customer_count", [one for one in judged.columns if one != "decile"])
    left, right = st.columns(2)
    with left:
        _predicted_and_real(view, judged, hidden)
    with right:
        _gains(view, judged)


def _expected(view: View) -> None:
    deciles = view.ask(forecasts.expected_spend_deciles)
    if deciles.empty:
        return
    if view.release.manifest["models"].get("spend") is None:
        st.info(view.text("forecasts.no_spend"))
        return
    deciles, hidden = suppress(deciles, "customer_count", [one for one in deciles.columns if one != "decile"])
    series = {view.text("column.expected_spend_brl_mean"): list(deciles["expected_spend_brl_mean"])}
    axis = view.text("column.expected_spend_brl_mean")
    names = [str(one) for one in deciles["decile"]]
    figure = standing_bars(
        names,
        series,
        view.formats,
        axis=axis,
        x_axis=view.text("forecasts.decile"),
        hover=view.formats.money_hover,
        height=320,
    )
    figure.update_xaxes(type="category")
    notes = [*ignored_note(view, "states"), *suppression_note(view, hidden)]
    chart(view, "forecasts.deciles", figure, deciles, notes=notes)


def _judged(view: View) -> pd.DataFrame | None:
    try:
        version = registry.champion(view, "spend")
        found = registry.table(view, version, "deciles") if version else None
    except RegistryError:
        return None
    if version and found is None:
        st.info(view.text("forecasts.no_deciles"))
    return found


def _predicted_and_real(view: View, judged: pd.DataFrame, hidden: int) -> None:
    series = {view.text(f"column.{name}"): list(judged[name]) for name in ("predicted_mean_brl", "actual_mean_brl")}
    axis = view.text("column.actual_mean_brl")
    names = [str(one) for one in judged["decile"]]
    figure = standing_bars(
        names,
        series,
        view.formats,
        axis=axis,
        x_axis=view.text("forecasts.decile"),
        hover=view.formats.money_hover,
        height=400,
    )
    figure.update_xaxes(type="category")
    notes = [*ignored_note(view, "states"), *suppression_note(view, hidden)]
    chart(view, "forecasts.judged", figure, judged, notes=notes)


def _gains(view: View, judged: pd.DataFrame) -> None:
    figure = go.Figure()
    places = [0.0, *(judged["decile"] / len(judged))]
    looks = {
        "gain": ("model", ACCENT, "solid"),
        "baseline_gain": ("baseline", CONTRAST, "dash"),
        "perfect_gain": ("perfect", TEXT, "dot"),
    }
    for column, (name, colour, dash) in looks.items():
        line = {"color": colour, "dash": dash, "width": 2.2}
        values = [0.0, *judged[f"{column}_share"]]
        figure.add_scatter(x=places, y=values, name=view.text(f"forecasts.gain_{name}"), line=line, mode="lines")
    line = {"color": QUIET, "width": 1}
    figure.add_scatter(x=[0, 1], y=[0, 1], name=view.text("forecasts.gain_random"), line=line, mode="lines")
    figure.update_traces(hovertemplate="%{x:.0%} · %{y:.1%}")
    figure.update_xaxes(title_text=view.text("column.customer_share"), tickformat=".0%")
    figure.update_yaxes(title_text=view.text("forecasts.gain_axis"), tickformat=".0%")
    first = judged.iloc[0]
    lift, share = view.formats.number(first["lift"]), view.formats.share(first["gain_share"])
    note = view.text("forecasts.lift_note", lift=lift, share=share)
    numbers = judged[["decile", "lift", *(f"{column}_share" for column in looks)]]
    chart(
        view,
        "forecasts.lift",
        finished(figure, view.formats, height=400),
        numbers,
        notes=[note, *ignored_note(view, "states")],
    )
