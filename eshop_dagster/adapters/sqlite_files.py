"""SQLite files of a home, opened to be read where nothing may be written."""

import sqlite3
from pathlib import Path

from eshop_dagster.adapters.files import can_write

SqliteError = sqlite3.Error


def open_to_read(path: Path, timeout: float = 60) -> sqlite3.Connection:
    """Return a connection that never writes, for any name of the file and also where its folder cannot be written.

    SQLite would make two files beside a database with a write-ahead log, even to read it. Where it cannot, and no log
    lies there, the file is all there is.
    """
    is_alone = not path.with_name(f"{path.name}-wal").exists()
    options = "mode=ro&immutable=1" if is_alone and not can_write(path.parent) else "mode=ro"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True, timeout=timeout)


def connect_to_copy(path: Path) -> sqlite3.Connection:
    """Return a connection to a copy that is this process's own."""
    return sqlite3.connect(path)
