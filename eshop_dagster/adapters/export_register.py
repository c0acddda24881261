"""The export register: who took which customers out of the platform, when and why. It holds no customer's data."""

import fcntl
import json
import os
import pwd
from dataclasses import asdict, dataclass
from pathlib import Path


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

    def add(self, entry: ExportEntry) -> None:
        """Append an entry; it is on the disk when this returns."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> list[ExportEntry]:
        """Return every entry, oldest first."""
        if not self._path.exists():
            return []
        rows = [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines()]
        return [ExportEntry(**{**row, "segments": tuple(row["segments"])}) for row in rows]


def current_account() -> str:
    """Return the account of the operating system that this process runs under."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        return f"uid {os.getuid()}"
