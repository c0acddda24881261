"""The files of a release: which rows lie in which file, and which files are those of the release before."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from eshop_dagster.adapters.files import is_file_of, parquet_bytes
from eshop_dagster.adapters.release import read_manifest
from eshop_dagster.adapters.table_records import UNDATED, WHOLE, Part
from eshop_dagster.adapters.warehouse import WarehouseError
from eshop_dagster.faults import fault_point
from eshop_dagster.stages.marts import BOOKKEEPING, FACTS, MARTS
from eshop_dagster.stages.platform import Platform

MONTH_FILE_ROWS = 250_000
"""A month of a fact up to this many rows is one file; beyond, each business date is: late changes then write no more
than the dates that they touch, and a small shop's release is not thousands of tiny files."""

_ROWS_AT_ONCE = 4_000_000
"""Rows of one date lie among those of a month: a pass over them for few dates at a time costs more than it saves."""


@dataclass(frozen=True)
class FileEntry:
    """What a file of a release holds: rows, a hash of them, and the hash of the file."""

    rows: int
    content: str
    sha256: str

    def as_json(self) -> dict[str, object]:
        """Return the entry as it stands in `manifest.json`."""
        return asdict(self)


@dataclass(frozen=True)
class _Planned:
    """A file to be: its dates (none for a table in one file, None for rows without one), row count, content hash."""

    path: str
    dates: tuple[date | None, ...]
    rows: int
    content: str


def write_tables(platform: Platform, folder: Path, before: Path | None) -> dict[str, dict[str, FileEntry]]:
    """Write every mart into `folder`, taking over the files of `before` whose rows are the same.

    Returns:
        each table's files by path relative to the release.
    """
    known = _entries(before)
    tables: dict[str, dict[str, FileEntry]] = {}
    for table in MARTS:
        fault_point("publish.files")
        planned = list(_plan(table, platform.records.parts(table)))
        entries, changed = {}, []
        for file in planned:
            entry = known.get(file.path)
            # A file without rows is written again: its columns may be others. So is one that is not what was published.
            is_known = entry is not None and entry.content == file.content and file.rows > 0
            if before is not None and entry is not None and is_known and is_file_of(before / file.path, entry.sha256):
                (folder / file.path).parent.mkdir(exist_ok=True)
                link_or_copy(before / file.path, folder / file.path)
                entries[file.path] = entry
            else:
                changed.append(file)
        entries.update(_write_changed(platform, folder, table, changed))
        tables[table] = entries
    return tables


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file another name; copy it where the file system has no hard links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _entries(before: Path | None) -> dict[str, FileEntry]:
    if before is None:
        return {}
    tables = read_manifest(before)["tables"]
    # A release of an older platform lists no files: all is written again.
    return {path: FileEntry(**entry) for table in tables.values() for path, entry in table.get("files", {}).items()}


def _plan(table: str, parts: Mapping[str, Part]) -> Iterator[_Planned]:
    """Divide a table's parts into files."""
    if table not in FACTS:
        yield _planned(f"{table}.parquet", parts)
        return
    held = {part: noted for part, noted in sorted(parts.items()) if noted.rows}
    if not held:
        yield _planned(f"{table}.parquet", {})
    for month, group in groupby(held.items(), key=lambda item: item[0][:7]):
        days = dict(group)
        if sum(noted.rows for noted in days.values()) <= MONTH_FILE_ROWS:
            yield _planned(f"{table}/{month}.parquet", days)
        else:
            for day, noted in days.items():
                yield _planned(f"{table}/{day}.parquet", {day: noted})


def _planned(path: str, parts: Mapping[str, Part]) -> _Planned:
    content = hashlib.sha256(json.dumps({day: part.content for day, part in parts.items()}).encode()).hexdigest()[:32]
    dates = tuple(None if day == UNDATED else date.fromisoformat(day) for day in parts if day != WHOLE)
    return _Planned(path, dates, sum(part.rows for part in parts.values()), content)


def _write_changed(platform: Platform, folder: Path, table: str, files: list[_Planned]) -> dict[str, FileEntry]:
    """Write files in batches of rows that fit memory, two at a time: the Parquet writer uses one core each."""
    written: dict[str, Future[FileEntry]] = {}
    with ThreadPoolExecutor(max_workers=2) as pool:
        for batch in _batches(files):
            dates = [day for file in batch for day in file.dates]
            rows = platform.warehouse.read_sorted(
                table, MARTS[table], dates or None, without=BOOKKEEPING.get(table, ())
            )
            for file, slice_ in _slices(rows, batch):
                written[file.path] = pool.submit(_write, folder / file.path, file, slice_)
            # The next batch is read only when this one has been written, or rows of both would be in memory.
            for future in written.values():
                future.result()
    return {path: future.result() for path, future in written.items()}


def _batches(files: list[_Planned]) -> Iterator[list[_Planned]]:
    batch: list[_Planned] = []
    for file in files:
        if batch and sum(other.rows for other in batch) + file.rows > _ROWS_AT_ONCE:
            yield batch
            batch = []
        batch.append(file)
    if batch:
        yield batch


def _slices(rows: pa.Table, batch: list[_Planned]) -> Iterator[tuple[_Planned, pa.Table]]:
    """Divide rows that are sorted by date among the files of those dates, without copying."""
    if len(batch) == 1:
        yield batch[0], rows
        return
    start = 0
    for file in batch:
        yield file, rows.slice(start, file.rows)
        start += file.rows


def _write(path: Path, file: _Planned, rows: pa.Table) -> FileEntry:
    held = set(pc.unique(rows["ordered_date"]).to_pylist()) if file.dates else set()
    if rows.num_rows != file.rows or held != set(file.dates):
        raise WarehouseError(
            f"{file.path}: {rows.num_rows} rows were read where {file.rows} were noted when the table was built. "
            "Something else wrote to the warehouse; build it again with `eshop rebuild`"
        )
    path.parent.mkdir(exist_ok=True)
    content = parquet_bytes(rows)
    path.write_bytes(content)
    return FileEntry(rows.num_rows, file.content, hashlib.sha256(content).hexdigest())
