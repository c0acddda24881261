"""Publish: everything that readers see, as one folder of Parquet files that appears all at once."""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.files import file_sha256, write_json
from eshop_dagster.stages.build import MARTS
from eshop_dagster.stages.platform import Platform


@dataclass(frozen=True)
class Release:
    """A published release.

    Attributes:
        name: `<last day>-<hash of its content>`.
        folder: holds one `<table>.parquet` each and `manifest.json`.
        is_new: False when its content is that of the release before.
        rows: row count by table.
    """

    name: str
    folder: Path
    is_new: bool
    rows: Mapping[str, int]


def publish(platform: Platform) -> Release:
    """Write a release aside, then point `published/current` at it by one rename.

    A reader who follows `current` sees the old release whole or the new one whole. The same content is the same
    release: then nothing is swapped. Releases beyond the set number are deleted, the oldest first.
    """
    published = platform.home / "published"
    aside = published / f".building-{uuid.uuid4().hex[:8]}"
    _remove_leftovers(published)
    aside.mkdir(parents=True)
    try:
        for table in MARTS:
            platform.warehouse.copy_to_parquet(table, aside / f"{table}.parquet")
        for path in sorted((platform.home / "scores").glob("*.parquet")):
            shutil.copyfile(path, aside / path.name)
        manifest = _manifest(platform, aside)
        name = f"{manifest['data_through']}-{_content_hash(manifest)[:8]}"
        before = current_release(platform.home)
        if before is not None and before.name == name:
            return Release(name, before.folder, is_new=False, rows=before.rows)
        write_json(aside / "manifest.json", {**manifest, "release": name})
        folder = published / name
        if folder.exists():
            # Published before, with the same content: a reader may still be in it, and it is the newest again.
            os.utime(folder)
        else:
            os.replace(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _swap(published, name)
    _delete_old(published, platform.params.releases_kept)
    return Release(
        name, folder, is_new=True, rows={table: entry["rows"] for table, entry in manifest["tables"].items()}
    )


def current_release(home: Path) -> Release | None:
    """Return the release that readers see now, or None before the first."""
    link = home / "published" / "current"
    if not link.exists():
        return None
    folder = link.resolve()
    manifest = json.loads((folder / "manifest.json").read_text())
    return Release(
        manifest["release"],
        folder,
        is_new=False,
        rows={table: entry["rows"] for table, entry in manifest["tables"].items()},
    )


def _manifest(platform: Platform, folder: Path) -> dict[str, Any]:
    import pyarrow.parquet as pq

    days = platform.raw.day_hashes()
    tables = {
        path.stem: {"rows": pq.read_metadata(path).num_rows, "sha256": file_sha256(path)}
        for path in sorted(folder.glob("*.parquet"))
    }
    models = {}
    for model in ("segmentation", "spend"):
        champion = platform.registry.champion(model)
        models[model] = {"version": champion.version, "dvc_hash": champion.tags.get("dvc_hash")} if champion else None
    return {
        "data_through": str(max(days)),
        "raw_hash": hashlib.sha256("".join(days.values()).encode()).hexdigest()[:16],
        "tables": tables,
        "models": models,
    }


def _content_hash(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _swap(published: Path, name: str) -> None:
    link = published / f".current-{uuid.uuid4().hex[:8]}"
    link.symlink_to(name)
    os.replace(link, published / "current")


def _delete_old(published: Path, kept: int) -> None:
    current = (published / "current").resolve()
    releases = [path for path in published.iterdir() if path.is_dir() and not path.is_symlink() and path != current]
    for path in sorted(releases, key=lambda path: path.stat().st_mtime, reverse=True)[max(kept - 1, 0) :]:
        # Out of the way first: what is left of a folder whose deletion was killed must not pass for a release.
        doomed = published / f".deleted-{uuid.uuid4().hex[:8]}"
        os.replace(path, doomed)
        shutil.rmtree(doomed)


def _remove_leftovers(published: Path) -> None:
    """Remove what a run that was killed left aside; the home's lock says that no other run is writing."""
    for pattern in (".building-*", ".deleted-*"):
        for path in published.glob(pattern):
            shutil.rmtree(path, ignore_errors=True)
    for path in published.glob(".current-*"):
        path.unlink(missing_ok=True)
