"""Restore: a home from a backup, verified before anything is in its place."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.backup_store import BackupError, BackupStore
from eshop_dagster.adapters.files import is_file_of
from eshop_dagster.adapters.locks import RESTORING
from eshop_dagster.settings import PARAMS_FILE
from eshop_dagster.stages.progress import Counter

_LAST = "source.json"
"""Without it a home counts as empty: it takes its place last."""

OTHER_PARAMS = "params.of-backup.yaml"
"""Where the parameters of the backup lie in the home, when the project has others."""


@dataclass(frozen=True)
class Restored:
    """What was put in place.

    Attributes:
        name: of the backup.
        files: number of files.
        size: bytes that they have in all.
        days: of raw.
        persons: whom the vault knows.
        release: the current one; None where there was none.
        has_other_params: whether the project's `params.yaml` is another one than the backup's.
    """

    name: str
    files: int
    size: int
    days: int
    persons: int
    release: str | None
    has_other_params: bool


def restore(store: BackupStore, home: Path, name: str | None = None) -> Restored:
    """Give an empty home the content of a backup; the caller holds the home.

    Everything is written aside in the home and held against its hash; then each part takes its place by a rename. A
    restore that was killed before leaves an empty home, one that was killed while the parts moved is ended by the next.

    Args:
        store: the folder of backups.
        home: empty, or not there.
        name: of the backup; None is the newest.

    Raises:
        BackupError: the home is not empty, there is no such backup, or it is damaged.
    """
    if not store.names():
        raise BackupError(f"{store.folder} holds no backup: expected a folder that `eshop backup` wrote")
    chosen = name or store.names()[-1]
    listing = store.listing(chosen)
    ready = home / RESTORING
    if not ready.exists():
        _require_empty(home)
        aside = home / f"{RESTORING}.part"
        shutil.rmtree(aside, ignore_errors=True)
        _write(store, listing, aside)
        (aside / ".backup").write_text(chosen)
        os.sync()
        os.replace(aside, ready)
    elif (begun := (ready / ".backup").read_text()) != chosen:
        raise BackupError(f"the restore of {begun} was cut short in {home}: end it first with `--backup {begun}`")
    _move(ready, home)
    own = [one for one in listing["files"] if "same_as" not in one]
    return Restored(
        name=chosen,
        files=len(listing["files"]),
        size=sum(one["size"] for one in own),
        days=listing["days"],
        persons=listing["persons"],
        release=listing["release"],
        has_other_params=(home / OTHER_PARAMS).exists(),
    )


def _require_empty(home: Path) -> None:
    present = sorted(path.name for path in home.iterdir() if path.name not in ("locks", f"{RESTORING}.part"))
    if present:
        raise BackupError(
            f"the home {home} is not empty ({', '.join(present[:5])}): nothing was overwritten. Restore into another "
            "folder with --home, or move this home away first."
        )


def _write(store: BackupStore, listing: Mapping[str, Any], aside: Path) -> None:
    """Write every file of a backup below a folder, each held against its hash."""
    aside.mkdir(parents=True)
    for folder in listing["folders"]:
        (aside / folder["path"]).mkdir(parents=True, exist_ok=True)
    counter = Counter("restore", len(listing["files"]))
    for one in listing["files"]:
        is_params = one.get("is_of_project", False)
        target = aside / (OTHER_PARAMS if is_params else one["path"])
        # Some folders are not kept themselves, only a file or two in them.
        target.parent.mkdir(parents=True, exist_ok=True)
        if is_params and is_file_of(PARAMS_FILE, one["sha256"]):
            pass
        elif "same_as" in one:
            os.link(aside / one["same_as"], target)
        else:
            store.copy_out(one["sha256"], target)
            target.chmod(one["mode"])
            if "mtime_ns" in one:  # readers look for the newest release by its time
                os.utime(target, ns=(one["mtime_ns"], one["mtime_ns"]))
        counter.advance()
    for path, target_of_link in listing["links"].items():
        (aside / path).symlink_to(target_of_link)
    # Last, for nothing could be written into a folder that is read-only; the deepest first.
    for folder in sorted(listing["folders"], key=lambda one: str(one["path"]), reverse=True):
        (aside / folder["path"]).chmod(folder["mode"])


def _move(ready: Path, home: Path) -> None:
    """Put each part in its place, what makes the home count last."""
    for path in sorted(ready.iterdir(), key=lambda path: (path.name == _LAST, path.name)):
        if path.name != ".backup":
            os.replace(path, home / path.name)
    shutil.rmtree(ready)
