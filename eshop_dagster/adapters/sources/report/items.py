"""The report's lines as order items and payments, exact to the last decimal.

A unit price has four decimals. A line of which only the total is known (100.00 for 3 pieces) may have no such unit
price; it then becomes two items whose totals add up exactly: 2 x 33.33 + 1 x 33.34.
"""

import duckdb

from eshop_dagster.adapters.sources.report.amounts import has_amounts
from eshop_dagster.adapters.sources.report.mapping import ReportMapping


def build_items(connection: duckdb.DuckDBPyConnection, mapping: ReportMapping) -> None:
    """Make the tables `items` and `payments` from `accepted` and `orders`."""
    connection.execute(_places(mapping))
    connection.execute(_priced(mapping))
    connection.execute(_DIVIDED)
    connection.execute(_ITEMS)
    if mapping.columns.payment_amount:
        connection.execute(_payments(_given_payments(mapping)))
    elif mapping.columns.payment_method:
        connection.execute(_payments(_COMPUTED_PAYMENTS))
    connection.execute("DROP TABLE divided; DROP TABLE priced; DROP TABLE places")


def _in_brl(amount: str, decimals: int) -> str:
    return f"TRY_CAST(round({amount} * rate, {decimals}) AS DECIMAL(22, 4))"


def _priced(mapping: ReportMapping) -> str:
    """Each line with its number, its freight, and its unit price in BRL, or else its total; discount lines left out."""
    if mapping.columns.line_total:
        price, total = "NULL", f"if(rate = 1, {_in_brl('given', 4)}, {_in_brl('given', 2)})"
    else:
        is_exact = "rate <> 1 OR given = round(given, 4)"
        price = f"CASE WHEN {is_exact} THEN {_in_brl('given', 4)} END"
        total = f"CASE WHEN NOT ({is_exact}) THEN round(given * pieces, 4) END"
    known = "amounts.total" if has_amounts(mapping) else "NULL"
    is_item, joined = _items_only(mapping)
    place = "coalesce(place, line_sequence - first_line + 1)"
    number = "line_number" if mapping.columns.line_number else f"({place})::VARCHAR"
    freight = "NULL::VARCHAR"
    if mapping.columns.freight:
        freight = _in_brl("TRY_CAST(freight AS DECIMAL(20, 8))", 2)
        freight = f"coalesce(TRY_CAST({freight} AS DECIMAL(18, 2))::VARCHAR, freight)"
    each = "freight"
    if mapping.freight_per == "order":
        freight = f"CASE WHEN {place} = 1 THEN {freight} WHEN freight IS NOT NULL THEN '0' END"
        each = "max(freight) OVER (PARTITION BY order_key)"
    return f"""
        CREATE TABLE priced AS
        SELECT order_number, line_sequence, {number} AS line_number, product_id, seller_id, quantity, pieces, written,
            {freight} AS freight_brl, if(known IS NULL, TRY_CAST(({price}) AS DECIMAL(22, 4)), NULL) AS price,
            coalesce(known, TRY_CAST(({total}) AS DECIMAL(22, 4))) AS total
        FROM (
            SELECT accepted.* REPLACE ({each} AS freight), coalesce(unit_price, line_total) AS written,
                {known}::DECIMAL(22, 4) AS known, {is_item} AS is_item
            FROM accepted {joined}
        )
        JOIN (SELECT order_key, order_number, first_line FROM orders) USING (order_key)
        LEFT JOIN places USING (line_sequence)
        WHERE is_item
    """


def _items_only(mapping: ReportMapping) -> tuple[str, str]:
    """Whether a line is an item, and what must be joined to know it."""
    if has_amounts(mapping):
        return "NOT coalesce(is_discount, false)", "LEFT JOIN amounts USING (line_sequence)"
    return "true", ""


def _places(mapping: ReportMapping) -> str:
    """The place of each item within its order, where it does not follow from the order's first line.

    In most files the lines of an order stand together, and nothing has to be sorted.
    """
    is_item, joined = _items_only(mapping)
    is_scattered = "true" if has_amounts(mapping) else "last_line - first_line + 1 <> orders.lines"
    return f"""
        CREATE TABLE places AS
        SELECT line_sequence, row_number() OVER (PARTITION BY order_number ORDER BY line_sequence) AS place
        FROM accepted JOIN orders USING (order_key) {joined}
        WHERE {is_item} AND {is_scattered}
    """


