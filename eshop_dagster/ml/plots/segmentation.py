"""Figures of the segmentation, from its tables and projections. Segment names are the caller's, in its language."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D

from eshop_dagster.ml.plots.palette import (
    ACCENT,
    CONTRAST,
    PERCENT,
    QUIET,
    TEXT,
    label_axes,
    new_figure,
    segment_colour,
    segment_marker,
)
from eshop_dagster.ml.projection import Projection
from eshop_dagster.ml.segmentation import Migration


def scatter_figure(projection: Projection, names: Mapping[int, str]) -> Figure:
    """Return the customers of a sample on their first two principal components, by segment."""
    shares = _require_dimensions(projection, 2)
    figure = new_figure(8.0, 6.0)
    axes = figure.add_subplot()
    for segment_id, points in _by_segment(projection.points):
        axes.scatter(
            points["component_1"],
            points["component_2"],
            s=12,
            alpha=0.55,
            color=segment_colour(segment_id),
            marker=segment_marker(segment_id),
            linewidths=0,
            label=_name(segment_id, names),
        )
    legend = figure.legend(loc="outside right upper", frameon=False, markerscale=2, title="segment")
    _make_opaque(legend.legend_handles)
    label_axes(
        axes,
        title=f"Customers by segment ({len(projection.points):,} drawn, {sum(shares):.0%} of the variance)",
        x=f"component 1 (standard deviations, {shares[0]:.0%} of the variance)",
        y=f"component 2 (standard deviations, {shares[1]:.0%} of the variance)",
    )
    return figure


def scatter_3d_figure(projection: Projection, names: Mapping[int, str]) -> Figure:
    """Return the customers of a sample on their first three principal components, by segment."""
    shares = _require_dimensions(projection, 3)
    figure = new_figure(8.5, 6.5)
    axes = figure.add_subplot(projection=Axes3D.name)
    for segment_id, points in _by_segment(projection.points):
        axes.scatter(
            points["component_1"],
            points["component_2"],
            points["component_3"],
            s=9,
            alpha=0.5,
            color=segment_colour(segment_id),
            marker=segment_marker(segment_id),
            linewidths=0,
            label=_name(segment_id, names),
        )
    axes.view_init(elev=22, azim=-60)
    axes.set_box_aspect(None, zoom=0.9)
    legend = axes.legend(loc="upper left", frameon=False, markerscale=2, title="segment")
    _make_opaque(legend.legend_handles)
    axes.set_title(
        f"Customers by segment ({len(projection.points):,} drawn, {sum(shares):.0%} of the variance)",
        loc="left",
        fontsize=12,
        color=TEXT,
    )
    for axis, share, write in zip((1, 2, 3), shares, (axes.set_xlabel, axes.set_ylabel, axes.set_zlabel), strict=True):
        write(f"component {axis} (std. dev., {share:.0%})", color=TEXT)
    return figure


def sizes_figure(profile: pd.DataFrame, names: Mapping[int, str]) -> Figure:
    """Return each segment's share of customers beside its share of revenue, and its mean net worth."""
    needed = ["segment_id", "customer_share", "net_revenue_share", "net_revenue_brl_mean"]
    missing = [name for name in needed if name not in profile.columns]
    if missing or profile.empty:
        raise ValueError(f"profile of {len(profile)} segments lacks {missing}; expected what segment_profile returns.")
    ranked = profile.sort_values("segment_id", ascending=False, ignore_index=True)
    labels = [_name(int(segment_id), names) for segment_id in ranked["segment_id"]]
    figure = new_figure(11.0, 1.6 + 0.6 * len(ranked))
    shares, worth = figure.subplots(1, 2, sharey=True)
    places = ranked.index.to_numpy()
    for offset, column, colour, name in (
        (0.2, "customer_share", QUIET, "customers"),
        (-0.2, "net_revenue_share", ACCENT, "net revenue"),
    ):
        bars = shares.barh(places + offset, ranked[column], 0.38, color=colour, label=name)
        shares.bar_label(bars, labels=[f"{value:.1%}" for value in ranked[column]], padding=3, fontsize=9, color=TEXT)
    shares.set_yticks(places, labels)
    shares.xaxis.set_major_formatter(PERCENT)
    shares.margins(x=0.15)
    figure.legend(loc="outside lower left", ncols=2, frameon=False)
    label_axes(shares, title="Share of customers and of net revenue", x="share of the base", y="")
    bars = worth.barh(places, ranked["net_revenue_brl_mean"], 0.6, color=ACCENT)
    amounts = [f"{value:,.2f}" for value in ranked["net_revenue_brl_mean"]]
    worth.bar_label(bars, labels=amounts, padding=3, fontsize=9, color=TEXT)
    worth.margins(x=0.2)
    label_axes(worth, title="Mean net worth of a customer", x="BRL", y="")
    for axes in (shares, worth):
        axes.grid(visible=False)
    return figure


