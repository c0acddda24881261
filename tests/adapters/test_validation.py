"""Every rule of the raw contract sends its row to quarantine with its reason, and touches no other row."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from eshop_dagster.adapters.validation import UnknownColumn, check_rows, stored_columns, stored_key, stored_schema
from eshop_dagster.contract import INSTANT, TABLES
from eshop_dagster.shop import Shop

from ..builders import DAY, FORBIDDEN, Breach, breaches, order_item, table, valid_rows

BREACHES = [breach for name in TABLES for breach in breaches(name, stored_columns(name))]


def stored(name: str, **values: Any) -> dict[str, Any]:
    """A valid row of a table as raw holds it: pseudonymised."""
    row = {column: value for column, value in valid_rows()[name].items() if column != "customer_id"}
    return {**row, **({"customer_key": "k1"} if "customer_key" in stored_columns(name) else {}), **values}


@pytest.mark.parametrize("name", TABLES)
def test_the_smallest_valid_row_keeps_the_contract(name: str) -> None:
    checked = check_rows(name, table([stored(name)]))
    assert checked.quarantined.num_rows == 0
    assert checked.accepted.schema == pa.schema([("changed_date", pa.date32()), *stored_schema(name)])
    assert checked.accepted["changed_date"].to_pylist() == [DAY]


@pytest.mark.parametrize("breach", BREACHES, ids=lambda one: f"{one.table}-{one.reason}-{one.value}")
def test_a_row_that_breaks_a_rule_is_quarantined_with_its_reason_and_its_text(breach: Breach) -> None:
    key = {column: 99 if column in ("line_number", "sequence") else "other" for column in stored_key(breach.table)}
    # Text beside a broken text: a source yields one type a column.
    good = {column: str(value) for column, value in stored(breach.table, **key).items()}
    bad = {column: str(value) for column, value in stored(breach.table).items()} | {breach.column: breach.value}
    checked = check_rows(breach.table, table([good, bad]))
    assert checked.accepted.num_rows == 1
    assert checked.quarantined["reason"].to_pylist() == [breach.reason]
    assert json.loads(checked.quarantined["row"][0].as_py())[breach.column] == breach.value


def test_every_rule_of_the_contract_has_a_value_here_that_breaks_it() -> None:
    ruled = {(name, column) for name in TABLES for column, rule in stored_columns(name).items() if rule.rule}
    assert ruled == set(FORBIDDEN)


@pytest.mark.parametrize(
    ("quantity", "price"),
    [("1", "100000000000"), ("-1", "100000000000"), ("999999999", "100.0000"), ("0.001", "100000000000.0000")],
)
def test_a_line_at_the_largest_amount_is_taken(quantity: str, price: str) -> None:
    row = stored("order_items", quantity=quantity, unit_price_brl=price, freight_brl="-100000000000")
    assert check_rows("order_items", table([row])).accepted.num_rows == 1


@pytest.mark.parametrize(
    ("quantity", "price"),
    [
        ("1", "100000000000.0001"),
        ("1000000001", "100"),
        ("-2", "50000000000.0001"),
        ("999999999999999.999", "99999999999999.9999"),
    ],
)
def test_a_line_beyond_the_largest_amount_is_quarantined_before_any_sum_overflows(quantity: str, price: str) -> None:
    row = stored("order_items", quantity=quantity, unit_price_brl=price)
    assert check_rows("order_items", table([row])).quarantined["reason"].to_pylist() == ["rule:unit_price_brl"]


def test_an_order_placed_after_the_day_it_is_reported_for_is_quarantined() -> None:
    # 02:59 UTC is still the evening before in São Paulo.
    late = [
        stored("orders", ordered_at="2024-03-06 02:59:59Z"),
        stored("orders", order_id="o2", ordered_at="2024-03-06 03:00:00Z"),
    ]
    checked = check_rows("orders", table(late))
    assert checked.accepted["order_id"].to_pylist() == ["o1"]
    assert checked.quarantined["reason"].to_pylist() == ["rule:ordered_after_changed_date"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("9.5", "9.5000"),
        ("9.5000", "9.5000"),
        (" 9.50 ", "9.5000"),
        ("1e3", "1000.0000"),
        ("0.0001", "0.0001"),
        (9.1, "9.1000"),
        (0.1 + 0.2, "0.3000"),
        (7, "7.0000"),
        (Decimal("9.50"), "9.5000"),
    ],
)
def test_a_price_is_read_exactly_from_text_and_numbers(given: Any, expected: str) -> None:
    checked = check_rows("order_items", table([order_item(unit_price_brl=given)]))
    assert [str(value) for value in checked.accepted["unit_price_brl"].to_pylist()] == [expected]


@pytest.mark.parametrize("given", ["9.50001", 9.50001, Decimal("9.50001")])
def test_a_price_with_more_decimals_than_the_contract_has_is_not_rounded(given: Any) -> None:
    checked = check_rows("order_items", table([order_item(unit_price_brl=given)]))
    assert checked.quarantined["reason"].to_pylist() == ["too_many_decimals:unit_price_brl"]


@pytest.mark.parametrize("given", ["NaN", "inf", "R$ 9,50", "", "9,50", "99999999999999999"])
def test_a_price_that_is_no_decimal_is_unreadable(given: str) -> None:
    checked = check_rows("order_items", table([order_item(unit_price_brl=given)]))
    assert checked.quarantined["reason"].to_pylist() == ["unreadable:unit_price_brl"]


@pytest.mark.parametrize("given", [float("nan"), float("inf"), "nan", "inf"])
def test_a_weight_must_be_finite(given: Any) -> None:
    checked = check_rows("products", table([stored("products", weight_kg=given)]))
    assert checked.quarantined["reason"].to_pylist() == ["rule:weight_kg"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2024-03-05 10:00:00", datetime(2024, 3, 5, 10, tzinfo=UTC)),
        ("2024-03-05T10:00:00-03:00", datetime(2024, 3, 5, 13, tzinfo=UTC)),
        ("2024-03-05 10:00:00.123456Z", datetime(2024, 3, 5, 10, 0, 0, 123456, tzinfo=UTC)),
        (datetime(2024, 3, 5, 10, tzinfo=UTC), datetime(2024, 3, 5, 10, tzinfo=UTC)),
    ],
)
def test_an_instant_is_kept_in_utc_and_text_without_a_zone_is_utc(given: Any, expected: datetime) -> None:
    checked = check_rows("orders", table([stored("orders", ordered_at=given)]))
    assert checked.accepted["ordered_at"].to_pylist() == [expected]
    assert checked.accepted.schema.field("ordered_at").type == INSTANT


@pytest.mark.parametrize("given", ["2024-02-30 10:00:00", "05/03/2024 10:00", "yesterday", ""])
def test_an_instant_that_never_was_is_unreadable(given: str) -> None:
    checked = check_rows("orders", table([stored("orders", ordered_at=given)]))
    assert checked.quarantined["reason"].to_pylist() == ["unreadable:ordered_at"]


def test_the_first_of_two_rows_with_one_key_on_one_day_stays() -> None:
    rows = [order_item(unit_price_brl="1"), order_item(unit_price_brl="2"), order_item(unit_price_brl="3")]
    checked = check_rows("order_items", table(rows))
    assert checked.accepted["unit_price_brl"].to_pylist() == [Decimal("1.0000")]
    assert checked.quarantined["reason"].to_pylist() == ["duplicate_key", "duplicate_key"]


def test_a_broken_row_does_not_make_a_duplicate_of_the_good_one_after_it() -> None:
    rows = [order_item(quantity="0"), order_item(quantity="2")]
    checked = check_rows("order_items", table(rows))
    assert checked.accepted["quantity"].to_pylist() == [Decimal("2.000")]
    assert checked.quarantined["reason"].to_pylist() == ["rule:quantity"]


def test_one_key_on_two_days_is_no_duplicate() -> None:
    rows = [order_item(), order_item(changed_date=date(2024, 3, 6))]
    assert check_rows("order_items", table(rows)).accepted.num_rows == 2


def test_a_line_whose_order_was_not_accepted_on_that_day_is_an_orphan() -> None:
    parent = table([{"order_id": "o1"}, {"order_id": "o2", "changed_date": date(2024, 3, 6)}])
    checked = check_rows("order_items", table([order_item("o1"), order_item("o2"), order_item("o3")]), parent)
    assert checked.accepted["order_id"].to_pylist() == ["o1"]
    assert checked.quarantined["reason"].to_pylist() == ["orphan:orders", "orphan:orders"]


def test_the_first_rule_broken_is_the_reason() -> None:
    row = order_item(quantity="one", product_id="", unit_price_brl="-1")
    assert check_rows("order_items", table([row])).quarantined["reason"].to_pylist() == ["unreadable:quantity"]


def test_rows_come_sorted_by_day_and_key_whatever_order_they_arrived_in() -> None:
    rows = [order_item(f"o{order_id}", line) for order_id in (3, 1, 2) for line in (2, 1)]
    expected = [("o1", 1), ("o1", 2), ("o2", 1), ("o2", 2), ("o3", 1), ("o3", 2)]
    for arrived in (rows, rows[::-1]):
        accepted = check_rows("order_items", table(arrived)).accepted
        assert list(zip(*(accepted[name].to_pylist() for name in stored_key("order_items")), strict=True)) == expected


def test_a_column_that_is_left_out_is_unknown() -> None:
    accepted = check_rows("orders", table([stored("orders")])).accepted
    assert accepted["channel"].to_pylist() == [None]


def test_a_column_outside_the_contract_is_refused_with_both_lists() -> None:
    with pytest.raises(UnknownColumn, match=r"orders came with unknown columns \['coupon'\]: the contract has \['appr"):
        check_rows("orders", table([stored("orders", coupon="x")]))


def test_raw_knows_the_customer_by_pseudonym_and_by_no_identifier() -> None:
    assert list(stored_columns("customers")) == [
        "customer_key",
        "zip_prefix",
        "city",
        "state",
        "registered_at",
        "consent_marketing",
    ]
    assert stored_key("customers") == ("customer_key",)
    assert stored_schema("orders").names[:2] == ["order_id", "customer_key"]
    assert "name" in stored_columns("products")


@pytest.mark.parametrize(
    ("name", "values", "reasons"),
    [
        ("orders", {"state": "England"}, []),
        ("orders", {"state": "GB"}, ["rule:state"]),
        ("orders", {"state": " "}, ["rule:state"]),
        ("customers", {"zip_prefix": "SW1A"}, []),
        ("customers", {"zip_prefix": "SW1A 1AA"}, ["rule:zip_prefix"]),
    ],
)
def test_another_countrys_regions_and_postal_codes_are_taken(
    name: str, values: dict[str, Any], reasons: list[str]
) -> None:
    checked = check_rows(name, table([stored(name, **values)]), shop=Shop("GB", None, "GBP", "Europe/London"))

    assert checked.quarantined["reason"].to_pylist() == reasons


def test_a_brazilian_shop_takes_no_other_countrys_region() -> None:
    assert check_rows("orders", table([stored("orders", state="England")])).quarantined.num_rows == 1
