"""What a report's lines make together: orders by day, exact items, payments, customers, and rejects."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import ReportMapping, ReportSource


def line(**fields: str) -> dict[str, str]:
    """The smallest line of a report, by the mapping's fields."""
    return {
        "order_id": "1",
        "ordered_at": "2024-03-05 10:00:00",
        "product_id": "mug",
        "quantity": "1",
        "unit_price": "9.50",
    } | fields


def report(folder: Path, lines: Sequence[dict[str, str]], id_prefix: str = "", /, **mapping: Any) -> ReportSource:
    """A source over a file whose headers are the fields' own names."""
    if any("line_total" in row for row in lines):
        lines = [{key: text for key, text in row.items() if key != "unit_price"} for row in lines]
    fields = list(dict.fromkeys(field for row in lines for field in row))
    rows = [fields, *([row.get(field, "") for field in fields] for row in lines)]
    (folder / "sales.csv").write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    columns = {field: field for field in fields if not field.startswith("extra")} | mapping.pop("columns", {})
    columns = {field: header for field, header in columns.items() if header}
    return ReportSource(
        folder / "sales.csv", ReportMapping.model_validate({"name": "shop", "columns": columns, **mapping}), id_prefix
    )


def rows(source: ReportSource, table: str, *columns: str, day: str | None = None) -> list[tuple[Any, ...]]:
    """A table's rows over all days, or of one."""
    first, last = (date.fromisoformat(day),) * 2 if day else (source.first_day(), source.last_day())
    found = [row for chunk in source.changes(first, last) for row in chunk.tables[table].to_pylist()]
    return [tuple(str(row[name]) if name == "changed_date" else row[name] for name in columns) for row in found]


def rejects(source: ReportSource) -> list[tuple[str, str, str]]:
    chunks = source.changes(source.first_day(), source.last_day())
    found = [row for chunk in chunks for row in chunk.rejected.to_pylist()]
    return [(str(row["changed_date"]), row["reason"], row["row"]) for row in found]


def test_an_order_appears_whole_on_each_day_on_which_it_changes(tmp_path: Path) -> None:
    events = {
        "approved_at": "2024-03-05 23:00:00",
        "shipped_at": "2024-03-07 08:00:00",
        "delivered_at": "2024-03-09 22:30:00",
        "status": "returned",
    }
    source = report(tmp_path, [line(**events), line(**events, product_id="cup")])
    assert rows(source, "orders", "changed_date", "status", "approved_at", "shipped_at", "delivered_at") == [
        ("2024-03-05", "approved", "2024-03-06 02:00:00.000000+00", None, None),
        ("2024-03-07", "shipped", "2024-03-06 02:00:00.000000+00", "2024-03-07 11:00:00.000000+00", None),
        (
            "2024-03-09",
            "returned",
            "2024-03-06 02:00:00.000000+00",
            "2024-03-07 11:00:00.000000+00",
            "2024-03-10 01:30:00.000000+00",
        ),
    ]
    assert rows(source, "order_items", "changed_date", "product_id") == [
        (day, product) for day in ("2024-03-05", "2024-03-07", "2024-03-09") for product in ("mug", "cup")
    ]


def test_an_event_before_the_order_shows_on_the_day_of_the_order(tmp_path: Path) -> None:
    source = report(tmp_path, [line(shipped_at="2024-03-01 10:00:00")])
    assert rows(source, "orders", "changed_date", "status", "shipped_at") == [
        ("2024-03-05", "delivered", "2024-03-01 13:00:00.000000+00")
    ]


def test_lines_at_different_instants_belong_to_the_earliest(tmp_path: Path) -> None:
    source = report(tmp_path, [line(ordered_at="2024-03-06 00:01:00"), line(product_id="cup")])
    assert rows(source, "order_items", "changed_date", "line_number", "product_id") == [
        ("2024-03-05", "1", "mug"),
        ("2024-03-05", "2", "cup"),
    ]


