"""The database behind the pages: views over one release's files, and the few counts that no published table holds."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from threading import Lock

import duckdb
import pandas as pd

from eshop_dagster.adapters.dashboard_queries.summaries import SUMMARIES
from eshop_dagster.adapters.release import OpenRelease, ReleaseDamaged, view_of

_PARAMETER = re.compile(r"\$(\w+)")
_TABLE = re.compile(r"(?:FROM|JOIN) (\w+)")


class ReleaseUnreadable(Exception):
    """A file of the release is damaged or gone."""


class ReleaseDatabase:
    """One release, asked by any number of threads at once.

    A summary that a question needs is counted on its first use, or ahead of it by `prepare`, and kept in memory as a
    table of at most some hundred thousand rows for as long as the release is shown.

    Args:
        release: as opened; its folder holds until five newer ones were published.
        threads: of DuckDB.

    Raises:
        ReleaseUnreadable: a file is damaged or gone.
    """

    def __init__(self, release: OpenRelease, threads: int = 2) -> None:
        self.release = release
        self._locks = {name: Lock() for name in SUMMARIES}
        self._counted: set[str] = set()
        self._database = duckdb.connect(":memory:", config={"threads": threads})
        self._viewed: set[str] = set()
        self._views = Lock()

    def has(self, table: str) -> bool:
        """Return whether the release publishes a table."""
        return table in self.release.manifest["tables"]

    def frame(self, sql: str, values: Mapping[str, object] | None = None, needs: Sequence[str] = ()) -> pd.DataFrame:
        """Return the answer to a statement.

        Args:
            sql: fixed text over the release's tables and summaries; `$name` stands for a value.
            values: by name; those that the statement does not name are left out.
            needs: summaries that it reads.
        """
        self.prepare(needs)
        self._view(sql)
        named = set(_PARAMETER.findall(sql))
        bound = {name: value for name, value in (values or {}).items() if name in named}
        with self._reading() as cursor:
            answer: pd.DataFrame = cursor.execute(sql, bound or None).df()
        return answer

    def prepare(self, summaries: Sequence[str] | None = None) -> None:
        """Count the named summaries, or all whose tables are published; who asks meanwhile waits for that one only."""
        for name in self._possible() if summaries is None else summaries:
            with self._locks[name]:
                if name not in self._counted:
                    self._view(SUMMARIES[name])
                    self._run(f'CREATE TABLE "{name}" AS {self._filled(SUMMARIES[name])}')
                    self._counted.add(name)

    def _filled(self, summary: str) -> str:
        through = date.fromisoformat(self.release.manifest["data_through"])
        return summary.replace("{time_zone}", self.release.shop.time_zone).replace("{data_through}", str(through))

    def _view(self, sql: str) -> None:
        """Make a view of each table that a statement names, once its files were found to be those published."""
        if not self.release.named_in(sql) - self._viewed:
            return
        with self._views:
            for table in self.release.named_in(sql) - self._viewed:
                try:
                    files = self.release.files(table)
                except ReleaseDamaged as error:
                    raise ReleaseUnreadable(str(error)) from error
                self._run(view_of(table, files))
                self._viewed.add(table)

    def _run(self, statement: str) -> None:
        with self._reading() as cursor:
            cursor.execute(statement)

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a cursor; a file that is gone, or a release of an older platform with other columns, is said as such."""
        try:
            with self._database.cursor() as cursor:
                yield cursor
        except duckdb.Error as error:
            raise ReleaseUnreadable(
                f"release {self.release.name} cannot be read: {error}. Publish again with `eshop run`"
            ) from error

    def _possible(self) -> list[str]:
        return [name for name, sql in SUMMARIES.items() if all(self.has(table) for table in _TABLE.findall(sql))]
