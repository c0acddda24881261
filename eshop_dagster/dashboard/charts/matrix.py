"""Matrices as coloured squares: who moved where, who came back, what goes with what."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from eshop_dagster.dashboard.charts.theme import SCALE, finished
from eshop_dagster.dashboard.formats import Formats

_SQUARES = {
    "showscale": False,
    "xgap": 2,
    "ygap": 2,
    "hovertemplate": "%{y} · %{x}: %{customdata}<extra></extra>",
    "hoverongaps": False,
}
_DIVERGING = [[0.0, "#D55E00"], [0.5, "#FFFFFF"], [1.0, "#0072B2"]]


def matrix(
    values: npt.ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    formats: Formats,
    *,
    x_axis: str = "",
    y_axis: str = "",
    written: Sequence[Sequence[str]] | None = None,
    most: float | None = None,
    is_signed: bool = False,
    height: int = 380,
) -> go.Figure:
    """Return one square a pair, darker the larger its value; NaN stays blank.

    Args:
        values: shape (rows, columns).
        rows, columns: translated names.
        formats: of the language.
        x_axis, y_axis: titles.
        written: text in each square; default: none.
        most: value of the darkest colour; default: the largest.
        is_signed: values are -1 to 1, and colours differ by sign.
        height: pixels.
    """
    filled = np.asarray(values, dtype=np.float64)
    largest = float(np.nanmax(filled)) if np.isfinite(filled).any() else 1.0
    texts = [list(line) for line in written] if written is not None else None
    shown = texts or [[formats.number(float(value), 2) for value in line] for line in filled]
    look = {"colorscale": _DIVERGING, "zmin": -1, "zmax": 1} if is_signed else _from_nothing(most or largest)
    words = {"text": texts, "texttemplate": "%{text}" if texts is not None else None, "customdata": shown}
    figure = go.Figure()
    figure.add_heatmap(z=filled, x=list(columns), y=list(rows), **words, **look, **_SQUARES)
    figure.update_xaxes(title_text=x_axis, showgrid=False, type="category")
    figure.update_yaxes(title_text=y_axis, showgrid=False, type="category", autorange="reversed")
    return finished(figure, formats, height=height, legend=False)


def _from_nothing(most: float) -> dict[str, object]:
    colours = [[step / (len(SCALE) - 1), colour] for step, colour in enumerate(SCALE)]
    return {"colorscale": colours, "zmin": 0, "zmax": most}
