"""The export register: who took which customers out of the platform, when and why. It holds no customer's data."""

import fcntl
import json
import os
import pwd
from dataclasses import asdict, dataclass
from pathlib import Path

from eshop_dagster.adapters.files import can_write


@dataclass(frozen=True)
class ExportEntry:
    """One file that was taken away.

    Attributes:
        exported_at: ISO instant, UTC.
        who: account of the operating system, or whom the caller has made sure of.
        reason: why, in the person's words.
        format: `csv`, `parquet`, `google-ads` or `meta`.
        segments: ids; empty for all.
        release: from which the customers were read.
        customer_count: rows in the file.
        without_consent_count: customers of these segments who were left out: they agreed to nothing.
        unreachable_count: customers who agreed, but of whom no address or number is known.
        file: its name when it was written.
        sha256: of its content.
    """

    exported_at: str
    who: str
    reason: str
    format: str
    segments: tuple[int, ...]
    release: str
    customer_count: int
    without_consent_count: int
    unreachable_count: int
    file: str
    sha256: str


class ExportRegister:
    """One home's register: a line of JSON an export, appended and never changed."""

    def __init__(self, home: Path) -> None:
        self._path = home / "exports" / "register.jsonl"

    def can_be_written(self) -> bool:
        """Whether an entry can be kept; not in a home that is read-only."""
        return all(map(can_write, (self._path.parent.parent, self._path.parent, self._path)))

    def add(self, entry: ExportEntry) -> None:
        """Append an entry; it is on the disk when this returns."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # A line that a killed export left torn stays a line of its own.
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
            is_torn = file.read(1) not in (b"", b"\n")
            line = json.dumps(asdict(entry), ensure_ascii=False) + "\n"
            file.write((b"\n" if is_torn else b"") + line.encode())
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> list[ExportEntry]:
        """Return every entry that can be read, oldest first."""
        return self._read()[0]

    def unreadable(self) -> list[int]:
        """Return the numbers of the lines that cannot be read, from 1: what a killed export left."""
        return self._read()[1]

    def _read(self) -> tuple[list[ExportEntry], list[int]]:
        content = self._path.read_bytes() if self._path.exists() else b""
        entries, unreadable = [], []
        for number, line in enumerate(content.splitlines(), 1):
            try:
                row = json.loads(line)
                entries.append(ExportEntry(**{**row, "segments": tuple(row["segments"])}))
            except (ValueError, KeyError, TypeError):
                unreadable.append(number)
        return entries, unreadable


def current_account() -> str:
    """Return the account of the operating system that this process runs under."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        return f"uid {os.getuid()}"
