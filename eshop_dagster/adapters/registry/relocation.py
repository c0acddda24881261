"""A home that was copied or moved: MLflow's store names its files by absolute addresses, which follow the home."""

import sqlite3
from contextlib import closing
from pathlib import Path

from eshop_dagster.adapters.registry.records import RegistryError

_PLACE = "/mlflow/artifacts"
"""Where a home keeps the registry's files; what stands before it in an address is the home."""

# MLflow gives no call to change an address; these are all the columns in which its store keeps one.
_ADDRESSES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)


def follow_home(database: Path, artifacts: str) -> int:
    """Let every address in the store name the files of this home, and return how many did not.

    A copy of a home would read and write the models of the home that it was copied from, and a moved home would find
    none. All addresses change in one transaction; a store that is right already is only read.

    Args:
        database: the home's own SQLite store; MLflow has made its tables.
        artifacts: address of the home's own folder of artifacts, `file:///…/mlflow/artifacts`.

    Raises:
        RegistryError: the store cannot be changed.
    """
    try:
        with closing(sqlite3.connect(database, timeout=60)) as store, store:
            stale = {
                (table, column): [
                    (f"{artifacts}{address.rpartition(_PLACE)[2]}", address)
                    for (address,) in store.execute(f"SELECT DISTINCT {column} FROM {table}")
                    if _is_of_another_home(address, artifacts)
                ]
                for table, column in _ADDRESSES
            }
            for (table, column), moves in stale.items():
                store.executemany(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", moves)
    except sqlite3.OperationalError as error:
        raise RegistryError(
            f"The home of {database} was copied or moved, and its model registry cannot be changed to name its own "
            f"files ({error}): expected a file that can be written. Make it writable and run again."
        ) from error
    return sum(len(moves) for moves in stale.values())


def _is_of_another_home(address: str | None, artifacts: str) -> bool:
    if address is None or not address.startswith("file:") or _PLACE not in address:
        return False
    return address != artifacts and not address.startswith(f"{artifacts}/")
