"""The warehouse file: opened for one call, honest about its state, and read out the same each time."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from eshop_dagster.adapters.table_records import Part, TableRecords
from eshop_dagster.adapters.warehouse import Warehouse, WarehouseError

from ..children import finish, start, wait_for_line

HOLD = """
import sys
import duckdb

connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""

DAYS = {date(2024, 3, 5): "aa", date(2024, 3, 6): "bb"}


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


def build(warehouse: Warehouse, project: str = "1", days: Mapping[date, str] = DAYS) -> Warehouse:
    """Go through a whole build, of no table."""
    warehouse.mark_building(project)
    warehouse.mark_built(project, days)
    return warehouse


@pytest.fixture
def sql(warehouse: Warehouse) -> Callable[[str], None]:
    """Change the warehouse's file as dbt does: from outside."""

    def run(statements: str) -> None:
        with duckdb.connect(str(warehouse.path)) as connection:
            connection.execute(statements)

    return run


def test_a_home_without_a_build_has_no_warehouse_and_no_tables(warehouse: Warehouse) -> None:
    assert not warehouse.exists()
    assert warehouse.tables() == []
    assert warehouse.built_days("1") is None
    assert not warehouse.path.exists()


def test_tables_are_listed_by_name_without_views(warehouse: Warehouse, sql: Callable[[str], None]) -> None:
    sql("CREATE TABLE b (x INT); CREATE TABLE a (x INT); CREATE VIEW c AS FROM a")
    assert warehouse.tables() == ["a", "b"]


def test_a_build_that_ended_is_known_by_its_project_and_days(warehouse: Warehouse) -> None:
    assert build(warehouse).built_days("1") == DAYS


def test_a_build_that_did_not_end_counts_for_nothing(warehouse: Warehouse) -> None:
    build(warehouse).mark_building("1")
    assert warehouse.built_days("1") is None


def test_another_dbt_project_means_building_anew(warehouse: Warehouse) -> None:
    assert build(warehouse).built_days("2") is None


def test_marking_again_leaves_only_the_last_builds_days(warehouse: Warehouse) -> None:
    build(warehouse)
    build(warehouse, days={date(2024, 3, 7): "cc"})
    assert warehouse.built_days("1") == {date(2024, 3, 7): "cc"}
    build(warehouse, days={})
    assert warehouse.built_days("1") == {}


def test_rows_are_counted_by_table(warehouse: Warehouse, sql: Callable[[str], None]) -> None:
    sql("CREATE TABLE a AS FROM range(3); CREATE TABLE b (x INT)")
    assert warehouse.row_counts(["a", "b"]) == {"a": 3, "b": 0}


def test_a_query_takes_parameters_and_tells_instants_in_utc(warehouse: Warehouse, sql: Callable[[str], None]) -> None:
    sql("CREATE TABLE a AS SELECT TIMESTAMPTZ '2024-03-05 10:00:00-03:00' AS ordered_at, 1 AS x")
    found = warehouse.read("SELECT ordered_at, x + $more AS y FROM a", {"more": 2})
    assert found["y"].to_pylist() == [3]
    assert found.schema.field("ordered_at").type == pa.timestamp("us", tz="UTC")
    assert warehouse.read("SELECT x FROM a").to_pylist() == [{"x": 1}]


def test_a_reader_changes_nothing(warehouse: Warehouse, sql: Callable[[str], None]) -> None:
    sql("CREATE TABLE a (x INT)")
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        warehouse.read("INSERT INTO a VALUES (1) RETURNING x")


def content_hash(warehouse: Warehouse, sql: Callable[[str], None], select: str) -> str:
    sql(f"CREATE OR REPLACE TABLE a AS {select}")
    return warehouse.content_hash("a")


def test_a_tables_hash_does_not_depend_on_the_order_of_its_rows(
    warehouse: Warehouse, sql: Callable[[str], None]
) -> None:
    rising = content_hash(warehouse, sql, "SELECT range AS x, 'São Paulo' AS y FROM range(5000) ORDER BY x")
    falling = content_hash(warehouse, sql, "SELECT range AS x, 'São Paulo' AS y FROM range(5000) ORDER BY x DESC")
    assert rising == falling
    assert rising.startswith("5000-")


@pytest.mark.parametrize(
    "select",
    [
        "SELECT 1 AS x, 'a' AS y UNION ALL SELECT 1, 'a'",
        "SELECT 1 AS x, 'b' AS y",
        "SELECT 2 AS x, 'a' AS y",
        "SELECT 1 AS x, NULL AS y",
        "SELECT 1 AS x, 'NULL' AS y",
        "SELECT 1 AS x, '' AS y",
        "SELECT 1 AS x, ' a' AS y",
        "SELECT 1 AS x, 'a, z: 1' AS y",
        "SELECT 1 AS x, 'a' AS z",
        "SELECT 1 AS x, 'a' AS y, NULL AS z",
        "SELECT 1 AS x, 'a' AS y LIMIT 0",
    ],
)
def test_a_tables_hash_tells_other_rows_apart(warehouse: Warehouse, sql: Callable[[str], None], select: str) -> None:
    assert content_hash(warehouse, sql, select) != content_hash(warehouse, sql, "SELECT 1 AS x, 'a' AS y")


