"""The lines that cannot be taken, each with its reason; with a line its whole order goes.

Works on the `lines` table of `lines.py`. What a line breaks of the raw contract is found later, in `whole.py`.
"""

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.sources.report.file_lines import RAW
from eshop_dagster.adapters.sources.report.lines import IDS, READ, TYPES, known_columns
from eshop_dagster.adapters.sources.report.mapping import ReportMapping
from eshop_dagster.adapters.sources.report.values import literal

REPEAT = "exact_duplicate"
CONFLICTS = ("customer_id", "status", "channel", "state")
"""An order has one of each; lines that name two make the whole order unknowable."""
VALUES = ", ".join(name for name in TYPES if name not in ("line_sequence", "file_number", RAW, *READ))
"""All that the mapping takes from a line."""
ROUNDED = literal(
    r"(.*[|])?(\d([.,]\d+)?[eE][+]\d+|#(N/[AD]|REF!|VALUE!|VALOR!|NAME[?]|NOME[?]|DIV/0!|NULL!|NULO!|NUM!|NÚM!))([|].*)?"
)
"""A long number as a table program rounds it (`1,23457E+11`), or its word for an error: different ids became one."""

LARGEST_QUANTITY = 100_000_000_000
"""A quantity of so many digits is most probably a bar code (12 to 14 digits) in the wrong cell."""


def find_faults(connection: duckdb.DuckDBPyConnection, mapping: ReportMapping, torn: list[tuple[str, str]]) -> None:
    """Make the table `rejects`, and the view `known` of the lines that stay.

    Args:
        connection: has `lines` and `odd_days`.
        mapping: of the report.
        torn: order key and reason of the lines that could not be taken apart, where the key could be read.
    """
    connection.execute(_REPEATS)
    if mapping.duplicates == "quarantine":
        connection.execute(_WRITTEN_AGAIN)
    connection.execute(_rejects(mapping))
    connection.register(
        "torn",
        pa.table(
            {
                "order_key": pa.array([key for key, _ in torn], pa.string()),
                "reason": pa.array([reason for _, reason in torn], pa.string()),
            }
        ),
    )
    connection.execute(_WHOLE_ORDERS)
    connection.unregister("torn")
    connection.execute(_conflicts(mapping))
    connection.execute("DROP TABLE repeats; DROP TABLE shared")


_REPEATS = f"""
    -- Orders that stand in more than one file, and of their lines those that an earlier file has already. Lines that
    -- are equal within one file may be several pieces: the second one there repeats the second one here.
    CREATE TABLE shared AS
    SELECT order_key FROM lines WHERE (SELECT min(file_number) <> max(file_number) FROM lines)
    GROUP BY order_key HAVING min(file_number) <> max(file_number);
    CREATE TABLE repeats AS
    SELECT line_sequence FROM (
        SELECT line_sequence, {VALUES},
            row_number() OVER (PARTITION BY file_number, {VALUES} ORDER BY line_sequence) AS piece
        FROM lines SEMI JOIN shared USING (order_key)
    )
    QUALIFY row_number() OVER (PARTITION BY {VALUES}, piece ORDER BY line_sequence) > 1
"""


_WRITTEN_AGAIN = f"""
    -- Lines that repeat an earlier one in every column. Few texts share a hash with another, so few are compared.
    INSERT INTO repeats
    SELECT line_sequence FROM lines
    SEMI JOIN (SELECT hash({RAW}) AS code FROM lines GROUP BY ALL HAVING count(*) > 1) ON hash({RAW}) = code
    QUALIFY row_number() OVER (PARTITION BY {RAW} ORDER BY line_sequence) > 1
"""


