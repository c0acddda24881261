"""The Olist CSVs as a source."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import duckdb

from eshop_dagster.adapters.sources.base import Changes, SourceError
from eshop_dagster.adapters.sources.olist.changes import EVENTS, OTHER_TIMES, TABLES, VERSIONS
from eshop_dagster.adapters.sources.olist.files import FILES, load_files

_CHUNK_DAYS = 60


class OlistSource:
    """The Olist CSVs as a source; the person is `customer_unique_id`.

    Args:
        folder: holds the CSVs under their published names (the geolocation file is not read).

    Raises:
        SourceError: the folder or a file is missing, cut short, or not what its name says.
    """

    name = "olist"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not folder.is_dir():
            raise SourceError(f"the Olist folder {folder} does not exist: give the folder that holds its CSV files")
        missing = [file for file, _ in FILES.values() if not (folder / file).is_file()]
        if missing:
            raise SourceError(
                f"the Olist folder {folder} lacks {', '.join(missing)}: all of {len(FILES)} files are needed"
            )
        self._database: duckdb.DuckDBPyConnection | None = None

    def fingerprint(self) -> str:
        """Return a hash of the files' contents: the same fingerprint gives the same changes."""
        digest = hashlib.sha256(b"olist 1")
        for file, _ in FILES.values():
            with (self._folder / file).open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
        return digest.hexdigest()[:16]

    def first_day(self) -> date:
        """First business day with a purchase."""
        return self._day("SELECT min(ordered_date) FROM events")

    def last_day(self) -> date:
        """Last business day with an event of an order or a review."""
        return self._day(
            f"SELECT max(changed_date) FROM (FROM versions SELECT changed_date UNION ALL {self._review_days()})"
        )

    def changes(self, first: date, last: date) -> Iterator[Changes]:
        """Yield the changes of `first` to `last` in chunks of 60 days; days outside the set are empty."""
        opening = self.first_day()
        for start in range(0, (last - first).days + 1, _CHUNK_DAYS):
            chunk_first = first + timedelta(days=start)
            chunk_last = min(last, chunk_first + timedelta(days=_CHUNK_DAYS - 1))
            tables = {}
            for table, sql in TABLES.items():
                parameters = {"first": chunk_first, "last": chunk_last, "opening": opening}
                used = {name: day for name, day in parameters.items() if f"${name}" in sql}
                with _readable_values():
                    tables[table] = self._connection().sql(sql, params=used).to_arrow_table()
            yield Changes(chunk_first, chunk_last, tables)

    def _review_days(self) -> str:
        return (
            "SELECT changed_date FROM ("
            + TABLES["reviews"].replace("WHERE changed_date BETWEEN $first AND $last", "")
            + ")"
        )

    def _day(self, sql: str) -> date:
        with _readable_values():
            rows = self._connection().execute(sql).fetchall()
        if rows[0][0] is None:
            raise SourceError(f"{FILES['orders'][0]} holds no order: expected the Olist orders, one a line")
        day: date = rows[0][0]
        return day

    def _connection(self) -> duckdb.DuckDBPyConnection:
        """Load the files once, on first use."""
        if self._database is None:
            connection = load_files(self._folder)
            with _readable_values():
                connection.execute(EVENTS)
                connection.execute(VERSIONS)
                _refuse_other_times(connection)
            self._database = connection
        return self._database


def _refuse_other_times(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse a year such as 9999, which stands for never: no day of it would ever be pulled."""
    found = connection.execute(OTHER_TIMES).fetchall()
    if found:
        raise SourceError(
            f"an Olist file holds times outside the years 2000 to 2100 ({len(found)} of them, such as {found[0][1]} of "
            f"order {found[0][0]}): expected the times of the orders; fetch the file again"
        )


@contextmanager
def _readable_values() -> Iterator[None]:
    """Say in our words that a time or number cannot be read."""
    try:
        yield
    except duckdb.ConversionException as error:
        raise SourceError(
            f"an Olist file holds a value that cannot be read ({str(error).splitlines()[0]}): expected instants "
            "such as `2017-11-24 21:15:19` and numbers such as `13.29`; fetch the file again"
        ) from error
