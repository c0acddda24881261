"""Values by region: the map of tiles where the shop is in Brazil, bars elsewhere."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from eshop_dagster.dashboard.charts.bars import lying_bars
from eshop_dagster.dashboard.charts.states import STATES
from eshop_dagster.dashboard.charts.tile_map import tile_map
from eshop_dagster.dashboard.formats import Formats

_SHOWN = 20


def by_region(values: dict[str, Any], texts: dict[str, str], formats: Formats, height: int = 400) -> go.Figure:
    """Return the figure of one value a region; of many regions, bars show those with the largest values.

    Args:
        values: by state or region; what is missing is not shown.
        texts: each value as written.
        formats: of the page; its shop decides.
        height: pixels.
    """
    if formats.shop.is_brazilian:
        return tile_map(values, texts, STATES, formats, height=height)
    known = {region: float(value) for region, value in values.items() if pd.notna(value)}
    shown = sorted(known, key=lambda region: (-known[region], region))[:_SHOWN]
    figure = lying_bars(
        shown, [known[one] for one in shown], [texts[one] for one in shown], formats, axis="", height=height
    )
    # Each bar has its value written beside it, in its own unit.
    return figure.update_xaxes(showticklabels=False)


def region_names(regions: "pd.Series[str]", formats: Formats) -> "pd.Series[str]":
    """Return the regions as people name them: Brazil's states have names beside their codes."""
    return regions.map(STATES) if formats.shop.is_brazilian else regions
