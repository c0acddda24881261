"""The report's lines that make no order, each with its reason, its day and its text as found."""

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.file_lines import RAW
from eshop_dagster.adapters.sources.report.mapping import ReportMapping

MOST_UNREADABLE_SHARE = 0.1


def stop_if_instants_do_not_fit(connection: duckdb.DuckDBPyConnection, mapping: ReportMapping) -> None:
    """Refuse a report whose instants do not fit the mapping's formats: the others would be read wrongly too.

    Day and month swapped, for example, are refused only from the 13th on.
    """
    (written, unreadable), *_ = connection.execute(
        "SELECT count(*), count(*) FILTER (ordered_at IS NULL) FROM lines WHERE has_ordered_text"
    ).fetchall()
    if written and unreadable <= written * MOST_UNREADABLE_SHARE:
        return
    header = mapping.columns.ordered_at or mapping.columns.ordered_date
    formats = ", ".join(mapping.format.date_formats)
    raise SourceError(
        f"{unreadable} of {written} instants in column {header!r} do not fit the formats {formats}: "
        "set format.date_formats to how the file writes them (is it day/month or month/day?)."
        if written
        else f"Column {header!r} is empty on every line: map the column that holds the time of the order."
    )


def fill_dates(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the lines without a date that of their order's earliest line."""
    connection.execute("""
        UPDATE lines SET ordered_at = placed.ordered_at, ordered_date = placed.ordered_date, has_ordered_text = true
        FROM (
            SELECT order_key, min(ordered_at) AS ordered_at, min(ordered_date) AS ordered_date
            FROM lines WHERE ordered_at IS NOT NULL GROUP BY order_key
        ) AS placed
        WHERE lines.order_key = placed.order_key AND NOT lines.has_ordered_text
    """)


def build_rejected(connection: duckdb.DuckDBPyConnection, broken: list[tuple[int, str, str]]) -> None:
    """Make the table `rejected` of `rejects` and the broken lines (file number, reason, text).

    A line without a day is dated by its file's first day.
    """
    numbers, reasons, rows = zip(*broken, strict=True) if broken else ((), (), ())
    table = pa.table(
        {
            "file_number": pa.array(numbers, pa.int32()),
            "reason": pa.array(reasons, pa.string()),
            "row": pa.array(rows, pa.string()),
        }
    )
    connection.register("broken", table)
    connection.execute(f"""
        CREATE TABLE rejected AS
        WITH found AS (
            SELECT file_number, line_sequence, rejects.ordered_date, reason, {RAW} AS row
            FROM rejects JOIN lines USING (line_sequence)
            UNION ALL BY NAME
            SELECT file_number, reason, row FROM broken
        ), opening AS (
            SELECT file_number, min(ordered_date) AS first_date
            FROM lines ANTI JOIN odd_days USING (ordered_date) GROUP BY file_number
        )
        SELECT line_sequence, reason, row,
            coalesce(found.ordered_date, first_date, (SELECT min(first_date) FROM opening)) AS changed_date
        FROM found LEFT JOIN opening USING (file_number)
    """)
    connection.unregister("broken")
    connection.execute("DROP VIEW accepted; DROP VIEW known; DROP TABLE lines; DROP TABLE odd_days")


def has_reason(connection: duckdb.DuckDBPyConnection, reason: str) -> bool:
    """Whether any line of `rejected` has a reason."""
    (found,), *_ = connection.execute("SELECT count(*) FROM rejected WHERE reason = ?", [reason]).fetchall()
    return bool(found)
