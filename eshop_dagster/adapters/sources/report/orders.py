"""What the report's lines make together: orders, their items and payments, customers and products, and the rejects.

Works on the `lines` table of `lines.py`, in a fixed order of statements; each makes one table.
"""

import duckdb

from eshop_dagster.adapters.sources.report.amounts import build_amounts, has_amounts
from eshop_dagster.adapters.sources.report.faults import find_faults
from eshop_dagster.adapters.sources.report.items import build_items
from eshop_dagster.adapters.sources.report.lines import EVENTS, is_personal_order_key, known_columns
from eshop_dagster.adapters.sources.report.mapping import ReportMapping
from eshop_dagster.adapters.sources.report.signs import Signs
from eshop_dagster.adapters.sources.report.values import literal
from eshop_dagster.adapters.sources.report.whole import take_out_broken_orders

DESCRIBED: dict[str, tuple[str, dict[str, str]]] = {
    "customers": (
        "customer_id",
        {name: name for name in ("name", "email", "cpf", "phone", "zip_prefix", "city", "state")},
    ),
    "products": ("product_id", {"name": "product_name", "category": "category"}),
    "sellers": ("seller_id", {}),
}
"""Tables that are derived from the lines: their key, and each column with the mapping's field for it."""


def build_orders(connection: duckdb.DuckDBPyConnection, mapping: ReportMapping, torn: list[tuple[str, str]]) -> None:
    """Make the tables `rejects`, `orders`, `order_days`, `items`, `accepted`, `customers`, `products` and `sellers`.

    Args:
        connection: has `lines` and `odd_days`.
        mapping: of the report.
        torn: order key and reason of lines that could not be taken apart.
    """
    find_faults(connection, mapping, torn)
    connection.execute(_accepted(mapping))
    connection.execute(_orders(mapping))
    if has_amounts(mapping):
        build_amounts(connection, mapping)
    build_items(connection, mapping)
    has_payments = bool(mapping.columns.payment_amount or mapping.columns.payment_method)
    take_out_broken_orders(connection, mapping, has_payments=has_payments, has_amounts=has_amounts(mapping))
    known = known_columns(mapping)
    connection.execute(_order_days(mapping.shop.time_zone, [event for event in EVENTS if event in known]))
    for table, (key, columns) in DESCRIBED.items():
        connection.execute(_described(table, key, columns, known))
    connection.execute("DROP TABLE conflicts; DROP TABLE IF EXISTS amounts")


def _accepted(mapping: ReportMapping) -> str:
    """The lines that are left, each with the rate of its currency; `line_rank` orders them by time.

    A view: what becomes a reject is no part of it any more, and no line is copied.
    """
    rates = " ".join(f"WHEN {literal(code)} THEN {rate}" for code, rate in mapping.known_rates().items())
    code = literal(mapping.currency.code)
    if mapping.columns.currency:
        code = f"coalesce(currency, max(currency) OVER (PARTITION BY order_key), {code})"
    price = "line_total" if mapping.columns.line_total else "unit_price"
    turned = ""
    if mapping.negative_price == "return":
        # A negative price of a positive quantity is a piece that came back.
        is_back = f"starts_with({price}, '-') AND pieces > 0"
        turned = f"REPLACE (if({is_back}, '-' || ltrim(quantity, '+'), quantity) AS quantity"
        turned += f", if({is_back}, -pieces, pieces) AS pieces"
        if price == "unit_price":
            turned += f", if({is_back}, substr(unit_price, 2), unit_price) AS unit_price"
            turned += f", if({is_back}, -given, given) AS given"
        turned += ")"
    return f"""
        CREATE VIEW accepted AS
        SELECT * {turned}, epoch_us(ordered_at)::HUGEINT * 1000000000000 + line_sequence AS line_rank,
            (CASE {code} {rates} END)::DECIMAL(16, 8) AS rate
        FROM known
    """


def _has_sign(signs: Signs) -> str:
    found = ["false"]
    if signs.order_id_prefix:
        found.append(f"starts_with(order_key, {literal(signs.order_id_prefix)})")
    if signs.negative_quantity:
        # An exchange has lines of both signs: its returned lines are negative, the order is as its status says.
        # Pieces that are written off at no price are taken back from nobody.
        found.append("coalesce(max(pieces) < 0, false) AND bool_or(given IS DISTINCT FROM 0)")
    return " OR ".join(found)


def _orders(mapping: ReportMapping) -> str:
    order_id = "order_key"
    if is_personal_order_key(mapping):
        number = "row_number() OVER (PARTITION BY ordered_date ORDER BY first_line)"
        order_id = f"strftime(ordered_date, '%Y-%m-%d') || printf('-%04d', {number})"
    known = known_columns(mapping)
    found = {
        "customer_id": "min(customer_id)",
        "channel": "min(channel)",
        "state": "min(state)",
        "city": "arg_min(city, line_sequence)",
        "promised_date": "max(promised_date)",
        **{event: f"max({event})" for event in EVENTS},
        **{f"{event}_unreadable": f"min({event}_unreadable)" for event in EVENTS},
    }
    # A field that is the same on every line costs no aggregate.
    described = "".join(
        f", {aggregate if name in known else f'any_value({name})'} AS {name}" for name, aggregate in found.items()
    )
    return f"""
        CREATE TABLE orders AS
        WITH grouped AS (
            SELECT order_key, min(line_sequence) AS first_line, max(line_sequence) AS last_line, count(*) AS lines,
                min(ordered_at) AS ordered_at,
                min(ordered_date) AS ordered_date{described},
                CASE
                    WHEN {_has_sign(mapping.cancellation)} THEN 'cancelled'
                    WHEN {_has_sign(mapping.return_)} THEN 'returned'
                    ELSE min(status)
                END AS status
            FROM accepted GROUP BY order_key
        )
        SELECT *, {order_id} AS order_id, row_number() OVER (ORDER BY ordered_date, first_line) AS order_number
        FROM grouped
    """


def _order_days(time_zone: str, events: list[str]) -> str:
    days = ", ".join(
        ["ordered_date", *(f"greatest(ordered_date, timezone('{time_zone}', {on})::DATE)" for on in events)]
    )
    changed = f"unnest(list_distinct([{days}]))" if events else "ordered_date"
    return f"""
        CREATE TABLE order_days AS
        SELECT order_number, order_id, {changed} AS changed_date, greatest({days}) AS last_date FROM orders
    """


def _described(table: str, key: str, columns: dict[str, str], known: set[str]) -> str:
    """One row on each day on which a key is first seen or is described otherwise than before.

    Within a day the newest line counts; an empty field says nothing, so what was known stays.
    """
    if not known & set(columns.values()):
        empty = "".join(f", NULL::VARCHAR AS {name}" for name in columns)
        return f"""
            CREATE TABLE {table} AS
            SELECT accepted.{key}, min(orders.ordered_date) AS changed_date{empty}
            FROM accepted JOIN orders USING (order_key) WHERE accepted.{key} IS NOT NULL
            GROUP BY accepted.{key} ORDER BY changed_date, accepted.{key}
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