def test_the_same_days_give_the_same_rows_however_they_are_pulled(tmp_path: Path) -> None:
    lines = [
        line(order_id=str(n), ordered_at=f"2024-03-{1 + n % 9:02d} 10:00:00", customer_id=str(n % 4), city=str(n % 3))
        for n in range(40)
    ]
    source = report(tmp_path, lines, columns={"name": "city"})
    for table in ("orders", "order_items", "customers", "products"):
        (whole,) = [chunk.tables[table].to_pylist() for chunk in source.changes(date(2024, 3, 1), date(2024, 3, 9))]
        days = [date(2024, 3, day) for day in range(1, 10)]
        assert [
            row for day in days for chunk in source.changes(day, day) for row in chunk.tables[table].to_pylist()
        ] == whole


def test_every_day_is_in_exactly_one_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eshop_dagster.adapters.sources.report.source.ROWS_PER_CHUNK", 4)
    lines = [line(order_id=str(n), ordered_at=f"2024-03-{1 + 4 * (n // 2):02d} 10:00:00") for n in range(6)]
    source = report(tmp_path, lines)
    chunks = list(source.changes(date(2024, 2, 28), date(2024, 3, 9)))
    assert [(str(chunk.first_day), str(chunk.last_day)) for chunk in chunks] == [
        ("2024-02-28", "2024-03-04"),
        ("2024-03-05", "2024-03-08"),
        ("2024-03-09", "2024-03-09"),
    ]
    assert [chunk.tables["orders"].num_rows for chunk in chunks] == [2, 2, 2]


def test_days_after_the_report_are_refused(tmp_path: Path) -> None:
    source = report(tmp_path, [line()])
    with pytest.raises(SourceError, match="expected days up to 2024-03-05"):
        source.changes(date(2024, 3, 5), date(2024, 3, 6))


def test_a_line_without_a_customer_is_a_guest_order(tmp_path: Path) -> None:
    source = report(tmp_path, [line(customer_id=""), line(order_id="2", customer_id="17850.0")])
    assert rows(source, "orders", "order_id", "customer_id") == [("1", None), ("2", "17850")]
    assert rows(source, "customers", "customer_id") == [("17850",)]


@pytest.mark.parametrize("kind, status", [("return", "returned"), ("cancellation", "cancelled")])
@pytest.mark.parametrize("signs", [{"order_id_prefix": "C"}, {"negative_quantity": True}])
def test_a_credit_note_is_an_order_of_its_own_with_its_lines_as_found(
    tmp_path: Path, kind: str, status: str, signs: dict[str, Any]
) -> None:
    source = report(tmp_path, [line(), line(order_id="C2", quantity="-3")], **{kind: signs})
    assert rows(source, "orders", "order_id", "status") == [("1", "delivered"), ("C2", status)]
    assert rows(source, "order_items", "quantity", "unit_price_brl") == [("1.000", "9.5000"), ("-3.000", "9.5000")]


def test_pieces_written_off_at_no_price_are_no_returned_order(tmp_path: Path) -> None:
    off, back = ([line(order_id=name, quantity="-3", unit_price=price)] for name, price in (("1", "0"), ("2", "9.50")))
    source = report(tmp_path, [*off, *back], **{"return": {"negative_quantity": True}})
    assert rows(source, "orders", "order_id", "status") == [("1", "delivered"), ("2", "returned")]


def test_an_exchange_with_lines_of_both_signs_is_no_return(tmp_path: Path) -> None:
    source = report(tmp_path, [line(), line(quantity="-1")], **{"return": {"negative_quantity": True}})
    assert rows(source, "orders", "status") == [("delivered",)]


def test_status_words_are_compared_without_case_and_accents_and_an_unknown_one_rejects_its_order(
    tmp_path: Path,
) -> None:
    words = ["CONCLUIDO", "shipped", "Devolvido", "Sumiu", ""]
    lines = [line(order_id=str(n), status=word) for n, word in enumerate(words)]
    mapping: dict[str, Any] = {"status": {"concluído": "delivered"}, "return": {"statuses": ["devolvido"]}}
    source = report(tmp_path, lines, **mapping)
    assert rows(source, "orders", "status") == [("delivered",), ("shipped",), ("returned",)]
    assert sorted(reason for _, reason, _ in rejects(source)) == ["missing:status", "rule:status"]


