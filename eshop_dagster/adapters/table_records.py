"""What each table of the warehouse holds, and which checks passed on exactly that: the quality records.

A table's content is a hash of its rows that does not depend on their order. Facts are hashed business date by business
date, so that a day's build hashes what it wrote and not the history. The records lie in the warehouse beside the
tables.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from eshop_dagster.adapters.warehouse import Warehouse, content_columns

WHOLE = ""
"""The part that stands for a table which is not divided by date."""

UNDATED = "undated"
"""The part of a dated table's rows without a date, such as reviews of an order that nobody knows."""

# No keys here: DuckDB would keep an index for each, in blocks that reading the tables does not check.
_SCHEMA = """
    CREATE TABLE IF NOT EXISTS table_parts (table_name VARCHAR, part VARCHAR, row_count BIGINT, content VARCHAR);
    CREATE TABLE IF NOT EXISTS quality_records (
        table_name VARCHAR, content VARCHAR, row_count BIGINT, has_passed BOOLEAN, checks VARCHAR
    );
    CREATE TABLE IF NOT EXISTS test_results (
        test VARCHAR, status VARCHAR, bad_row_count BIGINT, message VARCHAR, tested_at VARCHAR
    );
"""


class QualityError(RuntimeError):
    """A table may not be used: its quality record is missing, failed, or is about other rows."""


@dataclass(frozen=True)
class Part:
    """The rows of one business date of a table, or all rows of a table that is not divided."""

    rows: int
    content: str


@dataclass(frozen=True)
class QualityRecord:
    """What was checked on a table.

    Attributes:
        table: its name.
        content: hash of the rows that were checked.
        rows: their number.
        has_passed: whether every check of severity `error` passed.
        checks: each check's status (`pass`, `warn` or `fail`) by name.
    """

    table: str
    content: str
    rows: int
    has_passed: bool
    checks: Mapping[str, str]


@dataclass(frozen=True)
class HeldResult:
    """The result of a test that still holds, since nothing that it looked at has changed.

    Attributes:
        test: dbt's unique id of it.
        status: `pass`, `warn`, `fail` or `error`.
        bad_rows: rows that broke it.
        message: dbt's own words.
        tested_at: when it ran.
    """

    test: str
    status: str
    bad_rows: int
    message: str
    tested_at: datetime


