"""Brazil as tiles: one square a state, near its place on the map."""

import math

import plotly.graph_objects as go

from eshop_dagster.dashboard.charts.theme import QUIET, SCALE, TEXT, finished
from eshop_dagster.dashboard.formats import MISSING, Formats

TILES = {
    **{"RR": (2, 0), "AP": (4, 0), "AM": (1, 1), "PA": (3, 1), "MA": (4, 1), "CE": (5, 1), "RN": (6, 1)},
    **{"AC": (0, 2), "RO": (1, 2), "TO": (3, 2), "PI": (4, 2), "PE": (5, 2), "PB": (6, 2)},
    **{"MT": (2, 3), "DF": (3, 3), "BA": (4, 3), "SE": (5, 3), "AL": (6, 3)},
    **{"MS": (2, 4), "GO": (3, 4), "MG": (4, 4), "ES": (5, 4)},
    **{"SP": (3, 5), "RJ": (4, 5), "PR": (3, 6), "SC": (3, 7), "RS": (2, 7)},
}
"""Column from the west and row from the north of each of the 27 tiles."""

_HALF = 0.47


def tile_map(
    values: dict[str, float], texts: dict[str, str], names: dict[str, str], formats: Formats, height: int = 400
) -> go.Figure:
    """Return the map: a tile is the darker the larger its value; one without a value is white.

    Args:
        values: by state code; missing or not finite is not shown.
        texts: the value as written in the tile's hover text, by state code.
        names: the states' names.
        formats: of the language.
        height: pixels.
    """
    figure = go.Figure()
    shown = {state: value for state, value in values.items() if state in TILES and math.isfinite(value)}
    least, most = (min(shown.values()), max(shown.values())) if shown else (0.0, 1.0)
    for state, (column, row) in TILES.items():
        # The square root keeps one state from washing out all others.
        place = math.sqrt((shown[state] - least) / (most - least)) if state in shown and most > least else 0.0
        _tile(figure, state, column, row, place if state in shown else None)
    order = list(TILES)
    hover = [f"<b>{names.get(state, state)}</b><br>{texts.get(state, MISSING)}" for state in order]
    figure.add_scatter(
        x=[TILES[state][0] for state in order],
        y=[TILES[state][1] for state in order],
        mode="markers",
        marker={"size": 34, "opacity": 0, "symbol": "square"},
        hovertext=hover,
        hoverinfo="text",
    )
    figure = finished(figure, formats, height=height, legend=False)
    figure.update_xaxes(visible=False, range=[-0.7, 6.7], fixedrange=True)
    figure.update_yaxes(visible=False, range=[7.7, -0.7], scaleanchor="x", fixedrange=True)
    return figure


def _tile(figure: go.Figure, state: str, column: int, row: int, place: float | None) -> None:
    """Draw one tile, coloured by its place (0-1) on the scale; None stays white."""
    figure.add_shape(
        type="rect",
        x0=column - _HALF,
        x1=column + _HALF,
        y0=row - _HALF,
        y1=row + _HALF,
        fillcolor="#FFFFFF" if place is None else _colour(place),
        line={"color": "#D5DBE1", "width": 1},
    )
    colour = QUIET if place is None else "#FFFFFF" if place > 0.55 else TEXT
    figure.add_annotation(x=column, y=row, text=f"<b>{state}</b>", showarrow=False, font={"color": colour})


def _colour(place: float) -> str:
    """Return the colour at a place (0-1) of the scale."""
    step = min(int(place * (len(SCALE) - 1)), len(SCALE) - 2)
    within = place * (len(SCALE) - 1) - step
    ends = [[int(SCALE[end][digit : digit + 2], 16) for digit in (1, 3, 5)] for end in (step, step + 1)]
    mixed = [round(low + within * (high - low)) for low, high in zip(*ends, strict=True)]
    return "#" + "".join(f"{part:02X}" for part in mixed)
