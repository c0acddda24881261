"""Small files as shops write them: each draft loads without an edit, to the cent and to the right day."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import ReportSource, sniff
from eshop_dagster.adapters.sources.report.loading import parse_mapping

from .report_drafts import drafted, revenue
from .test_report_orders import rejects, rows

HEAD = "Pedido;Data;Cliente;SKU;Qtd;Preço\n"


def test_quantities_and_prices_of_thousands_are_read_beside_small_ones(tmp_path: Path) -> None:
    lines = "1;05/03/2024 10:00;17;A1;1;2.499\n2;25/03/2024 11:00;18;B2;1;1.250\n3;26/03/2024 11:00;18;B3;2;350\n"
    _, source = drafted(tmp_path, f"{HEAD}{lines}4;26/03/2024 11:00;18;B4;1.200;3.100\n")
    assert revenue(source) == 3_724_449


def test_a_z_is_utc_beside_offsets_and_fractions(tmp_path: Path) -> None:
    instants = ("02:30:00Z", "02:30:00+00:00", "02:30:00.123456Z", "02:30:00-03:00")
    lines = "".join(f"{n};2024-03-01T{instant};17;A1;1;50.00\n" for n, instant in enumerate(instants, 1))
    _, source = drafted(tmp_path, HEAD + lines)
    assert [str(day) for (day,) in rows(source, "orders", "changed_date")] == ["2024-02-29"] * 3 + ["2024-03-01"]


@pytest.mark.parametrize(
    "lines, loaded, reasons",
    [
        ("1;10/01/2024;17;A1;0;50.00\n1;10/01/2024;17;B2;1;70.00\n2;12/01/2024;18;A1;1;70.00\n", 70, 2),
        ("1;10/01/2024;17;A1;1;50.00\n1;10/01/2024;17;B2;1;n/d\n2;12/01/2024;18;A1;1;70.00\n" * 1, 70, 2),
    ],
)
def test_a_line_without_pieces_or_price_takes_its_order_along(
    tmp_path: Path, lines: str, loaded: int, reasons: int
) -> None:
    (tmp_path / "r.csv").write_text(HEAD + lines, encoding="utf-8")
    columns = "{order_id: Pedido, ordered_at: Data, product_id: SKU, quantity: Qtd, unit_price: Preço}"
    form = "{delimiter: ';', date_formats: ['%d/%m/%Y']}"
    source = ReportSource(tmp_path / "r.csv", parse_mapping(f"name: r\ncolumns: {columns}\nformat: {form}\n"))
    assert (revenue(source), len(rejects(source))) == (loaded, reasons)


@pytest.mark.parametrize("unit", ["us", "ns"])
def test_a_parquet_file_with_zones_is_drafted_and_loaded(tmp_path: Path, unit: str) -> None:
    instants = [datetime(2024, 3, 1, 2, 30, tzinfo=UTC), datetime(2024, 3, 2, 10, tzinfo=UTC)]
    ordered = pa.array(instants, pa.timestamp(unit, "UTC"))
    table = pa.table({"order_id": ["1", "2"], "order_date": ordered, "sku": ["a", "b"], "price": [50.1, 40.2]})
    pq.write_table(table, tmp_path / "r.parquet")
    source = ReportSource(tmp_path / "r.parquet", parse_mapping(sniff(tmp_path / "r.parquet")))
    assert [str(day) for (day,) in rows(source, "orders", "changed_date")] == ["2024-02-29", "2024-03-02"]
    assert revenue(source) == Decimal("90.30")


def test_one_person_is_one_customer_in_three_spellings_of_a_cpf_or_an_address(tmp_path: Path) -> None:
    persons = ("012.345.678-90", "01234567890", "1234567890")
    lines = "".join(f"{n};1{n}/01/2024 10:00;{person};A1;1;{n}0,00\n" for n, person in enumerate(persons, 1))
    _, source = drafted(tmp_path, HEAD.replace("Cliente", "CPF") + lines)
    assert {person for (person,) in rows(source, "orders", "customer_id")} == {"01234567890"}
    persons = ("ana@loja.example", "Ana@loja.example", "ANA@LOJA.EXAMPLE ")
    lines = "".join(f"{n};1{n}/01/2024 10:00;{person};A1;1;{n}0,00\n" for n, person in enumerate(persons, 1))
    _, source = drafted(tmp_path, HEAD.replace("Cliente", "E-mail") + lines)
    assert {person for (person,) in rows(source, "orders", "customer_id")} == {"ana@loja.example"}
    assert revenue(source) == 60


def test_a_few_dates_in_other_forms_are_read_or_rejected_and_never_taken_for_another_day(tmp_path: Path) -> None:
    lines = "".join(f"{n};{n:02d}/03/2024;{n % 5};A1;1;10,50\n" for n in range(1, 29))
    odd = "41;45357;3;A1;1;10,50\n42;2024-03-06;3;A1;1;10,50\n43;03/14/2024;3;A1;1;10,50\n"
    _, source = drafted(tmp_path, HEAD + lines + odd)
    dated = dict(rows(source, "orders", "order_id", "changed_date"))
    assert {order: str(dated[order]) for order in ("41", "42")} == {"41": "2024-03-06", "42": "2024-03-06"}
    assert [reason for _, reason, _ in rejects(source)] == ["unreadable:ordered_at"]


def test_a_time_such_as_10h30_in_a_column_of_its_own_is_read(tmp_path: Path) -> None:
    lines = "1;25/01/2024;10h30;17;A1;2;50,00\n2;26/01/2024;18h05;18;A1;3;60,00\n"
    draft, source = drafted(tmp_path, HEAD.replace("Data", "Data;Hora") + lines)
    assert yaml.safe_load(draft)["format"]["date_formats"] == ["%d/%m/%Y %Hh%M"]
    instants = [str(at.astimezone(UTC)) for (at,) in rows(source, "orders", "ordered_at")]
    assert instants == ["2024-01-25 13:30:00+00:00", "2024-01-26 21:05:00+00:00"]


def test_of_two_columns_of_one_name_the_total_is_quantity_times_the_price(tmp_path: Path) -> None:
    lines = "1;25/01/2024;17;A1;2;50,00;100,00\n2;26/01/2024;18;A1;3;60,00;180,00\n"
    draft, source = drafted(tmp_path, HEAD.replace("Preço", "Valor;Valor") + lines)
    assert yaml.safe_load(draft)["columns"]["unit_price"] == "Valor (1)"
    assert "# GUESS: 'Valor (2)' is quantity x 'Valor (1)' on every line." in draft
    assert revenue(source) == 280


def test_of_two_columns_of_one_name_that_nothing_tells_apart_neither_is_taken(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(HEAD.replace("Preço", "Valor;Valor") + "1;25/01/2024;17;A1;2;50,00;90,00\n")
    with pytest.raises(SourceError, match="'Valor' is there twice with other amounts; write which is meant by hand"):
        sniff(tmp_path / "r.csv")
