"""Lines over time: what was, its mean, and what is expected with its intervals."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from eshop_dagster.dashboard.charts.theme import ACCENT, CATEGORIES, CONTRAST, QUIET, finished, translucent
from eshop_dagster.dashboard.formats import Formats

DAY = "%d/%m/%Y"
_DAY = f"%{{x|{DAY}}}"


def fan(
    actual: pd.DataFrame, ahead: pd.DataFrame, words: Mapping[str, str], formats: Formats, height: int = 380
) -> go.Figure:
    """Return revenue by day with its seven-day mean, and the forecast as a line within its intervals.

    Args:
        actual: `date`, `revenue_brl`, `mean_brl`.
        ahead: `date`, `forecast_brl`, and `lower_80_brl`, `upper_80_brl`, `lower_95_brl`, `upper_95_brl`; may be empty.
        words: translated names: `actual`, `mean`, `forecast`, `interval_80`, `interval_95`, `axis`.
        formats: of the language.
        height: pixels.
    """
    figure = go.Figure()
    has_bounds = len(ahead) > 0 and ahead["upper_95_brl"].notna().all()
    for level, opacity in ((95, 0.12), (80, 0.22)) if has_bounds else ():
        x = [*ahead["date"], *reversed(list(ahead["date"]))]
        y = [*ahead[f"upper_{level}_brl"], *reversed(list(ahead[f"lower_{level}_brl"]))]
        colour = translucent(CONTRAST, opacity)
        band = {"fill": "toself", "fillcolor": colour, "line": {"width": 0}, "hoverinfo": "skip"}
        figure.add_scatter(x=x, y=y, mode="lines", name=words[f"interval_{level}"], **band)
    days = {"x": actual["date"], "hovertemplate": f"{_DAY}<br>{formats.money_hover}"}
    line = {"color": translucent(QUIET, 0.55), "width": 1}
    figure.add_scatter(**days, y=actual["revenue_brl"], name=words["actual"], mode="lines", line=line)
    line = {"color": ACCENT, "width": 2.5}
    figure.add_scatter(**days, y=actual["mean_brl"], name=words["mean"], mode="lines", line=line)
    if len(ahead):
        line = {"color": CONTRAST, "width": 2}
        days = {"x": ahead["date"], "hovertemplate": f"{_DAY}<br>{formats.money_hover}"}
        figure.add_scatter(**days, y=ahead["forecast_brl"], name=words["forecast"], mode="lines", line=line)
    figure.update_yaxes(title_text=words["axis"], tickformat=",.0f", rangemode="tozero")
    figure.update_xaxes(tickformatstops=_TICKS)
    return finished(figure, formats, height=height)


def lines(
    frame: pd.DataFrame,
    x: str,
    names: Mapping[str, str],
    formats: Formats,
    *,
    axis: str,
    tickformat: str = ",.0f",
    hover: str = "%{y:,.0f}",
    when: str = "%b %Y",
    height: int = 340,
    dashed: Sequence[str] = (),
) -> go.Figure:
    """Return one line a column of `names` (column: translated name) over the dates of `x`, told by hover as `when`."""
    figure = go.Figure()
    for place, (column, name) in enumerate(names.items()):
        line = {
            "color": CATEGORIES[place % len(CATEGORIES)],
            "width": 2.2,
            "dash": "dot" if column in dashed else "solid",
        }
        hovertemplate = f"%{{x|{when}}}<br>{name}: {hover}<extra></extra>"
        mode = "lines+markers" if len(frame) <= 40 else "lines"
        values = {"x": frame[x], "y": frame[column], "name": name, "mode": mode}
        figure.add_scatter(**values, line=line, marker={"size": 6}, hovertemplate=hovertemplate)
    figure.update_yaxes(title_text=axis, tickformat=tickformat, rangemode="tozero")
    figure.update_xaxes(tickformatstops=_TICKS)
    return finished(figure, formats, height=height, legend=len(names) > 1)


_TICKS = [
    {"dtickrange": [None, 6.048e8], "value": "%d/%m/%Y"},
    {"dtickrange": [6.048e8, "M1"], "value": "%d/%m/%Y"},
    {"dtickrange": ["M1", "M12"], "value": "%b %Y"},
    {"dtickrange": ["M12", None], "value": "%Y"},
]
