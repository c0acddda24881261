"""What the report's lines make together: orders, their items and payments, customers and products, and the rejects.

Works on the `lines` table of `lines.py`, in a fixed order of statements; each makes one table.
"""

import duckdb

from eshop_dagster.adapters.sources.report.file_lines import RAW
from eshop_dagster.adapters.sources.report.items import build_items
from eshop_dagster.adapters.sources.report.lines import EVENTS, IDS, TYPES, is_personal_order_key
from eshop_dagster.adapters.sources.report.mapping import ReportMapping, Signs
from eshop_dagster.adapters.sources.report.values import literal, plain

CONFLICTS = ("customer_id", "status", "channel", "state")
"""An order has one of each; lines that name two make the whole order unknowable."""
VALUES = ", ".join(name for name in TYPES if name not in ("line_sequence", "file_number", RAW))
"""All that the mapping takes from a line."""
ROUNDED = literal(r"(.*[|])?\d([.,]\d+)?[eE][+]\d+([|].*)?")
"""A long number as a table program rounds it (`1,23457E+11`): different ids became one."""
DESCRIBED: dict[str, tuple[str, dict[str, str]]] = {
    "customers": (
        "customer_id",
        {name: name for name in ("name", "email", "cpf", "phone", "zip_prefix", "city", "state")},
    ),
    "products": ("product_id", {"name": "product_name", "category": "category"}),
    "sellers": ("seller_id", {}),
}
"""Tables that are derived from the lines: their key, and each column with the mapping's field for it."""


def build_orders(connection: duckdb.DuckDBPyConnection, mapping: ReportMapping) -> None:
    """Make the tables `rejects`, `orders`, `order_days`, `items`, `customers`, `products` and `sellers`."""
    connection.execute(_REPEATS)
    connection.execute(_rejects(mapping))
    connection.execute(_conflicts(mapping))
    connection.execute(_ACCEPTED)
    connection.execute(_orders(mapping))
    connection.execute(_order_days(mapping.shop.time_zone))
    build_items(connection, mapping)
    for table, (key, columns) in DESCRIBED.items():
        connection.execute(_described(table, key, columns))
    connection.execute(
        "DROP TABLE accepted; DROP VIEW known; DROP TABLE conflicts; DROP TABLE repeats; DROP TABLE shared"
    )


def _word_of(mapping: ReportMapping) -> str:
    """The contract's status of a line; a word that the mapping does not know stays as it is, to be quarantined."""
    if mapping.columns.status is None:
        return literal(mapping.default_status)
    return f"coalesce((SELECT meaning FROM status_words WHERE word = {plain('lines.status')}), lines.status)"


_REPEATS = f"""
    -- Orders that stand in more than one file, and of their lines those that an earlier file has already. Lines that
    -- are equal within one file may be several pieces: the second one there repeats the second one here.
    CREATE TABLE shared AS
    SELECT order_key FROM lines GROUP BY order_key HAVING min(file_number) <> max(file_number);
    CREATE TABLE repeats AS
    SELECT line_sequence FROM (
        SELECT line_sequence, {VALUES},
            row_number() OVER (PARTITION BY file_number, {VALUES} ORDER BY line_sequence) AS piece
        FROM lines SEMI JOIN shared USING (order_key)
    )
    QUALIFY row_number() OVER (PARTITION BY {VALUES}, piece ORDER BY line_sequence) > 1
"""


def _rejects(mapping: ReportMapping) -> str:
    repeated = "line_sequence IN (FROM repeats)"
    if mapping.duplicates == "quarantine":
        repeated += f" OR row_number() OVER (PARTITION BY {RAW} ORDER BY line_sequence) > 1"
    rounded = " ".join(
        f"WHEN regexp_full_match({column}, {ROUNDED}) THEN 'unreadable:{name}'"
        for name, column in {"order_id": "order_key", **{name: name for name in IDS}}.items()
    )
    return f"""
        CREATE TABLE rejects AS
        FROM (SELECT line_sequence, ordered_date,
            CASE
                WHEN ordered_date IS NULL AND has_ordered_text THEN 'unreadable:ordered_at'
                WHEN ordered_date IS NULL THEN 'missing:ordered_at'
                WHEN order_key IS NULL THEN 'missing:order_id'
                {rounded}
                WHEN {repeated} THEN 'exact_duplicate'
            END AS reason
        FROM lines)
        WHERE reason IS NOT NULL
    """


