"""The registry of a home that cannot be written: read from a copy of its database, which follows the database."""

import shutil
import tempfile
import weakref
from contextlib import closing
from pathlib import Path

from eshop_dagster.adapters.registry.records import RegistryError
from eshop_dagster.adapters.registry.relocation import follow_home
from eshop_dagster.adapters.sqlite_files import SqliteError, connect_to_copy, open_to_read


class ReadOnlyCopy:
    """A copy of a store's database in the system's folder for temporary files, gone with this object.

    MLflow would write into the store that it opens (a lock, its tables' version, an address that the home has left).

    Args:
        database: the home's own store.
        artifacts: address of the home's folder of artifacts, which the copy's addresses name.
    """

    def __init__(self, database: Path, artifacts: str) -> None:
        self._source, self._artifacts = database, artifacts
        folder = tempfile.mkdtemp(prefix="eshop-registry-")
        self.database = Path(folder) / database.name
        self._copied: tuple[int, int, int] | None = None
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    def refresh(self) -> None:
        """Copy again where the home's store has changed since: others may write it, such as a run on another machine.

        Raises:
            RegistryError: there is no store, or it cannot be read.
        """
        try:
            found = self._source.stat()
            stamp = (found.st_ino, found.st_size, found.st_mtime_ns)
            if stamp == self._copied:
                return
            with closing(open_to_read(self._source)) as source, closing(connect_to_copy(self.database)) as copy:
                source.backup(copy)
        except (OSError, SqliteError) as error:
            raise RegistryError(
                f"The model registry {self._source} cannot be read ({error}), and the home cannot be written: expected "
                "a store that a run has made. Make the home writable, or read another copy of it."
            ) from error
        follow_home(self.database, self._artifacts)
        self._copied = stamp
