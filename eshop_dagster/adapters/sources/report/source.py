"""A sales report as a source: any CSV, Excel sheet or Parquet of one line per order line, understood by a mapping."""

import hashlib
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.sources.base import REJECTED_SCHEMA, Changes, SourceError
from eshop_dagster.adapters.sources.report.amounts import refuse_two_signs
from eshop_dagster.adapters.sources.report.balance import balance_of
from eshop_dagster.adapters.sources.report.details import clear_unreadable_details
from eshop_dagster.adapters.sources.report.excel import with_typed_dates
from eshop_dagster.adapters.sources.report.file_lines import FileLines
from eshop_dagster.adapters.sources.report.files import EXCEL, check_file, list_files, spread
from eshop_dagster.adapters.sources.report.lines import add_lines, open_lines
from eshop_dagster.adapters.sources.report.mapping import ReportMapping
from eshop_dagster.adapters.sources.report.orders import build_orders
from eshop_dagster.adapters.sources.report.plausible import find_odd_days
from eshop_dagster.adapters.sources.report.reading import read_file
from eshop_dagster.adapters.sources.report.rejects import (
    build_rejected,
    fill_dates,
    has_reason,
    stop_if_instants_do_not_fit,
)
from eshop_dagster.adapters.sources.report.remedies import remedy
from eshop_dagster.adapters.sources.report.tables import day_sizes, notes_on, tables_between

ROWS_PER_CHUNK = 200_000
MOST_TRIED_FILES = 100
_log = logging.getLogger(__name__)


