"""However a shop writes its report, it is loaded to the last value, or refused, or the bad lines are in quarantine."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.adapters.sources.report import ReportMapping

from .shop_export import HEADERS, Line, brazilian, lines, mapping, report, text
from .whole_pull import Pulled, Refused, pull, pulled


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Pulled:
    """What the report holds, as it is by default."""
    folder = tmp_path_factory.mktemp("clean")
    return pulled(lambda: report(folder / "in", text(lines())), folder / "home")


def load(folder: Path, files: str | bytes | dict[str, str | bytes], use: ReportMapping | None = None) -> Any:
    return pull(lambda: report(folder / "in", files, use), folder / "home")


def changed(number: int, **values: str) -> list[Line]:
    """The report's lines with other values in one of them."""
    rows = lines()
    rows[number] = rows[number] | values
    return rows


def test_the_report_is_what_its_lines_say(clean: Pulled) -> None:
    assert {table: clean.rows_in(table) for table in ("orders", "order_items", "products")} == {
        "orders": 15,
        "order_items": 30,
        "products": 5,
    }
    total = sum((123456 + 1037 * Decimal(number)) * (number % 3 + 1) for number in range(30)) / 100
    items = [dict(row) for row in clean.accepted["order_items"]]
    assert sum(item["quantity"] * item["unit_price_brl"] for item in items) == total
    assert clean.column("orders", "order_id")[0] == "0000001"
    assert set(clean.column("customers", "zip_prefix")) == {f"0100{number}" for number in range(7)}
    assert {person["cpf"] for person in clean.persons.values()} == {f"{number:011d}" for number in range(1, 8)}
    assert 'Copo "Açaí"' in clean.column("products", "name")
    assert not clean.quarantined


@pytest.mark.parametrize(
    ("encoding", "declared", "line_end"),
    [
        ("utf-8", "utf-8", "\n"),
        ("utf-8", "utf-8", "\r\n"),
        ("utf-8", "utf-8", "\r"),
        ("utf-8-sig", "utf-8", "\r\n"),
        ("utf-8-sig", "cp1252", "\n"),
        ("cp1252", "cp1252", "\r\n"),
        ("latin-1", "latin-1", "\r"),
        ("utf-16", "utf-8", "\r\n"),
        ("utf-16", "utf-16", "\r"),
        ("utf-16-be", "utf-16-be", "\n"),
        ("utf-32", "utf-8", "\r\n"),
    ],
)
def test_every_encoding_and_line_end_gives_the_same_rows(
    tmp_path: Path, clean: Pulled, encoding: str, declared: str, line_end: str
) -> None:
    content = text(lines(), line_end=line_end).encode(encoding)
    assert clean.is_content_of(load(tmp_path, content, mapping({"encoding": declared})))


def grouped(amount: Decimal) -> str:
    return f"{amount:,.2f}"


NUMBERS: list[tuple[Callable[[Decimal], str], dict[str, Any]]] = [
    (lambda amount: brazilian(amount).replace(" ", "\u00a0"), {}),
    (lambda amount: brazilian(amount).removeprefix("R$ "), {}),
    (lambda amount: str(amount).replace(".", ","), {"thousands": None}),
    (lambda amount: f"{amount:.4f}", {"decimal": ".", "thousands": None}),
    (grouped, {"decimal": ".", "thousands": ","}),
    (lambda amount: grouped(amount).replace(",", " "), {"decimal": ".", "thousands": " "}),
]


@pytest.mark.parametrize(("money", "form"), NUMBERS)
def test_every_style_of_amounts_gives_the_same_rows_when_it_is_declared(
    tmp_path: Path, clean: Pulled, money: Callable[[Decimal], str], form: dict[str, Any]
) -> None:
    assert clean.is_content_of(load(tmp_path, text(lines(money=money)), mapping(form)))


@pytest.mark.parametrize(
    ("date", "form"),
    [
        ("{0}/3/2024", "%d/%m/%Y"),
        ("2024-03-{0:02d}", "%Y-%m-%d"),
        ("03/{0:02d}/24", "%m/%d/%y"),
        ("{0:02d}.03.2024 00:00:00", "%d.%m.%Y %H:%M:%S"),
    ],
)
def test_every_style_of_dates_gives_the_same_rows_when_it_is_declared(
    tmp_path: Path, clean: Pulled, date: str, form: str
) -> None:
    assert clean.is_content_of(load(tmp_path, text(lines(date=date)), mapping({"date_formats": [form]})))


