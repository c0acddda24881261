import pytest

from eshop_dagster.ml.projection import project_segments

from .builders import customer, customers


def test_components_are_centred_and_fall_in_variance(shop, segmentation_result):
    projection = project_segments(segmentation_result.pipeline, shop[1], dimensions=3, sample_rows=10_000, seed=0)
    assert list(projection.points.columns) == ["component_1", "component_2", "component_3", "segment_id"]
    assert len(projection.points) == len(shop[1])
    assert projection.points["component_1"].mean() == pytest.approx(0, abs=1e-9)
    shares = projection.explained_variance_share
    assert list(shares) == sorted(shares, reverse=True)
    variances = projection.points.filter(like="component").var()
    assert variances["component_2"] / variances["component_1"] == pytest.approx(shares[1] / shares[0])


def test_row_order_changes_no_point(shop, segmentation_result):
    draw = {"dimensions": 2, "sample_rows": 200, "seed": 4}
    first = project_segments(segmentation_result.pipeline, shop[1], **draw)
    again = project_segments(segmentation_result.pipeline, shop[1].sample(frac=1, random_state=2), **draw)
    assert len(first.points) == 200
    assert again.points.equals(first.points)


def test_other_than_two_or_three_dimensions_are_refused(shop, segmentation_result):
    with pytest.raises(ValueError, match="dimensions is 4; expected 2 or 3"):
        project_segments(segmentation_result.pipeline, shop[1], dimensions=4, sample_rows=100, seed=0)
    with pytest.raises(ValueError, match="number of customers is 1; expected 2 or more"):
        project_segments(segmentation_result.pipeline, customers(customer()), dimensions=2, sample_rows=9, seed=0)
