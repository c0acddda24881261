"""A CSV is read whole and as text, or refused with what is wrong with it."""

from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pytest

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.strict_csv import read_strict_csv

COLUMNS = ("id", "zip", "note")


def csv(folder: Path, content: bytes | str) -> Path:
    path = folder / "orders.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(path: Path, **options: bytes) -> list[tuple[str | None, ...]]:
    table = read_strict_csv(path, COLUMNS, multiline=("note",), **options)
    return list(zip(*(table[name].to_pylist() for name in COLUMNS), strict=True))


def test_every_field_is_text_as_it_stands_and_an_empty_one_is_missing(tmp_path: Path) -> None:
    path = csv(tmp_path, 'id,zip,note\n1,01310,NA\n"2","00001",""\n3,,null\n1e3, 7 ,true\n')
    assert rows(path) == [
        ("1", "01310", "NA"),
        ("2", "00001", None),
        ("3", None, "null"),
        ("1e3", " 7 ", "true"),
    ]
    assert read_strict_csv(path, COLUMNS).schema.types == [pa.string()] * 3


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    assert rows(csv(tmp_path, "note,id,zip\nx,1,01310\n")) == [("1", "01310", "x")]


@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_quotes_commas_accents_and_line_breaks_in_fields_survive(tmp_path: Path, line_break: str) -> None:
    text = f'id,zip,note{line_break}1,01310,"São ""Paulo"",\n\nsegunda linha"{line_break}'
    assert rows(csv(tmp_path, text)) == [("1", "01310", 'São "Paulo",\n\nsegunda linha')]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert rows(csv(tmp_path, b"\xef\xbb\xbfid,zip,note\n1,01310,x\n")) == [("1", "01310", "x")]


def test_a_header_without_rows_is_an_empty_table(tmp_path: Path) -> None:
    assert rows(csv(tmp_path, "id,zip,note\n")) == []


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"orders\.csv is empty: expected a header and rows; fetch the file again"):
        rows(csv(tmp_path, ""))


@pytest.mark.parametrize(
    "header", ["id,zip", "id,zip,note,more", "id,zip,Note", "id,zip,zip", "id;zip;note", "1,01310,x"]
)
def test_another_header_is_refused_with_both_lists(tmp_path: Path, header: str) -> None:
    fields = ",".join("x" * (header.count(",") + 1))
    with pytest.raises(SourceError, match=r"has the columns \[.*\], expected \['id', 'zip', 'note'\]: this is not the"):
        rows(csv(tmp_path, f"{header}\n{fields}\n"))


@pytest.mark.parametrize("line", ["1,01310", "1,01310,x,y", "1", "1,01310,x,"])
def test_a_line_with_another_number_of_fields_is_refused_without_repeating_it(tmp_path: Path, line: str) -> None:
    with pytest.raises(
        SourceError, match="a line has too few or too many fields, or the file was cut short"
    ) as refused:
        rows(csv(tmp_path, f"id,zip,note\n1,01310,x\n{line}\n2,01310,x\n"))
    assert "01310" not in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        "id,zip,note\n1,01310,x\n2,01310,São Paulo\n".encode("latin-1"),
        "id,zip,not\xe9\n1,01310,x\n".encode("latin-1"),
    ],
)
def test_latin_1_is_refused_with_its_byte_and_line(tmp_path: Path, content: bytes) -> None:
    line = content[: max(content.find(b"\xe3"), content.find(b"\xe9"))].count(b"\n") + 1
    with pytest.raises(
        SourceError, match=rf"orders\.csv is not UTF-8: byte 0xe[39] in line {line} \(at .*\); it looks"
    ):
        rows(csv(tmp_path, content))


@pytest.mark.parametrize(
    "last_lines",
    [
        b"1,01310,x\n2,01311,12345.67\n",
        b'1,01310,x\n2,01311,"12345.67"\n',
        b'1,01310,"first\nsecond\n\nlast"\n2,01311,"a ""word""\nand\n"\n',
        b'"1","01310","x"\r\n"2","01311","12345.67\r\n"\r\n',
        "1,01310,São Paulo\n2,01311,Conceição\n".encode(),
    ],
)
def test_a_file_cut_inside_a_line_is_refused_wherever_the_cut_lies(tmp_path: Path, last_lines: bytes) -> None:
    head = b"id,zip,note\n0,01309,whole\n"
    content = head + last_lines
    whole = rows(csv(tmp_path, content))
    loaded = {}
    for length in range(len(head) + 1, len(content)):
        with suppress(SourceError):
            loaded[length] = rows(csv(tmp_path, content[:length]))
    # A cut between two lines is the one that nothing in the file can tell; of a line break of two bytes, one will do.
    end_of_first = max(content.find(b"2,01311"), content.find(b'"2",'))
    ends = {end_of_first: whole[:2], len(content): whole}
    if b"\r\n" in content:
        ends |= {length - 1: lines for length, lines in ends.items()}
    assert loaded == {length: lines for length, lines in ends.items() if length < len(content)}


def test_a_file_published_without_a_last_line_break_is_read_when_its_known_end_is_there(tmp_path: Path) -> None:
    content = "id,zip,note\n1,01310,whole"
    assert rows(csv(tmp_path, content), unbroken_end=b"1,01310,whole") == [("1", "01310", "whole")]
    assert rows(csv(tmp_path, f"{content}\n"), unbroken_end=b"1,01310,whole") == [("1", "01310", "whole")]
    for length in range(len("id,zip,note\n") + 1, len(content)):
        with pytest.raises(SourceError, match=f"the middle of a line: it was cut short after {length} bytes; fetch it"):
            rows(csv(tmp_path, content[:length]), unbroken_end=b"1,01310,whole")


def test_a_file_shorter_than_its_known_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cut short after 2 bytes"):
        rows(csv(tmp_path, "id"), unbroken_end=b"1,01310,whole")
