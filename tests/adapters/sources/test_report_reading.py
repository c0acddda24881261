"""A report file is read without losing a line, or not at all."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import ReportMapping, ReportSource

HEADER = "order,date,product,quantity,price,note\n"


def mapping(**form: object) -> ReportMapping:
    columns = {
        "order_id": "order",
        "ordered_at": "date",
        "product_id": "product",
        "quantity": "quantity",
        "unit_price": "price",
    }
    return ReportMapping.model_validate({"name": "shop", "columns": columns, "format": form})


def line(number: int, note: str = "") -> str:
    return f"{number},2024-03-05 10:00:00,mug,1,9.50,{note}\n"


def write(folder: Path, content: str | bytes, name: str = "sales.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def loaded(source: ReportSource) -> list[str]:
    chunks = source.changes(source.first_day(), source.last_day())
    return [key for chunk in chunks for key in chunk.tables["orders"]["order_id"].to_pylist()]


def rejected(source: ReportSource) -> list[tuple[str, str]]:
    chunks = source.changes(source.first_day(), source.last_day())
    return [(row["reason"], row["row"]) for chunk in chunks for row in chunk.rejected.to_pylist()]


def test_every_line_is_loaded_or_rejected(tmp_path: Path) -> None:
    lines = [line(number) for number in range(300)]
    lines[7] = "7,2024-03-05 10:00:00,mug,1,9.50\n"
    lines[20] = "20,2024-03-05 10:00:00,mug,1,9.50,,,\n"
    lines[30] = "30,someday,mug,1,9.50,\n"
    lines[40] = lines[39]
    source = ReportSource(write(tmp_path, HEADER + "".join(lines)), mapping())
    assert source.lines_read == 300
    assert len(loaded(source)) == 296
    assert sorted(rejected(source)) == [
        ("exact_duplicate", lines[39].strip()),
        ("unreadable:ordered_at", lines[30].strip()),
        ("wrong_field_count", lines[20].strip()),
        ("wrong_field_count", lines[7].strip()),
    ]


def test_a_line_without_a_day_is_dated_by_the_first_day_of_its_file(tmp_path: Path) -> None:
    write(tmp_path, HEADER + line(50), "a.csv")
    later = "".join(line(number).replace("03-05", "04-10") for number in range(20))
    write(tmp_path, HEADER + later + "99,someday,mug,1,9.50,\n", "b.csv")
    source = ReportSource(tmp_path, mapping())
    days = [
        chunk.rejected["changed_date"].to_pylist() for chunk in source.changes(source.first_day(), source.last_day())
    ]
    assert [str(day) for chunk in days for day in chunk] == ["2024-04-10"]


def test_a_stray_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    lines = [line(number) for number in range(200)]
    lines[5] = '5,2024-03-05 10:00:00,"mug,1,9.50,\n'
    lines[6] = '6,2024-03-05 10:00:00,"mug",1,9.50,\n'
    source = ReportSource(write(tmp_path, HEADER + "".join(lines)), mapping())
    assert rejected(source) == [("broken_quotes", lines[5].strip())]
    assert len(loaded(source)) == 199


def test_line_breaks_and_delimiters_inside_quotes_belong_to_the_field(tmp_path: Path) -> None:
    text = HEADER + line(1, '"two\r\nlines, one ""field"""') + line(2)
    source = ReportSource(write(tmp_path, text.replace("\n", "\r\n").replace("\r\r", "\r")), mapping())
    assert (loaded(source), rejected(source), source.lines_read) == (["1", "2"], [], 2)


@pytest.mark.parametrize(
    "encoding, declared",
    [
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("cp1252", "cp1252"),
    ],
)
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str, declared: str) -> None:
    text = HEADER + line(1).replace("mug", "xícara")
    source = ReportSource(write(tmp_path, text.encode(encoding)), mapping(encoding=declared))
    (chunk,) = source.changes(source.first_day(), source.last_day())
    assert chunk.tables["order_items"]["product_id"].to_pylist() == ["xícara"]