def test_missing_and_the_word_for_it_are_not_the_same(warehouse: Warehouse, sql: Callable[[str], None]) -> None:
    missing = content_hash(warehouse, sql, "SELECT NULL::VARCHAR AS x, 'a' AS y")
    assert content_hash(warehouse, sql, "SELECT 'NULL' AS x, 'a' AS y") != missing


def test_a_comma_in_a_value_is_not_a_new_column(warehouse: Warehouse, sql: Callable[[str], None]) -> None:
    one = content_hash(warehouse, sql, "SELECT 'a, ''y'': b' AS x, 'c' AS y")
    assert content_hash(warehouse, sql, "SELECT 'a' AS x, 'b'', ''y'': c' AS y") != one


def test_a_column_of_another_type_is_other_content_though_its_values_are_equal(
    warehouse: Warehouse, sql: Callable[[str], None]
) -> None:
    small = content_hash(warehouse, sql, "SELECT 1::INTEGER AS x")
    assert content_hash(warehouse, sql, "SELECT 1::BIGINT AS x") != small


def test_columns_are_named_in_their_order_and_a_table_that_is_not_there_has_none(
    warehouse: Warehouse, sql: Callable[[str], None]
) -> None:
    sql("CREATE TABLE a (x INT, z INT, y INT)")
    assert warehouse.columns("a") == ["x", "z", "y"]
    assert warehouse.columns("b") == []


SALES = """
    CREATE TABLE sales AS
    SELECT * FROM (VALUES (2, 'b', DATE '2024-03-05'), (1, 'c', DATE '2024-03-06'), (1, 'b', DATE '2024-03-05'),
        (3, 'a', NULL), (1, 'a', DATE '2024-03-04')) AS t (order_id, line, ordered_date)
"""


def read_sales(warehouse: Warehouse, days: list[int | None] | None) -> list[tuple[object, ...]]:
    dates = None if days is None else [day and date(2024, 3, day) for day in days]
    rows = warehouse.read_sorted("sales", ("order_id", "line"), dates).to_pylist()
    return [(row["order_id"], row["line"], row["ordered_date"] and row["ordered_date"].day) for row in rows]


def test_all_rows_are_read_in_the_order_of_their_key(warehouse: Warehouse, sql: Callable[[str], None]) -> None:
    sql(SALES)
    assert read_sales(warehouse, None) == [(1, "a", 4), (1, "b", 5), (1, "c", 6), (2, "b", 5), (3, "a", None)]


def test_rows_of_given_dates_only_are_read_date_by_date_and_those_without_one_last(
    warehouse: Warehouse, sql: Callable[[str], None]
) -> None:
    sql(SALES)
    assert read_sales(warehouse, [6, 5]) == [(1, "b", 5), (2, "b", 5), (1, "c", 6)]
    assert read_sales(warehouse, [5, None]) == [(1, "b", 5), (2, "b", 5), (3, "a", None)]
    assert read_sales(warehouse, [None]) == [(3, "a", None)]
    assert read_sales(warehouse, []) == []


def test_a_column_that_is_left_out_is_neither_read_nor_hashed(warehouse: Warehouse, sql: Callable[[str], None]) -> None:
    sql(SALES)
    assert warehouse.read_sorted("sales", ("order_id",), without=("line",)).column_names == ["order_id", "ordered_date"]

    def hashes(bookkeeping: dict[str, tuple[str, ...]]) -> dict[str, Part]:
        records = TableRecords(warehouse, [], bookkeeping)
        records.update(["sales"], None)
        return records.parts("sales")

    before, before_whole = hashes({"sales": ("line",)}), hashes({})
    sql("UPDATE sales SET line = 'z'")
    assert hashes({"sales": ("line",)}) == before
    assert hashes({}) != before_whole


def test_a_home_with_a_quote_in_its_name_is_written_to_like_any_other(tmp_path: Path) -> None:
    warehouse = build(Warehouse(tmp_path / "Joana d'Arc"))
    assert warehouse.read("FROM build_state").to_pylist() == [
        {"project_hash": "1", "is_complete": True, "has_passed": False}
    ]


def test_a_warehouse_that_another_process_holds_is_refused_with_the_remedy(warehouse: Warehouse) -> None:
    build(warehouse)
    child = start(HOLD, warehouse.path)
    assert wait_for_line(child) == "held"
    with pytest.raises(WarehouseError, match=rf"{warehouse.path} cannot be opened .*`eshop status` names it"):
        warehouse.tables()
    finish(child)
    assert warehouse.tables() == ["build_days", "build_state"]


def test_no_call_keeps_the_file(warehouse: Warehouse, sql: Callable[[str], None]) -> None:
    sql("CREATE TABLE a (x INT)")
    warehouse.read("FROM a")
    warehouse.row_counts(["a"])
    child = start(HOLD, warehouse.path)
    assert wait_for_line(child) == "held"
    finish(child)
