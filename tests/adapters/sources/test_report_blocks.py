"""Whole blocks of lines are taken apart exactly as the same lines one by one."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import taking_apart
from eshop_dagster.adapters.sources.report.file_lines import FileLines
from eshop_dagster.adapters.sources.report.files import check_file
from eshop_dagster.adapters.sources.report.loading import parse_mapping
from eshop_dagster.adapters.sources.report.plain_blocks import PlainBlocks
from eshop_dagster.adapters.sources.report.reading import read_file

FIELDS = ["1", "2024-03-05", "mug", "", " ", 'a"b', '"', '"a,b"', '"a""b"', '""', '"a\nb"', "é", "\ufeff", "\u2028"]
PLAIN_LINE = st.lists(st.sampled_from(["1", "2024-03-05", "mug", '"a,b"', ""]), min_size=4, max_size=4)
ODD_LINE = st.lists(st.sampled_from(FIELDS), max_size=6)
LINES = st.lists(
    st.tuples(
        st.one_of(PLAIN_LINE, PLAIN_LINE, ODD_LINE).map(",".join), st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
    ).map("".join),
    min_size=1,
    max_size=30,
)
FORMS = st.sampled_from(["", ", quote: none", ", header: false, last_line_break: false"])


def read(path: Path, form: str) -> tuple[Any, ...]:
    """All that reading the file says: its lines, what was counted, and the error."""
    names = [1, 2, 3, 4] if "header: false" in form else ["order", "date", "product", "price"]
    columns = dict(zip(["order_id", "ordered_at", "product_id", "unit_price"], names, strict=True))
    mapping = parse_mapping(f"name: shop\ncolumns: {columns}\nformat: {{decimal: '.'{form}}}")
    counts, rows, error = FileLines(), [], ""
    try:
        for batch in read_file(check_file(path, "utf-8"), mapping, counts):
            rows += batch.to_pylist()
    except SourceError as refusal:
        error = str(refusal)
        # Batches that came before an error are dropped by the caller.
        rows = []
    return rows, counts, error


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(lines=LINES, form=FORMS)
def test_a_file_is_read_in_blocks_as_it_is_read_line_by_line(lines: list[str], form: str) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "sales.csv"
        path.write_bytes(("order,date,product,price\n" + "".join(lines)).encode())
        # Blocks of a few lines, so that each text has plain and other ones.
        for name, size in {"FIRST_BLOCK": 20, "LARGEST_BLOCK": 80, "SMALLEST_PART": 15}.items():
            patch.setattr(taking_apart, name, size)
        in_blocks = read(path, form)
        patch.setattr(PlainBlocks, "take", lambda *_: None)
        assert in_blocks == read(path, form)


@pytest.mark.parametrize(
    "block",
    [
        "1,a\n,\n",
        "1,a\n\n2,b\n",
        "1,a\n2\n",
        "1,a,b\n",
        "1,a\r2,b\n",
        '1,"a"b\n',
        '1,"a\n',
        "\ufeff1,a\n",
        "1," + "a" * 200_000 + "\n",
    ],
)
def test_a_block_with_a_line_that_is_not_plain_is_left_to_the_careful_reader(block: str) -> None:
    mapping = parse_mapping("name: s\ncolumns: {order_id: a, ordered_at: a, product_id: b, unit_price: b}")
    assert PlainBlocks(mapping.format, 2, [0, 1]).take(block) is None


def test_a_plain_block_keeps_texts_as_they_are() -> None:
    mapping = parse_mapping("name: s\ncolumns: {order_id: a, ordered_at: a, product_id: b, unit_price: b}")
    block = '1, NULL ,x\r\n"2",,"a,""b"""\n'
    table = PlainBlocks(mapping.format, 3, [2, 1]).take(block)
    assert table is not None
    assert table.to_pylist() == [
        {"c0": "x", "c1": " NULL ", "raw_line": "1, NULL ,x"},
        {"c0": 'a,"b"', "c1": "", "raw_line": '"2",,"a,""b"""'},
    ]