@pytest.mark.parametrize(
    "field, texts", [("customer_id", "ab"), ("state", ["SP", "RJ"]), ("status", ["shipped", "invoiced"])]
)
def test_an_order_whose_lines_contradict_each_other_is_rejected_whole(
    tmp_path: Path, field: str, texts: Sequence[str]
) -> None:
    lines = [
        line(**{field: texts[0]}),
        line(**{field: texts[1]}, product_id="cup"),
        line(**{field: texts[0]}, order_id="2"),
    ]
    source = report(tmp_path, lines)
    assert rows(source, "orders", "order_id") == [("2",)]
    assert [(day, reason) for day, reason, _ in rejects(source)] == [("2024-03-05", f"order_conflict:{field}")] * 2


def test_an_empty_field_does_not_contradict_the_order_s_other_lines(tmp_path: Path) -> None:
    source = report(tmp_path, [line(customer_id="a", state="sp"), line(customer_id="", state="", product_id="cup")])
    assert rows(source, "orders", "customer_id", "state") == [("a", "SP")]


def test_repeated_lines_are_quarantined_or_kept_as_the_mapping_says(tmp_path: Path) -> None:
    lines = [line(extra="x"), line(extra="x"), line(extra="y")]
    source = report(tmp_path, lines)
    assert len(rows(source, "order_items", "line_number")) == 2
    assert rejects(source) == [("2024-03-05", "exact_duplicate", "1,2024-03-05 10:00:00,mug,1,9.50,x")]
    assert rows(report(tmp_path, lines, duplicates="keep"), "order_items", "line_number") == [("1",), ("2",), ("3",)]


def test_a_line_without_an_order_id_is_rejected(tmp_path: Path) -> None:
    source = report(tmp_path, [line(), line(order_id=" ")])
    assert [reason for _, reason, _ in rejects(source)] == ["missing:order_id"]


@pytest.mark.parametrize(
    "total, quantity, items",
    [
        ("19.00", "2", [("2.000", "9.5000")]),
        ("0.05", "2", [("2.000", "0.0250")]),
        ("100.00", "3", [("2.000", "33.3300"), ("1.000", "33.3400")]),
        ("-100.00", "-3", [("-2.000", "33.3300"), ("-1.000", "33.3400")]),
        ("957.5775", "5", [("5.000", "191.5155")]),
        ("10.0001", "3", [("1.000", "3.3333"), ("2.000", "3.3334")]),
        ("10.00", "0.333", [("0.233", "30.0300"), ("0.100", "30.0301")]),
        ("0", "4", [("4.000", "0.0000")]),
    ],
)
def test_a_line_total_is_kept_to_the_last_decimal(
    tmp_path: Path, total: str, quantity: str, items: list[tuple[str, str]]
) -> None:
    found = rows(
        report(tmp_path, [line(line_total=total, quantity=quantity)]), "order_items", "quantity", "unit_price_brl"
    )
    assert found == items
    assert sum(Decimal(pieces) * Decimal(price) for pieces, price in found) == Decimal(total)


@pytest.mark.parametrize(
    "total, quantity, reason",
    [
        ("5.00", "0", "rule:quantity"),
        ("-5.00", "2", "rule:unit_price_brl"),
        ("free", "2", "unreadable:unit_price_brl"),
        ("", "2", "missing:unit_price_brl"),
    ],
)
def test_a_line_that_cannot_be_taken_takes_its_order_along(
    tmp_path: Path, total: str, quantity: str, reason: str
) -> None:
    bad, good = line(line_total=total, quantity=quantity), line(line_total="1.00")
    source = report(tmp_path, [bad, good | {"product_id": "cup"}, good | {"order_id": "2"}])
    assert rows(source, "orders", "order_id") == [("2",)]
    assert [found for _, found, _ in rejects(source)] == [reason, reason]
    assert (source.balance.lines_loaded, source.balance.lines_quarantined) == (1, 2)


@pytest.mark.parametrize("price", ["999999999999", "99999999999.99999999", "999999999999999999999999999999"])
@pytest.mark.parametrize("quantity", ["999999999999999", "-999999999999999.999", "0.001"])
@pytest.mark.parametrize("field", ["unit_price", "line_total"])
@pytest.mark.parametrize("rate", [None, "99999999.99999999"])
def test_absurd_amounts_stop_nothing(tmp_path: Path, price: str, quantity: str, field: str, rate: str | None) -> None:
    currency = {"code": "USD", "rate_to_brl": rate} if rate else "BRL"
    lines = [line(**{field: price}, quantity=quantity, freight=price, payment_method="pix")]
    source = report(tmp_path, lines, currency=currency)
    assert rows(source, "order_items", "line_number") or rejects(source)