def _conflicts(mapping: ReportMapping) -> str:
    checked = {name: name for name in CONFLICTS}
    if mapping.freight_per == "order":
        checked["freight"] = "freight"
    several = " ".join(
        f"WHEN min({column}) <> max({column}) THEN 'order_conflict:{name}'" for name, column in checked.items()
    )
    return f"""
        CREATE VIEW known AS
        SELECT lines.* EXCLUDE ({RAW}) REPLACE ({_word_of(mapping)} AS status)
        FROM lines ANTI JOIN rejects USING (line_sequence);
        CREATE TABLE conflicts AS
        WITH twofold AS (
            -- Two exports of one line, taken at different times: which is the newer one cannot be known.
            SELECT order_key FROM known SEMI JOIN shared USING (order_key)
            GROUP BY order_key, ordered_at, product_id, quantity HAVING min(file_number) <> max(file_number)
        )
        SELECT order_key, min(ordered_date) AS ordered_date,
            CASE {several} WHEN order_key IN (FROM twofold) THEN 'order_conflict:files' END AS reason
        FROM known GROUP BY order_key HAVING reason IS NOT NULL;
        INSERT INTO rejects
        SELECT line_sequence, conflicts.ordered_date, reason FROM known JOIN conflicts USING (order_key)
    """


_ACCEPTED = """
    CREATE TABLE accepted AS
    SELECT *, row_number() OVER (ORDER BY ordered_at, line_sequence) AS line_rank
    FROM known ANTI JOIN conflicts USING (order_key)
"""


def _has_sign(signs: Signs) -> str:
    found = ["false"]
    if signs.order_id_prefix:
        found.append(f"starts_with(order_key, {literal(signs.order_id_prefix)})")
    if signs.negative_quantity:
        # An exchange has lines of both signs: its returned lines are negative, the order is as its status says.
        # Pieces that are written off at no price are taken back from nobody.
        found.append(
            "coalesce(max(TRY_CAST(quantity AS DECIMAL(18, 3))) < 0, false)"
            " AND bool_or(TRY_CAST(coalesce(unit_price, line_total) AS DECIMAL(20, 8)) IS DISTINCT FROM 0)"
        )
    return " OR ".join(found)


def _orders(mapping: ReportMapping) -> str:
    order_id = "order_key"
    if is_personal_order_key(mapping):
        number = "row_number() OVER (PARTITION BY ordered_date ORDER BY first_line)"
        order_id = f"strftime(ordered_date, '%Y-%m-%d') || printf('-%04d', {number})"
    events = "".join(f", max({event}) AS {event}, min({event}_unreadable) AS {event}_unreadable" for event in EVENTS)
    return f"""
        CREATE TABLE orders AS
        WITH grouped AS (
            SELECT order_key, min(line_sequence) AS first_line, min(ordered_at) AS ordered_at,
                min(ordered_date) AS ordered_date, min(customer_id) AS customer_id, min(channel) AS channel,
                min(state) AS state, arg_min(city, line_sequence) AS city, max(promised_date) AS promised_date,
                CASE
                    WHEN {_has_sign(mapping.cancellation)} THEN 'cancelled'
                    WHEN {_has_sign(mapping.return_)} THEN 'returned'
                    ELSE min(status)
                END AS status{events}
            FROM accepted GROUP BY order_key
        )
        SELECT *, {order_id} AS order_id, row_number() OVER (ORDER BY ordered_date, first_line) AS order_number
        FROM grouped ORDER BY order_number
    """


def _order_days(time_zone: str) -> str:
    events = ", ".join(f"greatest(ordered_date, timezone('{time_zone}', {event})::DATE)" for event in EVENTS)
    return f"""
        CREATE TABLE order_days AS
        FROM (
            SELECT order_number, order_id, unnest(list_distinct([ordered_date, {events}])) AS changed_date,
                greatest({events}) AS last_date
            FROM orders
        )
        ORDER BY changed_date, order_number
    """


def _described(table: str, key: str, columns: dict[str, str]) -> str:
    """One row on each day on which a key is first seen or is described otherwise than before.

    Within a day the newest line counts; an empty field says nothing, so what was known stays.
    """
    newest = "".join(f", arg_max(accepted.{column}, line_rank) AS {name}" for name, column in columns.items())
    carried = "".join(f", last_value({name} IGNORE NULLS) OVER days AS {name}" for name in columns)
    described = f"row({', '.join(columns)})" if columns else "0"
    return f"""
        CREATE TABLE {table} AS
        WITH daily AS (
            SELECT accepted.{key}, orders.ordered_date AS changed_date{newest}
            FROM accepted JOIN orders USING (order_key)
            WHERE accepted.{key} IS NOT NULL
            GROUP BY ALL
        ), carried AS (
            SELECT {key}, changed_date{carried} FROM daily WINDOW days AS (PARTITION BY {key} ORDER BY changed_date)
        )
        SELECT * FROM carried
        WINDOW days AS (PARTITION BY {key} ORDER BY changed_date)
        QUALIFY row_number() OVER days = 1 OR {described} IS DISTINCT FROM lag({described}) OVER days
        ORDER BY changed_date, {key}
    """
