"""A home is backed up while it is sound, and comes back whole or not at all."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from eshop_dagster.adapters.backup_store import BackupError, BackupStore
from eshop_dagster.adapters.locks import RESTORING, HomeIsBusy, home_lock
from eshop_dagster.adapters.release import current_name
from eshop_dagster.stages.backup import back_up
from eshop_dagster.stages.marts import MARTS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import publish
from eshop_dagster.stages.restore import restore

from .release_home import fill


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A home with one raw day and a release."""
    platform = fill(tmp_path_factory.mktemp("shop") / "home", MARTS)
    publish(platform)
    for path, content in (
        ("inbox/sales.csv", "Maria;123"),
        ("inbox/sales.yml", "date: day"),
        ("inbox/2024/sales.yml", "date: day"),
        ("exports/audience.csv", "0a1b"),
        ("exports/register.jsonl", "{}"),
        ("api/keys.json", '{"keys": []}'),
        ("api/index.bin", "scratch"),
        ("source.json", "{}"),
        ("locks/home.lock", ""),
    ):
        (platform.home / path).parent.mkdir(parents=True, exist_ok=True)
        (platform.home / path).write_text(content)
    runs = platform.home / "dagster" / "runs.db"
    runs.parent.mkdir()
    with closing(sqlite3.connect(runs)) as database:
        database.executescript("PRAGMA journal_mode = WAL; CREATE TABLE runs AS SELECT 1 AS run")
    return platform


@pytest.fixture(scope="module")
def store(filled: Platform, tmp_path_factory: pytest.TempPathFactory) -> BackupStore:
    """The backups of that home: one."""
    backups = BackupStore(tmp_path_factory.mktemp("backups"))
    back_up(filled, backups)
    return backups


def bring_back(store: BackupStore, home: Path) -> None:
    with home_lock(home, "restore", wait_seconds=0, is_restore=True):
        restore(store, home)


def contents(home: Path) -> dict[str, bytes]:
    """Every file of a home but its locks, and a database, whose pages are copied one by one."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and "locks" not in path.parts and path.name != "runs.db"
    }


def test_a_home_comes_back_to_the_byte_without_what_must_not_be_in_a_backup(
    filled: Platform, store: BackupStore, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    bring_back(store, home)
    left_out = {"inbox/sales.csv", "exports/audience.csv", "api/index.bin"}
    assert contents(home) == {name: held for name, held in contents(filled.home).items() if name not in left_out}
    assert (home / "published" / "current").resolve() == home / "published" / current_name(filled.home)
    assert (home / "vault" / "vault.db").stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(home / "dagster" / "runs.db")) as database:
        assert database.execute("SELECT run FROM runs").fetchall() == [(1,)]


def test_files_that_releases_share_are_shared_again(filled: Platform, tmp_path: Path) -> None:
    product = "dim_products.parquet"
    home, backups = tmp_path / "home", BackupStore(tmp_path / "backups")
    shutil.copytree(filled.home, home, symlinks=True)
    platform = Platform(type(filled.settings)(home, pseudonym_seed="test"), filled.params)
    older = (home / "published" / "current").resolve()
    newer = older.with_name("2024-03-06-copy")
    newer.mkdir()
    os.link(older / product, newer / product)
    (newer / "manifest.json").write_text("{}")
    with pytest.raises(BackupError, match="2024-03-06-copy"):
        back_up(platform, backups)
    (newer / "manifest.json").unlink()
    newer.rename(home / "published" / ".2024-03-06-copy")
    (home / "calendar").mkdir(exist_ok=True)
    os.link(older / product, home / "calendar" / product)
    back_up(platform, backups)
    bring_back(backups, tmp_path / "back")
    there = tmp_path / "back" / "published" / older.name / product
    assert there.stat().st_ino == (tmp_path / "back" / "calendar" / product).stat().st_ino


def test_a_damaged_home_is_refused_and_no_backup_is_made(filled: Platform, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(filled.home, home, symlinks=True)
    path = next((home / "raw" / "orders").glob("*/shop.parquet"))
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    backups = BackupStore(tmp_path / "backups")
    platform = Platform(type(filled.settings)(home, pseudonym_seed="test"), filled.params)
    with pytest.raises(BackupError, match=r"is damaged, and nothing was backed up(.|\n)*orders"):
        back_up(platform, backups)
    assert backups.names() == []


def test_a_backup_within_the_home_is_refused(filled: Platform) -> None:
    with pytest.raises(BackupError, match="lies in the home"):
        back_up(filled, BackupStore(filled.home / "backups"))


def test_a_home_that_holds_anything_is_not_overwritten(store: BackupStore, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "notes.txt").write_text("mine")
    with pytest.raises(BackupError, match=r"is not empty \(notes.txt\)"):
        bring_back(store, home)
    assert [path.name for path in home.iterdir() if path.name != "locks"] == ["notes.txt"]


def test_a_damaged_backup_puts_nothing_in_place(store: BackupStore, tmp_path: Path) -> None:
    damaged = BackupStore(tmp_path / "backups")
    shutil.copytree(store.folder, damaged.folder)
    path = max((damaged.folder / "objects").glob("*/*"), key=lambda one: one.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    home = tmp_path / "home"
    with pytest.raises(BackupError, match=r"is damaged.*Nothing was put in place"):
        bring_back(damaged, home)
    assert {path.name for path in home.iterdir()} <= {"locks", f"{RESTORING}.part"}
    bring_back(store, home)  # what was left aside does not stand in the way
    assert (home / "source.json").exists()


def test_a_restore_that_was_cut_short_is_ended_by_the_next_and_nobody_else_works_on_it(
    store: BackupStore, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    bring_back(store, home)
    half = home / RESTORING
    half.mkdir()
    (half / ".backup").write_text(store.names()[-1])
    for name in ("source.json", "vault"):
        os.replace(home / name, half / name)
    with pytest.raises(HomeIsBusy, match="half restored"), home_lock(home, "run", wait_seconds=0):
        raise AssertionError
    bring_back(store, home)
    assert (home / "vault" / "vault.db").exists() and (home / "source.json").exists() and not half.exists()
    with home_lock(home, "run", wait_seconds=0):
        assert not half.exists()


def test_a_later_backup_writes_only_what_is_new(filled: Platform, store: BackupStore) -> None:
    again = back_up(filled, store, keep=1)
    assert again.written == 0
    assert len(again.dropped) == 1 and store.names() == [again.name]
