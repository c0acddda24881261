"""What each table holds is noted part by part, and nobody learns from rows other than those that passed their tests."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from eshop_dagster.adapters.table_records import UNDATED, WHOLE, Part, QualityError, QualityRecord, TableRecords
from eshop_dagster.adapters.warehouse import Warehouse

FIRST, SECOND, THIRD = date(2024, 3, 5), date(2024, 3, 6), date(2024, 3, 7)

SHOP = """
    CREATE TABLE fct_orders (order_id VARCHAR, ordered_date DATE, net_revenue_brl DECIMAL(18, 2));
    INSERT INTO fct_orders VALUES ('o1', '2024-03-05', 10), ('o2', '2024-03-05', 20), ('o3', '2024-03-06', 30);
    CREATE TABLE dim_products (product_id VARCHAR, category VARCHAR);
    INSERT INTO dim_products VALUES ('p1', 'toys'), ('p2', NULL);
"""
TABLES = ("fct_orders", "dim_products")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


@pytest.fixture
def sql(warehouse: Warehouse) -> Callable[[str], None]:
    """Change the warehouse's file as dbt does: from outside."""

    def run(statements: str) -> None:
        with duckdb.connect(str(warehouse.path)) as connection:
            connection.execute(statements)

    return run


@pytest.fixture
def records(warehouse: Warehouse, sql: Callable[[str], None]) -> TableRecords:
    """The records of a shop of three orders on two days, whose rows are noted and not tested yet."""
    sql(SHOP)
    records = TableRecords(warehouse, ["fct_orders"])
    records.update(TABLES, None)
    return records


def passed(records: TableRecords, *tables: str) -> None:
    records.record({table: {f"{table}_is_unique": "pass"} for table in tables or TABLES})


def test_a_warehouse_without_notes_has_no_records(warehouse: Warehouse, sql: Callable[[str], None]) -> None:
    records = TableRecords(warehouse, ["fct_orders"])
    assert records.records() == {}
    assert not warehouse.path.exists()
    sql(SHOP)
    assert (records.records(), records.parts("fct_orders")) == ({}, {})


def test_a_dated_table_is_noted_by_business_date_and_another_one_whole(records: TableRecords) -> None:
    by_date = records.parts("fct_orders")
    assert {part: noted.rows for part, noted in by_date.items()} == {"2024-03-05": 2, "2024-03-06": 1}
    assert len({noted.content for noted in by_date.values()}) == 2
    assert {part: noted.rows for part, noted in records.parts("dim_products").items()} == {WHOLE: 2}


def test_rows_of_a_dated_table_without_a_date_are_a_part_of_their_own(
    records: TableRecords, sql: Callable[[str], None]
) -> None:
    sql("INSERT INTO fct_orders VALUES ('o4', NULL, 40)")
    records.update(["fct_orders"], [FIRST])
    assert {part: noted.rows for part, noted in records.parts("fct_orders").items()} == {
        "2024-03-05": 2,
        "2024-03-06": 1,
        UNDATED: 1,
    }
    sql("DELETE FROM fct_orders WHERE ordered_date IS NULL")
    records.update(["fct_orders"], [FIRST])
    assert UNDATED not in records.parts("fct_orders")


def test_an_update_of_given_dates_leaves_what_is_noted_of_the_others(
    records: TableRecords, sql: Callable[[str], None]
) -> None:
    before = records.parts("fct_orders")
    sql("UPDATE fct_orders SET net_revenue_brl = net_revenue_brl + 1")
    records.update(["fct_orders"], [SECOND])
    after = records.parts("fct_orders")
    assert after["2024-03-05"] == before["2024-03-05"]
    assert after["2024-03-06"] != before["2024-03-06"]
    records.update(["fct_orders"], None)
    assert records.parts("fct_orders")["2024-03-05"] != before["2024-03-05"]


