"""Posted orders mean what the warehouse's columns mean."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from eshop_dagster.adapters.feature_sql import INPUTS, FeatureSql, compiled_features
from eshop_dagster.api.conversion import tables_of
from eshop_dagster.api.history import Order

from .bodies import item, order


def history(*orders: dict[str, Any]) -> list[Order]:
    return [Order.model_validate(one) for one in orders]


def first(one: dict[str, Any]) -> dict[str, Any]:
    [row] = tables_of([history(one)])["orders"].to_pylist()
    return row


def test_the_tables_are_those_that_the_statement_reads() -> None:
    tables = tables_of([history(order()), []])
    assert [table.schema for table in tables.values()] == list(INPUTS.values())


def test_lines_bought_and_lines_that_came_back_are_counted_apart() -> None:
    row = first(order(items=[item(quantity=2, freight_brl=5), item(quantity=-1), item()]))
    assert (row["item_count"], row["returned_item_count"]) == (2, 1)
    assert (row["revenue_brl"], row["returned_brl"], row["freight_brl"]) == (30, 10, 5)


def test_a_returned_order_came_back_whole_unless_its_lines_say_what_did() -> None:
    whole = first(order(is_returned=True, items=[item(quantity=2), item(unit_price_brl=0)]))
    assert (whole["item_count"], whole["returned_item_count"]) == (2, 1)
    assert (whole["revenue_brl"], whole["returned_brl"]) == (20, 20)
    partly = first(order(is_returned=True, items=[item(quantity=2), item(quantity=-1)]))
    assert (partly["returned_item_count"], partly["revenue_brl"], partly["returned_brl"]) == (1, 20, 10)
    cancelled = first(order(is_cancelled=True, is_returned=True, items=[item()]))
    assert (cancelled["revenue_brl"], cancelled["returned_brl"]) == (0, 0)


def test_an_order_at_every_bound_is_held_to_the_cent() -> None:
    dear = item(quantity=10_000, unit_price_brl=1_000_000, freight_brl=100_000)
    row = first(order(items=[dear] * 400 + [dear | {"quantity": -10_000, "freight_brl": -100_000}] * 100))
    assert (row["revenue_brl"], row["returned_brl"]) == (Decimal("4000000000000.00"), Decimal("1000000000000.00"))
    assert row["freight_brl"] == 30_000_000


def test_a_cancelled_order_has_lines_and_freight_and_earns_nothing() -> None:
    row = first(order(is_cancelled=True, items=[item(freight_brl=5)]))
    assert (row["item_count"], row["revenue_brl"], row["freight_brl"]) == (1, 0, 5)


def test_a_line_is_rounded_to_the_cent_before_it_is_added_halves_away_from_zero() -> None:
    half = item(quantity=0.5, unit_price_brl=0.01)
    assert first(order(items=[half, half]))["revenue_brl"] == Decimal("0.02")
    assert first(order(items=[{**half, "quantity": -0.5}]))["returned_brl"] == Decimal("0.01")


def test_an_order_belongs_to_its_day_in_sao_paulo() -> None:
    assert first(order(ordered_at="2024-06-02T02:59:59Z"))["ordered_date"] == date(2024, 6, 1)
    # Summer time was two hours behind UTC.
    assert first(order(ordered_at="2018-12-02T02:30:00Z"))["ordered_date"] == date(2018, 12, 2)


@pytest.mark.parametrize(
    ("delivered_at", "promised_date", "is_late"),
    [
        ("2024-06-11T02:00:00Z", "2024-06-10", False),
        ("2024-06-11T03:00:00Z", "2024-06-10", True),
        (None, "2024-06-10", None),
        ("2024-06-11T03:00:00Z", None, None),
    ],
)
def test_late_is_on_a_later_day_than_promised(delivered_at: Any, promised_date: Any, is_late: bool | None) -> None:
    assert first(order(delivered_at=delivered_at, promised_date=promised_date))["is_late"] is is_late


def test_histories_do_not_mix_though_their_orders_have_the_same_ids() -> None:
    tables = tables_of([history(order(items=[item(category="toys")])), history(order(items=[item(), item()]))])
    rows = FeatureSql(compiled_features()).features(**tables, as_of_date=date(2024, 7, 1)).to_pylist()

    assert [(row["order_count"], row["item_count"]) for row in rows] == [(1, 1), (1, 2)]
