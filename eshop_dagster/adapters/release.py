"""A published release as readers open it: the Parquet files of one folder, asked by SQL. The warehouse stays closed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa


class NoRelease(Exception):
    """The home has published nothing yet."""


@dataclass(frozen=True)
class OpenRelease:
    """One release, whatever is published after it.

    Every answer of one object comes from the same folder: `current` was followed once. The last few releases are kept
    on disk, so that a reader may finish with the one it opened.

    Attributes:
        name: `<last day>-<hash of its content>`.
        folder: the release's own folder, not the link to it.
        manifest: as in `manifest.json`: `data_through`, `tables`, `models`.
        threads: of DuckDB, for one question at a time.
    """

    name: str
    folder: Path
    manifest: Mapping[str, Any]
    threads: int = 2

    def files(self, table: str) -> list[Path]:
        """Return the Parquet files that together hold a table, in the order of its dates.

        Raises:
            KeyError: the release has no such table.
        """
        if table not in self.manifest["tables"]:
            raise KeyError(f"release {self.name} has no table {table!r}: it has {sorted(self.manifest['tables'])}")
        return [self.folder / path for path in sorted(self.manifest["tables"][table]["files"])]

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Return the answer to a statement that names the release's tables; any number of threads may ask at once."""
        with self._database.cursor() as cursor:
            # Not `execute`, whose Arrow output copies every row once more.
            return cursor.sql(sql, params=dict(parameters or {})).to_arrow_table()

    def stream(
        self, sql: str, parameters: Mapping[str, object] | None = None, *, rows: int
    ) -> Iterator[pa.RecordBatch]:
        """Yield the answer in batches of at most so many rows, so that a table of any size passes through."""
        with self._database.cursor() as cursor:
            yield from cursor.sql(sql, params=dict(parameters or {})).to_arrow_reader(rows)

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        database = duckdb.connect(":memory:", config={"threads": self.threads})
        for table in self.manifest["tables"]:
            paths = ", ".join("'" + str(path).replace("'", "''") + "'" for path in self.files(table))
            database.execute(f'CREATE VIEW "{table}" AS FROM read_parquet([{paths}], union_by_name = true)')
        return database


def open_release(home: Path, *, threads: int = 2) -> OpenRelease:
    """Return the release that is current now.

    Raises:
        NoRelease: nothing was published in this home.
    """
    link = home / "published" / "current"
    if not link.exists():
        raise NoRelease(f"{home} has no published release: fill it first with `eshop run --home {home}`")
    return open_folder(link.resolve(), threads=threads)


def open_folder(folder: Path, *, threads: int = 2) -> OpenRelease:
    """Return the release that lies in a folder, whether it is current or an older one that is kept."""
    manifest = json.loads((folder / "manifest.json").read_text())
    return OpenRelease(manifest["release"], folder, manifest, threads)


def current_name(home: Path) -> str | None:
    """Return the name of the current release without opening it; None before the first."""
    link = home / "published" / "current"
    return link.resolve().name if link.exists() else None
