"""What is taken, what is refused, and that a refusal repeats nothing of what was sent."""

import json
from datetime import date
from typing import Any

import pytest

from eshop_dagster.api.bodies import Asked, parse, parse_elsewhere
from eshop_dagster.api.problems import Problem

from .bodies import DAYS, item, order

KEY = "0123456789abcdef0123"
DEEP = b'{"orders":' + b"[" * 2000 + b"]" * 2000 + b"}"


def asked(content: Any, body: str = "spend") -> Asked:
    return parse(content if isinstance(content, bytes) else json.dumps(content).encode(), body, DAYS)


def refusal(content: Any, body: str = "spend") -> dict[str, Any]:
    with pytest.raises(Problem) as found:
        asked(content, body)
    assert found.value.status == 422
    return found.value.content


def test_a_key_asks_with_reasons_and_about_no_day() -> None:
    assert asked({"customer_key": KEY}) == Asked([KEY], None, None, 1, None, True)


def test_a_history_is_asked_about_the_releases_day_unless_it_names_another() -> None:
    assert asked({"orders": [order()]}).as_of == DAYS.release
    assert asked({"orders": [order()], "as_of_date": "2024-06-20"}).as_of == date(2024, 6, 20)


def test_a_batch_explains_nothing_unless_asked_and_never_more_than_a_thousand() -> None:
    assert asked({"customer_keys": [KEY] * 10_000}, "spend_batch").reasons is False
    assert asked({"customer_keys": [KEY] * 1000, "reasons": True}, "spend_batch").count == 1000
    found = refusal({"customer_keys": [KEY] * 1001, "reasons": True}, "spend_batch")
    assert [error["location"] for error in found["errors"]] == [["reasons"]]


@pytest.mark.parametrize(
    ("content", "location"),
    [
        ({"orders": [order(items=[item(unit_price_brl=-1)])]}, ["orders", 0, "items", 0, "unit_price_brl"]),
        ({"orders": [order(items=[item(unit_price_brl="9.90")])]}, ["orders", 0, "items", 0, "unit_price_brl"]),
        ({"orders": [order(items=[item(quantity=0)])]}, ["orders", 0, "items", 0, "quantity"]),
        ({"orders": [order(items=[item(quantity=True)])]}, ["orders", 0, "items", 0, "quantity"]),
        ({"orders": [order(items=[item(freight_brl=-1)])]}, ["orders", 0, "items", 0, "freight_brl"]),
        ({"orders": [order(), order()]}, ["orders", 1, "order_id"]),
        ({"orders": [order(ordered_at="2024-07-01T03:00:00Z")]}, ["orders", 0, "ordered_at"]),
        ({"orders": [order(delivered_at="2025-01-01T00:00:00Z")]}, ["orders", 0, "delivered_at"]),
        ({"orders": [order(ordered_at="2024-06-01T12:00:00")]}, ["orders", 0, "ordered_at"]),
        ({"orders": [order(ordered_at=1717243200)]}, ["orders", 0, "ordered_at"]),
        ({"orders": [order(ordered_at="0001-01-01T00:00:00Z")]}, ["orders", 0, "ordered_at"]),
        ({"orders": [order(ordered_at="9999-12-31T23:59:59-12:00")]}, ["orders", 0, "ordered_at"]),
        ({"orders": [order(delivered_at="9999-12-31T23:59:59-12:00")]}, ["orders", 0, "delivered_at"]),
        ({"orders": [order(state="XX")]}, ["orders", 0, "state"]),
        ({"orders": [order(is_cancelled="no")]}, ["orders", 0, "is_cancelled"]),
        ({"orders": [order()], "as_of_date": "2024-07-11"}, ["as_of_date"]),
        ({"orders": "none"}, ["orders"]),
        ({"customer_key": "ANA"}, ["customer_key"]),
        ({"customer_key": None}, ["customer_key"]),
        ({"customer_key": KEY, "reasons": "yes"}, ["reasons"]),
        ({}, ["customer_key"]),
        ([], []),
        (None, []),
    ],
)
def test_a_field_that_is_not_as_documented_is_named(content: Any, location: list[Any]) -> None:
    assert location in [error["location"] for error in refusal(content)["errors"]]


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ({"customer_keys": []}, "spend_batch"),
        ({"customer_keys": [KEY] * 10_001}, "spend_batch"),
        ({"histories": []}, "segment_batch"),
        ({"histories": [{"orders": []}] * 10_001}, "segment_batch"),
        ({"histories": [{"orders": []}], "reasons": True}, "segment_batch"),
        ({"histories": [{"orders": []}, {"orders": [{}]}]}, "segment_batch"),
        ({"histories": [{"orders": []}], "customer_keys": [KEY]}, "spend_batch"),
    ],
)
def test_a_batch_is_of_one_to_ten_thousand_customers_of_one_kind(content: Any, body: str) -> None:
    assert refusal(content, body)["errors"]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"orders": [], "as_of_date": NaN}',
        b'{"customer_key": Infinity}',
        b'{"customer_key": 1e400}',
        b'{"customer_key": "\\ud800"}',
        b"\xff\xfe",
        b"",
        DEEP,
    ],
)
def test_what_is_no_json_is_refused_by_its_place_alone(raw: bytes) -> None:
    found = refusal(raw)
    assert found["type"] == "urn:eshop:problem:not-json" and "errors" not in found


def test_a_refusal_repeats_neither_values_nor_names_that_we_do_not_know() -> None:
    secret = "ana.souza@example.com"
    found = refusal({"orders": [order(secret, state=secret, items=[item(category="x" * 101)])], secret: secret})
    assert secret not in json.dumps(found)
    assert ["(unknown field)"] in [error["location"] for error in found["errors"]]


def test_of_many_faults_fifty_are_told() -> None:
    assert len(refusal({"histories": [{"orders": [{}]}] * 9000}, "spend_batch")["errors"]) == 50


def test_another_process_gets_tables_or_the_problem_as_plain_values() -> None:
    done = parse_elsewhere(json.dumps({"orders": [order()]}).encode(), "spend", DAYS)
    assert isinstance(done, Asked) and done.histories is None and done.tables is not None
    assert done.tables["orders"].num_rows == 1

    status, content = parse_elsewhere(b"{", "spend", DAYS)  # type: ignore[misc]
    assert (status, content["type"]) == (422, "urn:eshop:problem:not-json")
