"""The record of each day that was pulled, and whether raw still holds what it says.

They lie in `raw/_pulls/<source>/<day>.json`.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.adapters.raw_intake import RawStoreError
from eshop_dagster.contract import TABLES

EMPTY_FILE = "empty.parquet"
"""Holds no row of a table, only its types; of no pull."""

Record = dict[str, Any]
"""`fingerprint` of the input, `content` (hash over all files), `files` (hash by table), `accepted` rows by table,
`quarantined` rows by table and reason, `quarantine_files` (hash by table), and `sha256` of all of these."""

_OLDEST = {"fingerprint", "content", "accepted", "quarantined"}
_KNOWN_KEYS = (_OLDEST, _OLDEST | {"files"}, _OLDEST | {"files", "quarantine_files", "sha256"})
"""What a record of an older platform holds, of one before this, and of this one: any other was changed."""


@dataclass(frozen=True)
class Damage:
    """A file of raw that does not hold what was pulled.

    Attributes:
        file: its path within the home.
        what: what is wrong with it, as the end of a sentence.
        source: the source that wrote its day, or None for a file that no pull wrote.
        day: the business day.
    """

    file: str
    what: str
    source: str | None
    day: date


class PullRecords:
    """The records of one raw layer.

    Args:
        raw: its folder.
    """

    def __init__(self, raw: Path) -> None:
        self._raw = raw

    def days_by_source(self) -> dict[str, list[date]]:
        """Return the days that each source has written, sorted."""
        folders = sorted((self._raw / "_pulls").glob("*"))
        days = {folder.name: [date.fromisoformat(path.stem) for path in folder.glob("*.json")] for folder in folders}
        return {source: sorted(found) for source, found in days.items()}

    def find(self, source: str, day: date) -> Record | None:
        """Return a day's record, or None where there is none that can be read."""
        try:
            record: Record = json.loads(self._path(source, day).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        is_known = isinstance(record, dict) and record.keys() in _KNOWN_KEYS
        return record if is_known and record.get("sha256", digest := _digest(record)) == digest else None

    def of_source(self, source: str) -> Iterator[tuple[date, Record]]:
        """Yield each day that a source has written, with its record.

        Raises:
            RawStoreError: a record cannot be read.
        """
        for day in self.days_by_source().get(source, []):
            record = self.find(source, day)
            if record is None:
                raise RawStoreError(
                    f"{self._path(source, day)} cannot be read, or was changed, and with it nobody knows what was "
                    f"pulled on {day}: pull that day again with `eshop run --from {day} --to {day} --repull`"
                )
            yield day, record

    def damaged(
        self,
        on_day: Callable[[int, int], None],
        wanted: Collection[date] | None = None,
        every_day_of: Collection[str] = (),
    ) -> list[Damage]:
        """Return every file of raw that does not hold what was pulled; see `RawStore.damaged`."""
        found, by_source = [], self.days_by_source()
        pulled = [(source, day) for source, days in by_source.items() for day in days]
        if wanted is not None and not every_day_of:
            pulled = [(source, day) for source, day in pulled if day in wanted]
        for done, (source, day) in enumerate(pulled, 1):
            found += self._damage_of_day(source, day, TABLES if wanted is None or day in wanted else every_day_of)
            on_day(done, len(pulled))
        strays = sorted(self._raw.glob("*/changed_date=*/*.parquet")) if wanted is None else []
        for path in strays:
            day = date.fromisoformat(path.parent.name.removeprefix("changed_date="))
            if day not in by_source.get(path.stem, []) and path.name != EMPTY_FILE:
                found.append(Damage(self._name(path), "is of no pull: delete it", None, day))
        return found

    def refuse_damaged_quarantine(self, table: str, day: date, source: str) -> None:
        """Raise RawStoreError where a file of quarantine is not the one that its day's pull wrote."""
        record, path = self.find(source, day), self._raw.parent / _quarantined(table, day, source)
        # An older platform's record names no hash.
        if record is None or file_sha256(path) != record.get("quarantine_files", {table: file_sha256(path)}).get(table):
            raise RawStoreError(
                f"{_quarantined(table, day, source)} does not hold what was pulled: pull the day again "
                f"(`eshop run --from {day} --to {day} --repull`, or its report through the inbox)"
            )

    def _damage_of_day(self, source: str, day: date, tables: Collection[str]) -> list[Damage]:
        path, record, found = self._path(source, day), self.find(source, day), []
        if record is None:
            return [Damage(self._name(path), "cannot be read, or was changed", source, day)]
        files = {table: self._file(source, day, table) for table in tables}
        present = {table: file_sha256(file) if file.exists() else "" for table, file in files.items()}
        # An older platform's record holds one hash over all files of the day, and none of each.
        pulled = record.get("files", present)
        for table, file in files.items():
            if record["accepted"].get(table) and not present[table]:
                found.append(Damage(self._name(file), "is missing", source, day))
            elif present[table] != pulled.get(table, ""):
                found.append(Damage(self._name(file), "does not hold what was pulled", source, day))
        if not found and tables is TABLES and content_hash(present) != record["content"]:
            found.append(Damage(self._name(path), "does not fit the files of its day", source, day))
        return found

    def _file(self, source: str, day: date, table: str) -> Path:
        return self._raw / table / f"changed_date={day}" / f"{source}.parquet"

    def _path(self, source: str, day: date) -> Path:
        return self._raw / "_pulls" / source / f"{day}.json"

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._raw.parent))


def content_hash(files: Mapping[str, str]) -> str:
    """Return one hash for a day's files, given each one's hash by table (empty for a table without rows)."""
    return hashlib.sha256(json.dumps(dict(files), sort_keys=True).encode()).hexdigest()


def sealed(record: Record) -> Record:
    """Return a record with the hash that tells it from a changed one."""
    return {**record, "sha256": _digest(record)}


def _digest(record: Record) -> str:
    content = {name: value for name, value in record.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _quarantined(table: str, day: date, source: str) -> str:
    return f"quarantine/{table}/changed_date={day}/{source}.parquet"
