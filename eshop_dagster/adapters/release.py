"""A published release as readers open it: the Parquet files of one folder, asked by SQL. The warehouse stays closed.

Nothing is read from a file that does not have the hash that the release's manifest names, and no manifest is believed
that does not have the hash that stands in the release's own name.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.shop import Shop

_WORD = re.compile(r"\w+")
_HASHED_NAME = re.compile(r".*-([0-9a-f]{8})")


class NoRelease(Exception):
    """The home has published nothing yet."""


class ReleaseDamaged(Exception):
    """A file of a release is lost, or does not hold what was published."""


@dataclass(frozen=True)
class OpenRelease:
    """One release, whatever is published after it.

    Every answer of one object comes from the same folder: `current` was followed once. The last few releases are kept
    on disk, so that a reader may finish with the one it opened.

    Attributes:
        name: `<last day>-<hash of its content>`.
        folder: the release's own folder, not the link to it.
        manifest: as in `manifest.json`: `data_through`, `tables`, `models`, `window_days`.
        threads: of DuckDB, for one question at a time.
    """

    name: str
    folder: Path
    manifest: Mapping[str, Any]
    threads: int = 2
    _sound: set[str] = field(default_factory=set, repr=False, compare=False)
    _viewed: set[str] = field(default_factory=set, repr=False, compare=False)
    _lock: RLock = field(default_factory=RLock, repr=False, compare=False)

    @property
    def shop(self) -> Shop:
        """Whose shop the release is about; Brazil's where it was published before shops had a country."""
        said = {name: value for name, value in self.manifest.get("shop", {}).items() if name != "nation"}
        return Shop(**said)

    @property
    def window_days(self) -> int | None:
        """Length in days of the window that expected spend is of; None before the first scoring."""
        days: int | None = self.manifest.get("window_days")
        return days

    def files(self, table: str) -> list[Path]:
        """Return the Parquet files that together hold a table, in the order of its dates.

        Each is read once and held against its hash, the first time that somebody asks for the table.

        Raises:
            KeyError: the release has no such table.
            ReleaseDamaged: a file is lost, or is not the one that was published.
        """
        paths = self.paths(table)
        with self._lock:
            if table not in self._sound:
                check_files(self.folder, self.manifest["tables"][table]["files"], self.name)
                self._sound.add(table)
        return paths

    def sound_tables(self) -> list[str]:
        """Return the tables whose files were read and held against their hashes so far."""
        with self._lock:
            return sorted(self._sound)

    def paths(self, table: str) -> list[Path]:
        """Return where the files of a table lie, without a look at them; `files` is what readers ask for."""
        if table not in self.manifest["tables"]:
            raise KeyError(f"release {self.name} has no table {table!r}: it has {sorted(self.manifest['tables'])}")
        return [self.folder / path for path in sorted(self.manifest["tables"][table]["files"])]

    def named_in(self, sql: str) -> set[str]:
        """Return the tables of the release that a statement names."""
        return set(_WORD.findall(sql)) & {*self.manifest["tables"]}

    def query(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Return the answer to a statement that names the release's tables; any number of threads may ask at once.

        Raises:
            ReleaseDamaged: a file of a table that it names is lost, or is not the one that was published.
        """
        with self._ready(sql).cursor() as cursor:
            # Not `execute`, whose Arrow output copies every row once more.
            return cursor.sql(sql, params=dict(parameters or {})).to_arrow_table()

    def stream(
        self, sql: str, parameters: Mapping[str, object] | None = None, *, rows: int
    ) -> Iterator[pa.RecordBatch]:
        """Yield the answer in batches of at most so many rows, so that a table of any size passes through."""
        with self._ready(sql).cursor() as cursor:
            yield from cursor.sql(sql, params=dict(parameters or {})).to_arrow_reader(rows)

    def _ready(self, sql: str) -> duckdb.DuckDBPyConnection:
        """Return the database with a view of every table that the statement names, over files that are sound."""
        missing = self.named_in(sql) - self._viewed
        if self._viewed and not missing:
            return self._database
        with self._lock:
            for table in missing:
                self._database.execute(view_of(table, self.files(table)))
                self._viewed.add(table)
            return self._database

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(":memory:", config={"threads": self.threads})


def view_of(table: str, files: Sequence[Path]) -> str:
    """Return the statement that makes a view of a table's files."""
    paths = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    return f'CREATE OR REPLACE VIEW "{table}" AS FROM read_parquet([{paths}], union_by_name = true)'


def check_files(folder: Path, files: Mapping[str, Mapping[str, Any]], release: str) -> None:
    """Hold files of a release against the hashes in its manifest.

    Args:
        folder: of the release.
        files: each file's entry in the manifest, by its path within the folder.
        release: its name, for the message.

    Raises:
        ReleaseDamaged: a file is lost, cannot be read, or is not the one that was published.
    """
    for path, entry in files.items():
        try:
            found = file_sha256(folder / path)
        except OSError as error:
            raise ReleaseDamaged(f"{path} of release {release} cannot be read ({error.strerror}). {_REMEDY}") from error
        # Only a release that was written by hand names no hashes.
        if found != entry.get("sha256", found):
            raise ReleaseDamaged(
                f"{path} of release {release} has SHA-256 {found[:12]}…, expected {entry['sha256'][:12]}… as it was "
                f"published: the file was changed, or the disk is failing. {_REMEDY}"
            )


_REMEDY = "`eshop rebuild` writes it again from the warehouse"


def content_hash(manifest: Mapping[str, Any]) -> str:
    """Return the hash of a manifest's content, which ends the release's name: everything but the name itself."""
    content = {name: value for name, value in manifest.items() if name != "release"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of the release in a folder.

    Raises:
        ReleaseDamaged: it is lost, cut, or not the one that was published.
    """
    path = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_bytes())
        name = manifest["release"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseDamaged(f"the manifest of release {folder.name} cannot be read ({error}). {_REMEDY}") from error
    hashed = _HASHED_NAME.fullmatch(folder.name)
    if name != folder.name or (hashed and hashed[1] != content_hash(manifest)):
        raise ReleaseDamaged(
            f"the manifest of release {folder.name} is not the one that was published: its content has the hash "
            f"{content_hash(manifest)}, its name is {name!r}. {_REMEDY}"
        )
    return manifest


def open_release(home: Path, *, threads: int = 2) -> OpenRelease:
    """Return the release that is current now.

    Raises:
        NoRelease: nothing was published in this home.
        ReleaseDamaged: its manifest is lost, cut, or not the one that was published.
    """
    folder = current_folder(home)
    if folder is None:
        raise NoRelease(f"{home} has no published release: fill it first with `eshop run --home {home}`")
    return open_folder(folder, threads=threads)


def open_folder(folder: Path, *, threads: int = 2) -> OpenRelease:
    """Return the release that lies in a folder, whether it is current or an older one that is kept."""
    manifest = read_manifest(folder)
    return OpenRelease(manifest["release"], folder, manifest, threads)


def current_name(home: Path) -> str | None:
    """Return the name of the current release without opening it; None before the first."""
    folder = current_folder(home)
    return folder.name if folder else None


def current_folder(home: Path) -> Path | None:
    """Return the current release's own folder, below the path that the home was given by; None before the first."""
    link = home / "published" / "current"
    return link.parent / link.readlink() if link.exists() else None
