"""Customers as points, coloured by segment; the marker differs too, so that colour is never the only difference."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from eshop_dagster.dashboard.charts.theme import CATEGORIES, GRID, finished
from eshop_dagster.dashboard.formats import Formats

_FLAT = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x", "star")
_SOLID = ("circle", "square", "diamond", "cross", "x", "circle-open", "square-open", "diamond-open")


def segment_colour(segment_id: int) -> str:
    """Return the colour of a segment, the same in every figure."""
    return CATEGORIES[segment_id % len(CATEGORIES)]


def segment_points(
    points: pd.DataFrame, names: Mapping[int, str], axes: Sequence[str], formats: Formats, height: int = 520
) -> go.Figure:
    """Return a flat or a spatial cloud, by the number of axes.

    Args:
        points: `component_1` and on, `segment_id`.
        names: of the segments.
        axes: their titles, two or three.
        formats: of the language.
        height: pixels.
    """
    figure = go.Figure()
    is_solid = len(axes) == 3
    for segment, rows in points.groupby("segment_id"):
        number = int(str(segment))
        name = names.get(number, str(number))
        symbols = _SOLID if is_solid else _FLAT
        marker = {"color": segment_colour(number), "symbol": symbols[number % 8], "size": 3 if is_solid else 6}
        shared = {"mode": "markers", "name": name, "marker": {**marker, "opacity": 0.7}}
        hovertemplate = f"{name}<extra></extra>"
        x, y = rows["component_1"], rows["component_2"]
        if is_solid:
            figure.add_scatter3d(x=x, y=y, z=rows["component_3"], hovertemplate=hovertemplate, **shared)
        else:
            figure.add_scatter(x=x, y=y, hovertemplate=hovertemplate, **shared)
    figure = finished(figure, formats, height=height)
    figure.update_layout(legend={"itemsizing": "constant"})
    if is_solid:
        look = {"backgroundcolor": "white", "gridcolor": GRID, "showticklabels": False}
        titles = {f"{axis}axis": {"title": {"text": title}, **look} for axis, title in zip("xyz", axes, strict=True)}
        figure.update_layout(scene={**titles, "aspectmode": "cube"})
    else:
        figure.update_xaxes(title_text=axes[0], showticklabels=False)
        figure.update_yaxes(title_text=axes[1], showticklabels=False)
    return figure
