"""Features of the rows that a request brings, by the compiled statement of `customer_features`."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from eshop_dagster.adapters.feature_sql import INPUTS, LINES, ORDERS, PRODUCTS, FeatureSql, compiled_features
from eshop_dagster.contract import LARGEST_AMOUNT
from eshop_dagster.ml.features import FEATURES, feature_matrix

AS_OF = date(2024, 3, 31)
Row = dict[str, Any]


def order(order_id: str = "o1", days_ago: int = 10, **values: Any) -> Row:
    """A sale of one line for BRL 100 that was known on its day."""
    day = AS_OF - timedelta(days=days_ago)
    money = {"revenue_brl": Decimal("100.00"), "returned_brl": Decimal("0.00"), "freight_brl": Decimal("0.00")}
    flags = {"is_cancelled": False, "is_late": False, "item_count": 1, "returned_item_count": 0}
    dates = {"known_from_date": day, "known_until_date": None, "ordered_date": day}
    return (
        {"order_id": order_id, "customer_key": "ana", "channel": "app", "state": "SP"} | dates | flags | money | values
    )


def line(of: Row, product_id: str = "p1", **values: Any) -> Row:
    sold = {"order_id": of["order_id"], "changed_date": of["known_from_date"], "product_id": product_id}
    return sold | {"is_return": False} | values


def product(product_id: str = "p1", category: str | None = "toys", changed_date: date = date(2024, 1, 1)) -> Row:
    return {"product_id": product_id, "category": category, "changed_date": changed_date}


def table(name: str, *rows: Row) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=INPUTS[name])


def asked(*orders: Row, lines: list[Row] | None = None, products: list[Row] | None = None) -> dict[str, Any]:
    """What a request for these orders passes to `features`."""
    return {
        "orders": table(ORDERS, *orders),
        "lines": table(LINES, *([line(one) for one in orders] if lines is None else lines)),
        "products": table(PRODUCTS, *([product()] if products is None else products)),
        "as_of_date": AS_OF,
    }


@pytest.fixture(scope="module")
def feature_sql() -> FeatureSql:
    return FeatureSql(compiled_features())


def test_the_features_of_three_orders_worked_out_by_hand(feature_sql: FeatureSql) -> None:
    late = order("o3", 30, is_late=True, channel="web", revenue_brl=Decimal("40.50"))
    [row] = feature_sql.features(**asked(order("o1", 90), order("o2", 50), late)).to_pylist()

    assert {"customer_key": "ana", "as_of_date": AS_OF, "state": "SP"}.items() <= row.items()
    assert (row["recency_days"], row["tenure_days"], row["order_count"]) == (30, 90, 3)
    assert (row["interpurchase_days"], row["interpurchase_spread_days"]) == (30, 10)
    assert (row["net_revenue_brl"], row["last_ticket_brl"], row["largest_ticket_brl"]) == (240.5, 40.5, 100)
    assert row["ticket_spread_brl"] == pytest.approx((2 * 59.5**2 / 9) ** 0.5)
    assert (row["late_delivery_share"], row["app_share"], row["category_count"]) == (1 / 3, 2 / 3, 1)
    assert (row["silence_share"], row["net_revenue_trend_share"]) == (0.5, 0.5)


@pytest.mark.parametrize("brl", ["10000000.00", "9999999999.99"])
def test_an_order_of_any_worth_that_the_contract_takes_has_features(feature_sql: FeatureSql, brl: str) -> None:
    dear = order("o2", 50, revenue_brl=Decimal(brl))
    [row] = feature_sql.features(**asked(order("o1", 90), dear)).to_pylist()

    assert row["largest_ticket_brl"] == float(brl)
    assert row["ticket_spread_brl"] == pytest.approx((float(brl) - 100) / 2)


def test_a_thousand_orders_of_a_hundred_lines_at_the_largest_amount_have_exact_features(
    feature_sql: FeatureSql,
) -> None:
    worth = 100 * Decimal(LARGEST_AMOUNT)
    orders = [order(f"o{n}", 1 + n, revenue_brl=worth, freight_brl=worth) for n in range(1000)]
    [row] = feature_sql.features(**asked(*orders)).to_pylist()

    assert (row["average_ticket_brl"], row["ticket_spread_brl"]) == (1e13, 0)
    assert (row["net_revenue_brl"], row["net_revenue_last_90_days_brl"]) == (1e16, 90e13)
    assert row["freight_share"] == 0.5
    assert all(np.isfinite(row[name]) for name in FEATURES)


def test_a_history_at_every_bound_of_the_api_has_finite_features(feature_sql: FeatureSql) -> None:
    # 2,000 orders of 500 lines of 10,000 pieces at 1,000,000; every second one came back.
    worth, nothing = 500 * Decimal(10_000 * 1_000_000), Decimal("0.00")
    orders = [
        order(f"o{n}", 1 + n, revenue_brl=worth, returned_brl=worth if n % 2 else nothing, item_count=500)
        for n in range(2000)
    ]
    [row] = feature_sql.features(**asked(*orders)).to_pylist()

    assert (row["largest_ticket_brl"], row["ticket_spread_brl"]) == (5e12, 0)
    assert (row["net_revenue_brl"], row["average_ticket_brl"]) == (5e15, 5e12)
    assert all(np.isfinite(row[name]) for name in FEATURES)


def test_the_rows_are_what_a_model_takes_sorted_by_customer(feature_sql: FeatureSql) -> None:
    rows = feature_sql.features(**asked(order("o1", customer_key="bia"), order("o2", customer_key="ana")))
    frame = rows.to_pandas()

    assert rows["customer_key"].to_pylist() == ["ana", "bia"]
    assert feature_matrix(frame, FEATURES).shape == (2, len(FEATURES))


def test_a_version_counts_at_the_cutoffs_of_its_span(feature_sql: FeatureSql) -> None:
    until = AS_OF - timedelta(days=5)
    request = asked(
        order("o1", 20, known_until_date=until),
        order("o1", 20, known_from_date=until, returned_brl=Decimal("30.00"), returned_item_count=1),
    )
    worth = {
        cutoff: feature_sql.features(**request | {"as_of_date": cutoff})["net_revenue_brl"].to_pylist()
        for cutoff in (AS_OF - timedelta(days=20), until, AS_OF)
    }

    assert worth == {AS_OF - timedelta(days=20): [], until: [100.0], AS_OF: [70.0]}


def test_a_customer_without_a_sale_has_no_row(feature_sql: FeatureSql) -> None:
    cancelled = order(is_cancelled=True, revenue_brl=Decimal("0.00"))

    assert feature_sql.features(**asked(cancelled)).num_rows == 0
    assert feature_sql.features(**asked()).num_rows == 0


def test_a_product_that_is_not_passed_has_an_unknown_category(feature_sql: FeatureSql) -> None:
    lines = [line(order()), line(order(), "p2")]
    [row] = feature_sql.features(**asked(order(item_count=2), lines=lines)).to_pylist()

    assert (row["category_count"], row["favourite_category_share"]) == (2, 0.5)


def test_one_request_leaves_nothing_for_the_next(feature_sql: FeatureSql) -> None:
    once = feature_sql.features(**asked(order()))
    feature_sql.features(**asked(order(customer_key="bia")))

    assert feature_sql.features(**asked(order())).equals(once)
    assert once.num_rows == 1


def test_the_order_of_the_rows_changes_no_bit(feature_sql: FeatureSql) -> None:
    orders = [
        order(f"o{n}", 7 * n * n % 300 + 1, revenue_brl=Decimal(n * 1009 % 9973) / 100, freight_brl=Decimal(n) / 10)
        for n in range(1, 41)
    ]
    lines = [line(one, f"p{number % 3}") for number, one in enumerate(orders)]
    products = [product(f"p{number}", f"category {number}") for number in range(3)]
    told = feature_sql.features(**asked(*orders, lines=lines, products=products))
    retold = feature_sql.features(**asked(*orders[::-1], lines=lines[20:] + lines[:20], products=products[::-1]))

    assert told.num_rows == 1
    assert retold.equals(told)


def test_requests_at_once_do_not_see_each_other(feature_sql: FeatureSql) -> None:
    counts = [number % 7 + 1 for number in range(60)]
    # The same customer and the same orders, again and again.
    requests = [asked(*(order(f"o{number}", 10 + number) for number in range(count))) for count in counts]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda request: feature_sql.features(**request).to_pylist(), requests))

    assert [[row["order_count"] for row in rows] for rows in found] == [[count] for count in counts]


def test_columns_that_the_statement_does_not_read_and_wider_types_change_nothing(feature_sql: FeatureSql) -> None:
    request = asked(order())
    wider = request["orders"].append_column("city", [["São Paulo"]])
    at = wider.schema.get_field_index("order_id")
    wider = wider.set_column(at, "order_id", wider["order_id"].cast(pa.large_string()))

    assert feature_sql.features(**request | {"orders": wider}).equals(feature_sql.features(**request))


def test_the_statement_is_compiled_once_a_process() -> None:
    assert compiled_features() is compiled_features()


def test_the_statement_takes_the_cutoff_as_its_only_parameter() -> None:
    assert compiled_features().count("$as_of_date") >= 1
    assert "0001-01-01" not in compiled_features()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.drop_columns("is_late"), r"int_orders__versions lacks the columns \['is_late'\]; expected"),
        (
            lambda rows: rows.set_column(10, "revenue_brl", pa.array([100.0])),
            "revenue_brl is double; expected decimal128.* Money is decimal",
        ),
        (
            lambda rows: rows.set_column(3, "customer_key", pa.array([None], pa.string())),
            "customer_key is NULL in 1 rows; expected a value",
        ),
        (
            lambda rows: rows.set_column(4, "ordered_date", pa.array(["yesterday"])),
            "int_orders__versions does not fit its types .*'yesterday'",
        ),
        (
            lambda rows: rows.set_column(10, "revenue_brl", pa.array([Decimal("99.999")])),
            "int_orders__versions does not fit its types",
        ),
        (lambda rows: pa.concat_tables([rows, rows]), "repeats a row of the same order_id and known_from_date"),
    ],
)
def test_rows_that_the_warehouse_would_not_have_are_refused(feature_sql: FeatureSql, change: Any, message: str) -> None:
    request = asked(order())

    with pytest.raises(ValueError, match=message):
        feature_sql.features(**request | {"orders": change(request["orders"])})


def test_a_statement_that_reads_something_else_is_refused() -> None:
    other = compiled_features().replace(f'"{PRODUCTS}"', '"dim_products"')

    with pytest.raises(ValueError, match=r"reads \['dim_products', .*expected \['int_orders__versions'"):
        FeatureSql(other)