def test_an_update_of_dates_that_came_and_went_equals_one_of_the_whole_table(
    records: TableRecords, sql: Callable[[str], None]
) -> None:
    sql("DELETE FROM fct_orders WHERE order_id = 'o3'; INSERT INTO fct_orders VALUES ('o9', '2024-03-07', 1)")
    records.update(["fct_orders"], [SECOND, THIRD])
    by_dates = records.parts("fct_orders")
    assert list(by_dates) == ["2024-03-05", "2024-03-07"]
    records.update(["fct_orders"], None)
    assert records.parts("fct_orders") == by_dates


def test_an_update_of_no_date_changes_no_part_of_a_dated_table_and_notes_the_others_anew(
    records: TableRecords, sql: Callable[[str], None]
) -> None:
    before = {table: records.parts(table) for table in TABLES}
    sql("DELETE FROM fct_orders; DELETE FROM dim_products WHERE product_id = 'p2'")
    records.update(TABLES, [])
    assert records.parts("fct_orders") == before["fct_orders"]
    assert records.parts("dim_products")[WHOLE].rows == 1


def noted(records: TableRecords, sql: Callable[[str], None], rows: str) -> dict[str, Part]:
    sql(f"DELETE FROM fct_orders; INSERT INTO fct_orders VALUES {rows}")
    records.update(["fct_orders"], None)
    return records.parts("fct_orders")


def test_the_order_in_which_rows_lie_does_not_matter(records: TableRecords, sql: Callable[[str], None]) -> None:
    rising = noted(records, sql, "('a', '2024-03-05', 1), ('b', '2024-03-05', 2), ('c', '2024-03-06', 3)")
    falling = noted(records, sql, "('c', '2024-03-06', 3), ('b', '2024-03-05', 2), ('a', '2024-03-05', 1)")
    assert rising == falling


def test_how_often_a_row_stands_matters(records: TableRecords, sql: Callable[[str], None]) -> None:
    row = "('a', '2024-03-05', 1)"
    found = [noted(records, sql, ", ".join([row] * times))["2024-03-05"] for times in (1, 2, 3)]
    assert [part.rows for part in found] == [1, 2, 3]
    # The two equal rows more would leave an exclusive or as it was.
    assert len({part.content.split("-")[1] for part in found}) == 3


@pytest.mark.parametrize(
    "row",
    [
        "('', '2024-03-05', NULL)",
        "('0', '2024-03-05', NULL)",
        "('NULL', '2024-03-05', NULL)",
        "(NULL, '2024-03-05', 0)",
        "('', '2024-03-05', 0)",
    ],
)
def test_nothing_and_zero_and_an_empty_text_are_three_things(
    records: TableRecords, sql: Callable[[str], None], row: str
) -> None:
    missing = noted(records, sql, "(NULL, '2024-03-05', NULL)")
    assert noted(records, sql, row) != missing


def test_a_value_that_moves_to_another_column_is_another_row(records: TableRecords, sql: Callable[[str], None]) -> None:
    found = []
    for row in ("('a', 'b')", "('b', 'a')", "('ab', '')", "('', 'ab')", "('a', NULL)", "(NULL, 'a')"):
        sql(f"DELETE FROM dim_products; INSERT INTO dim_products VALUES {row}")
        records.update(["dim_products"], None)
        found.append(records.parts("dim_products")[WHOLE].content)
    assert len({*found}) == 6


def test_a_record_is_about_the_rows_as_noted_and_says_what_was_checked(records: TableRecords) -> None:
    records.record({"fct_orders": {"is_unique": "pass", "looks_usual": "warn"}, "dim_products": {"is_unique": "fail"}})
    orders, products = records.records()["fct_orders"], records.records()["dim_products"]
    assert orders == QualityRecord(
        "fct_orders", orders.content, 3, has_passed=True, checks={"is_unique": "pass", "looks_usual": "warn"}
    )
    assert (products.has_passed, products.rows) == (False, 2)
    assert records.demand(["fct_orders"], hash_again=True) == {"fct_orders": orders}


