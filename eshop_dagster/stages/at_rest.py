"""What lies in a home, read whole and held against its hashes: raw, vault, releases, scores, snapshots, models."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eshop_dagster.adapters.raw_store import RawStoreError
from eshop_dagster.adapters.registry import RegistryError
from eshop_dagster.adapters.release import ReleaseDamaged, current_folder, open_folder
from eshop_dagster.adapters.vault import VaultError
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.record import PROFILE, RECORD
from eshop_dagster.stages.score_files import ScoresDamaged, read_scores
from eshop_dagster.stages.snapshot import FOLDER, SnapshotError, read_snapshot


@dataclass(frozen=True)
class Damage:
    """A part of a home that is not what was written: what is wrong, with the way back."""

    part: str
    what: str


def damage_at_rest(platform: Platform) -> Iterator[Damage]:
    """Yield what is damaged; the warehouse has a check of its own (`stages/rebuild.py`)."""
    try:
        platform.vault.check()
    except VaultError as error:
        yield Damage("vault", str(error))
    yield from _damaged_raw(platform)
    yield from damaged_releases(platform.home)
    try:
        scores = read_scores(platform.home)
        for table in scores.tables:
            scores.sha256_of(table)
    except ScoresDamaged as error:
        yield Damage("scores", str(error))
    yield from _damaged_snapshots(platform)
    yield from damaged_models(platform)


def damaged_models(platform: Platform) -> Iterator[Damage]:
    """Yield what is damaged of the registry: an alias that names nothing, and the files of every version."""
    for model in KINDS if platform.registry.exists() else ():
        yield from _damaged_model(platform, model)


def _damaged_raw(platform: Platform) -> Iterator[Damage]:
    damaged = platform.raw.damaged()
    if damaged:
        first = f"{damaged[0].file} {damaged[0].what}"
        yield Damage("raw", f"{first} (files: {len(damaged)}): `eshop rebuild` names all, and how each comes back")
    try:
        for _row in platform.raw.quarantined():
            pass
    except (RawStoreError, KeyError) as error:
        yield Damage("quarantine", str(error))


def _damaged_snapshots(platform: Platform) -> Iterator[Damage]:
    try:
        if (platform.home / "snapshots" / FOLDER).exists():
            read_snapshot(platform)
    except SnapshotError as error:
        yield Damage("snapshots", str(error))
    for oid in platform.snapshots.rotten():
        yield Damage(
            "snapshots",
            f"object {oid} of DVC's cache does not have the content that its name promises: delete it, and the next "
            "training or `eshop reproduce` takes it from the remote",
        )
    for oid in platform.snapshots.rotten_in_remote():
        yield Damage(
            "snapshots",
            f"object {oid} of DVC's remote does not have the content that its name promises: copy the file of the same "
            "name from the cache (`dvc/cache/files/md5`) over it; without one there, delete it",
        )


def damaged_releases(home: Path) -> Iterator[Damage]:
    """Yield the releases of which a file is lost or damaged; the current one is mended by `eshop rebuild`."""
    published = home / "published"
    for folder in sorted(path for path in published.glob("[!.]*") if path.is_dir() and not path.is_symlink()):
        try:
            release = open_folder(folder)
            for table in release.manifest["tables"]:
                release.files(table)
        except ReleaseDamaged as error:
            is_current = folder == current_folder(home)
            way = "" if is_current else f"; it is an older one: delete {folder.name} if nobody needs it"
            yield Damage("release", f"{error}{way}")


def _damaged_model(platform: Platform, model: str) -> Iterator[Damage]:
    for alias in ("champion", "previous", "challenger"):
        try:
            version = platform.registry.version(model, alias)
            if version is not None:
                platform.registry.load(model, version.version)
                for report in (RECORD, PROFILE):
                    platform.registry.report(version, report)
        except RegistryError as error:
            yield Damage(f"model {model}", f"{alias}: {error}")
    for one in platform.registry.versions(model):
        damaged = platform.registry.damaged_files(one.version)
        if damaged:
            yield Damage(
                f"model {model}",
                f"version {one.version.version}: {', '.join(damaged)} is lost, or not the file that was registered: "
                "restore the registry's files from a backup (`eshop restore`), or train again and promote that version",
            )