class ReportSource:
    """A sales report as a change log.

    The report is read whole when the source is made, and held in memory.

    Args:
        paths: the report file, or the folder that holds its files (`.csv`, `.txt`, `.tsv`, `.parquet`, `.xlsx`).
        mapping: what its columns and words mean.
        id_prefix: put before every order, customer, product and seller id, to keep two shops apart.
        newest: the last day on which an order can have been placed: later ones go to quarantine. None takes any.
        most_lines: read no more than about so many lines of some of the files, to try a mapping.
        on_step: told the name of each step that ends.

    Attributes:
        name: the mapping's name.
        shop: the shop that the mapping declares; None where it says nothing of it.
        notes: what was left aside, taken once or rounded, in words; each is logged as a warning too.
        balance: what came of its lines and of their money.
        has_days_to_come: whether lines were rejected because their day is still to come.
        lines_read: lines found with at least one value: each is in an order, or is rejected.

    Raises:
        SourceError: the report as a whole cannot be read.
    """

    def __init__(
        self,
        paths: Path | str,
        mapping: ReportMapping,
        id_prefix: str = "",
        *,
        newest: date | None = None,
        most_lines: int | None = None,
        on_step: Callable[[str], None] = lambda step: None,
    ) -> None:
        self.name = mapping.name
        self.shop = mapping.shop if mapping.says_shop else None
        self.notes: list[str] = []
        self.lines_read = 0
        self._mapping = mapping
        self._id_prefix = id_prefix
        self._most_lines = most_lines
        self._digests: list[str] = []
        self._torn: list[tuple[str, str]] = []
        broken = self._read(Path(paths))
        stop_if_instants_do_not_fit(self._connection, mapping)
        if mapping.columns.discount:
            refuse_two_signs(self._connection, mapping)
        if mapping.ordered_at_per == "order":
            fill_dates(self._connection)
        self.notes += find_odd_days(self._connection, newest)
        self.notes += clear_unreadable_details(self._connection, mapping)
        self.notes += notes_on(self._connection, mapping)
        on_step("read and check")
        build_orders(self._connection, mapping, self._torn)
        self.balance = balance_of(self._connection, mapping, broken=len(broken))
        build_rejected(self._connection, broken)
        self.has_days_to_come = has_reason(self._connection, "future:ordered_at")
        self._sizes = day_sizes(self._connection)
        on_step("make orders")
        if None in self._sizes:
            header = mapping.columns.ordered_at or mapping.columns.ordered_date
            raise SourceError(
                f"Every date in column {header!r} is still to come: expected orders up to {newest}. Check that the "
                "years are right, and that day and month are read in their order (format.date_formats)."
            )
        for note in self.notes:
            _log.warning("report %s: %s", self.name, note)

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        """Opened with the first batch of lines: most files that are refused never come so far."""
        return open_lines(self._mapping)

    def first_day(self) -> date:
        """First business day with an order or a rejected line."""
        return min(self._sizes)

    def last_day(self) -> date:
        """Last business day on which an order changed or a line was rejected."""
        return max(self._sizes)

    def fingerprint(self) -> str:
        """A hash of the files and the mapping: the same fingerprint gives the same changes."""
        parts = ["report 1", self._mapping.model_dump_json(), self._id_prefix, *self._digests]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def changes(self, first: date, last: date) -> Iterator[Changes]:
        """Yield the changes of `first` to `last`, in chunks of about 200,000 rows or one day.

        Days before the first order are empty; a day after the last one is not known yet, and is an error.
        """
        if first > last or last > self.last_day():
            raise SourceError(
                f"The report {self.name} was asked for {first} to {last}: expected days up to {self.last_day()}, the "
                "first not after the last. Add the report of the later days, or ask for fewer."
            )
        return self._chunks(first, last)

    @property
    def days_within_order(self) -> int:
        """How many days the lines of one order may lie apart."""
        return self._mapping.days_within_order

    def remedy(self, reason: str) -> str:
        """What to do about a reason for quarantine, with the file's column and the mapping's key."""
        return remedy(reason, self._mapping)

    def placed_orders(self, first: date, last: date) -> pa.Table:
        """`order_id`, `customer_id`, `ordered_at`, `goods_brl` of the orders with a change from `first` to `last`."""
        cursor: duckdb.DuckDBPyConnection = self._connection.cursor()
        return cursor.sql(
            """
            SELECT DISTINCT $prefix || orders.order_id AS order_id, $prefix || customer_id AS customer_id, ordered_at,
                goods_brl
            FROM order_days JOIN orders USING (order_number)
            LEFT JOIN (SELECT order_number, sum(revenue_brl) AS goods_brl FROM items GROUP BY ALL) USING (order_number)
            WHERE changed_date BETWEEN $first AND $last ORDER BY ordered_at, orders.order_id
            """,
            params={"first": first, "last": last, "prefix": self._id_prefix},
        ).to_arrow_table()

    def _read(self, path: Path) -> list[tuple[int, str, str]]:
        """Fill `lines`; the broken lines come back with the number of their file."""
        found, self.notes = list_files(path)
        most = sys.maxsize
        if self._most_lines is not None:
            found = spread(found, MOST_TRIED_FILES)
            most = max(self._most_lines // len(found), 1)
        names_by_digest: dict[str, str] = {}
        broken: list[tuple[int, str, str]] = []
        for number, report in enumerate(found):
            file = check_file(report, self._mapping.format.encoding)
            same = names_by_digest.setdefault(file.digest, report.name)
            if same != report.name:
                self.notes.append(f"{report.name}: the same bytes as {same}, so it was read once.")
                continue
            counts = FileLines()
            first = self.lines_read
            mapping = with_typed_dates(self._mapping) if report.suffix.lower() == EXCEL else self._mapping
            for batch in read_file(file, self._mapping, counts):
                batch = batch.slice(0, most - (first - self.lines_read))
                add_lines(self._connection, batch, mapping, file_number=number, first=first)
                first += batch.num_rows
                if first - self.lines_read >= most:
                    break
            self.lines_read += counts.lines
            broken += [(number, reason, raw) for reason, raw in counts.broken]
            self._torn += counts.torn_orders(self._mapping.format)
            self.notes += file.notes(self._mapping.format.encoding) + counts.notes(report.name)
        # What Arrow read the files into is DuckDB's by now.
        pa.default_memory_pool().release_unused()
        self._digests = list(names_by_digest)
        if not self.lines_read:
            raise SourceError(f"{path} has a header and no line below it: export the report again.")
        return broken

    def _chunks(self, first: date, last: date) -> Iterator[Changes]:
        while first <= last:
            until, rows = first, self._sizes.get(first, 0)
            while until < last and rows + self._sizes.get(until + timedelta(1), 0) <= ROWS_PER_CHUNK:
                until += timedelta(1)
                rows += self._sizes.get(until, 0)
            yield self._changes(first, until)
            first = until + timedelta(1)

    def _changes(self, first: date, last: date) -> Changes:
        # A cursor of its own: two iterators over one source must not share an open result.
        cursor: duckdb.DuckDBPyConnection = self._connection.cursor()
        tables = tables_between(cursor, self._mapping, self._id_prefix, first, last)
        rejected: pa.Table = cursor.sql(
            "SELECT 'order_items' AS \"table\", changed_date, reason, row FROM rejected "
            "WHERE changed_date BETWEEN $first AND $last ORDER BY changed_date, line_sequence, row",
            params={"first": first, "last": last},
        ).to_arrow_table()
        return Changes(first, last, tables, rejected.cast(REJECTED_SCHEMA))
