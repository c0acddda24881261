"""Segments as the model sees them: customers as points, and who moved at the last retrain."""

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.registry import RegistryError, VersionSummary
from eshop_dagster.dashboard import projections, registry
from eshop_dagster.dashboard.charts.matrix import matrix
from eshop_dagster.dashboard.charts.points import segment_points
from eshop_dagster.dashboard.elements import chart, guarded, ignored_note, suppression_note, switch
from eshop_dagster.dashboard.formats import MISSING
from eshop_dagster.dashboard.suppression import suppress, without_small
from eshop_dagster.dashboard.view import View

_METHODS = ("pca2", "pca3", "tsne")


@st.fragment
def space(view: View, names: dict[int, str]) -> None:
    """Show a sample of the customers in two or three dimensions."""
    guarded(view.text, view.formats, lambda: _space(view, names))


def _space(view: View, names: dict[int, str]) -> None:
    version = _version(view)
    if not view.database.has("customer_features"):
        st.info(view.text("customers.no_features"))
        return
    if version is None or registry.fitted(view, version) is None:
        st.info(view.text("customers.model_closed"))
        return
    method = st.session_state.get("customers_method", _METHODS[0])
    if method == "tsne":
        points = projections.neighbours(view, version)
        axes = [view.text("customers.axis", number=number) for number in (1, 2)]
        note = view.text("customers.sampled_tsne", count=view.formats.whole(len(points)))
    else:
        dimensions = 3 if method == "pca3" else 2
        points, share = projections.components(view, version, dimensions)
        axes = [view.text("customers.component", number=number + 1) for number in range(dimensions)]
        count = view.formats.whole(len(points))
        note = view.text("customers.sampled", count=count, share=view.formats.share(share))
    counts = points.groupby("segment_id").size().rename("customer_count").reset_index()
    large, hidden = without_small(counts, "customer_count")
    points = points[points["segment_id"].isin(large["segment_id"])]
    if view.filters.segments:
        points = points[points["segment_id"].isin(view.filters.segments)]
    numbers = points.assign(segment=[names.get(one, str(one)) for one in points["segment_id"]])
    figure = segment_points(points, names, axes, view.formats)
    notes = [note, *ignored_note(view, "states"), *suppression_note(view, hidden)]
    label = view.text("customers.method")

    def controls() -> None:
        switch(label, _METHODS, lambda one: view.text(f"customers.method_{one}"), "customers_method")

    chart(view, "customers.projection", figure, numbers, notes=notes, controls=controls)


def migration(view: View, names: dict[int, str]) -> None:
    """Show who moved between segments when the present model took over."""
    moves = registry.champions_table(view, "segmentation", "migration")
    if moves is None:
        chart(view, "customers.migration", None, pd.DataFrame(), empty="customers.no_migration")
        return
    moves, hidden = suppress(moves, "customer_count", ["moved_from_share"], whole="champion_segment_id")
    for column, source in (("before", "champion_segment_id"), ("after", "segment_id")):
        moves[column] = [names.get(one, str(one)) for one in moves[source]]
    wide = moves.pivot(index="champion_segment_id", columns="segment_id", values="moved_from_share")
    written = [[view.formats.share(one) if one == one else MISSING for one in row] for row in wide.to_numpy()]
    figure = matrix(
        wide.to_numpy(),
        [names.get(int(str(one)), str(one)) for one in wide.index],
        [names.get(int(str(one)), str(one)) for one in wide.columns],
        view.formats,
        x_axis=view.text("customers.after"),
        y_axis=view.text("customers.before"),
        written=written,
        most=1.0,
        height=420,
    )
    # With counts, or shares of all digits, the hidden cells of a row could be worked out.
    numbers = moves[["before", "after", "moved_from_share"]].round({"moved_from_share": 3})
    notes = [*ignored_note(view, "states", "segments"), *suppression_note(view, hidden)]
    chart(view, "customers.migration", figure, numbers, notes=notes)


def _version(view: View) -> VersionSummary | None:
    try:
        return registry.champion(view, "segmentation")
    except RegistryError:
        return None