@pytest.mark.parametrize("price", ["unit_price", "line_total"])
def test_without_a_quantity_each_line_is_one_piece(tmp_path: Path, price: str) -> None:
    lines = [line(**{price: "9.50"}), line(**{price: "1.2345"}, product_id="cup")]
    source = report(tmp_path, lines, columns={"quantity": None})
    assert rows(source, "order_items", "line_number", "product_id", "quantity", "unit_price_brl") == [
        ("1", "mug", "1.000", "9.5000"),
        ("2", "cup", "1.000", "1.2345"),
    ]


def test_a_divided_line_keeps_its_number_and_freight_once(tmp_path: Path) -> None:
    totals = [
        line(line_total="100.00", quantity="3", line_number="1", freight="7.50"),
        line(line_total="1.00", quantity="1", line_number="2", freight=""),
    ]
    assert rows(report(tmp_path, totals), "order_items", "line_number", "quantity", "freight_brl") == [
        ("1", "2.000", "7.50"),
        ("3", "1.000", "0"),
        ("2", "1.000", None),
    ]


def test_a_unit_price_of_more_than_four_decimals_keeps_the_line_s_total(tmp_path: Path) -> None:
    source = report(tmp_path, [line(unit_price="0.00123", quantity="1000")])
    found = rows(source, "order_items", "quantity", "unit_price_brl")
    assert sum(Decimal(pieces) * Decimal(price) for pieces, price in found) == Decimal("1.23")
    assert source.notes == ["1 lines have a unit_price of more than four decimals: their totals are rounded to four."]


def test_another_currency_is_converted_at_the_fixed_rate(tmp_path: Path) -> None:
    currency = {"code": "GBP", "rate_to_brl": 6.3127}
    source = report(tmp_path, [line(unit_price="2.55", quantity="6", freight="1.00")], currency=currency)
    assert rows(source, "order_items", "quantity", "unit_price_brl", "freight_brl") == [("6.000", "16.0974", "6.31")]
    source = report(tmp_path, [line(line_total="15.30", quantity="6")], currency=currency)
    assert rows(source, "order_items", "quantity", "unit_price_brl") == [("2.000", "16.0900"), ("4.000", "16.1000")]


def test_freight_that_is_repeated_on_each_line_of_an_order_counts_once(tmp_path: Path) -> None:
    lines = [line(freight="8.00"), line(freight="8.00", product_id="cup"), line(freight="", order_id="2")]
    source = report(tmp_path, lines, freight_per="order")
    assert rows(source, "order_items", "freight_brl") == [("8.00",), ("0",), (None,)]


def test_freight_of_an_order_that_differs_between_its_lines_is_a_conflict(tmp_path: Path) -> None:
    lines = [line(freight="8.00"), line(freight="9.00"), line(freight="1", order_id="2")]
    source = report(tmp_path, lines, freight_per="order")
    assert [reason for _, reason, _ in rejects(source)] == ["order_conflict:freight"] * 2


def test_without_a_payment_column_there_is_no_payments_table(tmp_path: Path) -> None:
    source = report(tmp_path, [line()])
    (chunk,) = source.changes(source.first_day(), source.last_day())
    assert sorted(chunk.tables) == ["order_items", "orders", "products"]


def test_a_payment_without_an_amount_is_what_its_lines_cost(tmp_path: Path) -> None:
    lines = [
        line(payment_method="pix", freight="1.00", quantity="2"),
        line(payment_method="", freight="", product_id="cup"),
        line(payment_method="card", order_id="2", unit_price="x"),
    ]
    found = rows(report(tmp_path, lines), "payments", "order_id", "sequence", "method", "amount_brl")
    assert found == [("1", 1, "pix", "29.50")]