_DIVIDED = """
    CREATE TABLE divided AS
    WITH counted AS (
        SELECT line_sequence, sign(pieces) AS sign, pieces = floor(pieces) AS is_whole,
            CAST(abs(pieces)::DECIMAL(28, 3) * if(pieces = floor(pieces), 1, 1000) AS HUGEINT) AS parts,
            CAST(abs(total) * 10000 AS HUGEINT) AS total_e4
        FROM priced
        WHERE price IS NULL AND pieces <> 0 AND (total = 0 OR sign(total) = sign(pieces))
    ), scaled AS (
        SELECT line_sequence, sign, parts, if(is_whole, 1.000, 0.001)::DECIMAL(4, 3) AS part,
            -- Whole cents stay whole cents on both items, so that rounding an item's total changes nothing.
            if(is_whole AND total_e4 % parts <> 0 AND total_e4 % 100 = 0, 100, 1)::HUGEINT AS step_e4,
            total_e4 * if(is_whole, 1, 1000) AS amount
        FROM counted
    ), shared AS (
        SELECT *, (amount // step_e4) // parts AS steps, (amount // step_e4) % parts AS dearer FROM scaled
    )
    SELECT line_sequence, is_dearer, sign * part * if(is_dearer, dearer, parts - dearer)::DECIMAL(28, 0) AS pieces,
        ((steps + is_dearer::HUGEINT) * step_e4)::DECIMAL(28, 0) * 0.0001 AS price
    FROM shared CROSS JOIN (VALUES (false), (true)) AS shares (is_dearer)
    WHERE dearer > 0 OR NOT is_dearer
"""

_ITEMS = """
    CREATE TABLE items AS
    WITH parts AS (
        SELECT priced.*, coalesce(is_dearer, false) AS is_extra, divided.pieces AS part_pieces,
            divided.price AS part_price
        FROM priced LEFT JOIN divided USING (line_sequence)
    ), extras AS (
        SELECT line_sequence, true AS is_extra,
            row_number() OVER (PARTITION BY order_number ORDER BY line_sequence) AS extra_number
        FROM parts WHERE is_extra
    ), last_numbers AS (
        SELECT order_number, max(TRY_CAST(line_number AS INTEGER)) AS last_number
        FROM priced SEMI JOIN (SELECT order_number FROM parts WHERE is_extra) USING (order_number) GROUP BY order_number
    ), numbered AS (
        FROM parts LEFT JOIN extras USING (line_sequence, is_extra) LEFT JOIN last_numbers USING (order_number)
    )
    SELECT order_number, line_sequence,
        if(is_extra, (last_number + extra_number)::VARCHAR, line_number) AS line_number, product_id, seller_id,
        coalesce(part_pieces::VARCHAR, pieces::VARCHAR, quantity) AS quantity,
        coalesce(
            part_price::VARCHAR,
            price::VARCHAR,
            -- A negative price, or one of no quantity: passed on for the raw layer to quarantine.
            if(pieces <> 0, TRY_CAST(round(total / pieces, 4) AS DECIMAL(22, 4)), total)::VARCHAR,
            written
        ) AS unit_price_brl,
        if(is_extra AND freight_brl IS NOT NULL, '0', freight_brl) AS freight_brl,
        TRY_CAST(coalesce(part_pieces, pieces) AS DECIMAL(20, 3))
            * TRY_CAST(coalesce(part_price, price) AS DECIMAL(18, 4)) AS revenue_brl
    FROM numbered
"""

_COMPUTED_PAYMENTS = """
    SELECT order_number, line_sequence, payment_method AS method, payment_installments AS installments,
        sum(revenue_brl + freight) AS amount, bool_and(revenue_brl IS NOT NULL AND freight IS NOT NULL) AS is_readable,
        NULL AS unreadable
    FROM (SELECT *, TRY_CAST(coalesce(freight_brl, '0') AS DECIMAL(18, 2)) AS freight FROM items)
    JOIN (SELECT line_sequence, payment_method, payment_installments FROM accepted) USING (line_sequence)
    GROUP BY ALL
"""


def _given_payments(mapping: ReportMapping) -> str:
    amount = _in_brl("TRY_CAST(payment_amount AS DECIMAL(20, 8))", 2)
    # An amount that belongs to the order stands on each of its lines, and is one payment.
    same = "order_key, method, installments, payment_amount"
    once = f"QUALIFY row_number() OVER (PARTITION BY {same} ORDER BY line_sequence) = 1"
    return f"""
        SELECT order_number, line_sequence, payment_method AS method, payment_installments AS installments,
            {amount} AS amount, TRY_CAST(payment_amount AS DECIMAL(20, 8)) IS NOT NULL AS is_readable,
            payment_amount AS unreadable
        FROM accepted JOIN orders USING (order_key)
        WHERE payment_amount IS NOT NULL OR payment_method IS NOT NULL
        {once if mapping.payment_amount_per == "order" else ""}
    """


def _payments(lines: str) -> str:
    per = "order_number, method, installments"
    return f"""
        CREATE TABLE payments AS
        WITH lines AS ({lines}), filled AS (
            -- Of an order with one method only, a line that leaves it empty is paid in the same way.
            SELECT *
                REPLACE (if(min(method) OVER paid = max(method) OVER paid, min(method) OVER paid, method) AS method)
            FROM lines WINDOW paid AS (PARTITION BY order_number)
        ), summed AS (
            SELECT {per}, min(line_sequence) AS first_line,
                if(bool_and(is_readable), TRY_CAST(round(sum(amount), 2) AS DECIMAL(18, 2))::VARCHAR, min(unreadable))
                    AS amount_brl
            FROM filled GROUP BY {per}
        )
        SELECT order_number, row_number() OVER (PARTITION BY order_number ORDER BY first_line) AS sequence, method,
            installments, amount_brl
        FROM summed ORDER BY order_number, sequence
    """
