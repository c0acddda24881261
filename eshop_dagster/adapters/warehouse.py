"""The warehouse: one DuckDB file, written by dbt, opened here for the time of one call.

DuckDB admits one writing process, and an open reader blocks the writer: nobody keeps a connection, and every caller
holds the home's run lock (`adapters/locks.py`).
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from eshop_dagster.settings import duckdb_memory

# No keys here: DuckDB would keep an index for each, in blocks that reading the tables does not check.
STATE_TABLES = """
    CREATE TABLE IF NOT EXISTS build_state (project_hash VARCHAR, is_complete BOOLEAN, has_passed BOOLEAN);
    CREATE TABLE IF NOT EXISTS build_days (changed_date DATE, content VARCHAR);
"""

# DuckDB's file: three headers of one page each, then the blocks.
_HEADER_BYTES = 3 * 4096

_COLUMNS = (
    "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = ? ORDER BY ordinal_position"
)

_DAMAGE = re.compile(
    "Corrupt database file|Failure while replaying WAL file|not a valid DuckDB database file"
    r'|Could not read enough bytes from file "[^"]*\.duckdb"'
)


class WarehouseError(RuntimeError):
    """The warehouse file cannot be used."""


class WarehouseDamaged(WarehouseError):
    """The warehouse file is torn, or holds other bytes than DuckDB wrote; `how` tells in what way."""

    def __init__(self, path: Path, how: str) -> None:
        super().__init__(
            f"the warehouse {path} is damaged ({how}): no run goes on with it. Build it again from raw with "
            "`eshop rebuild`, which sets the damaged file aside."
        )
        self.how = how


class Warehouse:
    """The DuckDB file of one home."""

    def __init__(self, home: Path) -> None:
        self.path = home / "warehouse.duckdb"

    def exists(self) -> bool:
        """Whether anything was ever built."""
        return self.path.exists()

    def tables(self) -> list[str]:
        """Return the names of the tables (not the views), sorted."""
        if not self.exists():
            return []
        with self.connect(read_only=True) as connection:
            rows = connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE' ORDER BY 1"
            ).fetchall()
        return [row[0] for row in rows]

    def columns(self, table: str) -> list[str]:
        """Return the names of a table's columns, in order; none for a table that is not there."""
        with self.connect(read_only=True) as connection:
            rows = connection.execute(_COLUMNS, [table]).fetchall()
        return [name for name, _type in rows]

    def verify(self, on_table: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Read every table whole: DuckDB holds each block that it reads against its checksum.

        Args:
            on_table: told the number of tables read, and of all.

        Raises:
            WarehouseDamaged: a block, the header or the log is torn or changed.
            WarehouseError: another process holds the file.
        """
        with self.connect(read_only=True) as connection:
            tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
            for done, (schema, table) in enumerate(tables, 1):
                connection.execute(f'SELECT max(hash(COLUMNS(*))) FROM "{schema}"."{table}"').fetchall()
                on_table(done, len(tables))

    def built_days(self, project_hash: str) -> Mapping[date, str] | None:
        """Return the raw content hash that each day was built from, or None when all must be built again.

        That is so before the first build, after one that did not end, and when the dbt project has changed.
        """
        if not self.exists():
            return None
        # Read-only: even asking in a writing connection may change the file, and DVC would take it for a new one.
        with self.connect(read_only=True) as connection:
            if not _has_state(connection):
                return None
            state = connection.execute("SELECT project_hash, is_complete FROM build_state").fetchall()
            if state != [(project_hash, True)]:
                return None
            return dict(connection.execute("FROM build_days").fetchall())

    def mark_building(self, project_hash: str) -> None:
        """Note that a build has begun; until `mark_built`, the tables count as unfinished."""
        with self.connect() as connection:
            connection.execute(STATE_TABLES)
            # Replaced, not emptied: an older platform's table has other columns.
            connection.execute("BEGIN; DROP TABLE build_state")
            connection.execute(STATE_TABLES)
            connection.execute("INSERT INTO build_state VALUES (?, false, false)", [project_hash])
            connection.execute("COMMIT")

    def mark_built(self, project_hash: str, days: Mapping[date, str]) -> None:
        """Note that the tables are those of exactly these days' raw data; they have not passed their tests yet."""
        rows = pa.table(
            {"changed_date": pa.array(list(days), pa.date32()), "content": pa.array(list(days.values()), pa.string())}
        )
        with self.connect() as connection:
            connection.register("days", rows)
            connection.execute("BEGIN; DELETE FROM build_state; DELETE FROM build_days;")
            connection.execute("INSERT INTO build_days FROM days")
            connection.execute("INSERT INTO build_state VALUES (?, true, false)", [project_hash])
            connection.execute("COMMIT")

    def mark_passed(self) -> None:
        """Note that the tables as last built passed every test of severity `error`."""
        with self.connect() as connection:
            connection.execute("UPDATE build_state SET has_passed = true WHERE is_complete")

    def has_passed(self) -> bool:
        """Whether the tables as last built passed their tests; False when they were not tested."""
        if not self.exists():
            return False
        with self.connect(read_only=True) as connection:
            return _has_state(connection) and bool(
                connection.execute("SELECT 1 FROM build_state WHERE is_complete AND has_passed").fetchall()
            )

    def row_counts(self, tables: list[str]) -> dict[str, int]:
        """Return the number of rows of each table."""
        with self.connect(read_only=True) as connection:
            return {table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchall()[0][0] for table in tables}

    def content_hash(self, table: str) -> str:
        """Return a hash of a table's rows that does not depend on their order."""
        with self.connect(read_only=True) as connection:
            sql = f'SELECT {content_columns(connection, table)} FROM "{table}"'
            return str(connection.execute(sql).fetchall()[0][1])

    def read(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Return the result of one query."""
        with self.connect(read_only=True) as connection:
            return connection.sql(sql, params=dict(parameters) if parameters else None).to_arrow_table()

    def read_sorted(
        self, table: str, key: Sequence[str], dates: Sequence[date | None] | None = None, *, without: Sequence[str] = ()
    ) -> pa.Table:
        """Return a table's rows sorted by its key; of the given business dates only, and then by date first.

        Args:
            table: its name.
            key: the columns of its grain.
            dates: values of `ordered_date`, rows without one last; or None for all rows.
            without: columns to leave out.
        """
        condition, order = "true", [*key]
        if dates is not None:
            # Literals let DuckDB skip the row groups of other dates.
            listed = ", ".join(f"DATE '{day}'" for day in dates if day is not None) or "NULL"
            condition = f"(ordered_date IN ({listed}){' OR ordered_date IS NULL' if None in dates else ''})"
            order = ["ordered_date NULLS LAST", *key]
        columns = f"* EXCLUDE ({', '.join(without)})" if without else "*"
        return self.read(f'SELECT {columns} FROM "{table}" WHERE {condition} ORDER BY {", ".join(order)}')

    @contextmanager
    def connect(self, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file for the time of one `with` block.

        Raises:
            WarehouseError: another process holds it, or it is damaged.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = duckdb.connect(str(self.path), read_only=read_only)
        except duckdb.Error as error:
            refuse_damage(self.path, str(error))
            raise WarehouseError(
                f"the warehouse {self.path} cannot be opened ({str(error).splitlines()[0]}). If another process "
                "holds it, wait for it to end (`eshop status` names it)."
            ) from error
        try:
            connection.execute(f"SET TimeZone = 'UTC'; SET memory_limit = '{duckdb_memory()}'")
            self._refuse_torn(connection)
            yield connection
        except duckdb.Error as error:
            refuse_damage(self.path, str(error))
            raise
        finally:
            connection.close()

    def _refuse_torn(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Refuse a file whose end is gone: DuckDB opens it, and fails only when somebody reads what is lost."""
        # Free blocks do not count: DuckDB cuts those at the end off the file, and notes it later.
        sql = """
            SELECT block_size * (total_blocks - free_blocks) FROM pragma_database_size()
            WHERE database_name = current_database()
        """
        wanted, found = connection.execute(sql).fetchall()[0][0] + _HEADER_BYTES, self.path.stat().st_size
        if found < wanted:
            raise WarehouseDamaged(self.path, f"it has {found:,} bytes, expected {wanted:,} or more")


def refuse_damage(path: Path, words: str) -> None:
    """Raise when DuckDB's words tell that its file is damaged, in any reader.

    Raises:
        WarehouseDamaged: they do.
    """
    for line in words.splitlines():
        if _DAMAGE.search(line):
            raise WarehouseDamaged(path, line.strip())


def _has_state(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a build was noted here by this platform; an older one's note lacks a column, and counts as none."""
    sql = "SELECT 1 FROM duckdb_columns() WHERE table_name = 'build_state' AND column_name = 'has_passed'"
    return bool(connection.execute(sql).fetchall())


def content_columns(connection: duckdb.DuckDBPyConnection, table: str, *, without: Sequence[str] = ()) -> str:
    """Return the SQL of two columns, the number of rows and a hash of them that their order does not change.

    The sum and the exclusive or of each row's 64-bit hash: equal rows count as often as they stand. It tells tables
    apart, not forgers: DVC's hashes and the release's SHA-256 do that.
    """
    columns = [column for column in connection.execute(_COLUMNS, [table]).fetchall() if column[0] not in without]
    row = "hash(" + ", ".join(f'"{name}"' for name, _type in columns) + ")"
    schema = hashlib.sha256(repr(columns).encode()).hexdigest()[:8]
    total = f"printf('%016x', (coalesce(sum({row}), 0) % 18446744073709551616)::UBIGINT)"
    return f"count(*), count(*) || '-{schema}' || {total} || printf('%016x', coalesce(bit_xor({row}), 0))"