def _rejects(mapping: ReportMapping) -> str:
    repeated = "line_sequence IN (FROM repeats)"
    # The marks are looked for first: they are faster than the expression, and hardly any id has them.
    rounded = " ".join(
        f"WHEN (contains({column}, '+') OR contains({column}, '#')) AND regexp_full_match({column}, {ROUNDED})"
        f" THEN 'unreadable:{name}'"
        for name, column in {"order_id": "order_key", **{name: name for name in IDS}}.items()
    )
    codes = ", ".join(map(literal, mapping.known_rates()))
    return f"""
        CREATE TABLE rejects AS
        FROM (SELECT line_sequence, order_key, if(odd_days.reason IS NULL, ordered_date, NULL) AS ordered_date,
            CASE
                WHEN ordered_date IS NULL AND has_ordered_text THEN 'unreadable:ordered_at'
                WHEN ordered_date IS NULL THEN 'missing:ordered_at'
                WHEN odd_days.reason IS NOT NULL THEN odd_days.reason
                WHEN order_key IS NULL THEN 'missing:order_id'
                {rounded}
                WHEN {repeated} THEN '{REPEAT}'
                WHEN abs(TRY_CAST(quantity AS DOUBLE)) >= {LARGEST_QUANTITY} THEN 'implausible:quantity'
                WHEN currency NOT IN ({codes}) THEN 'currency_without_rate'
            END AS reason
        FROM lines LEFT JOIN odd_days USING (ordered_date))
        WHERE reason IS NOT NULL
    """


_WHOLE_ORDERS = f"""
    CREATE TABLE faulty AS
    WITH found AS (
        SELECT order_key, reason, line_sequence FROM rejects
        WHERE order_key IS NOT NULL AND reason NOT IN ('{REPEAT}', 'unreadable:order_id')
        UNION ALL BY NAME
        SELECT order_key, reason, -1 AS line_sequence FROM torn
        UNION ALL BY NAME
        -- A line with a product, but with neither number nor date, is most probably the next line of the order above.
        SELECT * FROM (
            SELECT last_value(order_key IGNORE NULLS) OVER (ORDER BY line_sequence) AS order_key,
                if(order_key IS NULL AND product_id IS NOT NULL AND NOT has_ordered_text, 'missing:order_id', NULL)
                    AS reason, line_sequence
            FROM lines WHERE (SELECT count(*) FROM rejects WHERE reason = 'missing:ordered_at') > 0
        ) WHERE reason IS NOT NULL AND order_key IS NOT NULL
    )
    SELECT order_key, arg_min(reason, line_sequence) AS reason FROM found GROUP BY order_key;
    INSERT INTO rejects BY NAME
    SELECT line_sequence, order_key, min(ordered_date) OVER (PARTITION BY order_key) AS ordered_date, faulty.reason
    FROM lines JOIN faulty USING (order_key) ANTI JOIN rejects USING (line_sequence);
    DROP TABLE faulty
"""


def _conflicts(mapping: ReportMapping) -> str:
    known = known_columns(mapping)
    checked = {name: name for name in CONFLICTS}
    if mapping.freight_per == "order":
        checked["freight"] = "freight"
    for field in ("line_total", "discount"):
        if getattr(mapping, f"{field}_per") == "order":
            checked[field] = f"abs(TRY_CAST({field} AS DECIMAL(20, 8)))"
    several = " ".join(
        f"WHEN min({column}) <> max({column}) THEN 'order_conflict:{name}'"
        for name, column in checked.items()
        if name in known
    )
    return f"""
        CREATE VIEW known AS
        SELECT lines.* EXCLUDE ({RAW}) REPLACE (status_word AS status)
        FROM lines ANTI JOIN rejects USING (line_sequence);
        CREATE TABLE conflicts AS
        WITH twofold AS (
            -- Two exports of one line, taken at different times: which is the newer one cannot be known.
            SELECT order_key FROM known SEMI JOIN shared USING (order_key)
            GROUP BY order_key, ordered_at, product_id, quantity HAVING min(file_number) <> max(file_number)
        )
        SELECT order_key, min(ordered_date) AS ordered_date,
            CASE
                -- Numbers that start again: lines of two orders, which only their number has in common.
                WHEN max(ordered_at) - min(ordered_at) > INTERVAL {mapping.days_within_order} DAY
                    OR ({mapping.days_within_order} <= 1 AND min(ordered_date) <> max(ordered_date)
                        AND max(line_sequence) - min(line_sequence) >= count(*)) THEN 'order_conflict:ordered_at'
                {several} WHEN order_key IN (FROM twofold) THEN 'order_conflict:files'
            END AS reason
        FROM known GROUP BY order_key HAVING reason IS NOT NULL;
        INSERT INTO rejects BY NAME
        SELECT line_sequence, order_key, conflicts.ordered_date, reason FROM known JOIN conflicts USING (order_key)
    """
