"""The parts of a home in which `eshop bench flips` turns bits over: their files, and what their readers say."""

import functools
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.files import parquet_bytes
from eshop_dagster.adapters.registry import RegistryError
from eshop_dagster.adapters.release import open_release
from eshop_dagster.adapters.snapshot_store import SnapshotStore
from eshop_dagster.stages.at_rest import damaged_models
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.raw_check import check_raw
from eshop_dagster.stages.record import PROFILE, RECORD
from eshop_dagster.stages.score_files import read_scores
from eshop_dagster.stages.snapshot import FOLDER, read_snapshot

ALIASES = ("champion", "previous", "challenger")


@dataclass(frozen=True)
class Part:
    """A part of a home.

    Attributes:
        name: as the bench lists it.
        pattern: its files, as a glob below the home.
        read: opens the part as its readers do and returns every value that they would see; given the file in which a
            bit was turned, for parts of which only that file's values can differ.
        is_read_by_file: whether the values are those of that file.
        written: globs of files that the readers themselves write, which are put back after each look.
    """

    name: str
    pattern: str
    read: Callable[[Platform, Path], Any]
    is_read_by_file: bool = False
    written: tuple[str, ...] = ()

    def files(self, home: Path) -> list[Path]:
        """Return the part's files, sorted."""
        return sorted(path for path in home.glob(self.pattern) if path.is_file() and not path.is_symlink())


def _raw(platform: Platform, path: Path) -> Any:
    check_raw(platform)
    return pq.read_table(path, partitioning=None)


def _records(platform: Platform, path: Path) -> Any:
    check_raw(platform)
    raw, source = platform.raw, path.parent.name
    return raw.day_hashes(), raw.totals(), raw.fingerprints(source), raw.days_pulled(source)


def _quarantine(platform: Platform, path: Path) -> Any:
    check_raw(platform)
    return list(platform.raw.quarantined())


def _warehouse(platform: Platform, path: Path) -> Any:
    platform.warehouse.verify()
    tables = {table: platform.warehouse.content_hash(table) for table in platform.warehouse.tables()}
    return tables, platform.records.records(), platform.warehouse.has_passed()


def _release(platform: Platform, path: Path) -> Any:
    release = open_release(platform.home)
    rows = {table: _digest(release.query(f'SELECT * FROM "{table}"')) for table in release.manifest["tables"]}
    return release.manifest, rows


def _scores(platform: Platform, path: Path) -> Any:
    scores = read_scores(platform.home)
    return scores.models, scores.window_days, {table: scores.sha256_of(table) for table in scores.tables}


def _snapshot(platform: Platform, path: Path) -> Any:
    snapshot = read_snapshot(platform)
    files = sorted(snapshot.folder.glob("*.parquet"))
    return snapshot.description, {file.name: _digest(pq.read_table(file)) for file in files}


def _restored(store: SnapshotStore, objects: Path, into: Path) -> Any:
    found = {}
    for listing in sorted(objects.glob("files/md5/??/*.dir")):
        oid = f"{listing.parent.name}{listing.name}"
        try:
            store.fetch(oid, into)
            found[oid] = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(into.iterdir())}
        finally:
            shutil.rmtree(into, ignore_errors=True)
    return found


def _cache(platform: Platform, path: Path) -> Any:
    dvc = platform.home / "dvc"
    return _restored(platform.snapshots, dvc / "cache", platform.home / "restored")


def _remote(platform: Platform, path: Path) -> Any:
    """Restore from the remote, as a machine does that has no cache."""
    remote = platform.home / "dvc" / "remote"
    with tempfile.TemporaryDirectory() as other:
        return _restored(SnapshotStore(Path(other), str(remote)), remote, Path(other) / "restored")


def _models(platform: Platform, path: Path) -> Any:
    return list(_versions(platform))


def _versions(platform: Platform) -> Iterator[Mapping[str, Any]]:
    """Yield all that is read of the versions that an alias names, and what is listed of the others."""
    registry = platform.registry
    for model in KINDS:
        listed = [(one.version, one.aliases, dict(one.metrics), one.created_at_ms) for one in registry.versions(model)]
        yield {"model": model, "listed": listed}
        for alias in ALIASES:
            version = registry.version(model, alias)
            if version is not None:
                registry.load(model, version.version)
                yield {"version": version, **{name: registry.report(version, name) for name in (RECORD, PROFILE)}}


def _examined(platform: Platform, path: Path) -> Any:
    """Read every file of the registry, as `eshop doctor` does."""
    for damage in damaged_models(platform):
        raise RegistryError(damage.what)
    return _models(platform, path)


def _vault(platform: Platform, path: Path) -> Any:
    platform.vault.check()
    people = platform.vault.reveal_many(_keys_in_raw(platform.home))
    ids = [str(person["customer_id"]) for person in people.values()]
    return people, platform.vault.known_pseudonyms(ids), list(platform.raw.quarantined())


@functools.cache
def _keys_in_raw(home: Path) -> tuple[str, ...]:
    files = sorted((home / "raw" / "customers").glob("*/*.parquet"))
    return tuple(
        sorted({key for file in files for key in pq.read_table(file, partitioning=None)["customer_key"].to_pylist()})
    )


def _digest(rows: pa.Table) -> str:
    return hashlib.sha256(parquet_bytes(rows)).hexdigest()


PARTS: Mapping[str, Part] = {
    part.name: part
    for part in (
        Part("raw", "raw/*/changed_date=*/*.parquet", _raw, is_read_by_file=True),
        Part("raw records", "raw/_pulls/*/*.json", _records),
        Part("quarantine", "quarantine/*/*/*.parquet", _quarantine),
        Part("warehouse", "warehouse.duckdb", _warehouse),
        Part("release", "published/current/**/*.parquet", _release),
        Part("manifest", "published/current/manifest.json", _release),
        Part("scores", "scores/*", _scores),
        Part("snapshot", f"snapshots/{FOLDER}/*", _snapshot),
        Part("DVC cache", "dvc/cache/files/md5/*/*", _cache),
        Part("DVC remote", "dvc/remote/files/md5/*/*", _remote),
        Part("model", "mlflow/artifacts/**/model.skops", _models),
        Part("registry's files", "mlflow/artifacts/**/*", _examined),
        Part("MLflow database", "mlflow/mlflow.db", _models, written=("mlflow/mlflow.db*",)),
        Part("vault", "vault/vault.db", _vault, written=("vault/*", "vault.json")),
    )
}
"""By name, in the order in which data goes through the house."""
