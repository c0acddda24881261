"""Check Arrow tables against the raw contract, with DuckDB: rows that keep it, and rows that break it with the
reason.
"""

import atexit
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import duckdb
import pyarrow as pa

from eshop_dagster.contract import TABLES, Column, Table, tables_of
from eshop_dagster.shop import BRAZIL, Shop

QUARANTINE_SCHEMA = pa.schema([("changed_date", pa.date32()), ("reason", pa.string()), ("row", pa.string())])

FAULTY_SCHEMA = pa.schema([("order_id", pa.string()), ("changed_date", pa.date32()), ("reason", pa.string())])

_DUCKDB_TYPES = {"int32": "INTEGER", "double": "DOUBLE", "bool": "BOOLEAN", "date32[day]": "DATE", "string": "VARCHAR"}


class UnknownColumn(ValueError):
    """A source yielded a table or a column that the raw contract does not have."""


@dataclass(frozen=True)
class Checked:
    """One raw table, split.

    Attributes:
        accepted: `changed_date` and the contract's columns with the contract's types, sorted by `changed_date` and key.
        quarantined: `QUARANTINE_SCHEMA`, sorted; `row` is the row as JSON.
        faulty_orders: `FAULTY_SCHEMA`, the orders of which a line cannot be taken; of order items only.
    """

    accepted: pa.Table
    quarantined: pa.Table
    faulty_orders: pa.Table | None = None


def stored_columns(table: str, shop: Shop = BRAZIL) -> dict[str, Column]:
    """Return the columns of `table` as raw holds them: identifiers left out, `customer_key` in place of
    `customer_id`.
    """
    columns = {}
    for name, column in tables_of(shop)[table].columns.items():
        if name == "customer_id":
            columns["customer_key"] = Column(pa.string(), is_required=column.is_required)
        elif not column.is_identifier:
            columns[name] = column
    return columns


def stored_key(table: str) -> tuple[str, ...]:
    """Return the key columns of `table` as raw holds them."""
    return tuple("customer_key" if name == "customer_id" else name for name in TABLES[table].key)


def stored_schema(table: str) -> pa.Schema:
    """Return the Arrow schema of `table` as raw holds it, without the partition column `changed_date`."""
    return pa.schema([(name, column.type) for name, column in stored_columns(table).items()])


def check_rows(
    table: str,
    rows: pa.Table,
    parent: pa.Table | None = None,
    *,
    shop: Shop = BRAZIL,
    faulty: pa.Table | None = None,
) -> Checked:
    """Split pseudonymised rows of one raw table into those that keep the contract and those that break it.

    A row breaks it when a required value is missing, a value cannot be read as the contract's type, a rule is
    false, its key stands twice on one day (the first stays), or its order was not accepted on that day.

    Args:
        table: a raw table's name.
        rows: columns of `stored_columns(table)` (any may be left out) and `changed_date`.
        parent: the accepted rows of the parent table, for a table that has one.
        shop: whose country's rules hold.
        faulty: orders of which a line cannot be taken (`Checked.faulty_orders`): they go whole, with its reason.

    Raises:
        UnknownColumn: `rows` has a column that is not in the contract.
    """
    columns, contract = stored_columns(table, shop), tables_of(shop)[table]
    unknown = sorted(set(rows.column_names) - set(columns) - {"changed_date"})
    if unknown:
        raise UnknownColumn(f"{table} came with unknown columns {unknown}: the contract has {sorted(columns)}")
    schema = pa.schema([("changed_date", pa.date32()), *stored_schema(table)])
    if rows.num_rows == 0:
        return Checked(schema.empty_table(), QUARANTINE_SCHEMA.empty_table())
    for name in columns:
        if name not in rows.column_names:
            rows = rows.append_column(name, pa.nulls(rows.num_rows, pa.string()))
    with _database().cursor() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("incoming", rows)
        if parent is not None:
            connection.register("parent", parent.select(["order_id", "changed_date"]))
        if faulty is not None:
            connection.register("faulty", faulty)
        connection.execute(
            _checked_rows_sql(table, contract, columns, has_parent=parent is not None, has_faulty=faulty is not None)
        )
        names = ", ".join(f'"{name}"' for name in columns)
        key = ", ".join(stored_key(table))
        accepted = connection.sql(
            f"SELECT changed_date, {names} FROM checked WHERE reason IS NULL ORDER BY changed_date, {key}"
        ).to_arrow_table()
        quarantined = connection.sql(
            "SELECT changed_date, reason, to_json(given)::VARCHAR AS row FROM checked WHERE reason IS NOT NULL "
            "ORDER BY ALL"
        ).to_arrow_table()
        broken = _faulty_orders(connection) if table == "order_items" else None
    return Checked(accepted.cast(schema), quarantined.cast(QUARANTINE_SCHEMA), broken)


