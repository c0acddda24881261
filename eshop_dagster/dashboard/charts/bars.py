"""Bars: amounts by name, lying where the names are long, and shares of a whole."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from eshop_dagster.dashboard.charts.theme import ACCENT, CATEGORIES, finished
from eshop_dagster.dashboard.formats import Formats


def lying_bars(
    names: Sequence[str],
    values: Sequence[float],
    texts: Sequence[str],
    formats: Formats,
    *,
    axis: str,
    tickformat: str = ",.0f",
    height: int = 400,
    colours: Sequence[str] | str = ACCENT,
) -> go.Figure:
    """Return one bar a name, the first on top, each with its value as text."""
    figure = go.Figure()
    figure.add_bar(
        x=list(values),
        y=list(names),
        text=list(texts),
        orientation="h",
        marker={"color": colours},
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(title_text=axis, tickformat=tickformat, rangemode="tozero")
    figure = finished(figure, formats, height=height, legend=False)
    figure.update_layout(margin={"r": 90})
    return figure


def standing_bars(
    names: Sequence[object],
    series: Mapping[str, Sequence[float]],
    formats: Formats,
    *,
    axis: str,
    x_axis: str = "",
    tickformat: str = ",.0f",
    hover: str = "%{y:,.0f}",
    mode: str = "group",
    height: int = 340,
    colours: Sequence[str] = CATEGORIES,
) -> go.Figure:
    """Return bars by name of each series (translated name: values), side by side or stacked (`mode`)."""
    figure = go.Figure()
    for place, (name, values) in enumerate(series.items()):
        template = f"%{{x}}<br>{name}: {hover}<extra></extra>"
        colour = colours[place % len(colours)]
        bars = {"x": list(names), "y": list(values), "name": name, "hovertemplate": template}
        figure.add_bar(**bars, marker={"color": colour})
    figure.update_layout(barmode=mode)
    figure.update_yaxes(title_text=axis, tickformat=tickformat)
    figure.update_xaxes(title_text=x_axis)
    return finished(figure, formats, height=height, legend=len(series) > 1)
