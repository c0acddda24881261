"""The store: snapshot folders into the cache, to the remote, and back."""

import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from filelock import FileLock, Timeout

from eshop_dagster.adapters.snapshot_store.objects import (
    CorruptObject,
    Listing,
    SnapshotError,
    SnapshotMissing,
    copy_objects,
    file_hash,
    folder_hashes,
    holds_all,
    is_intact,
    object_store,
    read_listing,
    require_snapshot_hash,
    rotten_objects,
    unique_oids,
)
from eshop_dagster.adapters.snapshot_store.remote import Remote, RemoteUnavailable

if TYPE_CHECKING:
    from dvc_data.hashfile.db import HashFileDB


@dataclass(frozen=True)
class SnapshotStatus:
    """Where a snapshot lies whole.

    Attributes:
        in_cache: every object is in the local cache.
        in_remote: every object is in the remote; None while the remote cannot be asked.
    """

    in_cache: bool
    in_remote: bool | None


class SnapshotStore:
    """Content-addressed storage of snapshot folders, shared with the `dvc` command.

    Args:
        home: data home; the cache is `<home>/dvc/cache`.
        remote_url: where `push` copies to: an absolute path that exists, or a URL for which a DVC driver is installed;
            None is `<home>/dvc/remote`, which is made when it is first needed.
        remote_options: settings of that remote, named as in DVC's configuration (`user`, `endpointurl`, `method`).
        lock_timeout_s: how long a writer waits for another one, in seconds.
    """

    def __init__(
        self,
        home: Path,
        remote_url: str | None = None,
        *,
        remote_options: Mapping[str, object] | None = None,
        lock_timeout_s: float = 600.0,
    ) -> None:
        home = home.absolute()
        self._cache_path = home / "dvc" / "cache"
        self._remote = (
            Remote(str(home / "dvc" / "remote"), must_exist=False)
            if remote_url is None
            else Remote(remote_url, remote_options or {})
        )
        self._lock_path = home / "locks" / "dvc.lock"
        self._lock_timeout_s = lock_timeout_s

    def add(self, folder: Path) -> str:
        """Store the folder in the cache and return DVC's hash of it, `<md5>.dir`.

        The folder stays as it is. A folder that is stored already is only read; an object of it that has rotted in
        the cache is replaced by the good bytes at hand.

        Raises:
            SnapshotError: the folder is missing or holds no file, or it changed while it was read.
        """
        from dvc_data.hashfile.build import build
        from dvc_data.hashfile.tree import Tree
        from dvc_objects.fs.local import localfs

        _require_files(folder)
        cache = self._cache()
        with self._writing():
            staging, _, built = build(cache, str(folder.absolute()), localfs, "md5")
            tree = cast(Tree, built)
            files = sorted({str(hash_info.value) for _, _, hash_info in tree})
            lacking = [oid for oid in [*files, tree.oid] if not is_intact(cache, oid)]
            for oid in lacking:
                cache.delete(oid)
            copy_objects(staging, cache, [oid for oid in lacking if oid != tree.oid])
            for oid in lacking:
                if oid != tree.oid and not is_intact(cache, oid):
                    cache.delete(oid)
                    raise SnapshotError(f"{folder} changed while it was stored. Store it again once it is written.")
            copy_objects(staging, cache, [tree.oid])
        return str(tree.oid)

    def hash_of(self, folder: Path) -> str:
        """Return the hash that `add` would give the folder, without storing it.

        Raises:
            SnapshotError: the folder is missing or holds no file.
        """
        from dvc_data.hashfile.build import build
        from dvc_objects.fs.local import localfs

        _require_files(folder)
        _, _, built = build(self._cache(), str(folder.absolute()), localfs, "md5", dry_run=True)
        return str(built.hash_info.value)

    def push(self, snapshot_hash: str) -> None:
        """Copy the snapshot from the cache to the remote; what is there already is not sent again.

        The listing goes last, so a push that breaks off leaves nothing that looks like a whole snapshot.

        Raises:
            SnapshotMissing: the cache does not hold the whole snapshot.
            CorruptObject: an object in the cache has rotted; nothing is sent.
            RemoteUnavailable: the remote is away; push again when it is back.
        """
        require_snapshot_hash(snapshot_hash)
        cache = self._cache()
        listing = read_listing(cache, snapshot_hash)
        if listing is None or not holds_all(cache, listing):
            raise SnapshotMissing(
                f"Snapshot {snapshot_hash} is not whole in the cache {self._cache_path}: store its folder, or fetch it."
            )
        for oid in unique_oids(listing):
            if not is_intact(cache, oid):
                raise CorruptObject(cache, oid)
        with self._writing(), self._remote.opened() as remote:
            copy_objects(cache, remote, unique_oids(listing))
            copy_objects(cache, remote, [snapshot_hash])

    def fetch(self, snapshot_hash: str, into: Path) -> None:
        """Restore the snapshot as the folder `into`, from the cache, else from the remote.

        The hash of every file is checked, and `into` appears in one step. It may exist if it holds this very snapshot.

        Raises:
            SnapshotMissing: neither the cache nor the remote holds it.
            CorruptObject: an object's bytes do not match its hash.
            RemoteUnavailable: it is not in the cache, and the remote is away.
            SnapshotError: `into` exists and holds something else.
        """
        require_snapshot_hash(snapshot_hash)
        cache = self._cache()
        listing = read_listing(cache, snapshot_hash)
        if listing is None or not holds_all(cache, listing):
            listing = self._download(cache, snapshot_hash)
        if into.exists():
            if folder_hashes(into) != listing:
                raise SnapshotError(
                    f"Cannot restore {snapshot_hash} as {into}: other files are there. "
                    "Remove them or name another folder."
                )
            return
        aside = into.with_name(f".{into.name}.{secrets.token_hex(8)}.tmp")
        try:
            for path, oid in listing.items():
                target = aside / path
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(cache.oid_to_path(oid), target)
                if file_hash(target) != oid:
                    raise CorruptObject(cache, oid)
            aside.rename(into)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def status(self, snapshot_hash: str) -> SnapshotStatus:
        """Tell whether the cache and the remote hold every object of the snapshot; only its listing is read.

        Raises:
            CorruptObject: the listing's bytes do not match the hash.
        """
        require_snapshot_hash(snapshot_hash)
        cache = self._cache()
        listing = read_listing(cache, snapshot_hash)
        in_cache = listing is not None and holds_all(cache, listing)
        try:
            with self._remote.opened() as remote:
                listing = read_listing(remote, snapshot_hash)
                in_remote = listing is not None and holds_all(remote, listing)
        except RemoteUnavailable:
            return SnapshotStatus(in_cache, in_remote=None)
        return SnapshotStatus(in_cache, in_remote)

    def rotten(self) -> list[str]:
        """Return the objects of the local cache whose bytes are not those that their names promise; all are read."""
        return rotten_objects(self._cache_path)

    def rotten_in_remote(self) -> list[str]:
        """Return such objects of the remote where that is a folder; what a server holds is not read."""
        return rotten_objects(Path(self._remote.url)) if Path(self._remote.url).is_absolute() else []

    def _download(self, cache: "HashFileDB", snapshot_hash: str) -> Listing:
        with self._writing(), self._remote.opened() as remote:
            listing = read_listing(remote, snapshot_hash)
            if listing is None:
                raise SnapshotMissing(
                    f"Snapshot {snapshot_hash} is neither whole in the cache {self._cache_path} nor in the remote "
                    f"{self._remote.name}. Check the hash, or push it from the machine that stored it."
                )
            missing = [oid for oid in unique_oids(listing) if not cache.exists(oid)]
            try:
                copy_objects(remote, cache, missing)
            except FileNotFoundError as error:
                raise SnapshotMissing(
                    f"Snapshot {snapshot_hash} is not whole in the remote {self._remote.name}: {error}. "
                    "Push it again from the machine that stored it."
                ) from error
            for oid in missing:
                if not is_intact(cache, oid):
                    cache.delete(oid)
                    raise CorruptObject(remote, oid)
            copy_objects(remote, cache, [snapshot_hash])
        return listing

    def _cache(self) -> "HashFileDB":
        return object_store(str(self._cache_path))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._lock_path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._lock_path, timeout=self._lock_timeout_s)
        try:
            lock.acquire()
        except Timeout as error:
            raise SnapshotError(
                f"Waited {self._lock_timeout_s:g} s for the lock {self._lock_path}: another process is writing "
                "snapshots. Wait until it is done, or end it."
            ) from error
        try:
            yield
        finally:
            lock.release()


def _require_files(folder: Path) -> None:
    if not any(path.is_file() for path in folder.rglob("*")):
        raise SnapshotError(f"Cannot store {folder}: expected a folder with at least one file. Write it first.")
