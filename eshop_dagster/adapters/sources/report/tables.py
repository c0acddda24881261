"""The raw contract's tables of a run of days, out of what `orders.py` made."""

from datetime import date

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.sources.report.lines import EVENTS
from eshop_dagster.adapters.sources.report.mapping import ReportMapping
from eshop_dagster.adapters.sources.report.orders import DESCRIBED

ORDER_COLUMNS = ("customer_id", "channel", *EVENTS, "promised_date", "state", "city")


def day_sizes(connection: duckdb.DuckDBPyConnection) -> dict[date, int]:
    """About how many rows each day has that has any."""
    counted = connection.execute("""
        SELECT changed_date, sum(rows)::BIGINT FROM (
            SELECT changed_date, items + 1 AS rows
            FROM order_days JOIN (SELECT order_number, count(*) AS items FROM items GROUP BY ALL) USING (order_number)
            UNION ALL
            SELECT changed_date, 1 FROM rejected
        )
        GROUP BY ALL ORDER BY ALL
    """).fetchall()
    return dict(counted)


def tables_between(
    connection: duckdb.DuckDBPyConnection, mapping: ReportMapping, id_prefix: str, first: date, last: date
) -> dict[str, pa.Table]:
    """The tables that the report knows, with the columns that it knows, for `first` to `last` (both inclusive)."""
    queries = {"orders": _orders(mapping), "order_items": _items(mapping)}
    if mapping.columns.payment_amount or mapping.columns.payment_method:
        queries["payments"] = _PAYMENTS
    for table, (key, _) in DESCRIBED.items():
        if getattr(mapping.columns, key) or getattr(mapping.constants, key, None):
            queries[table] = _described(mapping, table)
    parameters: dict[str, date | str] = {"first": first, "last": last, "prefix": id_prefix}
    return {
        table: connection.sql(query, params=_used(query, parameters)).to_arrow_table()
        for table, query in queries.items()
    }


def notes_on(connection: duckdb.DuckDBPyConnection, mapping: ReportMapping) -> list[str]:
    """What the reader decided where lines left a choice, with the number of lines or orders."""
    column = "line_total" if mapping.columns.line_total else "unit_price"
    (rounded,), *_ = connection.execute(
        f"SELECT count(*) FROM lines WHERE regexp_matches({column}, '[.][0-9]{{4}}0*[1-9]')"
    ).fetchall()
    cities = 0
    if mapping.columns.city:
        (cities,), *_ = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM lines GROUP BY order_key HAVING min(city) <> max(city))"
        ).fetchall()
    notes = []
    if rounded:
        notes.append(f"{rounded} lines have a {column} of more than four decimals: their totals are rounded to four.")
    if cities:
        notes.append(f"{cities} orders name more than one city: the first line's is taken.")
    return notes


def _used(query: str, parameters: dict[str, date | str]) -> dict[str, date | str]:
    return {name: value for name, value in parameters.items() if f"${name}" in query}


def _orders(mapping: ReportMapping) -> str:
    known = [name for name in ORDER_COLUMNS if getattr(mapping.columns, name) or getattr(mapping.constants, name, None)]
    columns = {name: name for name in known}
    if "customer_id" in columns:
        columns["customer_id"] = "$prefix || customer_id"
    mapped = [event for event in EVENTS if event in columns]
    zone = mapping.shop.time_zone
    dates = {event: f"greatest(ordered_date, timezone('{zone}', {event})::DATE)" for event in EVENTS}
    for event in mapped:
        columns[event] = f"""coalesce({event}_unreadable, if({dates[event]} <= changed_date,
            strftime({event}, '%Y-%m-%d %H:%M:%S.%f+00'), NULL))"""
    so_far = " ".join(
        f"WHEN {event} IS NOT NULL AND {dates[event]} <= changed_date THEN '{event.removesuffix('_at')}'"
        for event in reversed(mapped)
    )
    # What the order is in the end is known on its last day only.
    status = f"CASE WHEN changed_date >= last_date OR last_date IS NULL THEN status {so_far} ELSE 'created' END"
    listed = "".join(f", {expression} AS {name}" for name, expression in columns.items())
    return f"""
        SELECT $prefix || orders.order_id AS order_id, {status} AS status, ordered_at{listed}, changed_date
        FROM order_days JOIN orders USING (order_number)
        WHERE changed_date BETWEEN $first AND $last ORDER BY changed_date, order_number
    """


def _items(mapping: ReportMapping) -> str:
    seller = ", $prefix || seller_id AS seller_id" if mapping.columns.seller_id else ""
    freight = ", freight_brl" if mapping.columns.freight else ""
    return f"""
        SELECT $prefix || order_id AS order_id, line_number, $prefix || product_id AS product_id, quantity,
            unit_price_brl{seller}{freight}, changed_date
        FROM order_days JOIN items USING (order_number)
        WHERE changed_date BETWEEN $first AND $last ORDER BY changed_date, order_number, line_sequence, line_number
    """


_PAYMENTS = """
    SELECT $prefix || order_id AS order_id, sequence::INTEGER AS sequence, method, installments, amount_brl,
        changed_date
    FROM order_days JOIN payments USING (order_number)
    WHERE changed_date BETWEEN $first AND $last ORDER BY changed_date, order_number, sequence
"""


def _described(mapping: ReportMapping, table: str) -> str:
    key, columns = DESCRIBED[table]
    known = "".join(f", {name}" for name, field in columns.items() if getattr(mapping.columns, field))
    return f"""
        SELECT $prefix || {key} AS {key}{known}, changed_date FROM {table}
        WHERE changed_date BETWEEN $first AND $last ORDER BY changed_date, {key}
    """