def _faulty_orders(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """The orders of which a line in `checked` cannot be taken, unless it is there twice over: the first one stays."""
    found = connection.sql("""
        SELECT order_id, changed_date, arg_min(reason, position) AS reason
        FROM checked AS later
        WHERE reason <> 'orphan:orders' AND order_id IS NOT NULL AND NOT (reason = 'duplicate_key' AND EXISTS (
            FROM checked AS first
            WHERE first.order_id = later.order_id AND first.line_number = later.line_number
                AND first.changed_date = later.changed_date AND first.given = later.given
                AND first.position < later.position))
        GROUP BY ALL ORDER BY ALL
    """).to_arrow_table()
    return found.cast(FAULTY_SCHEMA)


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """Return this process's in-memory database: opening one takes 36 ms, seven of them a day pulled 0.25 s."""
    connection = duckdb.connect()
    # A connection that outlives the interpreter makes DuckDB's bindings report leaks.
    atexit.register(_database.cache_clear)
    atexit.register(connection.close)
    return connection


def _checked_rows_sql(
    table: str, contract: Table, columns: dict[str, Column], *, has_parent: bool, has_faulty: bool
) -> str:
    casts = ", ".join(
        f'TRY_CAST("{name}" AS {duckdb_type(column.type)}) AS "{name}"' for name, column in columns.items()
    )
    as_given = ", ".join(f'"{name}" := "{name}"' for name in columns)
    cases = " ".join(f"WHEN {test} THEN '{reason}'" for reason, test in contract_tests(contract, columns))
    key = ", ".join(stored_key(table))
    orphan = (
        "WHEN (order_id, changed_date) NOT IN (SELECT (order_id, changed_date) FROM parent) THEN 'orphan:orders'"
        if has_parent
        else ""
    )
    of_order, line_s_reason = "", ""
    if has_faulty:
        of_order = (
            "LEFT JOIN (SELECT order_id, changed_date, reason AS of_line FROM faulty) USING (order_id, changed_date)"
        )
        line_s_reason = "WHEN of_line IS NOT NULL THEN of_line"
    return f"""
        CREATE TEMP TABLE checked AS
        WITH typed AS (
            SELECT row_number() OVER () AS position, changed_date, {casts}, struct_pack({as_given}) AS given
            FROM incoming
        ),
        ruled AS (SELECT *, CASE {cases} END AS broken FROM typed),
        numbered AS (
            SELECT *, row_number() OVER (PARTITION BY changed_date, {key}, broken IS NULL ORDER BY position) AS
            occurrence
            FROM ruled
        )
        SELECT * EXCLUDE (broken, occurrence),
            CASE WHEN broken IS NOT NULL THEN broken
                 WHEN occurrence > 1 THEN 'duplicate_key'
                 {line_s_reason}
                 {orphan} END AS reason
        FROM numbered {of_order}
    """


def contract_tests(contract: Table, columns: dict[str, Column]) -> Iterator[tuple[str, str]]:
    """Yield each reason for quarantine with the SQL that finds it, in the order in which they are looked for."""
    for name, column in columns.items():
        if column.type != pa.string():
            unreadable = f'"{name}" IS NULL AND given."{name}" IS NOT NULL'
            # DuckDB takes 'infinity' for a time, which no reader of the file could show.
            unending = f' OR NOT isfinite("{name}")' if pa.types.is_temporal(column.type) else ""
            yield f"unreadable:{name}", unreadable + unending
    for name, column in columns.items():
        if column.is_required:
            yield f"missing:{name}", f"coalesce(trim(\"{name}\"::VARCHAR), '') = ''"
    for name, column in columns.items():
        # A cast rounds: a score of 4.5 would become 5 without a word.
        if pa.types.is_decimal(column.type) or pa.types.is_integer(column.type):
            yield f"too_many_decimals:{name}", f'"{name}" <> TRY_CAST(given."{name}" AS DECIMAL(38, 12))'
    for name, column in columns.items():
        if column.rule:
            yield f"rule:{name}", f"NOT ({column.rule})"
    for name, rule in contract.row_rules.items():
        yield f"rule:{name}", f"NOT ({rule})"


def duckdb_type(arrow_type: pa.DataType) -> str:
    if pa.types.is_decimal(arrow_type):
        return f"DECIMAL({arrow_type.precision}, {arrow_type.scale})"
    if pa.types.is_timestamp(arrow_type):
        return "TIMESTAMPTZ"
    return _DUCKDB_TYPES[str(arrow_type)]
