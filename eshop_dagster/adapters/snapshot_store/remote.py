"""The place that snapshots are pushed to: a folder, or a URL of any storage for which a DVC driver is installed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from eshop_dagster.adapters.snapshot_store.objects import SnapshotError, object_store

if TYPE_CHECKING:
    from dvc_data.hashfile.db import HashFileDB


class RemoteUnavailable(SnapshotError):
    """The remote cannot be reached or does not take the data; what the cache holds is safe."""


@dataclass(frozen=True)
class Remote:
    """One DVC remote.

    Attributes:
        url: an absolute path, or a URL.
        options: settings named as in DVC's configuration (`user`, `endpointurl`, `method`).
        must_exist: a folder that is not there is a remote that is away (a share that is not mounted), and is not made.
    """

    url: str
    options: Mapping[str, object] = field(default_factory=dict)
    must_exist: bool = True

    @property
    def name(self) -> str:
        """The URL as it may be shown: without user, password and query."""
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))

    @contextmanager
    def opened(self) -> Iterator["HashFileDB"]:
        """Give the remote's object store; whatever its driver raises inside becomes RemoteUnavailable."""
        try:
            store = self._object_store()
            try:
                yield store
            finally:
                _close_session(store)
        except SnapshotError:
            raise
        # Every storage driver has its own error classes, and which drivers are installed is the operator's choice.
        except Exception as error:
            raise RemoteUnavailable(
                f"The remote {self.name} did not do its part: {type(error).__name__}: {error}. Nothing in the local "
                "cache is lost. Check its address, its rights and the network, then push or fetch again."
            ) from error

    def _object_store(self) -> "HashFileDB":
        from dvc_objects.fs import registry

        scheme = urlsplit(self.url).scheme
        if not scheme:
            if not Path(self.url).is_absolute():
                raise SnapshotError(
                    f"The remote {self.url!r} is a relative path: expected an absolute path or a URL. Write it in full."
                )
            if self.must_exist and not Path(self.url).is_dir():
                raise FileNotFoundError(f"no folder {self.url}")
            return object_store(self.url)
        # The registry answers an unknown scheme with the local file system.
        if scheme not in registry:
            raise SnapshotError(
                f"The remote {self.name} has the unknown scheme {scheme!r}: expected one of "
                f"{', '.join(sorted(registry))}. Correct the URL."
            )
        driver = registry[scheme]
        # These two are how DVC's own drivers take their URL apart; they have no public name.
        file_system = driver(**{**driver._get_kwargs_from_urls(self.url), **self.options})
        return object_store(driver._strip_protocol(self.url), file_system)


def _close_session(store: "HashFileDB") -> None:
    """Close the connections of an HTTP remote: its driver leaves them to the garbage collector, which warns of them."""
    if store.fs.protocol in ("http", "https"):
        from fsspec.asyn import sync

        driver = store.fs.fs
        session = sync(driver.loop, driver.set_session)
        sync(driver.loop, session.close)
