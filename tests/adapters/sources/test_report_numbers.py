"""Amounts and quantities are each read by their own texts: what one column writes tells nothing of another."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from eshop_dagster.adapters.sources.report import ReportSource, sniff
from eshop_dagster.adapters.sources.report.loading import parse_mapping

from .report_drafts import drafted, revenue
from .report_workbooks import save

HEADER = "Pedido;Data;Cliente;SKU;Qtd;Preço"
QUANTITY_GUESS = "# GUESS: all marks have three digits behind them, and are taken for"


def of(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


def test_weights_with_a_point_beside_prices_with_a_comma_are_weights(tmp_path: Path) -> None:
    # 1.5 x 10.00 + 0.25 x 30.00; thousands would be 22,500.00.
    text = of(HEADER, "1;05/03/2024;17;A1;1.500;10,00", "2;25/03/2024;18;B2;0.250;30,00")
    draft, source = drafted(tmp_path, text)
    assert revenue(source) == Decimal("22.50")
    assert yaml.safe_load(draft)["format"]["quantity_decimal"] == "."


@pytest.mark.parametrize(
    "quantity, beside, expected, taken",
    [("1.500", "1", "55.00", "decimals"), ("1.500", "950", "53000.00", "thousands"), ("1,500", "1", "55.00", None)],
)
def test_a_lonely_mark_in_a_quantity_is_a_guess_unless_it_is_the_prices_own(
    tmp_path: Path, quantity: str, beside: str, expected: str, taken: str | None
) -> None:
    rows = [f"{order};05/03/2024;17;A1;{beside};10,00" for order in range(2, 6)]
    draft, source = drafted(tmp_path, of(HEADER, f"1;25/03/2024;17;A1;{quantity};10,00", *rows))
    assert revenue(source) == Decimal(expected)
    assert (f"{QUANTITY_GUESS} {taken}" in draft) == (taken is not None)
    assert (QUANTITY_GUESS in draft) == (taken is not None)


def test_a_line_s_total_tells_whether_its_quantity_is_of_thousands(tmp_path: Path) -> None:
    text = of(f"{HEADER};Total", "1;05/03/2024;17;A1;1.500;10,00;15.000,00", "2;25/03/2024;18;B2;2;30,00;60,00")
    draft, source = drafted(tmp_path, text)
    assert revenue(source) == Decimal("15060.00")
    assert QUANTITY_GUESS not in draft


def test_a_group_of_thousands_that_begins_with_zero_is_none(tmp_path: Path) -> None:
    (tmp_path / "vendas.csv").write_text(
        of(HEADER, "1;05/03/2024;17;A1;1;0.250", "2;25/03/2024;18;B2;1;-0.250", "3;25/03/2024;18;B2;1;1.250")
    )
    columns = "{order_id: Pedido, ordered_at: Data, product_id: SKU, quantity: Qtd, unit_price: Preço}"
    form = "{delimiter: ';', decimal: ',', thousands: '.', date_formats: ['%d/%m/%Y']}"
    source = ReportSource(tmp_path / "vendas.csv", parse_mapping(f"name: a\ncolumns: {columns}\nformat: {form}\n"))
    assert (source.balance.lines_quarantined, source.balance.loaded_brl) == (2, Decimal("1250.00"))


def test_a_text_beside_typed_numbers_of_a_sheet_is_a_guess_by_the_sheet_s_language(tmp_path: Path) -> None:
    # 2 x 1,250.00 + 30.25: the typed 30.25 has no mark of its own.
    path = save(
        tmp_path / "vendas.xlsx",
        [HEADER.split(";"), ["1", "05/03/2024", "17", "A1", 2, "1.250"], ["2", "25/03/2024", "18", "A1", 1, 30.25]],
    )
    draft = sniff(path)
    assert revenue(ReportSource(path, parse_mapping(draft))) == Decimal("2530.25")
    assert "GUESS: all marks in numbers have three digits behind them" in draft


def test_typed_quantities_have_the_mark_that_those_kept_as_text_have(tmp_path: Path) -> None:
    path = save(
        tmp_path / "vendas.xlsx",
        [
            HEADER.split(";"),
            ["1", "05/03/2024", "17", "A1", "0.500", "10,00"],
            ["2", "25/03/2024", "18", "A1", 0.25, 8],
        ],
    )
    assert revenue(ReportSource(path, parse_mapping(sniff(path)))) == Decimal("7.00")


def test_typed_columns_of_a_parquet_tell_nothing_of_its_texts(tmp_path: Path) -> None:
    rows = {
        "Pedido": ["1", "2"], "Data": ["05/03/2024", "25/03/2024"], "SKU": ["a", "b"], "Qtd": [0.5, 1.25],
        "Preço": ["1.250", "2.000"], "Frete": [12.75, 8.5],
    }  # fmt: skip
    path = tmp_path / "vendas.parquet"
    pq.write_table(pa.table(rows), path)
    draft = sniff(path)
    # 0.5 x 1,250.00 + 1.25 x 2,000.00.
    assert revenue(ReportSource(path, parse_mapping(draft))) == Decimal("3125.00")
    assert "GUESS: all marks in numbers have three digits behind them" in draft


def test_a_freight_with_another_mark_than_the_prices_is_left_out_and_asked(tmp_path: Path) -> None:
    # By the prices' mark 1.500 would be 1,500.00.
    text = of(f"{HEADER};Frete", "1;05/03/2024;17;A1;1;10,00;5.50", "2;25/03/2024;18;B2;3;10,00;1.500")
    draft, source = drafted(tmp_path, text)
    assert "\"Frete\" (TODO: named like a freight, but its decimal mark is '.' beside ',': it is not loaded)" in draft
    assert (revenue(source), source.balance.freight_brl) == (Decimal("40.00"), Decimal("0.00"))


def test_quantities_with_thin_blanks_are_thousands(tmp_path: Path) -> None:
    text = of(HEADER, "1;05/03/2024;17;A1;1\u202f500;10,00", "2;25/03/2024;18;B2;3;10,00")
    assert revenue(drafted(tmp_path, text)[1]) == Decimal("15030.00")
