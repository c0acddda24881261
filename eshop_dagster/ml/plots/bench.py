"""The bench's figure: seconds of each step beside its floor, and one more day after a short and a long history."""

from collections.abc import Mapping
from statistics import median
from typing import Any

from matplotlib.figure import Figure

from eshop_dagster.ml.plots.palette import ACCENT, CONTRAST, QUIET, label_axes, new_figure

_DAY = "incremental day"


def bench_figure(content: Mapping[str, Any]) -> Figure:
    """Return a figure of two panels.

    Args:
        content: `bench.json`: `size` and `steps` with `name`, `days`, `number`, `seconds` and, where there is one,
            `floor_seconds`.
    """
    figure = new_figure(11, 4.8)
    left, right = figure.subplots(1, 2, width_ratios=(2, 1))
    steps = content["steps"]
    longest = max(step["days"] for step in steps)
    shown = [step for step in steps if step["days"] == longest and step["name"] != _DAY and "floor" not in step["name"]]
    for position, step in enumerate(shown):
        left.barh(position - 0.18, step["seconds"], height=0.34, color=ACCENT, label="platform" if not position else "")
        left.text(step["seconds"], position - 0.18, f" {_in_words(step['seconds'])}", va="center", fontsize=8)
        if "floor_seconds" in step:
            left.barh(position + 0.18, step["floor_seconds"], height=0.34, color=QUIET)
            text = f" {_in_words(step['floor_seconds'])} by bare calls"
            left.text(step["floor_seconds"], position + 0.18, text, va="center", fontsize=8)
    left.set_yticks(range(len(shown)), [step["name"] for step in shown])
    left.invert_yaxis()
    # From a tenth of a second to an hour.
    left.set_xscale("log")
    left.set_xlim(0.1, 20 * max(step["seconds"] for step in shown))
    size = content["size"]
    title = f"{size['days']} days, {size['orders_per_day']:,.0f} orders a day, {size['customers']:,} customers"
    label_axes(left, title=title, x="seconds (logarithmic)", y="")
    left.grid(axis="y", visible=False)
    points = sorted({step["days"] for step in steps if step["name"] == _DAY})
    days = {
        point: [step["seconds"] for step in steps if (step["name"], step["days"]) == (_DAY, point)] for point in points
    }
    for point, seconds in days.items():
        right.plot([point] * len(seconds), seconds, "o", color=QUIET)
    right.plot(points, [median(days[point]) for point in points], "-o", color=CONTRAST)
    right.set_ylim(bottom=0)
    label_axes(right, title="One more day, start-up to release", x="days of history", y="seconds")
    return figure


def _in_words(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