class TableRecords:
    """The records of one warehouse.

    Args:
        warehouse: whose tables these are.
        dated: tables whose parts are the business dates of their column `ordered_date`.
        bookkeeping: by table, columns that are no part of its content.
    """

    def __init__(
        self, warehouse: Warehouse, dated: Iterable[str], bookkeeping: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._warehouse = warehouse
        self._dated = frozenset(dated)
        self._bookkeeping = bookkeeping or {}

    def update(self, tables: Sequence[str], dates: Sequence[date] | None) -> None:
        """Note again what the tables hold; of dated tables only these dates, when given, may have changed.

        Their quality records end with it: these rows are not checked yet.
        """
        with self._warehouse.connect() as connection:
            connection.execute(_SCHEMA)
            connection.execute("BEGIN")
            for table in tables:
                part, condition = self._parts_to_hash(table, dates)
                connection.execute("DELETE FROM quality_records WHERE table_name = ?", [table])
                connection.execute(f"DELETE FROM table_parts WHERE table_name = ? AND {condition[0]}", [table])
                connection.execute(
                    f"INSERT INTO table_parts SELECT '{table}', {part}, {self._content(connection, table)} "
                    f'FROM "{table}" WHERE {condition[1]} GROUP BY ALL'
                )
            connection.execute("COMMIT")

    def parts(self, table: str) -> dict[str, Part]:
        """Return what a table holds by business date (ISO), or under `WHOLE`, as last noted."""
        with self._warehouse.connect(read_only=True) as connection:
            if not _has_records(connection):
                return {}
            rows = connection.execute(
                "SELECT part, row_count, content FROM table_parts WHERE table_name = ? ORDER BY part", [table]
            ).fetchall()
        return {part: Part(count, content) for part, count, content in rows}

    def record(self, checks: Mapping[str, Mapping[str, str]]) -> None:
        """Write the quality record of each table: its content as last noted, and each check's status by name."""
        rows = []
        for table, statuses in checks.items():
            content, count = _combined(self.parts(table))
            has_passed = all(status in ("pass", "warn") for status in statuses.values())
            rows.append((table, content, count, has_passed, json.dumps(dict(statuses), sort_keys=True)))
        with self._warehouse.connect() as connection:
            connection.execute(_SCHEMA)
            connection.execute("BEGIN")
            for row in rows:
                connection.execute("DELETE FROM quality_records WHERE table_name = ?", row[:1])
                connection.execute("INSERT INTO quality_records VALUES (?, ?, ?, ?, ?)", row)
            connection.execute("COMMIT")

    def hold(self, results: Sequence[HeldResult]) -> None:
        """Keep the results of the newest run of all tests, in the place of those before."""
        rows = [(one.test, one.status, one.bad_rows, one.message, one.tested_at.isoformat()) for one in results]
        with self._warehouse.connect() as connection:
            connection.execute(_SCHEMA)
            connection.execute("BEGIN")
            connection.execute("DELETE FROM test_results")
            if rows:
                connection.executemany("INSERT INTO test_results VALUES (?, ?, ?, ?, ?)", rows)
            connection.execute("COMMIT")

    def held(self) -> list[HeldResult]:
        """Return the results of the newest run of all tests, sorted by test."""
        if not self._warehouse.exists():
            return []
        with self._warehouse.connect(read_only=True) as connection:
            if not _has_table(connection, "test_results"):
                return []
            rows = connection.execute("FROM test_results ORDER BY test").fetchall()
        return [HeldResult(row[0], row[1], row[2], row[3], datetime.fromisoformat(row[4])) for row in rows]

    def records(self) -> dict[str, QualityRecord]:
        """Return the quality record of each table that has one."""
        if not self._warehouse.exists():
            return {}
        with self._warehouse.connect(read_only=True) as connection:
            if not _has_records(connection):
                return {}
            rows = connection.execute("FROM quality_records ORDER BY table_name").fetchall()
        return {row[0]: QualityRecord(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in rows}

    def demand(self, tables: Iterable[str], *, hash_again: bool) -> dict[str, QualityRecord]:
        """Return the records of these tables: a training asks this first.

        Args:
            tables: their names.
            hash_again: whether to hash the tables now, which takes a pass over each, and hold it against the record.

        Raises:
            QualityError: a record is missing, a check failed, or the table holds other rows than those checked.
        """
        found, wanted = self.records(), list(tables)
        for table in wanted:
            record = found.get(table)
            if record is None:
                raise QualityError(
                    f"{table} has no quality record: it was not tested since it was built. Run "
                    "`refresh_warehouse` (or `eshop run`) first"
                )
            if not record.has_passed:
                failed = ", ".join(name for name, status in record.checks.items() if status not in ("pass", "warn"))
                raise QualityError(
                    f"{table} has not passed its tests ({failed}): see the failed checks of `refresh_warehouse` in "
                    "the Dagster UI, mend the source or the rule, and run it again"
                )
            content = _combined(self._hash_now(table))[0] if hash_again else record.content
            if content != record.content:
                raise QualityError(
                    f"{table} holds other rows ({content}) than those that passed its tests ({record.content}): "
                    "something outside the platform wrote to the warehouse. Build it again with `eshop rebuild`"
                )
        return {table: found[table] for table in wanted}

    def _hash_now(self, table: str) -> dict[str, Part]:
        part, _ = self._parts_to_hash(table, None)
        with self._warehouse.connect(read_only=True) as connection:
            rows = connection.execute(
                f'SELECT {part}, {self._content(connection, table)} FROM "{table}" GROUP BY ALL ORDER BY 1'
            ).fetchall()
        return {key: Part(count, content) for key, count, content in rows}

    def _content(self, connection: duckdb.DuckDBPyConnection, table: str) -> str:
        return content_columns(connection, table, without=self._bookkeeping.get(table, ()))

    def _parts_to_hash(self, table: str, dates: Sequence[date] | None) -> tuple[str, tuple[str, str]]:
        """Return the SQL of a row's part, and the conditions for the noted parts and for the rows to hash."""
        if table not in self._dated:
            return f"'{WHOLE}'", ("true", "true")
        part = f"coalesce(ordered_date::VARCHAR, '{UNDATED}')"
        if dates is None:
            return part, ("true", "true")
        listed = ", ".join(f"'{day}'" for day in [*dates, UNDATED])
        typed = ", ".join(f"DATE '{day}'" for day in dates) or "NULL"
        return part, (f"part IN ({listed})", f"(ordered_date IN ({typed}) OR ordered_date IS NULL)")


def _combined(parts: Mapping[str, Part]) -> tuple[str, int]:
    """Return one hash and the number of rows over all parts; parts without rows do not count."""
    held = {part: noted for part, noted in parts.items() if noted.rows}
    digest = hashlib.sha256(json.dumps({part: noted.content for part, noted in held.items()}, sort_keys=True).encode())
    return digest.hexdigest()[:32], sum(noted.rows for noted in held.values())


def _has_records(connection: duckdb.DuckDBPyConnection) -> bool:
    return _has_table(connection, "quality_records")


def _has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table]).fetchall())
