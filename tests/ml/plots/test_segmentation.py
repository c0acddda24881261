import pandas as pd
import pytest

from eshop_dagster.ml.personas import segment_profile
from eshop_dagster.ml.plots import (
    migration_figure,
    scatter_3d_figure,
    scatter_figure,
    silhouette_figure,
    sizes_figure,
)
from eshop_dagster.ml.projection import Projection
from eshop_dagster.ml.segmentation import migration

from ..builders import customer, customers
from .test_spend import png

FLAT = Projection(
    pd.DataFrame({"component_1": [0.0, 1.0], "component_2": [2.0, 3.0], "segment_id": [0, 1]}), (0.6, 0.3)
)
DEEP = Projection(FLAT.points.assign(component_3=[4.0, 5.0]), (0.6, 0.3, 0.1))
NAMES = {0: "Premium", 1: "Novos"}


def test_a_scatter_has_one_colour_and_one_name_for_each_segment():
    figure = scatter_figure(FLAT, NAMES)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["0 · Premium", "1 · Novos"]
    assert figure.axes[0].get_xlabel() == "component 1 (standard deviations, 60% of the variance)"
    assert len(figure.axes[0].collections) == 2


def test_a_segment_without_a_name_is_shown_by_its_id():
    assert [text.get_text() for text in scatter_figure(FLAT, {}).legends[0].get_texts()] == ["0", "1"]


def test_the_solid_scatter_names_its_three_axes():
    figure = scatter_3d_figure(DEEP, NAMES)
    assert figure.axes[0].get_zlabel() == "component 3 (std. dev., 10%)"
    assert png(figure).startswith(b"\x89PNG")


def test_a_projection_of_another_dimension_is_refused():
    with pytest.raises(ValueError, match="projection has 2 dimensions; expected 3"):
        scatter_3d_figure(FLAT, NAMES)
    with pytest.raises(ValueError, match="projection has 3 dimensions; expected 2"):
        scatter_figure(DEEP, NAMES)


def test_sizes_show_the_share_of_customers_and_of_revenue():
    profile = segment_profile(
        customers(customer("a", net_revenue_brl=300.0), customer("b", net_revenue_brl=100.0)), [0, 1]
    )
    shares, worth = sizes_figure(profile, NAMES).axes
    assert [patch.get_width() for patch in shares.patches] == [0.5, 0.5, 0.25, 0.75]
    assert [patch.get_width() for patch in worth.patches] == [100.0, 300.0]
    assert [label.get_text() for label in shares.get_yticklabels()] == ["1 · Novos", "0 · Premium"]


def test_the_order_of_the_profile_changes_no_pixel():
    profile = segment_profile(customers(customer("a", net_revenue_brl=300.0), customer("b")), [0, 1])
    assert png(sizes_figure(profile[::-1], NAMES)) == png(sizes_figure(profile, NAMES))


def test_the_chosen_number_of_segments_is_ringed(segmentation_result):
    axes = silhouette_figure(segmentation_result.counts, baseline_silhouette=0.1).axes[0]
    ring = next(part for part in axes.collections if part.get_label() == "chosen")
    assert ring.get_offsets()[0][0] == segmentation_result.segment_count
    assert "quintile groups (baseline)" in axes.get_legend_handles_labels()[1]


def test_the_numbers_of_segments_are_drawn_as_they_were_compared(segmentation_result):
    axes = silhouette_figure(segmentation_result.counts).axes[0]
    assert axes.lines[0].get_ydata().tolist() == segmentation_result.counts["silhouette_mean"].tolist()


def test_a_migration_shows_each_share_and_count_by_name():
    figure = migration_figure(migration([0, 0, 0, 1], [0, 0, 5, 5]), NAMES, {0: "Premium", 5: "Fiéis"})
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["66.7%\n2", "33.3%\n1", "0.0%\n0", "100.0%\n1"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0 · Premium", "5 · Fiéis"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0 · Premium", "1 · Novos"]
    assert axes.get_title(loc="left") == "Who moves: 50.0% of the customers"
    assert png(figure).startswith(b"\x89PNG")


def test_tables_without_their_columns_are_refused():
    with pytest.raises(ValueError, match="lacks"):
        sizes_figure(pd.DataFrame({"segment_id": [0]}), NAMES)
    with pytest.raises(ValueError, match="missing"):
        silhouette_figure(pd.DataFrame({"segment_count": [3]}))
