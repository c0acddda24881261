"""The replay's figure: each policy's error by week beside never training again, and what the trainings bought."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eshop_dagster.ml.plots.palette import CATEGORIES, MARKERS, PERCENT, QUIET, label_axes, new_figure

_NEVER = "never"
_PAST_RATE = "own past rate"
_ORDER = (_NEVER, "monthly", "drift", "weekly")


def replay_figure(table: pd.DataFrame, weeks: pd.DataFrame) -> Figure:
    """Return a figure of two panels.

    Args:
        table: as `compare_policies` returns it.
        weeks: of `Scores`.
    """
    figure = new_figure(12.0, 4.8)
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    errors = weeks.assign(day=pd.to_datetime(weeks["day"])).pivot(index="day", columns="policy", values="rmse_brl")
    policies = sorted(errors.columns, key=_ORDER.index)
    reference = _NEVER if _NEVER in policies else policies[0]
    for policy in policies:
        _draw_weeks(left, weeks[weeks["policy"] == policy], errors[policy] / errors[reference] - 1, policy)
    left.yaxis.set_major_formatter(PERCENT)
    left.legend(frameon=False, fontsize=9)
    left.tick_params(axis="x", rotation=30)
    title = f"Error of each week's predictions against {'never training again' if reference == _NEVER else reference}"
    label_axes(left, title=title, x="day of prediction (marks: a new model took the place)", y="RMSE, difference")
    _draw_gains(right, table[table["policy"] != _PAST_RATE], reference)
    return figure


def _draw_weeks(axes: Axes, weeks: pd.DataFrame, apart: pd.Series, policy: str) -> None:
    place = _ORDER.index(policy)
    colour = CATEGORIES[place] if policy != _NEVER else QUIET
    promoted = pd.to_datetime(weeks.loc[weeks["is_promoted"], "day"])
    axes.plot(apart.index, apart, color=colour, linewidth=2, label=policy)
    axes.plot(promoted, apart.reindex(promoted), MARKERS[place], color=colour, markersize=5)


def _draw_gains(axes: Axes, table: pd.DataFrame, reference: str) -> None:
    """Draw by policy the gain over the reference with its interval, against the number of trainings."""
    for row in table.to_dict("records"):
        place, gain = _ORDER.index(row["policy"]), row["rmse_gain_brl"]
        ends = np.array([[gain - row["rmse_gain_brl_lower"]], [row["rmse_gain_brl_upper"] - gain]])
        colour = CATEGORIES[place] if row["policy"] != _NEVER else QUIET
        axes.errorbar(row["trainings"], gain, np.maximum(ends, 0), fmt=MARKERS[place], color=colour, capsize=4)
        text = f"{row['policy']} ({row['top_decile_share']:.1%})"
        axes.annotate(text, (row["trainings"], gain), (8, 6), textcoords="offset points", fontsize=8, color=colour)
    axes.axhline(0, color=QUIET, linewidth=1)
    axes.set_xlim(0, table["trainings"].max() * 1.5 + 1)
    label_axes(
        axes,
        title="What the trainings bought",
        x="trainings (in brackets: spend held by the top tenth)",
        y=f"RMSE below {reference} (BRL, 95 % interval)",
    )