def test_the_last_record_of_a_table_counts(records: TableRecords) -> None:
    records.record({"fct_orders": {"is_unique": "error"}, "dim_products": {}})
    records.record({"fct_orders": {"is_unique": "pass"}})
    assert records.records()["fct_orders"].has_passed
    assert {*records.records()} == {*TABLES}


def test_the_record_of_a_table_that_is_built_again_ends(records: TableRecords) -> None:
    passed(records)
    records.update(["fct_orders"], [FIRST])
    assert [*records.records()] == ["dim_products"]
    with pytest.raises(QualityError, match=r"^fct_orders has no quality record: .* Run `refresh_warehouse`"):
        records.demand(["dim_products", "fct_orders"], hash_again=False)


def test_a_table_that_failed_is_refused_with_the_names_of_the_failed_checks(records: TableRecords) -> None:
    records.record({"fct_orders": {"is_unique": "pass", "is_paid": "fail", "is_dated": "error", "is_usual": "warn"}})
    with pytest.raises(QualityError, match=r"^fct_orders has not passed its tests \(is_dated, is_paid\): see"):
        records.demand(["fct_orders"], hash_again=False)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE fct_orders SET net_revenue_brl = 10.01 WHERE order_id = 'o1'",
        "DELETE FROM fct_orders WHERE order_id = 'o3'",
        "INSERT INTO fct_orders FROM fct_orders WHERE order_id = 'o3'",
        "UPDATE fct_orders SET ordered_date = '2024-03-06' WHERE order_id = 'o1'",
        "UPDATE fct_orders SET order_id = CASE order_id WHEN 'o1' THEN 'o2' WHEN 'o2' THEN 'o1' ELSE 'o3' END",
        "ALTER TABLE fct_orders RENAME net_revenue_brl TO revenue_brl",
        "ALTER TABLE fct_orders ALTER net_revenue_brl TYPE DOUBLE",
        "DELETE FROM fct_orders",
    ],
)
def test_a_table_that_was_changed_behind_the_records_back_is_refused_when_it_is_hashed(
    records: TableRecords, sql: Callable[[str], None], change: str
) -> None:
    passed(records)
    sql(change)
    assert {*records.demand(TABLES, hash_again=False)} == {*TABLES}
    expected = r"^fct_orders holds other rows \(\w{32}\) than those that passed .* Build it again with `eshop rebuild`$"
    with pytest.raises(QualityError, match=expected):
        records.demand(TABLES, hash_again=True)


def test_a_table_whose_rows_were_only_moved_is_the_same(records: TableRecords, sql: Callable[[str], None]) -> None:
    passed(records)
    sql("CREATE TABLE moved AS FROM fct_orders ORDER BY order_id DESC; DELETE FROM fct_orders")
    sql("INSERT INTO fct_orders FROM moved")
    assert {*records.demand(TABLES, hash_again=True)} == {*TABLES}


def test_a_date_that_lost_its_rows_leaves_the_content_of_the_others(
    records: TableRecords, sql: Callable[[str], None]
) -> None:
    sql("DELETE FROM fct_orders WHERE ordered_date = '2024-03-06'")
    records.update(["fct_orders"], [SECOND])
    passed(records)
    assert records.demand(["fct_orders"], hash_again=True)["fct_orders"].rows == 2


def test_a_table_without_rows_can_pass(records: TableRecords, sql: Callable[[str], None]) -> None:
    sql("DELETE FROM fct_orders; DELETE FROM dim_products")
    records.update(TABLES, None)
    passed(records)
    assert [record.rows for record in records.demand(TABLES, hash_again=True).values()] == [0, 0]


def test_the_records_keep_no_index_in_blocks_that_nobody_reads(records: TableRecords, warehouse: Warehouse) -> None:
    passed(records)
    warehouse.mark_building("1")
    keys = warehouse.read("SELECT table_name FROM duckdb_constraints() WHERE constraint_type <> 'NOT NULL'")
    assert keys["table_name"].to_pylist() == []
