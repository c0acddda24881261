"""An order is loaded whole or not at all, discounts come off, and every line and cent is accounted for."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report import ReportSource

from ..raw_home import ANYTHING_GOES
from .report_drafts import revenue
from .test_report_orders import line, rejects, report, rows
from .whole_pull import pulled


def reasons(source: ReportSource) -> list[str]:
    return sorted(reason for _, reason, _ in rejects(source))


def test_a_coupon_line_is_a_discount_of_its_order_or_takes_it_along(tmp_path: Path) -> None:
    lines = [
        line(order_id="700", unit_price="50.00"),
        line(order_id="700", unit_price="0.00", product_id="gift"),
        line(order_id="700", unit_price="-10.00", product_id="coupon"),
        line(order_id="703", unit_price="-11062.06"),
    ]
    source = report(tmp_path, lines, negative_price="discount")
    assert rows(source, "order_items", "order_id", "product_id", "unit_price_brl") == [
        ("700", "mug", "40.0000"),
        ("700", "gift", "0.0000"),
    ]
    assert reasons(source) == ["discount_above_order"]
    assert (source.balance.lines_loaded, source.balance.loaded_brl) == (3, Decimal("40.00"))
    assert reasons(report(tmp_path, lines)) == ["rule:unit_price_brl"] * 4


def test_freight_of_the_order_may_stand_on_its_discount_line_too(tmp_path: Path) -> None:
    lines = [line(unit_price="-3.00", freight="12.50"), line(unit_price="30.00", freight="12.50")]
    source = report(tmp_path, lines, negative_price="discount", freight_per="order")
    assert (source.balance.loaded_brl, source.balance.freight_brl) == (Decimal("27.00"), Decimal("12.50"))
    assert reasons(report(tmp_path, lines, negative_price="discount")) == ["discount_with_freight"] * 2


def test_a_discount_of_an_exchange_is_the_same_in_its_items_and_in_the_balance(tmp_path: Path) -> None:
    lines = [line(unit_price="30.00", quantity="-1", discount="5"), line(unit_price="50.00", discount="5")]
    source = report(tmp_path, lines, discount_per="order")
    assert revenue(source) == source.balance.loaded_brl == source.balance.read_brl == Decimal("15.00")


def test_a_negative_price_may_be_a_piece_that_came_back(tmp_path: Path) -> None:
    lines = [line(), line(order_id="2", unit_price="-9.50")]
    source = report(tmp_path, lines, negative_price="return", **{"return": {"negative_quantity": True}})
    assert rows(source, "order_items", "quantity", "unit_price_brl") == [("1.000", "9.5000"), ("-1.000", "9.5000")]
    assert rows(source, "orders", "status") == [("delivered",), ("returned",)]


def test_discounts_in_a_column_come_off_the_line(tmp_path: Path) -> None:
    lines = [
        line(unit_price="100.00", quantity="2", discount="20.00"),
        line(order_id="2", unit_price="39.90", discount="0"),
        line(order_id="3", unit_price="10.00", quantity="3", discount="5.00"),
    ]
    for sign in ("", "-"):
        signed = [row | {"discount": sign + row["discount"]} for row in lines]
        source = report(tmp_path, signed)
        assert revenue(source) == source.balance.loaded_brl == Decimal("244.90")
        assert (source.balance.read_brl, source.balance.rounded_brl) == (Decimal("244.90"), Decimal(0))


@pytest.mark.parametrize("texts", [("10.00", "10.00", "10.00"), ("10.00", "", "")])
def test_a_discount_of_the_order_is_spread_over_its_lines_to_the_cent(tmp_path: Path, texts: tuple[str, ...]) -> None:
    lines = [line(unit_price="33.33", product_id=str(n), discount=text) for n, text in enumerate(texts)]
    source = report(tmp_path, lines, discount_per="order")
    assert revenue(source) == source.balance.loaded_brl == source.balance.read_brl == Decimal("89.99")


def test_a_discount_of_a_line_that_costs_less_takes_its_order_along(tmp_path: Path) -> None:
    lines = [line(unit_price="0.00", discount="5.00"), line(product_id="cup", unit_price="9.50", discount="")]
    lines += [line(order_id="2", unit_price="5.00", discount="5.00"), line(order_id="3", discount="9.51")]
    source = report(tmp_path, lines)
    assert reasons(source) == ["discount_above_line"] * 3
    assert rows(source, "order_items", "order_id", "unit_price_brl") == [("2", "0.0000")]
    assert (source.balance.read_brl, source.balance.rounded_brl) == (Decimal("4.49"), Decimal(0))


def test_a_discount_of_a_whole_credit_note_lessens_what_goes_back(tmp_path: Path) -> None:
    lines = [
        line(unit_price="30.00", quantity="-1", discount="10.00"),
        line(unit_price="20.00", quantity="-1", discount="10.00", product_id="cup"),
        line(unit_price="0.00", quantity="-1", discount="10.00", product_id="gift"),
    ]
    source = report(tmp_path, lines, discount_per="order")
    assert rows(source, "order_items", "product_id", "unit_price_brl") == [
        ("mug", "24.0000"),
        ("cup", "16.0000"),
        ("gift", "0.0000"),
    ]
    assert revenue(source) == source.balance.loaded_brl == source.balance.read_brl == Decimal("-40.00")
    lines[0]["discount"] = lines[1]["discount"] = lines[2]["discount"] = "50.01"
    assert reasons(report(tmp_path, lines, discount_per="order")) == ["discount_above_order"] * 3


def test_a_discount_that_no_number_tells_takes_its_order_along(tmp_path: Path) -> None:
    source = report(
        tmp_path, [line(discount="ten"), line(product_id="cup", discount=""), line(order_id="2", discount="")]
    )
    assert reasons(source) == ["unreadable:discount"] * 2
    with pytest.raises(SourceError, match=r"'discount' \(mapped to discount\) has 1 amounts above 0 and 1 below"):
        report(tmp_path, [line(discount="1"), line(order_id="2", discount="-1")])


def test_a_total_of_the_order_on_each_of_its_lines_counts_once(tmp_path: Path) -> None:
    lines = [
        line(line_total="160.00"),
        line(line_total="160.00", product_id="cup"),
        line(order_id="2", line_total="39.90"),
        line(order_id="3", line_total="90.00"),
        line(order_id="3", line_total="90.00", quantity="2", product_id="cup"),
    ]
    source = report(tmp_path, lines, line_total_per="order")
    assert revenue(source) == source.balance.loaded_brl == source.balance.read_brl == Decimal("289.90")
    lines[1]["line_total"] = "161.00"
    assert reasons(report(tmp_path, lines, line_total_per="order")) == ["order_conflict:line_total"] * 2


def test_each_currency_has_its_rate_or_its_order_is_rejected(tmp_path: Path) -> None:
    lines = [
        line(unit_price="10.50", quantity="2", currency="BRL"),
        line(order_id="2", unit_price="39.90", currency="US$"),
        line(order_id="2", unit_price="1.00", currency="", product_id="cup"),
        line(order_id="3", unit_price="39.90", currency=""),
    ]
    assert reasons(report(tmp_path, lines)) == ["currency_without_rate"] * 2
    source = report(tmp_path, lines, currency={"code": "BRL", "rates": {"USD": 5.4}})
    assert revenue(source) == Decimal("21.00") + Decimal("220.86") + Decimal("39.90")


def test_a_fault_in_what_is_not_money_of_the_sale_costs_that_field_only(tmp_path: Path) -> None:
    bad = {
        "freight": "grátis",
        "payment_installments": "à vista",
        "state": "Texas",
        "channel": "fax",
        "shipped_at": "ontem",
    }
    source = report(tmp_path, [line(**bad, payment_method="pix")])
    (order,) = rows(source, "orders", "status", "state", "channel", "shipped_at")
    assert order == ("delivered", None, None, None)
    assert rows(source, "order_items", "unit_price_brl", "freight_brl") == [("9.5000", None)]
    assert [note.split(" in column")[0] for note in source.notes] == [
        f"1 lines have no readable {field}"
        for field in ("freight", "payment_installments", "state", "channel", "shipped_at")
    ]


def test_the_balance_tells_every_line_and_its_money(tmp_path: Path) -> None:
    lines = [
        line(extra="a", control_total="9.50"),
        line(extra="a", control_total="9.50"),
        line(order_id="2", quantity="0"),
        line(order_id="2", unit_price="5.00", product_id="cup"),
        line(order_id="3", unit_price="1.00", control_total="2.00"),
    ]
    source = report(tmp_path, lines)
    assert source.balance.as_dict() == {
        "lines_read": 5,
        "lines_loaded": 2,
        "lines_quarantined": 2,
        "lines_repeated": 1,
        "read_brl": "25.00",
        "loaded_brl": "10.50",
        "quarantined_brl": "5.00",
        "repeated_brl": "9.50",
        "rounded_brl": "0.00",
        "discount_brl": "0.00",
        "freight_brl": "0.00",
        "file_total_brl": "11.50",
        "orders_off_total": 1,
        "lines_without_amount": 0,
    }


def test_two_lines_of_one_number_take_their_order_along(tmp_path: Path) -> None:
    lines = [line(line_number=number, product_id=f"p{place}") for place, number in enumerate("112")]
    assert reasons(report(tmp_path, [*lines, line(order_id="2", line_number="1")])) == ["duplicate_key"] * 3


def numbered(folder: Path, **mapping: Any) -> ReportSource:
    """Numbers 1 and 2, which start again the year after."""
    days = ["2023-01-10", "2023-02-10", "2024-01-09", "2024-02-10"]
    lines = [line(order_id=str(n % 2), ordered_at=f"{day} 10:00:00", extra=day) for n, day in enumerate(days)]
    return report(folder, lines, **mapping)


def test_order_numbers_that_start_again_each_year_are_told_apart_or_rejected(tmp_path: Path) -> None:
    assert reasons(numbered(tmp_path)) == ["order_conflict:ordered_at"] * 4
    columns = {"order_id": {"from": ["order_id"], "year_of": "ordered_at"}}
    assert rows(numbered(tmp_path, columns=columns), "orders", "order_id") == [
        ("0|2023",),
        ("1|2023",),
        ("0|2024",),
        ("1|2024",),
    ]
    assert len(rows(numbered(tmp_path, days_within_order=400), "orders", "order_id")) == 2


def test_numbers_that_start_again_each_day_are_rejected_and_lines_after_midnight_are_not(tmp_path: Path) -> None:
    days = ["2024-03-05 10:00:00", "2024-03-05 11:00:00", "2024-03-06 09:00:00"]
    lines = [line(order_id=str(n % 2), ordered_at=day) for n, day in enumerate(days)]
    assert reasons(report(tmp_path, lines)) == ["order_conflict:ordered_at"] * 2
    lines = [line(ordered_at="2024-03-05 23:59:59"), line(ordered_at="2024-03-06 00:00:01", product_id="cup")]
    assert reasons(report(tmp_path, lines)) == []


def test_orders_at_the_largest_amount_are_loaded_and_beyond_it_are_in_quarantine_with_the_reason(
    tmp_path: Path,
) -> None:
    lines = [
        line(order_id="1", unit_price="100000000000.00"),
        line(order_id="2", unit_price="100.0000", quantity="1000000000"),
        line(order_id="3", unit_price="100000000000.01"),
        line(order_id="4", unit_price="10000000000.00", quantity="11"),
        line(order_id="5", unit_price="999999999999.99", quantity="999999999999999.999"),
        line(order_id="6", unit_price="99999999999999999999.00"),
        line(order_id="7", unit_price="100.00"),
        line(order_id="7", unit_price="100.00", freight="100000000000.01"),
    ]
    home = pulled(lambda: report(tmp_path, lines), tmp_path / "home", ANYTHING_GOES)
    assert home.column("order_items", "unit_price_brl") == [Decimal("100.0000"), Decimal("100000000000.0000")]
    assert {one.rpartition(":")[2] for one in home.column("orders", "order_id")} == {"1", "2"}
    assert home.quarantined == {
        ("order_items", "rule:unit_price_brl"): 2,
        ("order_items", "implausible:quantity"): 1,
        ("order_items", "unreadable:unit_price_brl"): 1,
        ("order_items", "rule:freight_brl"): 2,
    }
