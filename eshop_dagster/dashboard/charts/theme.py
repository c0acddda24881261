"""One look for every figure, and Plotly's own words and month names in the page's language."""

from typing import Any

import plotly.graph_objects as go

from eshop_dagster.dashboard.formats import Formats
from eshop_dagster.ml.plots.palette import ACCENT, CATEGORIES, CONTRAST, QUIET, TEXT

__all__ = ["ACCENT", "CATEGORIES", "CONTRAST", "QUIET", "TEXT", "config", "finished", "translucent"]

FONT = "Source Sans, Source Sans Pro, sans-serif"
GRID = "#E8EBEF"
SCALE = ["#EAF2F8", "#A9CCE3", "#5499C7", "#1F6FA5", "#0B3C5D"]
"""From little to much: light to dark blue, readable in grey."""

_MONTHS = (
    *("janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro"),
    *("outubro", "novembro", "dezembro"),
)
_DAYS = ("domingo", "segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "sábado")
_WORDS = {
    "Download plot as a PNG": "Baixar como imagem",
    "Download plot as a png": "Baixar como imagem",
    "Download plot": "Baixar como imagem",
    "Autoscale": "Ajustar à tela",
    "Reset axes": "Desfazer o zoom",
    "Double-click to zoom back out": "Clique duas vezes para desfazer o zoom",
    "Double-click on legend to isolate one trace": "Clique duas vezes na legenda para isolar uma série",
    "Click to enter Plot title": "",
    "Taking snapshot - this may take a few seconds": "Preparando a imagem …",
    "Snapshot succeeded": "Imagem pronta",
    "Sorry there was a problem downloading your snapshot!": "Não foi possível baixar a imagem.",
}
_PORTUGUESE = {
    "dictionary": _WORDS,
    "format": {
        "days": list(_DAYS),
        "shortDays": [day[:3] for day in _DAYS],
        "months": list(_MONTHS),
        "shortMonths": [month[:3] for month in _MONTHS],
        "date": "%d/%m/%Y",
        "decimal": ",",
        "thousands": ".",
        "grouping": [3],
        "currency": ["", ""],
        "year": "%Y",
        "month": "%b de %Y",
        "dayMonth": "%-d %b",
        "dayMonthYear": "%-d de %b de %Y",
    },
}

_NUMBERS = {"exponentformat": "none", "separatethousands": True}
"""Plotly would write 2k, which is English."""


def config(formats: Formats, file_name: str) -> dict[str, Any]:
    """Return Plotly's configuration: the locale, and the picture that its only button saves."""
    return {
        "locale": "pt-BR" if formats.language == "pt" else "en",
        "locales": {"pt-BR": _PORTUGUESE},
        "displaylogo": False,
        "displayModeBar": True,
        "modeBarButtons": [["toImage"]],
        "showTips": False,
        "toImageButtonOptions": {"format": "png", "filename": file_name, "scale": 2},
    }


def finished(figure: go.Figure, formats: Formats, *, height: int = 340, legend: bool = True) -> go.Figure:
    """Return the figure with the house's fonts, colours, margins and separators."""
    figure.update_layout(
        template="plotly_white",
        colorway=list(CATEGORIES),
        font={"family": FONT, "size": 13, "color": TEXT},
        separators=formats.separators,
        height=height,
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        showlegend=legend,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "xanchor": "left", "x": 0},
        hoverlabel={"font": {"family": FONT, "size": 13}, "bgcolor": "white", "bordercolor": GRID},
        paper_bgcolor="white",
        plot_bgcolor="white",
        bargap=0.25,
    )
    # The foot of the vertical axis is written where the first name of the horizontal one would be.
    figure.update_xaxes(
        automargin=True, gridcolor=GRID, zeroline=False, title_standoff=8, ticklabelstandoff=6, **_NUMBERS
    )
    figure.update_yaxes(automargin=True, gridcolor=GRID, zeroline=False, title_standoff=8, **_NUMBERS)
    return figure


def translucent(colour: str, opacity: float) -> str:
    """Return `#RRGGBB` as a CSS colour with an opacity (0-1)."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
