"""The figure of the gate's benchmark: each policy's regret as the shops grow older, and what it costs over the rule."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eshop_dagster.ml.plots.palette import ACCENT, CATEGORIES, MARKERS, PERCENT, QUIET, label_axes, new_figure

MOST_REGRET = 0.5
_QUARTER_MONTHS = 3.0
_CURVES = 4
"""The rule and the simple policies: variants of the gate would hide behind the rule."""


def gate_figure(origins: pd.DataFrame, policies: Sequence[Mapping[str, Any]]) -> Figure:
    """Return a figure of two panels; the first policy is the platform's rule.

    Args:
        origins: one row per shop, origin and policy: `policy`, `shop`, `months` of history, `regret`.
        policies: rows of `summary`.
    """
    figure = new_figure(12.0, 4.8)
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    names = [str(row["policy"]) for row in policies]
    for place, name in enumerate(names[:_CURVES]):
        _draw_curve(left, origins[origins["policy"] == name], name, place)
    left.yaxis.set_major_formatter(PERCENT)
    left.set_ylim(bottom=0)
    left.legend(frameon=False, fontsize=8)
    label_axes(
        left, title="Regret by age of the shop", x="months of history at the training", y="regret, mean of shops"
    )
    _draw_differences(right, policies)
    return figure


def _draw_curve(axes: Axes, rows: pd.DataFrame, name: str, place: int) -> None:
    """Draw the mean over shops of every quarter of a year."""
    quarter = _QUARTER_MONTHS * (np.floor(rows["months"] / _QUARTER_MONTHS) + 0.5)
    capped = rows.assign(quarter=quarter, regret=rows["regret"].clip(upper=MOST_REGRET))
    curve = capped.groupby(["quarter", "shop"])["regret"].mean().groupby("quarter").mean()
    width = 2.6 if place == 0 else 1.4
    axes.plot(curve.index, curve, MARKERS[place % 8], ls="-", color=CATEGORIES[place % 8], lw=width, ms=5, label=name)


def _draw_differences(axes: Axes, policies: Sequence[Mapping[str, Any]]) -> None:
    """Draw by how much each policy's regret lies above the rule's, with the interval over shops."""
    others = policies[1:]
    for place, row in enumerate(others):
        value = row["against_rule"]
        ends = np.array([[value - row["against_rule_lower"]], [row["against_rule_upper"] - value]])
        axes.errorbar(value, place, xerr=np.maximum(ends, 0), fmt="o", color=ACCENT, capsize=4)
    axes.set_yticks(range(len(others)), [str(row["policy"]) for row in others], fontsize=8)
    axes.invert_yaxis()
    axes.axvline(0, color=QUIET, linewidth=1)
    axes.xaxis.set_major_formatter(PERCENT)
    label_axes(axes, title="Regret above the rule's", x="percentage points (95 % interval over shops)", y="")
