"""What is taken off the lines of an order: discounts in lines or columns of their own, and totals told per order.

A discount is spread over the lines that it concerns, in proportion to what they cost and to the cent, so that items
add up to what was paid.
"""

import duckdb

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.mapping import ReportMapping

NUMBER = "DECIMAL(20, 8)"


def has_amounts(mapping: ReportMapping) -> bool:
    """Whether a line's own price is not all that is known of what it cost."""
    return bool(mapping.columns.discount or mapping.negative_price == "discount" or mapping.line_total_per == "order")


def refuse_two_signs(connection: duckdb.DuckDBPyConnection, mapping: ReportMapping) -> None:
    """Refuse a discount column with both signs: one of them would be a surcharge, and nobody knows which."""
    (above, below), *_ = connection.execute(
        f"SELECT count(*) FILTER (off > 0), count(*) FILTER (off < 0) FROM (SELECT TRY_CAST(discount AS {NUMBER}) "
        "AS off FROM lines)"
    ).fetchall()
    if above and below:
        raise SourceError(
            f"Column {mapping.columns.discount!r} (mapped to discount) has {above} amounts above 0 and {below} below: "
            "expected one sign. Split the surcharges off in the export, or leave the column out of the mapping."
        )


def build_amounts(connection: duckdb.DuckDBPyConnection, mapping: ReportMapping) -> None:
    """Make the table `amounts` of `accepted`: lines with another total than their price says, and discount lines.

    Columns: `line_sequence`, `total` in BRL, `is_discount` (a line that is a discount, and no item), `fault`.
    """
    connection.execute(f"""
        CREATE TABLE amounts AS
        WITH valued AS ({_valued(mapping)}), summed AS (
            SELECT *, gross - sign(gross) * own AS net,
                -- Of a credit note every item goes back: its discount lessens what goes back.
                coalesce(max(gross) FILTER (NOT is_discount) OVER of_order <= 0, false)
                    AND min(gross) FILTER (NOT is_discount) OVER of_order < 0 AS is_back,
                coalesce(off, 0) - coalesce(sum(gross) FILTER (is_discount) OVER of_order, 0) AS to_spread
            FROM valued WINDOW of_order AS (PARTITION BY order_key)
        ), weighed AS (
            SELECT *, if(is_back, -1, 1) AS direction,
                if(is_discount OR net * if(is_back, -1, 1) <= 0, 0, net * if(is_back, -1, 1))::DECIMAL(22, 4) AS base
            FROM summed
        ), placed AS (
            SELECT *, sum(base) OVER (PARTITION BY order_key) AS whole,
                sum(base) OVER (PARTITION BY order_key ORDER BY line_sequence) AS so_far
            FROM weighed
        )
        SELECT line_sequence, is_discount,
            net - direction * if(base > 0 AND to_spread <> 0, {_share("to_spread", "so_far", "whole")}
                - {_share("to_spread", "so_far - base", "whole")}, 0) AS total,
            CASE
                WHEN fault IS NOT NULL THEN fault
                WHEN own > abs(gross) AND NOT is_discount THEN 'discount_above_line'
                WHEN to_spread > coalesce(whole, 0) THEN 'discount_above_order'
                WHEN to_spread < 0 THEN 'rule:discount'
                WHEN is_discount AND {_has_freight(mapping)} THEN 'discount_with_freight'
            END AS fault
        FROM placed
        WHERE is_discount OR own <> 0 OR to_spread <> 0 OR fault IS NOT NULL OR {_is_per_order(mapping)}
    """)


def _share(amount: str, part: str, whole: str) -> str:
    """The part of an amount, to the cent; what is cut off one part falls to the next, so all parts add up."""
    return f"round(({amount})::DOUBLE * ({part})::DOUBLE / ({whole})::DOUBLE, 2)::DECIMAL(22, 2)"


def _in_brl(amount: str) -> str:
    """An amount at the line's rate; converted ones are whole cents."""
    return f"TRY_CAST(if(rate = 1, round({amount}, 4), round({amount} * rate, 2)) AS DECIMAL(22, 4))"


def _has_freight(mapping: ReportMapping) -> str:
    """Whether a line has freight of its own; the order's is repeated on each line, and stands on another one too."""
    return f"coalesce(TRY_CAST(freight AS {NUMBER}), 0) <> 0" if mapping.freight_per == "line" else "false"


def _is_per_order(mapping: ReportMapping) -> str:
    return "true" if mapping.line_total_per == "order" else "false"


def _valued(mapping: ReportMapping) -> str:
    price = "line_total" if mapping.columns.line_total else "unit_price"
    amount = "given" if mapping.columns.line_total else "given * pieces"
    gross = _in_brl(f"TRY_CAST({amount} AS DECIMAL(22, 6))")
    fault = "NULL"
    if mapping.line_total_per == "order":
        pieces = "sum(pieces) OVER of_order"
        so_far = "sum(pieces) OVER (PARTITION BY order_key ORDER BY line_sequence)"
        total = "max(given * rate) OVER of_order"
        gross = (
            f"if({pieces} <> 0, {_share(total, so_far, pieces)} - {_share(total, f'{so_far} - pieces', pieces)}, NULL)"
        )
        fault = """CASE
            WHEN max(written) OVER of_order IS NULL THEN 'missing:line_total'
            WHEN count(written) OVER of_order <> count(given) OVER of_order THEN 'unreadable:line_total'
            WHEN min(sign(pieces)) OVER of_order <> max(sign(pieces)) OVER of_order THEN 'rule:line_total' END"""
    off = f"abs(TRY_CAST(discount AS {NUMBER}))"
    if mapping.columns.discount:
        fault = f"CASE WHEN discount IS NOT NULL AND {off} IS NULL THEN 'unreadable:discount' ELSE {fault} END"
    is_discount = "given < 0 AND pieces > 0" if mapping.negative_price == "discount" else "false"
    own = f"coalesce({off}, 0)" if mapping.discount_per == "line" else "0::DECIMAL(22, 4)"
    whole = f"max({off} * rate) OVER of_order" if mapping.discount_per == "order" else "0"
    return f"""
        SELECT order_key, line_sequence, freight, coalesce({is_discount}, false) AS is_discount,
            TRY_CAST({gross} AS DECIMAL(22, 4)) AS gross, {_in_brl(own)} AS own,
            TRY_CAST(round({whole}, 2) AS DECIMAL(22, 4)) AS off, {fault} AS fault
        FROM (
            SELECT *, {price} AS written FROM accepted
        )
        WINDOW of_order AS (PARTITION BY order_key)
    """