def silhouette_figure(counts: pd.DataFrame, *, baseline_silhouette: float | None = None) -> Figure:
    """Return the silhouette by number of segments, with the choice, what is not admissible, and the baseline.

    Args:
        counts: of a `SegmentationResult`; the bars are one standard error of the difference from the best.
        baseline_silhouette: of the recency-frequency-monetary groups, as many as there are segments.
    """
    needed = ["segment_count", "silhouette_mean", "silhouette_error", "is_admissible", "is_chosen"]
    missing = [name for name in needed if name not in counts.columns]
    if missing or counts.empty:
        raise ValueError(f"{len(counts)} rows, missing {missing}; expected the counts of a SegmentationResult.")
    figure = new_figure(8.0, 4.5)
    axes = figure.add_subplot()
    axes.errorbar(
        counts["segment_count"],
        counts["silhouette_mean"],
        yerr=counts["silhouette_error"],
        color=QUIET,
        linewidth=1.5,
        capsize=3,
        zorder=1,
    )
    parts = (
        (counts[~counts["is_admissible"]], "X", QUIET, 70, "not admissible (size, stability or value)"),
        (counts[counts["is_admissible"]], "o", ACCENT, 60, "admissible"),
    )
    for rows, marker, colour, size, name in parts:
        if len(rows):
            axes.scatter(
                rows["segment_count"],
                rows["silhouette_mean"],
                s=size,
                marker=marker,
                color=colour,
                label=name,
                zorder=2,
            )
    chosen = counts[counts["is_chosen"]]
    axes.scatter(
        chosen["segment_count"],
        chosen["silhouette_mean"],
        s=220,
        facecolors="none",
        edgecolors=CONTRAST,
        linewidths=2,
        label="chosen",
        zorder=3,
    )
    if baseline_silhouette is not None:
        axes.axhline(baseline_silhouette, color=TEXT, linestyle="--", linewidth=1, label="quintile groups (baseline)")
    axes.set_xticks(counts["segment_count"].to_list())
    axes.margins(y=0.15)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    label_axes(
        axes,
        title="How many segments: higher is better",
        x="number of segments",
        y="silhouette (-1 to 1, mean of samples)",
    )
    return figure


def migration_figure(
    migration: Migration, champion_names: Mapping[int, str], challenger_names: Mapping[int, str]
) -> Figure:
    """Return who moves between segments as a heat map: of each segment of the champion, the share that goes where."""
    shares = migration.table.pivot(index="champion_segment_id", columns="segment_id", values="moved_from_share")
    counts = migration.table.pivot(index="champion_segment_id", columns="segment_id", values="customer_count")
    figure = new_figure(2.5 + 1.3 * shares.shape[1], 2.0 + 0.6 * shares.shape[0])
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    for row, column in np.ndindex(*shares.shape):
        share, count = float(shares.to_numpy()[row, column]), int(counts.to_numpy()[row, column])
        axes.text(
            column,
            row,
            f"{share:.1%}\n{count:,}",
            ha="center",
            va="center",
            fontsize=9,
            color="white" if share > 0.5 else TEXT,
        )
    axes.set_xticks(range(shares.shape[1]), [_name(int(one), challenger_names) for one in shares.columns])
    axes.tick_params(axis="x", rotation=30)
    axes.set_yticks(range(shares.shape[0]), [_name(int(one), champion_names) for one in shares.index])
    label_axes(
        axes,
        title=f"Who moves: {migration.moved_share:.1%} of the customers",
        x="segment under the challenger",
        y="segment under the champion",
    )
    axes.grid(visible=False)
    return figure


def _require_dimensions(projection: Projection, dimensions: int) -> tuple[float, ...]:
    found = len(projection.explained_variance_share)
    if found != dimensions:
        raise ValueError(
            f"projection has {found} dimensions; expected {dimensions}. Project with dimensions={dimensions}."
        )
    return projection.explained_variance_share


def _by_segment(points: pd.DataFrame) -> list[tuple[int, pd.DataFrame]]:
    ids = points["segment_id"].to_numpy()
    return [(segment_id, points[ids == segment_id]) for segment_id in sorted(set(ids.tolist()))]


def _name(segment_id: int, names: Mapping[int, str]) -> str:
    return f"{segment_id} · {names[segment_id]}" if segment_id in names else str(segment_id)


def _make_opaque(handles: Sequence[object]) -> None:
    for handle in handles:
        handle.set_alpha(1.0)  # type: ignore[attr-defined]
