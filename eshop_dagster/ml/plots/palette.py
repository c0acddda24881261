"""One look for every figure: colours that colour-blind readers can tell apart, and quiet axes."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

ACCENT = "#0072B2"
CONTRAST = "#D55E00"
QUIET = "#8C8C8C"
TEXT = "#333333"
CATEGORIES = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
"""Okabe and Ito (2008), Color Universal Design: eight colours, told apart under every common colour vision."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


def write_number(value: float, _: int | None = None) -> str:
    """Return 1234.0 as 1,234 and 0.25 as 0.25: ticks that never repeat, whatever the scale."""
    rounded = round(value, 6)
    return f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.6f}".rstrip("0")


NUMBER = FuncFormatter(write_number)
PERCENT = FuncFormatter(lambda value, _: f"{value:.0%}")


def new_figure(width: float = 8.0, height: float = 5.0) -> Figure:
    """Return an empty figure of that many inches; no state is shared with other figures."""
    return Figure(figsize=(width, height), dpi=120, layout="constrained")


def label_axes(axes: Axes, *, title: str, x: str, y: str) -> None:
    """Write title and axis labels, and take away what carries no data."""
    axes.set_title(title, loc="left", fontsize=12, color=TEXT, pad=10)
    axes.set_xlabel(x, color=TEXT)
    axes.set_ylabel(y, color=TEXT)
    axes.tick_params(colors=TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#E5E5E5", linewidth=0.8)
    axes.set_axisbelow(True)


def segment_colour(segment_id: int) -> str:
    """Return the colour of a segment, the same in every figure; they repeat after eight."""
    return CATEGORIES[segment_id % len(CATEGORIES)]


def segment_marker(segment_id: int) -> str:
    """Return the marker of a segment, so that colour is never the only difference."""
    return MARKERS[segment_id % len(MARKERS)]
