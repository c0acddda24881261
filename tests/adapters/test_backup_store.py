"""A folder of backups: content by hash, a list last, and nothing given back that is not what was kept."""

from pathlib import Path

import pytest

from eshop_dagster.adapters.backup_store import BackupError, BackupStore

ORDERS = b"three orders"


@pytest.fixture
def store(tmp_path: Path) -> BackupStore:
    return BackupStore(tmp_path / "backups")


def kept(store: BackupStore, path: Path, content: bytes, name: str = "20240101T000000Z") -> str:
    """Make a backup of one file with this content, and return the file's hash."""
    path.write_bytes(content)
    with store.writing():
        sha256, _written = store.keep(path)
        store.finish(name, {"files": [{"path": path.name, "sha256": sha256}]})
    return sha256


def test_a_file_comes_back_as_it_was_kept(store: BackupStore, tmp_path: Path) -> None:
    sha256 = kept(store, tmp_path / "orders", ORDERS)
    store.copy_out(sha256, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == ORDERS
    assert store.listing("20240101T000000Z")["files"] == [{"path": "orders", "sha256": sha256}]


def test_the_same_content_is_written_once(store: BackupStore, tmp_path: Path) -> None:
    kept(store, tmp_path / "orders", ORDERS)
    with store.writing():
        assert store.keep(tmp_path / "orders")[1] == 0
        (tmp_path / "orders").write_bytes(ORDERS + b"!")
        assert store.keep(tmp_path / "orders")[1] == len(ORDERS) + 1


def test_content_that_has_rotted_in_the_backup_is_refused_and_the_next_backup_writes_it_again(
    store: BackupStore, tmp_path: Path
) -> None:
    sha256 = kept(store, tmp_path / "orders", ORDERS)
    held = store.folder / "objects" / sha256[:2] / sha256
    held.write_bytes(b"Three orders")
    with pytest.raises(BackupError, match="is damaged"):
        store.copy_out(sha256, tmp_path / "back")
    with store.writing():
        assert store.keep(tmp_path / "orders") == (sha256, len(ORDERS))
    store.copy_out(sha256, tmp_path / "whole")
    held.unlink()
    with pytest.raises(BackupError, match="is lost"):
        store.copy_out(sha256, tmp_path / "lost")


def test_a_backup_without_its_list_is_none_and_what_it_left_aside_goes(store: BackupStore, tmp_path: Path) -> None:
    (tmp_path / "orders").write_bytes(ORDERS)
    with store.writing():
        store.keep(tmp_path / "orders")
        (store.folder / "objects" / ".1.part").touch()
        (store.folder / ".2.json.part").touch()
        (store.folder / ".scratch-3").mkdir()
    assert store.names() == []
    with store.writing():
        assert {path.name for path in store.folder.iterdir()} == {".lock", "objects"}
        assert not list((store.folder / "objects").glob(".*"))


@pytest.mark.parametrize("change", [lambda text: text.replace("orders", "0rders"), lambda text: text[:-30]])
def test_a_list_that_was_changed_or_cut_is_refused(store: BackupStore, tmp_path: Path, change) -> None:  # type: ignore[no-untyped-def]
    kept(store, tmp_path / "orders", ORDERS)
    path = store.folder / "20240101T000000Z.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(BackupError, match="is not the list that was written"):
        store.listing("20240101T000000Z")


def test_a_name_that_is_not_there_is_refused_with_those_that_are(store: BackupStore, tmp_path: Path) -> None:
    kept(store, tmp_path / "orders", ORDERS)
    with pytest.raises(BackupError, match="expected one of 20240101T000000Z"):
        store.listing("20230101T000000Z")


def test_two_backups_at_once_are_refused(store: BackupStore) -> None:
    with store.writing(), pytest.raises(BackupError, match="another backup is being written"), store.writing():
        raise AssertionError


def test_older_backups_go_with_what_only_they_held(store: BackupStore, tmp_path: Path) -> None:
    first = kept(store, tmp_path / "orders", ORDERS, "20240101T000000Z")
    second = kept(store, tmp_path / "orders", ORDERS + b"!", "20240102T000000Z")
    assert store.drop_older(1) == ["20240101T000000Z"]
    assert [path.name for path in (store.folder / "objects").glob("*/*")] == [second]
    assert first != second and store.names() == ["20240102T000000Z"]


def test_an_older_backup_with_a_damaged_list_keeps_no_other_from_being_removed(
    store: BackupStore, tmp_path: Path
) -> None:
    held = [kept(store, tmp_path / "orders", ORDERS + bytes([day]), f"2024010{day}T000000Z") for day in (1, 2, 3, 4)]
    objects = [store.folder / "objects" / sha256[:2] / sha256 for sha256 in held]
    (store.folder / "20240103T000000Z.json").write_text("{")
    assert store.damaged() == ["20240103T000000Z"]
    # Two whole ones stay, and with them the damaged one between: what it held is not known.
    assert store.drop_older(2) == ["20240101T000000Z"]
    assert all(path.exists() for path in objects)
    assert store.drop_older(1) == ["20240102T000000Z", "20240103T000000Z"]
    assert [path.exists() for path in objects] == [False, False, False, True]


def test_a_target_without_its_folder_is_not_called_a_lost_backup(store: BackupStore, tmp_path: Path) -> None:
    sha256 = kept(store, tmp_path / "orders", ORDERS)
    with pytest.raises(FileNotFoundError, match="missing"):
        store.copy_out(sha256, tmp_path / "missing" / "orders")


def test_only_its_owner_reads_a_backup(store: BackupStore, tmp_path: Path) -> None:
    kept(store, tmp_path / "orders", ORDERS)
    modes = {path.stat().st_mode & 0o077 for path in (store.folder / "objects").rglob("*")}
    assert modes == {0} and store.folder.stat().st_mode & 0o077 == 0
