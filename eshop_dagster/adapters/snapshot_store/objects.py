"""Objects and listings in one DVC object store: read, copy, check."""

import hashlib
import json
import re
from collections.abc import Callable, Collection
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dvc_data.hashfile.db import HashFileDB

Listing = dict[str, str]
"""MD5 of each file of a snapshot, by its POSIX path below the folder; DVC stores it as the object `<md5>.dir`."""

_SNAPSHOT_HASH = re.compile(r"[0-9a-f]{32}\.dir")
_FILE_HASH = re.compile(r"[0-9a-f]{32}")


class SnapshotError(Exception):
    """A snapshot cannot be stored or given back; the message says what, the value, what was expected, what to do."""


class SnapshotMissing(SnapshotError):
    """Neither the cache nor the remote holds the whole snapshot."""


class CorruptObject(SnapshotError):
    """The bytes of an object are not those that its name promises."""

    def __init__(self, store: "HashFileDB", oid: str) -> None:
        super().__init__(
            f"Object {oid} is corrupted: {store.oid_to_path(oid)} does not have the content that its name promises. "
            "Delete that file; then fetch again to take it from the remote, or store and push the snapshot again."
        )


def object_store(root: str, file_system: Any = None) -> "HashFileDB":
    """Open the objects of a DVC 3 cache or remote: they lie in `files/md5` below its root.

    Args:
        root: an absolute path of the file system.
        file_system: a DVC file system; None is the local one.
    """
    from dvc_data.hashfile import db
    from dvc_objects.fs.local import localfs

    file_system = localfs if file_system is None else file_system
    get_odb: Callable[..., HashFileDB] = db.get_odb
    return get_odb(file_system, file_system.join(root, "files", "md5"), hash_name="md5")


def require_snapshot_hash(snapshot_hash: str) -> None:
    """Raise SnapshotError unless the text is DVC's hash of a folder: it becomes part of a path."""
    if not _SNAPSHOT_HASH.fullmatch(snapshot_hash):
        raise SnapshotError(
            f"{snapshot_hash!r} is not the hash of a snapshot: expected 32 hexadecimal digits and `.dir`. "
            "Take the hash that `add` returned."
        )


def read_listing(store: "HashFileDB", snapshot_hash: str) -> Listing | None:
    """Return the files of a snapshot, or None if the store does not have the listing.

    Raises:
        CorruptObject: the listing's bytes do not match its hash, or it names a path outside the folder.
    """
    try:
        content = store.fs.cat_file(store.oid_to_path(snapshot_hash))
    except FileNotFoundError:
        return None
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != snapshot_hash.removesuffix(".dir"):
        raise CorruptObject(store, snapshot_hash)
    listing = {entry["relpath"]: entry["md5"] for entry in json.loads(content)}
    for path, oid in listing.items():
        relative = PurePosixPath(path)
        if relative.is_absolute() or ".." in relative.parts or not _FILE_HASH.fullmatch(oid):
            raise CorruptObject(store, snapshot_hash)
    return listing


def holds_all(store: "HashFileDB", listing: Listing) -> bool:
    """Tell whether the store has an object for each file; their bytes are not read."""
    oids = unique_oids(listing)
    return len(list(store.list_oids_exists(oids))) == len(oids)


def copy_objects(source: "HashFileDB", target: "HashFileDB", oids: Collection[str]) -> None:
    """Copy the objects that the target lacks, each under its name only once it is whole.

    No `on_error` callback is passed: with one, dvc_objects moves what it got of a broken download into place.
    """
    objects = [source.get(oid) for oid in oids]
    if objects:
        target.add([found.path for found in objects], objects[0].fs, list(oids), hardlink=False)


def is_intact(store: "HashFileDB", oid: str) -> bool:
    """Tell whether an object of a local store is there and has the content that its name promises.

    DVC itself trusts any object that is read-only, whatever its bytes.
    """
    try:
        return file_hash(Path(store.oid_to_path(oid))) == oid.removesuffix(".dir")
    except FileNotFoundError:
        return False


def rotten_objects(root: Path) -> list[str]:
    """Return the objects of a folder's store whose bytes are not those that their names promise; all are read."""
    kept = [(f"{path.parent.name}{path.name}", path) for path in sorted((root / "files" / "md5").glob("??/*"))]
    return [oid for oid, path in kept if file_hash(path) != oid.removesuffix(".dir")]


def file_hash(path: Path) -> str:
    """MD5 of a file as DVC 3 takes it: over the bytes as they are."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def folder_hashes(folder: Path) -> Listing:
    """Hash every file below a folder."""
    return {path.relative_to(folder).as_posix(): file_hash(path) for path in folder.rglob("*") if path.is_file()}


def unique_oids(listing: Listing) -> list[str]:
    """The objects of a listing, each once: files with the same content share one."""
    return sorted(set(listing.values()))
