from matplotlib.colors import to_rgb

from eshop_dagster.ml.plots.palette import CATEGORIES, segment_colour, segment_marker, write_number


def test_numbers_have_as_many_decimals_as_they_need():
    assert [write_number(value) for value in (0.0, 0.25, 1234.0, -5.0, 0.1 + 0.2)] == [
        "0",
        "0.25",
        "1,234",
        "-5",
        "0.3",
    ]


def test_segments_differ_in_colour_and_in_marker():
    assert len({(segment_colour(place), segment_marker(place)) for place in range(8)}) == 8
    assert segment_colour(8) == segment_colour(0)


def test_every_colour_is_one_that_matplotlib_knows():
    assert len({to_rgb(colour) for colour in CATEGORIES}) == 8
