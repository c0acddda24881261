"""Figures of the spend model, from the tables of a `SpendResult`."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eshop_dagster.ml.plots.palette import ACCENT, CONTRAST, NUMBER, PERCENT, QUIET, TEXT, label_axes, new_figure

DECILES = 10
BASELINE_ROOM = 2.5
HOLDOUT_COLUMNS = ("actual_brl", "predicted_brl", "baseline_brl")
_NAMES = {
    "linear": "linear",
    "random_forest": "random forest",
    "xgboost": "XGBoost",
    "past_rate": "own past rate",
    "mean": "mean of all",
}


def residuals_figure(holdout: pd.DataFrame) -> Figure:
    """Return true minus predicted spend against predicted spend, with the mean of equal groups of customers.

    Args:
        holdout: of a `SpendResult`; customers that share a place are drawn as one hexagon, darker the more they are.
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
        title=f"Residuals on the holdout ({hidden:,} of {len(holdout):,} customers outside the frame)",
        x="predicted spend in 90 days (BRL)",
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
        y="mean spend in 90 days (BRL)",
    )
    actual = holdout["actual_brl"].to_numpy(dtype=np.float64)
    lines = (("actual_brl", QUIET, ":", "perfect ranking"), ("baseline_brl", TEXT, "--", "own past rate (baseline)"))
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
        axes.scatter(places[~above], baseline[~above], 25, TEXT, marker="D", label="own past rate (baseline)")
    if above.any():
        edge = np.full(int(above.sum()), top)
        axes.scatter(places[above], edge, 50, TEXT, marker="^", label="own past rate (baseline), above the frame")
        axes.set_ylim(0, 1.03 * top)


def candidates_figure(candidates: pd.DataFrame) -> Figure:
    """Return the RMSE of each candidate and baseline as bars, the chosen one in the accent colour."""
    _require_columns(candidates, ("candidate", "rmse_brl", "is_baseline", "is_chosen"))
    ranked = candidates.sort_values("rmse_brl", ascending=False, ignore_index=True)
    figure = new_figure(8.0, 4.0)
    axes = figure.add_subplot()
    colours = [ACCENT if row.is_chosen else QUIET for row in ranked.itertuples()]
    hatches = ["//" if row.is_baseline else "" for row in ranked.itertuples()]
    names = [_NAMES.get(name, name) for name in ranked["candidate"]]
    labels = [
        f"{name} (baseline)" if is_baseline else name
        for name, is_baseline in zip(names, ranked["is_baseline"], strict=True)
    ]
    bars = axes.barh(labels, ranked["rmse_brl"], color=colours, hatch=hatches, edgecolor="white")
    axes.bar_label(bars, labels=[f"{value:,.2f}" for value in ranked["rmse_brl"]], padding=4, color=TEXT)
    axes.margins(x=0.12)
    axes.xaxis.set_major_formatter(NUMBER)
    label_axes(axes, title="Candidates on the holdout: lower is better", x="RMSE (BRL)", y="")
    axes.grid(visible=False)
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
