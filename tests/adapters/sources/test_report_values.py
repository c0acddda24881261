"""A report's texts become values of the contract, or stay as text that no cast accepts."""

from pathlib import Path

import pytest

from eshop_dagster.adapters.sources.report import ReportMapping, ReportSource
from eshop_dagster.adapters.sources.report.mapping import CHANNEL, CONTRACT_STATUS
from eshop_dagster.contract import CHANNELS, STATUSES

LINE = {"order_id": "1", "ordered_at": "2024-03-05", "product_id": "mug", "quantity": "1", "unit_price": "1"}


def value(folder: Path, table: str, column: str, field: str, text: str, **form: object) -> object:
    """What a text in a field's column becomes in a column of the contract, or why its order is rejected."""
    row = LINE | {field: text}
    (folder / "sales.csv").write_text("\t".join(row) + "\n" + "\t".join(row.values()) + "\n", encoding="utf-8")
    mapping = ReportMapping.model_validate(
        {"name": "shop", "columns": {name: name for name in row}, "format": {"delimiter": "tab", **form}}
    )
    source = ReportSource(folder / "sales.csv", mapping)
    chunk = next(iter(source.changes(source.first_day(), source.first_day())))
    return [*chunk.tables[table][column].to_pylist(), *chunk.rejected["reason"].to_pylist()][0]


UNREADABLE, NEGATIVE = "unreadable:unit_price_brl", "rule:unit_price_brl"
BRAZILIAN = {"decimal": ",", "thousands": ".", "currency_prefix": "R$", "negative_parentheses": True}


@pytest.mark.parametrize(
    "text, form, expected",
    [
        ("12.5", {}, "12.5000"),
        (".5", {}, "0.5000"),
        ("+3", {}, "3.0000"),
        ("1,234.5", {"thousands": ","}, "1234.5000"),
        ("R$ 1.234,56", BRAZILIAN, "1234.5600"),
        ("R$\u00a01.234.567,8", BRAZILIAN, "1234567.8000"),
        ("−R$ 5,00", BRAZILIAN, NEGATIVE),
        ("R$ -5,00", BRAZILIAN, NEGATIVE),
        ("5,00-", BRAZILIAN, NEGATIVE),
        ("--5,00", BRAZILIAN, UNREADABLE),
        ("-5,00-", BRAZILIAN, UNREADABLE),
        ("10,50 R$", {"decimal": ",", "currency_suffix": "R$"}, "10.5000"),
        ("10,50\u00a0BRL", {"decimal": ",", "currency_suffix": "BRL"}, "10.5000"),
        ("1\u2019234.50", {"thousands": "'"}, "1234.5000"),
        ("(1.234,56)", BRAZILIAN, NEGATIVE),
        ("(R$ 1,00)", BRAZILIAN, NEGATIVE),
        ("1.234", BRAZILIAN, "1234.0000"),
        ("1 234,5", {"decimal": ",", "thousands": " "}, "1234.5000"),
        ("1.23", BRAZILIAN, UNREADABLE),
        ("1,234.5", {}, UNREADABLE),
        ("12,5", {}, UNREADABLE),
        ("1e3", {}, UNREADABLE),
        ("1_000", {}, UNREADABLE),
        ("--1", {}, UNREADABLE),
        ("NaN", {}, UNREADABLE),
        ("(1)", {}, UNREADABLE),
        ("1 2", {}, UNREADABLE),
        ("99999999999999999999999", {}, UNREADABLE),
        ("", {}, "missing:unit_price_brl"),
        ("n/d", {"empty_words": ["N/D"]}, "missing:unit_price_brl"),
    ],
)
def test_a_number_is_read_in_the_declared_style_only(
    tmp_path: Path, text: str, form: dict[str, object], expected: str
) -> None:
    assert value(tmp_path, "order_items", "unit_price_brl", "unit_price", text, **form) == expected


@pytest.mark.parametrize(
    "text, expected", [("2.5", "2.500"), ("0", "rule:quantity"), ("-3", "-3.000"), ("1.2345", "unreadable:quantity")]
)
def test_a_quantity_has_at_most_three_decimals(tmp_path: Path, text: str, expected: str) -> None:
    assert value(tmp_path, "order_items", "quantity", "quantity", text) == expected


@pytest.mark.parametrize(
    "text, expected", [("2", "2"), ("2.0", "2"), ("0x10", "unreadable:line_number"), ("1.5", "unreadable:line_number")]
)
def test_a_line_number_is_a_whole_number(tmp_path: Path, text: str, expected: str) -> None:
    assert value(tmp_path, "order_items", "line_number", "line_number", text) == expected


