"""A folder of backups: the content of every file once, under its hash, and a list of files for each backup.

`objects/ab/ab12…` holds a file's content, `<UTC time>.json` names the files of one backup by their hashes. The list
comes last, when all that it names is on the disk: without it nothing looks like a backup. A later backup into the same
folder writes only what is new.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.files import is_file_of, write_json

FORMAT = 1

_CHUNK = 1 << 20


class BackupError(Exception):
    """A backup cannot be made or given back; the message says what to do."""


class BackupStore:
    """The backups in one folder.

    Args:
        folder: made on first use, readable by its owner only.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._objects = self.folder / "objects"

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder for the time of one backup, and clear what a killed backup left aside.

        Raises:
            BackupError: another backup is being written here.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / ".lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupError(
                    f"another backup is being written into {self.folder}: let it end, and run again"
                ) from error
            for aside in [*self.folder.glob(".*.part"), *self._objects.glob(".*.part")]:
                aside.unlink()
            for scratch in self.folder.glob(".scratch-*"):
                shutil.rmtree(scratch)
            yield

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a folder on the same disk that is gone with the block."""
        with tempfile.TemporaryDirectory(prefix=".scratch-", dir=self.folder) as folder:
            yield Path(folder)

    def names(self) -> list[str]:
        """Return the name of each backup, the oldest first."""
        return sorted(path.stem for path in self.folder.glob("[0-9]*.json"))

    def listing(self, name: str) -> Mapping[str, Any]:
        """Return what a backup holds, as `finish` was given it.

        Raises:
            BackupError: there is none of this name, or its list is damaged or of another format.
        """
        path = self.folder / f"{name}.json"
        if name not in self.names():
            known = ", ".join(self.names()) or "none"
            raise BackupError(f"{self.folder} holds no backup {name!r}: expected one of {known}")
        try:
            listing: dict[str, Any] = json.loads(path.read_bytes())
            is_whole = listing.pop("sha256") == _digest(listing)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            is_whole, listing = False, {}
        if not is_whole:
            raise BackupError(f"{path} is not the list that was written: restore another backup with --backup")
        if listing.get("format") != FORMAT:
            raise BackupError(f"{path} has format {listing.get('format')}, expected {FORMAT}: use a newer platform")
        return listing

    def keep(self, path: Path) -> tuple[str, int]:
        """Keep a file's content; return its hash and the number of bytes that had to be written.

        An object that is there already is read, too: a rotten one is written again.
        """
        self._objects.mkdir(exist_ok=True, mode=0o700)
        with path.open("rb") as file:
            expected = hashlib.file_digest(file, "sha256").hexdigest()
        if is_file_of(self._path(expected), expected):
            return expected, 0
        aside = self._objects / f".{secrets.token_hex(8)}.part"
        try:
            # Named by what was copied, not by what was read before: the file may have grown.
            found, size = copy_hashed(path, aside)
            target = self._path(found)
            target.parent.mkdir(exist_ok=True, mode=0o700)
            os.replace(aside, target)
        finally:
            aside.unlink(missing_ok=True)
        return found, size

    def finish(self, name: str, listing: Mapping[str, Any]) -> None:
        """Make the backup count: once everything that it names is on the disk, its list is written."""
        os.sync()
        content = {**listing, "format": FORMAT}
        write_json(self.folder / f"{name}.json", {**content, "sha256": _digest(content)})
        _sync_folder(self.folder)

    def copy_out(self, sha256: str, target: Path) -> None:
        """Write the content of this hash as a file.

        Raises:
            BackupError: it is lost, or is not what was kept.
        """
        if not self._path(sha256).is_file():
            raise BackupError(f"the backup's file {self._path(sha256)} is lost. {_REMEDY}")
        found, _size = copy_hashed(self._path(sha256), target)
        if found != sha256:
            raise BackupError(f"the backup's file {self._path(sha256)} is damaged (SHA-256 {found}). {_REMEDY}")

    def drop_older(self, keep: int) -> list[str]:
        """Remove all but the newest backups that are whole, and what only others held; return the names removed.

        A backup whose list is damaged counts as none. It goes once so many whole ones are newer.
        """
        whole = {name: needed for name in self.names() if (needed := self._needed(name)) is not None}
        if len(whole) <= keep:
            return []
        dropped = [name for name in self.names() if name < list(whole)[-keep]]
        for name in dropped:
            (self.folder / f"{name}.json").unlink()
        # Of a damaged list among those that stay nobody knows what it held.
        if all(name in whole for name in self.names()):
            needed = {sha256 for name in self.names() for sha256 in whole[name]}
            for path in self._objects.glob("*/*"):
                if path.name not in needed:
                    path.unlink()
        return dropped

    def damaged(self) -> list[str]:
        """Return the names of the backups whose list cannot be read, the oldest first."""
        return [name for name in self.names() if self._needed(name) is None]

    def _needed(self, name: str) -> set[str] | None:
        """Return the hashes of all files of a backup; None where its list is damaged."""
        try:
            return {one["sha256"] for one in self.listing(name)["files"]}
        except BackupError:
            return None

    def _path(self, sha256: str) -> Path:
        return self._objects / sha256[:2] / sha256


_REMEDY = "Nothing was put in place: restore another backup with --backup, or another copy of this folder."


def copy_hashed(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file, for its owner's eyes only, and return the SHA-256 and size of what was written."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as read, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as to:
        while chunk := read.read(_CHUNK):
            digest.update(chunk)
            to.write(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _digest(listing: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(listing, sort_keys=True).encode()).hexdigest()


def _sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
