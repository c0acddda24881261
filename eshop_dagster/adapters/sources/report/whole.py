"""Orders of which one line breaks the raw contract are taken out whole: the raw layer would keep the rest of them."""

import duckdb

from eshop_dagster.adapters.sources.report.mapping import ReportMapping
from eshop_dagster.adapters.validation import contract_tests, duckdb_type
from eshop_dagster.contract import TABLES, tables_of
from eshop_dagster.shop import Shop

CHECKED = {"orders": ("order_id", "status", "ordered_at"), "order_items": tuple(TABLES["order_items"].columns)[1:]}
"""The columns of the source's tables that are the sale itself; the others cost an order nothing."""


def take_out_broken_orders(
    connection: duckdb.DuckDBPyConnection, mapping: ReportMapping, *, has_payments: bool, has_amounts: bool
) -> None:
    """Move the orders with a line that breaks the contract from `orders`, `items`, … to `rejects`."""
    shop = mapping.shop
    connection.execute("CREATE TABLE broken_lines (order_number BIGINT, line_sequence BIGINT, reason VARCHAR)")
    connection.execute(
        f"INSERT INTO broken_lines SELECT order_number, first_line, reason FROM ({_broken('orders', 'orders', shop)})"
    )
    connection.execute(
        f"INSERT INTO broken_lines SELECT order_number, line_sequence, reason FROM "
        f"({_broken('order_items', 'items', shop)})"
    )
    if mapping.columns.line_number:
        connection.execute(_DUPLICATE_NUMBERS)
    if has_amounts:
        connection.execute("""
            INSERT INTO broken_lines
            SELECT order_number, line_sequence, fault
            FROM amounts JOIN accepted USING (line_sequence) JOIN orders USING (order_key) WHERE fault IS NOT NULL
        """)
    (broken,), *_ = connection.execute("SELECT count(*) FROM broken_lines").fetchall()
    if broken:
        connection.execute(_TAKE_OUT)
        for table in ("items", "orders", *(["payments"] if has_payments else [])):
            connection.execute(f"DELETE FROM {table} WHERE order_number IN (SELECT order_number FROM broken_lines)")
    connection.execute("DROP TABLE broken_lines")


_TAKE_OUT = """
    INSERT INTO rejects BY NAME
    WITH own AS (
        SELECT line_sequence, min(reason) AS own_reason FROM broken_lines GROUP BY line_sequence
    ), whole AS (
        SELECT order_number, arg_min(reason, line_sequence) AS reason FROM broken_lines GROUP BY order_number
    )
    SELECT line_sequence, order_key, orders.ordered_date, coalesce(own_reason, reason) AS reason
    FROM accepted JOIN orders USING (order_key) JOIN whole USING (order_number) LEFT JOIN own USING (line_sequence)
"""

_DUPLICATE_NUMBERS = """
    INSERT INTO broken_lines
    SELECT order_number, line_sequence, 'duplicate_key' FROM items
    WINDOW numbers AS (PARTITION BY order_number, TRY_CAST(line_number AS INTEGER) ORDER BY line_sequence)
    QUALIFY row_number() OVER numbers > 1 AND TRY_CAST(line_number AS INTEGER) IS NOT NULL
"""


def _broken(table: str, made: str, shop: Shop) -> str:
    """The rows of a table that was made of the lines which break the contract of a raw table, with the reason."""
    contract = tables_of(shop)[table]
    columns = {name: contract.columns[name] for name in CHECKED[table]}
    casts = ", ".join(f"TRY_CAST({name} AS {duckdb_type(column.type)}) AS {name}" for name, column in columns.items())
    given = ", ".join(f"{name} := {name}" for name in columns)
    tests = " ".join(f"WHEN {test} THEN '{reason}'" for reason, test in contract_tests(contract, columns))
    place = "first_line" if table == "orders" else "line_sequence"
    return f"""
        SELECT * FROM (
            SELECT order_number, {place}, CASE {tests} END AS reason
            FROM (
                SELECT order_number, {place}, {casts}, struct_pack({given}) AS given
                    {", ordered_date AS changed_date" if table == "orders" else ""}
                FROM {made}
            )
        ) WHERE reason IS NOT NULL
    """