@pytest.mark.parametrize(
    "text, expected", [("17850.0", "17850"), ("17850,0", "17850"), ("A1.0", "A1.0"), ("007", "007"), ("1.000", "1.000")]
)
def test_an_id_that_was_kept_as_a_fraction_is_the_whole_number(tmp_path: Path, text: str, expected: str) -> None:
    assert value(tmp_path, "orders", "customer_id", "customer_id", text) == expected


@pytest.mark.parametrize("field", ["cpf", "phone", "name"])
def test_leading_zeros_of_a_text_stay(tmp_path: Path, field: str) -> None:
    columns = {"customer_id": "c"} | {field: "01234567890"}
    row = LINE | columns
    (tmp_path / "sales.csv").write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    mapping = ReportMapping.model_validate({"name": "shop", "columns": {name: name for name in row}})
    (chunk,) = ReportSource(tmp_path, mapping).changes(*[ReportSource(tmp_path, mapping).first_day()] * 2)
    assert chunk.tables["customers"][field].to_pylist() == ["01234567890"]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("São Paulo", "SP"),
        ("sao paulo", "SP"),
        ("sp", "SP"),
        ("RIO GRANDE DO SUL", "RS"),
        ("Texas", None),
        ("", None),
    ],
)
def test_a_brazilian_state_becomes_its_code_and_others_are_left_empty(
    tmp_path: Path, text: str, expected: str | None
) -> None:
    assert value(tmp_path, "orders", "state", "state", text) == expected


@pytest.mark.parametrize(
    "text, form, expected",
    [
        ("2024-03-05 23:30:00", {}, "2024-03-06T02:30:00+00:00"),
        ("2024-03-05", {}, "2024-03-05T03:00:00+00:00"),
        ("2024-03-05 23:30:00", {"time_zone": "UTC"}, "2024-03-05T23:30:00+00:00"),
        ("12/1/2010 8:26", {"date_formats": ["%m/%d/%Y %H:%M"]}, "2010-12-01T10:26:00+00:00"),
        ("12/1/2010 8:26", {"date_formats": ["%d/%m/%Y", "%d/%m/%Y %H:%M"]}, "2010-01-12T10:26:00+00:00"),
        ("1/2/24 8:26 PM", {"date_formats": ["%d/%m/%y %I:%M %p"]}, "2024-02-01T23:26:00+00:00"),
        ("2024-03-05T10:00:00+0200", {"date_formats": ["%Y-%m-%dT%H:%M:%S%z"]}, "2024-03-05T08:00:00+00:00"),
        # Clocks went from 23:59 to 01:00 on that day: the first instant of it is 03:00 UTC.
        ("2018-11-04", {}, "2018-11-04T03:00:00+00:00"),
    ],
)
def test_an_instant_is_read_by_the_first_format_that_fits(
    tmp_path: Path, text: str, form: dict[str, object], expected: str
) -> None:
    assert value(tmp_path, "orders", "ordered_at", "ordered_at", text, **form).isoformat() == expected  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["05/03/2024", "2024-02-30", "2024-03-05 10:00:00 later", "0010-03-05"])
def test_a_later_event_that_is_no_instant_is_left_empty(tmp_path: Path, text: str) -> None:
    assert value(tmp_path, "orders", "delivered_at", "delivered_at", text) is None


@pytest.mark.parametrize("text, expected", [("2024-03-09", "2024-03-09"), ("soon", None), ("", None)])
def test_a_promised_date_is_the_calendar_day_as_written(tmp_path: Path, text: str, expected: str | None) -> None:
    assert value(tmp_path, "orders", "promised_date", "promised_date", text, time_zone="UTC") == expected


def test_date_and_time_in_two_columns_make_one_instant(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("o,d,t,p,q,u\n1,05/03/2024,9:15,mug,1,1\n2,05/03/2024,,mug,1,1\n")
    columns = {"order_id": "o", "ordered_date": "d", "ordered_time": "t", "product_id": "p", "quantity": "q"}
    formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
    mapping = ReportMapping.model_validate(
        {"name": "shop", "columns": {**columns, "unit_price": "u"}, "format": {"date_formats": formats}}
    )
    source = ReportSource(tmp_path, mapping)
    (chunk,) = source.changes(source.first_day(), source.last_day())
    instants = [instant.isoformat() for instant in chunk.tables["orders"]["ordered_at"].to_pylist()]
    assert instants == ["2024-03-05T12:15:00+00:00", "2024-03-05T03:00:00+00:00"]


def test_the_mapping_knows_the_statuses_and_channels_of_the_contract() -> None:
    assert (CONTRACT_STATUS.__args__, CHANNEL.__args__) == (STATUSES, CHANNELS)  # type: ignore[attr-defined]
