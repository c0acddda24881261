"""Backup: everything of a home that cannot be made again, with the vault and the registry, as it is at one moment.

The master key is not in the home, and so in no backup. Left out is what the platform makes again (locks, logs, dbt's
work folder, scratch files), files that were exported, and reports that wait in the inbox: they name people in clear.
"""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.backup_store import BackupError, BackupStore
from eshop_dagster.adapters.registry.connection import without_password
from eshop_dagster.adapters.release import current_name
from eshop_dagster.adapters.vault_witness import VaultWitness
from eshop_dagster.adapters.warehouse import WarehouseError
from eshop_dagster.settings import PARAMS_FILE
from eshop_dagster.stages.at_rest import damage_at_rest
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.progress import Counter, tell
from eshop_dagster.stages.provenance import code_tags

PARAMS_NAME = "params.yaml"
"""Under which a backup keeps the project's parameters, beside the home's own files."""

_LEFT_OUT = {"locks", "logs", "dbt", "bench"}
_ONLY_THESE = {"api": ("keys.json",), "exports": ("register.jsonl",), "inbox": (".yml", ".yaml")}
_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds.

    Attributes:
        name: UTC time of the backup, its name in the folder.
        files: number of files.
        size: bytes that they have in all, each file of a hard link once.
        written: bytes that had to be written; the rest was there from earlier backups.
        days: of raw.
        persons: whom its vault knows.
        release: the current one; None before the first.
        elsewhere: what belongs to the platform and is not in it, each with where it lies.
        dropped: names of older backups that were removed.
        damaged: names of older backups whose list cannot be read: they cannot be restored.
    """

    name: str
    files: int
    size: int
    written: int
    days: int
    persons: int
    release: str | None
    elsewhere: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()


def back_up(platform: Platform, store: BackupStore, *, keep: int | None = None) -> BackedUp:
    """Check the home, and keep every file that it needs to stand again; the caller holds the home.

    Args:
        platform: the home.
        store: where the backup goes.
        keep: remove older backups until so many are left; None removes none.

    Raises:
        BackupError: the home is damaged, or the backup would lie within it.
    """
    if store.folder.resolve().is_relative_to(platform.home.resolve()):
        raise BackupError(f"{store.folder} lies in the home {platform.home}: expected a folder on another disk")
    _require_sound(platform)
    with store.writing():
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
        files, written = _keep_files(platform, store)
        listing: dict[str, Any] = {
            "files": files,
            "folders": [_entry(platform.home, path) for path in _folders(platform.home)],
            "links": {_name(platform.home, path): str(path.readlink()) for path in _links(platform.home)},
            "days": len(platform.raw.day_hashes()),
            "persons": platform.vault.count(),
            "release": current_name(platform.home),
            "code": code_tags(),
        }
        store.finish(name, listing)
        dropped, damaged = store.drop_older(keep) if keep else [], store.damaged()
    own = [one for one in files if "same_as" not in one]
    return BackedUp(
        name=name,
        files=len(files),
        size=sum(one["size"] for one in own),
        written=written,
        days=listing["days"],
        persons=listing["persons"],
        release=listing["release"],
        elsewhere=tuple(_elsewhere(platform)),
        dropped=tuple(dropped),
        damaged=tuple(damaged),
    )


def _require_sound(platform: Platform) -> None:
    """Refuse a damaged home: its backup would be found wanting on the day that it is needed."""
    platform.raw.finish_killed_pull()
    damaged = [
        f"{one.file} {one.what}" for one in platform.raw.damaged(lambda done, all_: tell("check raw", done, all_))
    ]
    try:
        if platform.warehouse.exists():
            platform.warehouse.verify(lambda done, all_: tell("read the warehouse", done, all_))
    except WarehouseError as error:
        damaged.append(str(error))
    damaged += [one.what for one in damage_at_rest(platform)]
    if damaged:
        shown = "\n".join(f"- {one}" for one in damaged[:20])
        raise BackupError(
            f"the home {platform.home} is damaged, and nothing was backed up (older backups stay):\n{shown}\n"
            "Mend it first: `eshop rebuild`, then `eshop doctor`; or bring back what is lost from an older backup."
        )


def _keep_files(platform: Platform, store: BackupStore) -> tuple[list[dict[str, Any]], int]:
    """Return an entry for each file, and the bytes that were written for them."""
    home, paths = platform.home, [*_files(platform.home)]
    counter, files, total = Counter("backup", len(paths) + 1), list[dict[str, Any]](), 0
    first: dict[tuple[int, int], dict[str, Any]] = {}
    with store.scratch() as scratch:
        for path in paths:
            found = path.stat()
            entry, inode = _entry(home, path), (found.st_dev, found.st_ino)
            if inode in first:  # releases share unchanged files
                entry |= {"same_as": first[inode]["path"], "sha256": first[inode]["sha256"]}
            else:
                entry["sha256"], size = store.keep(_still(home, path, scratch))
                first[inode], total = entry, total + size
            files.append({**entry, "size": found.st_size, "mtime_ns": found.st_mtime_ns})
            counter.advance()
    sha256, size = store.keep(PARAMS_FILE)
    counter.advance()
    params = {"path": PARAMS_NAME, "mode": 0o644, "sha256": sha256, "size": PARAMS_FILE.stat().st_size}
    return [*files, {**params, "is_of_project": True}], total + size


def _still(home: Path, path: Path, scratch: Path) -> Path:
    """Return a copy of a database as it is at one moment: a server or a form may write it; other files as they are.

    So is a vault that was not written since it was closed: byte for byte, it need not be looked at page by page.
    """
    with path.open("rb") as file:
        is_database = file.read(len(_SQLITE)) == _SQLITE
    if not is_database or (path.parent.name == "vault" and VaultWitness(home).is_closed_as(path)):
        return path
    copy = scratch / "copy.db"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(path, timeout=60)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def _files(home: Path) -> Iterator[Path]:
    yield from (path for path in _paths(home) if path.is_file() and not path.is_symlink())


def _folders(home: Path) -> Iterator[Path]:
    yield from (path for path in _paths(home) if path.is_dir() and not path.is_symlink())


def _links(home: Path) -> Iterator[Path]:
    yield from (path for path in _paths(home) if path.is_symlink())


def _paths(home: Path) -> list[Path]:
    return [path for path in sorted(home.rglob("*")) if _belongs(path.relative_to(home))]


def _belongs(path: Path) -> bool:
    """Whether a path of the home is part of what a backup keeps."""
    top, name = path.parts[0], path.name
    if top in _LEFT_OUT or any(part.startswith(".") for part in path.parts):
        return False
    if top in _ONLY_THESE and len(path.parts) > 1:
        return name.endswith(_ONLY_THESE[top])
    is_scratch = name.endswith((".part", ".lock", "-journal", "-wal", "-shm"))
    return not is_scratch and not name.startswith(("warehouse.damaged-", "floor.duckdb"))


def _entry(home: Path, path: Path) -> dict[str, Any]:
    return {"path": _name(home, path), "mode": stat.S_IMODE(path.stat().st_mode)}


def _name(home: Path, path: Path) -> str:
    return path.relative_to(home).as_posix()


def _elsewhere(platform: Platform) -> Iterator[str]:
    """Yield what this platform keeps outside its home."""
    if platform.settings.mlflow_uri:
        where = without_password(platform.settings.mlflow_uri)
        yield f"the model registry is the server {where}: back up its database and its artifacts"
    if platform.settings.dvc_remote:
        where = without_password(platform.settings.dvc_remote)
        yield f"the DVC remote {where}: snapshots that are no longer in the cache are there"
