"""A report in an Excel sheet gives what its CSV gives, or is refused with what to do."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import MAC_EPOCH

from eshop_dagster.adapters.sources import SourceError
from eshop_dagster.adapters.sources.report import ReportSource, load_mapping, sniff

from .report_drafts import pieces, revenue
from .report_workbooks import save
from .test_report_orders import rows

HEADER = ["Pedido", "Data", "Cliente", "SKU", "Qtd", "Preço"]


def line(order: Any = 1, at: Any = datetime(2024, 3, 25, 10, 30), qtd: Any = 1, price: Any = 10.5) -> list[Any]:
    return [order, at, "c1", "caneca", qtd, price]


def drafted(report: Path) -> tuple[str, ReportSource]:
    (report.parent / "m.yml").write_text(sniff(report), encoding="utf-8")
    return (report.parent / "m.yml").read_text(encoding="utf-8"), ReportSource(
        report, load_mapping(report.parent / "m.yml")
    )


def loaded(folder: Path, lines: list[list[Any]]) -> ReportSource:
    return drafted(save(folder / "v.xlsx", [HEADER, *lines]))[1]


def mapped(report: Path, **form: Any) -> ReportSource:
    keys = "".join(f"  {key}: {value}\n" for key, value in form.items())
    (report.parent / "m.yml").write_text(
        "name: loja\ncolumns: {order_id: Pedido, ordered_at: Data, customer_id: Cliente, product_id: SKU, "
        f"quantity: Qtd, unit_price: Preço}}\n{'format:' if keys else ''}\n{keys}",
        encoding="utf-8",
    )
    return ReportSource(report, load_mapping(report.parent / "m.yml"))


def test_a_sum_of_floats_is_the_number_that_excel_shows(tmp_path: Path) -> None:
    source = loaded(tmp_path, [line(price=0.1 + 0.2), line(2, price=1.005 * 3)])
    assert [price for (price,) in rows(source, "order_items", "unit_price_brl")] == ["0.3000", "3.0150"]


def test_an_order_number_kept_as_a_fraction_is_a_whole_one(tmp_path: Path) -> None:
    source = loaded(tmp_path, [line(12345.0), line("12345"), line("12346.0")])
    assert [order for (order,) in rows(source, "orders", "order_id")] == ["12345", "12346"]


def test_texts_and_typed_cells_of_one_column_mean_the_same(tmp_path: Path) -> None:
    lines = [line(1, price="1.234,56"), line(2, "25/03/2024", price=1234.56), line(3, date(2024, 3, 25), "2", 2.125)]
    draft, source = drafted(save(tmp_path / "v.xlsx", [HEADER, *lines]))
    assert revenue(source) == Decimal("2473.37")
    assert 'decimal: ","' in draft and "GUESS: all marks" not in draft
    assert {str(day) for (day,) in rows(source, "orders", "changed_date")} == {"2024-03-25"}


def test_typed_dates_need_no_format_and_keep_their_time(tmp_path: Path) -> None:
    report = save(tmp_path / "v.xlsx", [HEADER, line(1), line(2, "25/03/2024")])
    source = mapped(report, date_formats="['%d/%m/%Y']")
    instants = [f"{instant:%Y-%m-%d %H:%M}" for (instant,) in rows(source, "orders", "ordered_at")]
    assert instants == ["2024-03-25 13:30", "2024-03-25 03:00"]


def test_a_format_that_would_turn_typed_dates_round_is_refused(tmp_path: Path) -> None:
    report = save(tmp_path / "v.xlsx", [HEADER, line()])
    with pytest.raises(SourceError, match="'%Y-%d-%m', which reads day and month of typed dates in their wrong order"):
        mapped(report, date_formats="['%Y-%d-%m']")


def test_day_numbers_are_those_of_the_workbook_s_epoch(tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = MAC_EPOCH
    assert book.active is not None
    for cells in (HEADER, line(1), line(2, 43914.5)):
        book.active.append(cells)
    book.save(tmp_path / "v.xlsx")
    # The first is a typed date that the workbook keeps as such a number.
    _, source = drafted(tmp_path / "v.xlsx")
    instants = [f"{instant:%Y-%m-%d %H:%M}" for (instant,) in rows(source, "orders", "ordered_at")]
    assert instants == ["2024-03-25 13:30", "2024-03-25 15:00"]


def test_date_and_time_in_two_typed_columns_are_one_instant(tmp_path: Path) -> None:
    header = ["Pedido", "Data", "Hora", "SKU", "Qtd", "Preço"]
    lines = [[1, date(2024, 3, 25), time(10, 30), "a", 1, 5], [2, "25/03/2024", "10:30", "a", 1, 5]]
    _, source = drafted(save(tmp_path / "v.xlsx", [header, *lines]))
    assert {f"{instant:%Y-%m-%d %H:%M}" for (instant,) in rows(source, "orders", "ordered_at")} == {"2024-03-25 13:30"}


def test_titles_merged_headers_and_empty_edges_are_passed_over(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (
        ["Relatório de vendas", None, None, "março"],
        [],
        ["Pedido", "Data", "Comprador", None, "Item", None, None],
        [None, None, "Cliente", "CPF", "SKU", "Qtd", "Preço", None],
        [1, datetime(2024, 3, 25), "Ana", "11144477735", "a", 2, 5.5],
        [],
        [2, datetime(2024, 3, 26), "Rui", "52998224725", "b", 1, 7.0],
    ):
        sheet.append(cells)
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("C3:D3")
    sheet.cell(5000, 20).number_format = "0.00"
    book.save(tmp_path / "v.xlsx")
    draft, source = drafted(tmp_path / "v.xlsx")
    assert "skip_lines: 3" in draft and 'order_id: "Pedido"' in draft
    assert revenue(source) == Decimal("18.0") and source.lines_read == 2
    assert source.notes == ["v.xlsx: 1 empty lines were passed over."]


def test_shares_are_no_amounts_and_another_currency_is_not_summed(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*HEADER, "Desconto"])
    for order in range(1, 30):
        sheet.append([*line(order), 0.1])
        sheet.cell(order + 1, 7).number_format = "0%"
        sheet.cell(order + 1, 6).number_format = "[$US$-409] #,##0.00" if order == 7 else '"R$" #,##0.00'
    book.save(tmp_path / "v.xlsx")
    draft, source = drafted(tmp_path / "v.xlsx")
    assert (
        'currency_prefix: "R$"' in draft
        and """TODO: named like a discount, but its numbers are percentages and no amounts""" in draft
    )
    assert "7" not in dict(pieces(source).keys()) and revenue(source) == 28 * Decimal("10.5")
    (reason,) = [text for chunk in source.changes(source.first_day(), source.last_day())
                 for text in chunk.rejected["reason"].to_pylist()]  # fmt: skip
    assert reason == "unreadable:unit_price_brl"


def test_errors_and_rounded_numbers_are_no_ids(tmp_path: Path) -> None:
    lines = [line(order) for order in range(1, 20)]
    source = loaded(tmp_path, [*lines, line("#N/A"), line(1.23456789012345678e17)])
    chunks = source.changes(source.first_day(), source.last_day())
    reasons = [reason for chunk in chunks for reason in chunk.rejected["reason"].to_pylist()]
    assert reasons == ["unreadable:order_id"] * 2


def formulas(folder: Path, write: Callable[[str], str]) -> Path:
    """A workbook with a formula for the price, its XML changed."""
    path = save(folder / "v.xlsx", [HEADER, line(price="=5+5"), line(2, price="=5+6")])
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                content = write(content.decode()).encode()
            new.writestr(part, content)
    path.write_bytes(out.getvalue())
    return path


def test_a_formula_is_its_last_value(tmp_path: Path) -> None:
    report = formulas(tmp_path, lambda xml: xml.replace("<v></v>", "<v>10</v>").replace("<v />", "<v>10</v>"))
    assert revenue(mapped(report)) == 20


def test_a_formula_that_was_never_calculated_is_refused_by_its_cell(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"the column 'Preço' has formulas that were never calculated.*cell F2"):
        mapped(formulas(tmp_path, str))


def test_the_first_sheet_with_a_table_is_read_and_its_like_are_named(tmp_path: Path) -> None:
    months = {name: [HEADER, line(2)] for name in ("Março", "Abril")}
    report = save(tmp_path / "v.xlsx", [["Leia-me"]], sheet="Capa", **months, Resumo=[["Total", 21]])
    draft, source = drafted(report)
    assert 'sheet: "Março"' in draft
    assert source.notes[0].startswith("v.xlsx: the sheets Abril have the same columns and were not read: save each")
    assert mapped(report).lines_read == mapped(report, sheet="Abril").lines_read == 1
    with pytest.raises(SourceError, match=r"has no sheet 'Abri'.*It has: Capa, Março, Abril, Resumo. Did you mean 'Ab"):
        mapped(report, sheet="Abri")
    with pytest.raises(SourceError, match="has no sheet with a header in row 10 and a line below it"):
        mapped(report, skip_lines=9)
    with pytest.raises(SourceError, match="has no sheet with a table: expected a row of at least 3 headers"):
        sniff(save(tmp_path / "w.xlsx", [["Leia-me"]]))


def test_a_sheet_s_wrong_statement_of_its_size_does_not_cut_it(tmp_path: Path) -> None:
    report = formulas(tmp_path, lambda xml: xml.replace('ref="A1:F3"', 'ref="A1"').replace("<v />", "<v>10</v>"))
    assert revenue(mapped(report)) == 20


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 99, r"is an old Excel workbook \(.xls\).*open it and save it as .xlsx"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "that a password protects.*take the password"),
        (b"<html><table>", r"is no Excel workbook \(it starts with b'<html><t'\)"),
        (b"PK\x03\x04 and no more", r"is no whole Excel workbook \(File is not a zip file\)"),
    ],
)
def test_what_is_no_workbook_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "v.xlsx").write_bytes(content)
    for read in (sniff, mapped):
        with pytest.raises(SourceError, match=message):
            read(tmp_path / "v.xlsx")


def test_a_workbook_that_unpacks_to_more_than_memory_holds_is_refused(tmp_path: Path) -> None:
    with (
        zipfile.ZipFile(tmp_path / "v.xlsx", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sharedStrings.xml", "w") as part,
    ):
        for _ in range(257):
            part.write(bytes(1 << 20))
    with pytest.raises(SourceError, match="holds 257 MiB unpacked, 257 of them texts, expected at most 1024 and 256"):
        mapped(tmp_path / "v.xlsx")


def test_a_turned_bit_or_a_cut_is_refused_or_means_the_same(tmp_path: Path) -> None:
    content = save(tmp_path / "v.xlsx", [HEADER, *(line(order) for order in range(1, 6))]).read_bytes()
    chance, refused = Random(1), 0
    hurt = [content[: len(content) * tenth // 10] for tenth in range(1, 10)]
    for _ in range(40):
        place = chance.randrange(len(content))
        hurt.append(content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1 :])
    for damaged in hurt:
        (tmp_path / "v.xlsx").write_bytes(damaged)
        try:
            assert revenue(mapped(tmp_path / "v.xlsx")) == Decimal("52.5")
        except SourceError as error:
            assert "export" in str(error) or "save it" in str(error), error
            refused += 1
    assert refused > 30


def test_a_locked_sheet_and_a_hidden_one_are_read_where_they_are_named(tmp_path: Path) -> None:
    book = load_workbook(save(tmp_path / "v.xlsx", [["x"]], sheet="Capa", Dados=[HEADER, line()]))
    book["Dados"].sheet_state = "hidden"
    book["Dados"].protection.enable()
    book.save(tmp_path / "v.xlsx")
    assert mapped(tmp_path / "v.xlsx", sheet="Dados").lines_read == 1
    with pytest.raises(SourceError, match="has no sheet with a header in row 1"):
        mapped(tmp_path / "v.xlsx")


def test_a_whole_number_that_shows_leading_zeros_is_that_text(tmp_path: Path) -> None:
    book = save(tmp_path / "vendas.xlsx", [HEADER, line(order=1), line(order=2)])
    workbook = load_workbook(book)
    sheet = workbook.worksheets[0]
    sheet["A2"].number_format, sheet["A3"].number_format = "00000\\-000", "000"
    workbook.save(book)
    _, source = drafted(book)
    assert {row for (row,) in rows(source, "orders", "order_id")} == {"00000-001", "002"}