def test_a_last_line_without_a_line_break_is_loaded_when_the_mapping_says_that_it_has_none(tmp_path: Path) -> None:
    text = (HEADER + line(1) + line(2)).rstrip("\n")
    assert loaded(ReportSource(write(tmp_path, text), mapping(last_line_break=False))) == ["1", "2"]


@pytest.mark.parametrize(
    "content, form, message",
    [
        (b"", {}, "is empty (0 bytes)"),
        (HEADER, {}, "has a header and no line below it"),
        (HEADER + line(1) + "2,2024-03-05 10:", {}, "is cut short: its last line (3) has fewer fields"),
        (HEADER + line(1) + "2,2024-03-05 10:\n", {}, "is cut short"),
        (HEADER + line(1) + line(2, '"cut he'), {}, "has a quote on line 3 that is never closed"),
        (HEADER.replace(",", ";") + line(1), {}, "one column only when split at ','; ';' occurs in it"),
        ((HEADER + line(1, "São Paulo")).encode("cp1252"), {}, "byte 0xe3 at offset"),
        (
            (HEADER + line(1, "São Paulo")).encode("cp1252"),
            {},
            "(line 2); the file is valid cp1252: set format.encoding",
        ),
        ((HEADER + line(1, "São")).encode()[:-3], {}, "is cut short inside a character: its last bytes"),
        (HEADER + line(1, "São Paulo"), {"encoding": "latin-1"}, "is valid UTF-8, and its accented letters would be"),
        (HEADER + line(1, "a\0b"), {}, "holds a NUL character on line 2"),
        ((HEADER + line(1)).encode("utf-16-le"), {}, "its encoding is utf-16"),
        (
            b"PK\x03\x04" + HEADER.encode(),
            {},
            "is an Excel workbook or another zip archive, expected text: give a workbook a name",
        ),
        (
            HEADER.replace("price", "prices") + line(1),
            {},
            "no column 'price' (mapped to unit_price). It has: order, date",
        ),
        (HEADER.replace("price", "prices") + line(1), {}, "Did you mean 'prices'?"),
        (HEADER.replace("note", "price") + line(1), {}, "has the column 'price' (mapped to unit_price) more than once"),
        (line(1) + line(2), {}, "Its first line looks like data"),
        (
            HEADER + (line(1) + line(2) + "3,4,5\n") * 40 + line(4),
            {},
            "40 of 121 lines cannot be taken apart into the header's 6 fields (wrong_field_count 40x)",
        ),
        (HEADER + line(1).replace("-", "/"), {}, "1 of 1 instants in column 'date' do not fit the formats"),
        (HEADER + line(1).replace("2024-03-05 10:00:00", ""), {}, "Column 'date' is empty on every line"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_whole(
    tmp_path: Path, content: str | bytes, form: dict[str, object], message: str
) -> None:
    with pytest.raises(SourceError) as refused:
        ReportSource(write(tmp_path, content), mapping(**form))
    assert message in str(refused.value)


def test_the_error_for_a_file_without_a_header_shows_no_value_of_a_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as refused:
        ReportSource(write(tmp_path, "1,ana@example.com,mug\n"), mapping())
    assert "ana" not in str(refused.value)


def test_a_file_without_a_header_is_mapped_by_position(tmp_path: Path) -> None:
    positions = {"order_id": 1, "ordered_at": 2, "product_id": 3, "quantity": 4, "unit_price": 5}
    by_position = ReportMapping.model_validate({"name": "shop", "columns": positions, "format": {"header": False}})
    assert loaded(ReportSource(write(tmp_path, line(1) + line(2)), by_position)) == ["1", "2"]


def test_lines_above_the_header_are_skipped_when_counted(tmp_path: Path) -> None:
    text = "Sales report\n\n" + HEADER + line(1)
    assert loaded(ReportSource(write(tmp_path, text), mapping(skip_lines=2))) == ["1"]


def test_empty_lines_are_passed_over_and_noted(tmp_path: Path) -> None:
    source = ReportSource(write(tmp_path, HEADER + line(1) + "\n,,,,,\n" + line(2)), mapping())
    assert (loaded(source), source.lines_read) == (["1", "2"], 2)
    assert source.notes == ["sales.csv: 2 empty lines were passed over."]


@pytest.mark.parametrize("name", ["missing.csv", "missing"])
def test_a_missing_path_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match="does not exist: give the report file"):
        ReportSource(tmp_path / name, mapping())


def test_a_folder_without_a_report_is_refused_with_what_it_holds(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"\(it is empty\)"):
        ReportSource(tmp_path, mapping())
    write(tmp_path, HEADER + line(1), "sales.csv.part")
    with pytest.raises(SourceError, match=r"\(it holds sales.csv.part\)"):
        ReportSource(tmp_path, mapping())


def test_files_of_a_folder_are_read_by_name_and_others_are_noted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "note,order,price,quantity,product,date,more\n,2,9.50,1,mug,2024-03-05 10:00:00,x\n", "b.CSV")
    write(tmp_path, HEADER + line(1), "a.csv")
    write(tmp_path, "x", ".hidden.csv")
    write(tmp_path, "x", "c.ods")
    source = ReportSource(tmp_path, mapping())
    assert loaded(source) == ["1", "2"]
    assert [note.split(":")[0] for note in source.notes] == [".hidden.csv", "c.ods"]
    assert [record.getMessage() for record in caplog.records] == [f"report shop: {note}" for note in source.notes]


def test_a_file_that_lacks_a_mapped_column_is_named(tmp_path: Path) -> None:
    write(tmp_path, HEADER + line(1), "a.csv")
    write(tmp_path, "order,date,product,price\n2,2024-03-05 10:00:00,mug,1\n", "b.csv")
    with pytest.raises(SourceError, match=r"b\.csv has no column 'quantity'"):
        ReportSource(tmp_path, mapping())


def test_the_same_file_under_two_names_is_loaded_once_and_noted(tmp_path: Path) -> None:
    for name in ("a.csv", "copy.csv"):
        write(tmp_path, HEADER + line(1), name)
    source = ReportSource(tmp_path, mapping())
    assert (loaded(source), rejected(source), source.lines_read) == (["1"], [], 1)
    assert source.notes == ["copy.csv: the same bytes as a.csv, so it was read once."]


def test_parquet_keeps_its_types_and_rejects_rows_as_json(tmp_path: Path) -> None:
    table = pa.table(
        {
            "order": pa.array([1.0, 2.0, 2.0]),
            "date": pa.array(["2024-03-05 10:00:00", None, "2024-03-05 10:00:00"]).cast(pa.timestamp("us")),
            "product": pa.array(["mug"] * 3).dictionary_encode(),
            "quantity": pa.array([1, 2, 3]),
            "price": pa.array([0.00001, 12.95, 12.95]),
        }
    )
    pq.write_table(table, tmp_path / "sales.parquet")
    source = ReportSource(tmp_path, mapping(decimal=",", date_formats=["%d/%m/%Y"]))
    (chunk,) = source.changes(source.first_day(), source.last_day())
    items = chunk.tables["order_items"].sort_by("order_id").to_pylist()
    assert [(row["order_id"], row["quantity"], row["unit_price_brl"]) for row in items] == [
        ("1", "1.000", "0.0000"),
    ]
    raw = '{"order":2.0,"date":"2024-03-05 10:00:00","product":"mug","quantity":3,"price":12.95}'
    assert sorted(rejected(source)) == [
        ("missing:ordered_at", raw),
        ("missing:ordered_at", '{"order":2.0,"date":null,"product":"mug","quantity":2,"price":12.95}'),
    ]


def test_a_cut_parquet_file_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"order": ["1"]}), tmp_path / "whole.parquet")
    write(tmp_path, (tmp_path / "whole.parquet").read_bytes()[:-20], "cut.parquet")
    with pytest.raises(SourceError, match="is no whole Parquet file"):
        ReportSource(tmp_path / "cut.parquet", mapping())
