"""Figures of the spend model, from the tables of a `SpendResult`."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eshop_dagster.ml.plots.palette import ACCENT, CONTRAST, NUMBER, PERCENT, QUIET, TEXT, label_axes, new_figure
from eshop_dagster.ml.spend_figures import bounds_of

DECILES = 10
BASELINE_ROOM = 2.5
HOLDOUT_COLUMNS = ("actual_brl", "predicted_brl", "baseline_brl")
_NAMES = {
    "weighted_mean": "weighted mean",
    "bg_nbd": "BG/NBD",
    "bg_nbd_of_the_day": "BG/NBD of the day",
    "past_rate": "own past rate",
    "past_total_rescaled": "past total, rescaled",
    "mean": "mean of all",
    "zero": "nothing",
}
_LEVELS = ((80, ACCENT), (95, CONTRAST))


def residuals_figure(holdout: pd.DataFrame) -> Figure:
    """Return true minus predicted spend against predicted spend, with the mean of equal groups of customers.

    Args:
        holdout: of a model that can serve; customers that share a place are one hexagon, darker the more they are.
    """
    _require_columns(holdout, HOLDOUT_COLUMNS)
    predicted = holdout["predicted_brl"].to_numpy(dtype=np.float64)
    residual = holdout["actual_brl"].to_numpy(dtype=np.float64) - predicted
    figure = new_figure()
    axes = figure.add_subplot()
    least = float(np.percentile(residual, 0.5))
    most = float(np.percentile(residual, 99.5))
    right = float(np.percentile(predicted, 99.5))
    shown = (residual >= least) & (residual <= most) & (predicted <= right)
    hexagons = axes.hexbin(predicted[shown], residual[shown], gridsize=45, mincnt=1, bins="log", cmap="Blues")
    figure.colorbar(hexagons, ax=axes, label="customers (log scale)")
    axes.axhline(0, color=QUIET, linewidth=1)
    groups = _groups(predicted)
    centre = pd.Series(predicted).groupby(groups).mean()
    bias = pd.Series(residual).groupby(groups).mean()
    inside = centre <= right
    axes.plot(centre[inside], bias[inside], "o-", color=CONTRAST, markersize=5, label="mean residual of a tenth")
    axes.legend(frameon=False, loc="upper right")
    axes.xaxis.set_major_formatter(NUMBER)
    axes.yaxis.set_major_formatter(NUMBER)
    hidden = int((~shown).sum())
    label_axes(
        axes,
        title=f"Residuals of the last judged window ({hidden:,} of {len(holdout):,} customers outside the frame)",
        x="predicted spend in the window (BRL)",
        y="true minus predicted spend (BRL)",
    )
    return figure


def deciles_figure(holdout: pd.DataFrame) -> Figure:
    """Return predicted against true spend by tenth of customers, and the gains curve beside that of the baseline."""
    _require_columns(holdout, HOLDOUT_COLUMNS)
    figure = new_figure(12.0, 5.0)
    bars, gains = figure.subplots(1, 2)
    groups = _groups(-holdout["predicted_brl"].to_numpy(dtype=np.float64))
    means = holdout[list(HOLDOUT_COLUMNS)].groupby(groups).mean()
    places = means.index.to_numpy() + 1
    bars.bar(places - 0.2, means["predicted_brl"], 0.4, color=ACCENT, label="predicted")
    bars.bar(places + 0.2, means["actual_brl"], 0.4, color=CONTRAST, label="true")
    _mark_baseline(bars, places, means)
    bars.set_xticks(range(1, DECILES + 1))
    bars.yaxis.set_major_formatter(NUMBER)
    bars.legend(frameon=False)
    label_axes(
        bars,
        title="Mean spend by tenth of customers",
        x="tenth of customers, highest prediction first",
        y="mean spend in the window (BRL)",
    )
    actual = holdout["actual_brl"].to_numpy(dtype=np.float64)
    lines = (("actual_brl", QUIET, ":", "perfect ranking"), ("baseline_brl", TEXT, "--", "best baseline"))
    for column, colour, style, name in (*lines, ("predicted_brl", ACCENT, "-", "model")):
        x, y = _gains(actual, holdout[column].to_numpy(dtype=np.float64))
        gains.plot(x, y, linestyle=style, color=colour, linewidth=2, label=name)
    gains.plot([0, 1], [0, 1], color=QUIET, linewidth=1, label="random order")
    gains.xaxis.set_major_formatter(PERCENT)
    gains.yaxis.set_major_formatter(PERCENT)
    gains.legend(frameon=False, loc="lower right")
    label_axes(
        gains,
        title="Gains: who holds the spend",
        x="share of customers, highest prediction first",
        y="share of true spend",
    )
    return figure


def _mark_baseline(axes: Axes, places: np.ndarray, means: pd.DataFrame) -> None:
    top = BASELINE_ROOM * float(means[["predicted_brl", "actual_brl"]].to_numpy().max())
    baseline = means["baseline_brl"].to_numpy(dtype=np.float64)
    above = (baseline > top) & (top > 0)
    if not above.all():
        axes.scatter(places[~above], baseline[~above], 25, TEXT, marker="D", label="best baseline")
    if above.any():
        edge = np.full(int(above.sum()), top)
        axes.scatter(places[above], edge, 50, TEXT, marker="^", label="best baseline, above the frame")
        axes.set_ylim(0, 1.03 * top)


def candidates_figure(candidates: pd.DataFrame, intervals: pd.DataFrame | None = None) -> Figure:
    """Return the RMSE of the model and each baseline as bars, the model in the accent colour.

    Args:
        candidates: of a `SpendResult`.
        intervals: of a `SpendResult`, for whiskers.
    """
    _require_columns(candidates, ("candidate", "rmse_brl", "is_baseline", "is_chosen"))
    ranked = candidates.sort_values("rmse_brl", ascending=False, ignore_index=True)
    figure = new_figure(9.0, 1.5 + 0.36 * len(ranked))
    axes = figure.add_subplot()
    colours = [ACCENT if row.is_chosen else QUIET for row in ranked.itertuples()]
    hatches = ["//" if row.is_baseline else "" for row in ranked.itertuples()]
    labels = [
        f"{_NAMES.get(name, name)} (baseline)" if is_baseline else _NAMES.get(name, name)
        for name, is_baseline in zip(ranked["candidate"], ranked["is_baseline"], strict=True)
    ]
    axes.barh(labels, ranked["rmse_brl"], color=colours, hatch=hatches, edgecolor="white")
    ends = _whiskers(ranked, intervals)
    places = np.flatnonzero(np.isfinite(ends).all(axis=1))
    values = ranked["rmse_brl"].to_numpy(dtype=np.float64)
    if places.size:
        sizes = np.abs(ends[places] - values[places, None]).T
        axes.errorbar(values[places], places, xerr=sizes, fmt="none", ecolor=TEXT, capsize=3, linewidth=1)
    # At one line, right of the longest whisker.
    right = 1.02 * float(np.nanmax(np.column_stack([ends, values])))
    for place, value in enumerate(values):
        axes.text(right, place, f"{value:,.2f}", va="center", color=TEXT)
    axes.set_xlim(0, 1.12 * right)
    axes.xaxis.set_major_formatter(NUMBER)
    whiskers = "; whiskers: 95 % bootstrap interval" if places.size else ""
    label_axes(axes, title="The model and the baselines: lower is better", x=f"RMSE (BRL){whiskers}", y="")
    axes.grid(visible=False)
    return figure


def _whiskers(ranked: pd.DataFrame, intervals: pd.DataFrame | None) -> np.ndarray:
    if intervals is None:
        return np.full((len(ranked), 2), np.nan)
    known = intervals[intervals["metric"] == "rmse_brl"].set_index("candidate")[["lower", "upper"]]
    return known.reindex(ranked["candidate"]).to_numpy(dtype=np.float64)


def coverage_figure(holdout: pd.DataFrame) -> Figure:
    """Return the share of buyers whose true spend lies within its interval, by tenth of predicted spend."""
    ends = tuple(name for level, _ in _LEVELS for name in bounds_of(level / 100))
    _require_columns(holdout, (*HOLDOUT_COLUMNS, *ends))
    holdout = holdout[holdout["actual_brl"] > 0].reset_index(drop=True)
    groups = _groups(-holdout["predicted_brl"].to_numpy(dtype=np.float64))
    figure = new_figure(8.0, 4.5)
    axes = figure.add_subplot()
    for level, colour in _LEVELS:
        actual, lower, upper = (holdout[name] for name in ("actual_brl", *bounds_of(level / 100)))
        is_within = (actual >= lower) & (actual <= upper)
        held = is_within.groupby(groups).mean()
        label = f"{level} % interval: {is_within.mean():.1%} of all buyers"
        axes.plot(held.index + 1, held, "o-", color=colour, label=label)
        axes.axhline(level / 100, color=colour, linestyle=":", linewidth=1)
    axes.set_xticks(range(1, DECILES + 1))
    axes.set_ylim(min(0.5, axes.get_ylim()[0]), 1.01)
    axes.yaxis.set_major_formatter(PERCENT)
    axes.legend(frameon=False, loc="lower right")
    label_axes(
        axes,
        title="Do the intervals hold? (dotted: what they promise)",
        x="tenth of customers, highest prediction first",
        y="spend of buyers within the interval",
    )
    return figure


def chances_figure(chances: pd.DataFrame) -> Figure:
    """Return the calibration curve of the probability to buy: how many bought of whom so many should have.

    Args:
        chances: of a `Served`, as `calibration_curve` counts them.
    """
    _require_columns(chances, ("customer_count", "predicted_share", "bought_share"))
    figure = new_figure(6.5, 5.5)
    axes = figure.add_subplot()
    most = 1.05 * max(float(chances[["predicted_share", "bought_share"]].to_numpy().max()), 0.01)
    axes.plot([0, most], [0, most], color=QUIET, linestyle=":", label="perfect: as many buy as expected")
    count = f"{chances['customer_count'].sum():,.0f}"
    label = f"tenths of {count} customers of the last judged window"
    axes.plot(chances["predicted_share"], chances["bought_share"], "o-", color=ACCENT, label=label)
    axes.set_xlim(0, most)
    axes.set_ylim(0, most)
    axes.xaxis.set_major_formatter(PERCENT)
    axes.yaxis.set_major_formatter(PERCENT)
    axes.legend(frameon=False, loc="upper left")
    label_axes(
        axes,
        title="Probability to buy, expected and real\n(above the line more bought than expected, below it fewer)",
        x="expected to buy in the window (mean probability)",
        y="bought in the window",
    )
    return figure


def _require_columns(frame: pd.DataFrame, names: tuple[str, ...]) -> None:
    missing = [name for name in names if name not in frame.columns]
    if missing or frame.empty:
        raise ValueError(f"{len(frame)} rows, missing columns {missing}; expected one row or more with {list(names)}.")


def _groups(values: np.ndarray) -> np.ndarray:
    """0 for the lowest tenth to 9 for the highest; equal values stay together, so that groups may fall out."""
    places = pd.Series(values).rank(method="average").to_numpy()
    return np.ceil(DECILES * (places - 0.5) / len(values)).astype(np.int64) - 1


def _gains(actual: np.ndarray, order_by: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    _, group, size = np.unique(-order_by, return_inverse=True, return_counts=True)
    held = np.bincount(group, weights=actual).cumsum()
    total = max(float(actual.sum()), np.finfo(np.float64).tiny)
    return np.concatenate(([0.0], size.cumsum() / actual.size)), np.concatenate(([0.0], held / total))
