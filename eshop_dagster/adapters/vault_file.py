"""The vault's SQLite file: its tables, how it is opened, and how many persons are found at once."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.sealing import VaultError
from eshop_dagster.adapters.vault_witness import REMEDY

_CHUNK = 30_000  # below SQLite's limit of bound values in one statement
# Rows in the order of their arrival, and two narrow indexes: rows kept in the order of a random key would touch another
# page for each new person, 70 MB of journal a day at five million customers.
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS persons (
    customer_key TEXT PRIMARY KEY,
    lookup BLOB NOT NULL,
    data_key BLOB NOT NULL,
    identifiers BLOB NOT NULL,
    fingerprint BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS persons_by_lookup ON persons (lookup, customer_key);
CREATE TABLE IF NOT EXISTS sealed_rows (reference TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
"""


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection in a transaction, which ends with the block.

    Raises:
        VaultError: the file is damaged.
    """
    connection = sqlite3.connect(path, timeout=60)
    try:
        # Overwrite what is deleted, or a forgotten person's bytes stay in the file's free pages.
        connection.execute("PRAGMA secure_delete = ON")
        # The indexes of five million persons; SQLite's own 2 MB would read and write their pages again and again.
        connection.execute("PRAGMA cache_size = -400000")
        connection.execute("PRAGMA mmap_size = 8000000000")
        with connection:
            yield connection
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_READONLY"):
            raise VaultError(f"the vault {path} cannot be written ({error}): the home is read-only") from error
        # A BLOB that a changed bit made a text; what SQLite itself says has a code.
        if not getattr(error, "sqlite_errorname", ""):
            raise VaultError(f"the vault {path} is damaged ({str(error)[:60]}). {REMEDY}") from error
        # Locked, read-only or out of space: not a word about what the file holds.
        raise
    except sqlite3.DatabaseError as error:
        raise VaultError(f"the vault {path} is damaged ({error}). {REMEDY}") from error
    finally:
        connection.close()


def find(connection: sqlite3.Connection, columns: str, wanted: list[Any], *, by: str = "lookup") -> Iterator[Any]:
    """Yield these columns of the persons whose `by` is one of `wanted`."""
    ordered = sorted(wanted)
    for start in range(0, len(ordered), _CHUNK):
        # In the index's order: neighbours lie on one page.
        chunk = ordered[start : start + _CHUNK]
        marks = ",".join("?" * len(chunk))
        yield from connection.execute(f"SELECT {columns} FROM persons WHERE {by} IN ({marks})", chunk)
