"""Publish: everything that readers see, as one folder of Parquet files that appears all at once.

Files whose rows did not change are not written again: the new release takes them over by a hard link.
"""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.files import is_file_of, write_json
from eshop_dagster.adapters.full_disk import explains_full_disk
from eshop_dagster.adapters.release import ReleaseDamaged, content_hash, current_folder, read_manifest
from eshop_dagster.faults import fault_point
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.release_files import FileEntry, link_or_copy, write_tables
from eshop_dagster.stages.score_files import ScoreFiles, read_scores


@dataclass(frozen=True)
class Release:
    """A published release.

    Attributes:
        name: `<last day>-<hash of its content>`.
        folder: holds `<table>.parquet`, or a folder `<table>/` of files by date, for each table, and `manifest.json`.
        is_new: False when its content is that of the release before.
        rows: row count by table.
    """

    name: str
    folder: Path
    is_new: bool
    rows: Mapping[str, int]

    def files(self, table: str) -> list[Path]:
        """Return the Parquet files that together hold a table, in the order of its dates."""
        single = self.folder / f"{table}.parquet"
        return [single] if single.exists() else sorted((self.folder / table).glob("*.parquet"))


@explains_full_disk
def publish(platform: Platform) -> Release:
    """Write a release aside, then point `published/current` at it by one rename.

    A reader who follows `current` sees the old release whole or the new one whole. The same content is the same
    release: then nothing is swapped. Releases beyond the set number are deleted, the oldest first.

    No file is taken over that is not the one that was published: it is written again from the warehouse, and takes the
    damaged one's place where the release is the same. A release whose manifest cannot be read counts as none.

    Raises:
        ScoresDamaged: the scores are not those that were written.
    """
    published = platform.home / "published"
    aside = published / f".building-{uuid.uuid4().hex[:8]}"
    _remove_leftovers(published)
    aside.mkdir(parents=True)
    before = _before(platform.home)
    try:
        tables = write_tables(platform, aside, before.folder if before else None)
        scores = read_scores(platform.home)
        tables |= _take_over(scores, aside)
        manifest = _manifest(platform, tables, scores)
        name = f"{manifest['data_through']}-{content_hash(manifest)}"
        if before is not None and before.name == name:
            # A run that was killed after its swap has deleted nothing.
            _mend(before.folder, aside, tables)
            _delete_old(published, platform.params.releases_kept)
            return Release(name, before.folder, is_new=False, rows=before.rows)
        fault_point("publish.manifest")
        write_json(aside / "manifest.json", {**manifest, "release": name})
        folder = published / name
        if folder.exists():
            # Published before, with the same content: a reader may still be in it, and it is the newest again.
            _mend(folder, aside, tables)
            os.utime(folder)
        else:
            os.replace(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    _swap(published, name)
    _delete_old(published, platform.params.releases_kept)
    return Release(name, folder, is_new=True, rows=_rows(manifest))


def current_release(home: Path) -> Release | None:
    """Return the release that readers see now, or None before the first.

    Raises:
        ReleaseDamaged: its manifest is lost, cut, or not the one that was published.
    """
    folder = current_folder(home)
    if folder is None:
        return None
    manifest = read_manifest(folder)
    return Release(manifest["release"], folder, is_new=False, rows=_rows(manifest))


def _before(home: Path) -> Release | None:
    try:
        return current_release(home)
    except ReleaseDamaged:
        return None


def _mend(folder: Path, aside: Path, tables: Mapping[str, Mapping[str, FileEntry]]) -> None:
    """Put the files of `aside` in the place of those of the same release that are lost or damaged, one by one."""
    wanted = {path: entry.sha256 for files in tables.values() for path, entry in files.items()}
    for path, digest in wanted.items():
        # Under one name with the file that was taken over, it has just been read.
        is_same = (folder / path).exists() and (folder / path).samefile(aside / path)
        if not is_same and not is_file_of(folder / path, digest):
            (folder / path).parent.mkdir(exist_ok=True)
            os.replace(aside / path, folder / path)
    try:
        read_manifest(folder)
    except ReleaseDamaged:
        os.replace(aside / "manifest.json", folder / "manifest.json")


def _rows(manifest: Mapping[str, Any]) -> dict[str, int]:
    return {table: entry["rows"] for table, entry in manifest["tables"].items()}


def _take_over(scores: ScoreFiles, aside: Path) -> dict[str, dict[str, FileEntry]]:
    """Put the scores' files into the release; a scoring writes new ones, so that a link is safe."""
    import pyarrow.parquet as pq

    tables = {}
    for table, path in sorted(scores.tables.items()):
        name, digest = f"{table}.parquet", scores.sha256_of(table)
        link_or_copy(path, aside / name)
        tables[table] = {name: FileEntry(pq.read_metadata(path).num_rows, digest, digest)}
    return tables


def _manifest(platform: Platform, tables: Mapping[str, Mapping[str, FileEntry]], scores: ScoreFiles) -> dict[str, Any]:
    days = platform.raw.day_hashes()
    return {
        "data_through": str(max(days)),
        # Country, currency and time zone of every figure here; `nation` names the row of the whole shop.
        "shop": {**asdict(platform.shop), "nation": platform.shop.country},
        "raw_hash": hashlib.sha256("".join(days.values()).encode()).hexdigest()[:16],
        "tables": {
            table: {
                "rows": sum(entry.rows for entry in files.values()),
                "files": {path: entry.as_json() for path, entry in sorted(files.items())},
            }
            for table, files in sorted(tables.items())
        },
        "models": scores.models,
        "without_model": _without_model(platform.home, scores),
        "window_days": scores.window_days,
        # Readers never open the warehouse, where the quality records lie.
        "checks": {name: dict(one.checks) for name, one in platform.records.records().items() if name in tables},
    }


def _without_model(home: Path, scores: ScoreFiles) -> dict[str, str]:
    """Return by model why it has no version that serves."""
    path = home / "scores" / "decisions.json"
    reasons: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return {name: reasons[name] for name, origin in scores.models.items() if origin is None and name in reasons}


def _swap(published: Path, name: str) -> None:
    link = published / f".current-{uuid.uuid4().hex[:8]}"
    link.symlink_to(name)
    fault_point("publish.swap")
    os.replace(link, published / "current")


def _delete_old(published: Path, kept: int) -> None:
    current = current_folder(published.parent)
    releases = [path for path in published.iterdir() if path.is_dir() and not path.is_symlink() and path != current]
    for path in sorted(releases, key=lambda path: path.stat().st_mtime, reverse=True)[max(kept - 1, 0) :]:
        # Out of the way first: what is left of a folder whose deletion was killed must not pass for a release.
        doomed = published / f".deleted-{uuid.uuid4().hex[:8]}"
        fault_point("publish.delete_old")
        os.replace(path, doomed)
        shutil.rmtree(doomed)


def _remove_leftovers(published: Path) -> None:
    """Remove what a run that was killed left aside; the home's lock says that no other run is writing."""
    for pattern in (".building-*", ".deleted-*"):
        for path in published.glob(pattern):
            shutil.rmtree(path, ignore_errors=True)
    for path in published.glob(".current-*"):
        path.unlink(missing_ok=True)