@pytest.mark.parametrize(
    ("headers", "dialect"),
    [
        (HEADERS[::-1], {}),
        ([*HEADERS[5:], *HEADERS[:5]], {"quoting": 1}),
        (["Nota", *HEADERS[:4], "Situação", *HEADERS[4:], "Margem"], {}),
    ],
    ids=["reordered", "reordered and quoted", "columns added"],
)
def test_columns_are_found_by_name_wherever_they_are(
    tmp_path: Path, clean: Pulled, headers: list[str], dialect: dict[str, Any]
) -> None:
    rows = [row | {"Nota": 'diz "oi";\n\nsegue', "Situação": "", "Margem": "9,99"} for row in lines()]
    assert clean.is_content_of(load(tmp_path, text(rows, headers, **dialect)))


@pytest.mark.parametrize("header", HEADERS)
def test_a_mapped_column_that_is_dropped_renamed_or_doubled_is_refused(tmp_path: Path, header: str) -> None:
    dropped = load(tmp_path, text(lines(), [name for name in HEADERS if name != header]))
    renamed = load(tmp_path, text(lines()).replace(header, f"{header}.1", 1))
    doubled = load(tmp_path, text(lines(), [*HEADERS, header]))
    assert isinstance(dropped, Refused) and f"vendas.csv has no column '{header}' (mapped to " in dropped.message
    assert isinstance(renamed, Refused) and f"Did you mean '{header}.1'?" in renamed.message
    assert isinstance(doubled, Refused) and f"has the column '{header}'" in doubled.message
    assert "rename all but one" in doubled.message


RETYPED = [
    ("Qtd", "duas", "order_items", "unreadable:quantity"),
    ("Qtd", "1.5.2", "order_items", "unreadable:quantity"),
    ("Qtd", "", "order_items", "missing:quantity"),
    ("Preço", "10.50", "order_items", "unreadable:unit_price_brl"),
    ("Preço", "US$ 10,50", "order_items", "unreadable:unit_price_brl"),
    ("Preço", "1e3", "order_items", "unreadable:unit_price_brl"),
    ("Data", "2024-03-01", "order_items", "unreadable:ordered_at"),
    ("Data", "31/12/9999", "order_items", "unreadable:ordered_at"),
    ("Data", "29/02/2023", "order_items", "unreadable:ordered_at"),
    ("Pedido", "1,23457E+11", "order_items", "unreadable:order_id"),
    ("Código", "7.89E+12", "order_items", "unreadable:product_id"),
    ("Código", "", "order_items", "missing:product_id"),
]


@pytest.mark.parametrize(("header", "value", "table", "reason"), RETYPED)
def test_a_value_of_another_type_takes_its_order_along_and_is_refused_when_the_whole_column_has_it(
    tmp_path: Path, clean: Pulled, header: str, value: str, table: str, reason: str
) -> None:
    one = load(tmp_path / "one", text(changed(5, **{header: value})))
    # A line whose number became another one's does not tell which order it is of.
    assert one.quarantined == {(table, reason): 1 if header == "Pedido" else 2}
    assert one.rows_in("order_items") == 30
    assert one.accepted["order_items"] < clean.accepted["order_items"]
    whole = load(tmp_path / "whole", text([row | {header: value} for row in lines()]))
    assert isinstance(whole, Refused)
    assert (reason in whole.message and "30 of 30 rows" in whole.message) or "date_formats" in whole.message


def test_a_cep_that_lost_its_zero_is_quarantined_and_its_order_is_not(tmp_path: Path, clean: Pulled) -> None:
    found = load(tmp_path, text([row | {"CEP": row["CEP"].lstrip("0")} for row in changed(0, CEP="13565-905")]))
    assert isinstance(found, Refused) and "rule:zip_prefix" in found.message
    found = load(tmp_path, text([row | {"CEP": "1000000"} if row["Cliente"] == "001" else row for row in lines()]))
    # Customer 001 is described on the first two days.
    assert found.quarantined == {("customers", "rule:zip_prefix"): 1}
    assert found.accepted["order_items"] == clean.accepted["order_items"]


@pytest.mark.parametrize("before", ["Pedido", "Qtd", "0000003", "azul", "\n"])
def test_a_null_character_anywhere_is_refused(tmp_path: Path, before: str) -> None:
    content = text(lines()).encode()
    place = content.rindex(before.encode())
    for encoded in (content[:place] + b"\0" + content[place:], content[:place] + b"\0" * 512 + content[place:]):
        found = load(tmp_path, encoded)
        assert isinstance(found, Refused) and "holds a NUL character on line" in found.message
        assert "Export it again, or set format.encoding" in found.message
