"""What a home knows of its vault, kept outside it: a vault that is lost, emptied or exchanged is no new one.

`<home>/vault.json` names the vault, how many persons it held at least, and the hash of its file as it was closed last.
It holds nothing of a person.
"""

import json
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path

from eshop_dagster.adapters.files import file_sha256, write_json
from eshop_dagster.adapters.sealing import VaultError

WITNESS = "vault.json"

REMEDY = (
    "Without it everybody would become a new customer, so that nothing was done: bring the vault back from a backup"
)


@dataclass(frozen=True)
class Witness:
    """What was true of the vault when somebody last looked.

    Attributes:
        vault: the vault's own random name.
        persons: number of persons that it held at least.
        sha256: of its file at the end of the last pull; empty where it has been written since.
    """

    vault: str
    persons: int
    sha256: str = ""


class VaultWitness:
    """The witness of one home.

    Args:
        home: the data home.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / WITNESS
        self._pulls = home / "raw" / "_pulls"

    def read(self) -> Witness | None:
        """Return what is known of the vault; None where nothing is, or where the file cannot be read."""
        try:
            return Witness(**json.loads(self._path.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None

    def note(self, vault: str, persons: int, closed: Path | None = None) -> None:
        """Note what is true now, with the hash of the vault's file where it was closed."""
        sha256 = file_sha256(closed) if closed is not None else ""
        write_json(self._path, asdict(Witness(vault, persons, sha256)))

    def is_closed_as(self, path: Path) -> bool:
        """Return whether the vault's file is, byte for byte, the one that was closed last."""
        noted = self.read()
        return noted is not None and noted.sha256 == file_sha256(path)

    def require_file(self, path: Path) -> bool:
        """Return whether the home has days whose customers only its vault knows.

        Raises:
            VaultError: it has, and the vault is gone.
        """
        is_expected = self.read() is not None or next(self._pulls.glob("*/*.json"), None) is not None
        if is_expected and not path.exists():
            raise VaultError(f"the vault {path} is gone. {REMEDY}")
        return is_expected

    def require_same(self, path: Path, vault: str, persons: int) -> None:
        """Raise VaultError where the vault is another one, or knows fewer persons than it did."""
        noted = self.read()
        if noted is None:
            return
        if noted.vault != vault:
            raise VaultError(f"the vault {path} is another home's, or was made again. {REMEDY}")
        if noted.persons > persons:
            raise VaultError(
                f"the vault {path} knows {persons:,} persons, expected {noted.persons:,} or more. {REMEDY}"
            )


def require_check_row(connection: sqlite3.Connection, path: Path) -> None:
    """Raise VaultError where a vault that was filled has no row to prove the master key by: any key would open it."""
    try:
        row = connection.execute("SELECT 1 FROM meta WHERE name = 'key_check'").fetchone()
    except sqlite3.DatabaseError as error:
        raise VaultError(f"the vault {path} is empty or damaged ({error}). {REMEDY}") from error
    if row is None:
        raise VaultError(f"the vault {path} has lost the row that proves its master key. {REMEDY}")


def require_order(connection: sqlite3.Connection, path: Path) -> None:
    """Raise VaultError unless SQLite finds every page and every index of the file in order."""
    try:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise VaultError(f"the vault {path} is damaged ({found}). {REMEDY}")