@pytest.mark.parametrize("per, amounts", [("order", ["30.00"]), ("line", ["60.00"])])
def test_a_payment_amount_is_the_order_s_or_each_line_s_as_the_mapping_says(
    tmp_path: Path, per: str, amounts: list[str]
) -> None:
    paid = {"payment_method": "card", "payment_installments": "3", "payment_amount": "30.00"}
    source = report(tmp_path, [line(**paid), line(**paid, product_id="cup")], payment_amount_per=per)
    assert rows(source, "payments", "sequence", "method", "installments", "amount_brl") == [
        (1, "card", "3", amount) for amount in amounts
    ]


def test_a_customer_changes_on_the_days_of_its_orders_when_it_is_described_otherwise(tmp_path: Path) -> None:
    cities = [
        ("1", "05", "Santos"),
        ("2", "06", "Santos"),
        ("3", "07", ""),
        ("4", "08", "Olinda"),
        ("5", "09", "Santos"),
    ]
    lines = [
        line(order_id=key, ordered_at=f"2024-03-{day} 10:00:00", customer_id="c", city=city, cpf="01234567890")
        for key, day, city in reversed(cities)
    ]
    assert rows(report(tmp_path, lines), "customers", "changed_date", "city", "cpf") == [
        ("2024-03-05", "Santos", "01234567890"),
        ("2024-03-08", "Olinda", "01234567890"),
        ("2024-03-09", "Santos", "01234567890"),
    ]


def test_of_two_descriptions_on_one_day_the_newest_counts_and_then_the_later_line(tmp_path: Path) -> None:
    names = [("10:05", "Big mug"), ("10:00", "Mug"), ("10:05", "Large mug")]
    lines = [
        line(order_id=str(n), ordered_at=f"2024-03-05 {time}:00", product_name=name)
        for n, (time, name) in enumerate(names)
    ]
    assert rows(report(tmp_path, lines), "products", "product_id", "name") == [("mug", "Large mug")]


def test_sellers_and_constants_are_passed_on(tmp_path: Path) -> None:
    source = report(tmp_path, [line(seller_id="s")], "br-", constants={"channel": "store"})
    assert rows(source, "sellers", "seller_id", "changed_date") == [("br-s", "2024-03-05")]
    assert rows(source, "orders", "order_id", "channel") == [("br-1", "store")]
    assert rows(source, "order_items", "order_id", "product_id", "seller_id") == [("br-1", "br-mug", "br-s")]


def test_a_zip_code_is_cut_to_its_five_digit_prefix_and_a_damaged_one_stays(tmp_path: Path) -> None:
    zips = ["01037-000", "01037000", "01037", "1037"]
    lines = [line(order_id=str(n), customer_id=f"c{n}", zip_prefix=text) for n, text in enumerate(zips)]
    assert rows(report(tmp_path, lines), "customers", "zip_prefix") == [("01037",), ("01037",), ("01037",), ("1037",)]


def test_an_order_id_may_be_made_of_several_columns(tmp_path: Path) -> None:
    lines = [line(extra_till="A"), line(extra_till="B"), line(extra_till="")]
    source = report(tmp_path, lines, columns={"order_id": {"from": ["order_id", "extra_till"]}})
    assert rows(source, "orders", "order_id") == [("1|A",), ("1|B",)]
    assert [reason for _, reason, _ in rejects(source)] == ["missing:order_id"]


def test_an_order_id_made_of_a_customer_s_data_does_not_show_it(tmp_path: Path) -> None:
    lines = [line(name=name, product_id=product) for name, product in [("Ana", "mug"), ("Bia", "mug"), ("Ana", "cup")]]
    lines = [{key: text for key, text in row.items() if key != "order_id"} for row in lines]
    columns = {"order_id": {"from": ["ordered_at", "name"]}, "customer_id": "name"}
    source = report(tmp_path, lines, columns=columns)
    assert rows(source, "order_items", "order_id", "product_id") == [
        ("2024-03-05-0001", "mug"),
        ("2024-03-05-0001", "cup"),
        ("2024-03-05-0002", "mug"),
    ]


def test_the_fingerprint_changes_with_the_file_and_the_mapping(tmp_path: Path) -> None:
    prints = {
        report(tmp_path, [line()]).fingerprint(),
        report(tmp_path, [line()]).fingerprint(),
        report(tmp_path, [line(quantity="2")]).fingerprint(),
        report(tmp_path, [line()], duplicates="keep").fingerprint(),
    }
    assert len(prints) == 3
