"""Whether as many customers bought as the probability to buy said, on a window that the model had not seen."""

import pandas as pd
import plotly.graph_objects as go

from eshop_dagster.dashboard import registry
from eshop_dagster.dashboard.charts.theme import ACCENT, QUIET, finished
from eshop_dagster.dashboard.elements import chart, suppression_note
from eshop_dagster.dashboard.formats import Formats
from eshop_dagster.dashboard.suppression import without_small
from eshop_dagster.dashboard.texts import Texts
from eshop_dagster.dashboard.view import View


def purchase_curve(view: View) -> None:
    """Show the calibration curve of the champion's probability to buy; nothing before the first champion."""
    found = registry.champions_table(view, "spend", "chances")
    if found is None:
        return
    chances, hidden = without_small(found, "customer_count")
    notes = [*([reading(chances, view.text, view.formats)] if len(chances) else []), *suppression_note(view, hidden)]
    chart(view, "models.chances", curve(chances, view.text, view.formats), chances, notes=notes)


def curve(chances: pd.DataFrame, text: Texts, formats: Formats) -> go.Figure:
    """Return the share who bought over the share expected to, beside the line on which both are equal."""
    figure = go.Figure()
    most = 1.05 * float(chances[["predicted_share", "bought_share"]].max().max()) if len(chances) else 1.0
    line = {"color": QUIET, "dash": "dot", "width": 1.6}
    figure.add_scatter(x=[0, most], y=[0, most], name=text("models.chances_perfect"), line=line, mode="lines")
    figure.add_scatter(
        x=list(chances["predicted_share"]),
        y=list(chances["bought_share"]),
        name=text("models.chances_tenths"),
        line={"color": ACCENT, "width": 2.2},
        marker={"size": 8},
        mode="lines+markers",
    )
    figure.update_traces(hovertemplate="%{x:.1%} · %{y:.1%}")
    figure.update_xaxes(title_text=text("column.predicted_share"), tickformat=".0%", range=[0, most])
    figure.update_yaxes(title_text=text("column.bought_share"), tickformat=".0%", range=[0, most])
    return finished(figure, formats, height=400)


def reading(chances: pd.DataFrame, text: Texts, formats: Formats) -> str:
    """Return how to read the curve, with the figures of the customers most likely to buy."""
    last = chances.iloc[-1]
    said, bought = (formats.share(float(last[name])) for name in ("predicted_share", "bought_share"))
    return text("models.chances_reading", said=said, bought=bought)
