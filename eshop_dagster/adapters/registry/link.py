"""How a registry is reached: the client of its server or of the home's own store, made on first use."""

from pathlib import Path
from typing import TYPE_CHECKING

from eshop_dagster.adapters.files import can_write
from eshop_dagster.adapters.registry.connection import connect, require_no_password, sqlite_uri
from eshop_dagster.adapters.registry.read_only import ReadOnlyCopy
from eshop_dagster.adapters.registry.records import RegistryError
from eshop_dagster.adapters.registry.relocation import follow_home

if TYPE_CHECKING:
    from mlflow import MlflowClient


class Link:
    """The way to one MLflow.

    Args:
        tracking_uri: an MLflow server, or a database.
        artifact_location: folder or URI under which new experiments keep their files; None leaves it to the server.
        database: the home's own store, whose addresses follow the home where it was copied or moved; a copy of it is
            read where it cannot be written.
    """

    def __init__(self, tracking_uri: str, artifact_location: str | None, database: Path | None) -> None:
        require_no_password(tracking_uri)
        self.tracking_uri = tracking_uri
        self._artifacts, self._database = artifact_location, database
        self._connected: MlflowClient | None = None
        self._copy: ReadOnlyCopy | None = None
        if database is not None and artifact_location is not None and _is_read_only(database):
            self._copy = ReadOnlyCopy(database, artifact_location)
            self.tracking_uri = sqlite_uri(self._copy.database)

    def client(self) -> "MlflowClient":
        """Return the client, to read with."""
        if self._copy is not None:
            self._copy.refresh()
        if self._connected is None:
            client = connect(self.tracking_uri)
            if self._copy is None and self._database is not None and self._artifacts is not None:
                follow_home(self._database, self._artifacts)
            self._connected = client
        return self._connected

    def writing_client(self) -> "MlflowClient":
        """Return the client, to write with.

        Raises:
            RegistryError: the home is read-only.
        """
        if self._copy is not None:
            raise RegistryError(
                f"The model registry {self._database} cannot be written: the home is read-only. Make it writable."
            )
        return self.client()


def _is_read_only(database: Path) -> bool:
    return database.exists() and not (can_write(database.parent) and can_write(database))
