import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from eshop_dagster.adapters.snapshot_store import (
    CorruptObject,
    RemoteUnavailable,
    SnapshotError,
    SnapshotMissing,
    SnapshotStatus,
    SnapshotStore,
)

SNAPSHOT_HASH = "19bd11ed05dc686058fed2df39a83cd3.dir"
FEATURES_OBJECT = "60/361a8e58c9de80f663dd636e8b3170"


def snapshot(folder: Path, *, features: bytes = b"features of day 1") -> Path:
    """A folder with three files, two of them with the same content."""
    (folder / "holdout").mkdir(parents=True)
    (folder / "features.parquet").write_bytes(features)
    (folder / "labels.parquet").write_bytes(b"labels")
    (folder / "holdout" / "labels.parquet").write_bytes(b"labels")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def cached(home: Path, oid: str) -> Path:
    return home / "dvc" / "cache" / "files" / "md5" / oid[:2] / oid[2:]


def spoil(path: Path) -> None:
    """Change the bytes and leave the object read-only, as DVC does: it then trusts it."""
    path.chmod(0o644)
    path.write_bytes(b"rotten")
    path.chmod(0o444)


def dvc(project: Path, *arguments: str) -> None:
    environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "DVC_GLOBAL_CONFIG_DIR": str(project.parent / "config")}
    environment["DVC_SITE_CACHE_DIR"] = str(project.parent / "site-cache")
    finished = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], cwd=project, env=environment, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def dvc_project(project: Path, home: Path) -> Path:
    """A git repository with a DVC project whose cache and default remote are those of the home."""
    project.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    dvc(project, "init", "--quiet")
    dvc(project, "config", "core.analytics", "false")
    dvc(project, "cache", "dir", str(home / "dvc" / "cache"))
    dvc(project, "remote", "add", "--default", "local", str(home / "dvc" / "remote"))
    return project


@contextmanager
def http_server(folder: Path, *, breaks_off: bool = False) -> Iterator[str]:
    """Serve a folder; `breaks_off` ends the connection in the middle of every file but the listing."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def copyfile(self, source: Any, outputfile: Any) -> None:
            content = source.read()
            cut = breaks_off and not self.path.endswith(".dir")
            outputfile.write(content[: len(content) // 2] if cut else content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_hash_of_a_folder_is_known_without_storing_it(tmp_path: Path) -> None:
    folder = snapshot(tmp_path / "s")
    store = SnapshotStore(tmp_path / "home")
    assert store.hash_of(folder) == SNAPSHOT_HASH
    with pytest.raises(SnapshotMissing):
        store.push(SNAPSHOT_HASH)


def test_the_hash_is_that_of_the_content_and_not_of_the_place(tmp_path: Path) -> None:
    one = SnapshotStore(tmp_path / "a").add(snapshot(tmp_path / "one"))
    two = SnapshotStore(tmp_path / "b").add(snapshot(tmp_path / "two"))

    assert one == two == SNAPSHOT_HASH


def test_a_different_file_gives_a_different_hash(tmp_path: Path) -> None:
    assert SnapshotStore(tmp_path).add(snapshot(tmp_path / "s", features=b"features of day 2")) != SNAPSHOT_HASH


def test_the_dvc_command_gives_the_same_hash_and_the_same_objects(tmp_path: Path) -> None:
    project = dvc_project(tmp_path / "project", tmp_path / "by-dvc")
    snapshot(project / "snapshot")
    dvc(project, "add", "--quiet", "snapshot")

    added = SnapshotStore(tmp_path / "home").add(snapshot(tmp_path / "snapshot"))

    assert f"md5: {added}\n" in (project / "snapshot.dvc").read_text()
    assert files(tmp_path / "home" / "dvc" / "cache") == files(tmp_path / "by-dvc" / "dvc" / "cache")
    modes = {
        home: {path.stat().st_mode for path in (tmp_path / home / "dvc" / "cache").rglob("*") if path.is_file()}
        for home in ("home", "by-dvc")
    }
    assert modes["home"] == modes["by-dvc"] == {0o100444}


def test_what_the_store_pushed_the_dvc_command_pulls(tmp_path: Path) -> None:
    home = tmp_path / "home"
    project = dvc_project(tmp_path / "project", home)
    store = SnapshotStore(home)
    added = store.add(snapshot(tmp_path / "snapshot"))
    store.push(added)
    (home / "dvc" / "cache").rename(tmp_path / "lost")
    (project / "snapshot.dvc").write_text(f"outs:\n- md5: {added}\n  hash: md5\n  path: snapshot\n")

    dvc(project, "pull", "--quiet")

    assert files(project / "snapshot") == files(tmp_path / "snapshot")


def test_what_the_dvc_command_pushed_the_store_fetches(tmp_path: Path) -> None:
    home = tmp_path / "home"
    project = dvc_project(tmp_path / "project", home)
    snapshot(project / "snapshot")
    dvc(project, "add", "--quiet", "snapshot")
    dvc(project, "push", "--quiet")
    (home / "dvc" / "cache").rename(tmp_path / "lost")

    SnapshotStore(home).fetch(SNAPSHOT_HASH, tmp_path / "restored")

    assert files(tmp_path / "restored") == files(project / "snapshot")


def test_storing_leaves_the_folder_as_it_is_and_writable(tmp_path: Path) -> None:
    folder = snapshot(tmp_path / "snapshot")
    before = {path: (path.stat().st_mtime_ns, path.stat().st_mode, path.stat().st_ino) for path in folder.rglob("*")}

    SnapshotStore(tmp_path / "home").add(folder)

    after = {path: (path.stat().st_mtime_ns, path.stat().st_mode, path.stat().st_ino) for path in folder.rglob("*")}
    assert after == before


def test_storing_again_writes_nothing(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path / "home")
    store.add(snapshot(tmp_path / "one"))
    objects = {path: path.stat().st_ino for path in (tmp_path / "home" / "dvc" / "cache").rglob("*")}

    store.add(snapshot(tmp_path / "two"))

    assert {path: path.stat().st_ino for path in (tmp_path / "home" / "dvc" / "cache").rglob("*")} == objects


def test_storing_again_replaces_an_object_that_has_rotted(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path / "home")
    added = store.add(snapshot(tmp_path / "snapshot"))
    spoil(tmp_path / "home" / "dvc" / "cache" / "files" / "md5" / FEATURES_OBJECT)

    store.add(tmp_path / "snapshot")
    store.fetch(added, tmp_path / "restored")

    assert files(tmp_path / "restored") == files(tmp_path / "snapshot")


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="expected a folder with at least one file"):
        SnapshotStore(tmp_path / "home").add(tmp_path / "nothing")


def test_two_processes_store_at_once_and_agree(tmp_path: Path) -> None:
    snapshot(tmp_path / "snapshot")
    program = (
        "import sys; from pathlib import Path; from eshop_dagster.adapters.snapshot_store import SnapshotStore;"
        "sys.stdout.write(SnapshotStore(Path(sys.argv[1])).add(Path(sys.argv[2])))"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "home"), str(tmp_path / "snapshot")],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    assert [process.communicate()[0] for process in running] == [SNAPSHOT_HASH, SNAPSHOT_HASH]
    SnapshotStore(tmp_path / "home").fetch(SNAPSHOT_HASH, tmp_path / "restored")
    assert files(tmp_path / "restored") == files(tmp_path / "snapshot")


def test_a_writer_that_waits_too_long_says_who_holds_the_lock(tmp_path: Path) -> None:
    from filelock import FileLock

    (tmp_path / "locks").mkdir()
    with (
        FileLock(tmp_path / "locks" / "dvc.lock"),
        pytest.raises(SnapshotError, match=r"Waited 0\.1 s for the lock .*dvc\.lock: another process"),
    ):
        SnapshotStore(tmp_path, lock_timeout_s=0.1).add(snapshot(tmp_path / "snapshot"))


def test_a_snapshot_comes_back_from_the_remote_when_the_cache_is_lost(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path / "home")
    added = store.add(snapshot(tmp_path / "snapshot"))
    assert store.status(added) == SnapshotStatus(in_cache=True, in_remote=False)
    store.push(added)
    assert store.status(added) == SnapshotStatus(in_cache=True, in_remote=True)
    (tmp_path / "home" / "dvc" / "cache").rename(tmp_path / "lost")
    assert store.status(added) == SnapshotStatus(in_cache=False, in_remote=True)

    store.fetch(added, tmp_path / "restored")

    assert files(tmp_path / "restored") == files(tmp_path / "snapshot")
    assert store.status(added) == SnapshotStatus(in_cache=True, in_remote=True)


def test_a_remote_that_is_away_loses_nothing_and_takes_a_later_push(tmp_path: Path) -> None:
    share = tmp_path / "share"
    store = SnapshotStore(tmp_path / "home", str(share))
    added = store.add(snapshot(tmp_path / "snapshot"))

    with pytest.raises(RemoteUnavailable, match=r"did not do its part.*Nothing in the local cache is lost"):
        store.push(added)
    assert store.status(added) == SnapshotStatus(in_cache=True, in_remote=None)

    share.mkdir()
    store.push(added)
    assert store.status(added) == SnapshotStatus(in_cache=True, in_remote=True)


def test_a_push_that_broke_off_does_not_look_whole_and_is_completed_by_the_next(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    store = SnapshotStore(tmp_path / "home", str(share))
    added = store.add(snapshot(tmp_path / "snapshot"))
    (share / "files" / "md5").mkdir(parents=True)
    (share / "files" / "md5" / FEATURES_OBJECT[:2]).write_text("a file where the remote needs a folder")

    with pytest.raises(RemoteUnavailable):
        store.push(added)
    assert store.status(added) == SnapshotStatus(in_cache=True, in_remote=False)

    (share / "files" / "md5" / FEATURES_OBJECT[:2]).unlink()
    store.push(added)
    assert store.status(added) == SnapshotStatus(in_cache=True, in_remote=True)


def test_a_remote_behind_a_url_serves_what_a_folder_remote_took(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    stored = SnapshotStore(tmp_path / "home", str(share))
    added = stored.add(snapshot(tmp_path / "snapshot"))
    stored.push(added)

    with http_server(share) as url:
        elsewhere = SnapshotStore(tmp_path / "elsewhere", url)
        assert elsewhere.status(added) == SnapshotStatus(in_cache=False, in_remote=True)
        elsewhere.fetch(added, tmp_path / "restored")

    assert files(tmp_path / "restored") == files(tmp_path / "snapshot")


def test_a_download_that_breaks_off_leaves_nothing_that_looks_whole(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    stored = SnapshotStore(tmp_path / "home", str(share))
    added = stored.add(snapshot(tmp_path / "snapshot"))
    stored.push(added)

    with http_server(share, breaks_off=True) as url, pytest.raises(RemoteUnavailable, match="did not do its part"):
        SnapshotStore(tmp_path / "elsewhere", url).fetch(added, tmp_path / "restored")

    assert files(tmp_path / "elsewhere" / "dvc" / "cache") == {}
    assert not (tmp_path / "restored").exists()


def test_a_server_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path / "home", "http://user:secret@127.0.0.1:9")
    added = store.add(snapshot(tmp_path / "snapshot"))

    with pytest.raises(RemoteUnavailable, match=r"The remote http://127\.0\.0\.1:9 did not") as caught:
        store.push(added)

    assert "secret" not in str(caught.value)
    assert store.status(added) == SnapshotStatus(in_cache=True, in_remote=None)


def test_rotten_objects_of_the_cache_and_of_a_folder_remote_are_found(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    store.push(store.add(snapshot(tmp_path / "folder")))
    assert (store.rotten(), store.rotten_in_remote()) == ([], [])
    spoil(tmp_path / "dvc" / "remote" / "files" / "md5" / FEATURES_OBJECT)
    assert (store.rotten(), store.rotten_in_remote()) == ([], [FEATURES_OBJECT.replace("/", "")])
    spoil(cached(tmp_path, SNAPSHOT_HASH))
    assert store.rotten() == [SNAPSHOT_HASH]


@pytest.mark.parametrize(
    ("url", "message"),
    [("folder", "relative path: expected an absolute path"), ("s4://bucket", "unknown scheme 's4': expected one of")],
)
def test_a_remote_that_is_no_address_is_refused(tmp_path: Path, url: str, message: str) -> None:
    store = SnapshotStore(tmp_path / "home", url)
    added = store.add(snapshot(tmp_path / "snapshot"))

    with pytest.raises(SnapshotError, match=message):
        store.push(added)


@pytest.mark.parametrize("oid", [FEATURES_OBJECT.replace("/", ""), SNAPSHOT_HASH])
def test_a_rotten_object_in_the_cache_is_refused_by_name_and_never_pushed(tmp_path: Path, oid: str) -> None:
    store = SnapshotStore(tmp_path / "home")
    added = store.add(snapshot(tmp_path / "snapshot"))
    spoil(cached(tmp_path / "home", oid))

    with pytest.raises(CorruptObject, match=f"Object {oid} is corrupted"):
        store.fetch(added, tmp_path / "restored")
    with pytest.raises(CorruptObject, match=f"Object {oid} is corrupted"):
        store.push(added)

    assert not (tmp_path / "restored").exists()
    assert not (tmp_path / "home" / "dvc" / "remote").exists()


def test_a_rotten_object_in_the_remote_is_refused_by_name_and_never_cached(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    store = SnapshotStore(tmp_path / "home", str(share))
    added = store.add(snapshot(tmp_path / "snapshot"))
    store.push(added)
    spoil(share / "files" / "md5" / FEATURES_OBJECT)

    elsewhere = SnapshotStore(tmp_path / "elsewhere", str(share))
    with pytest.raises(CorruptObject, match=r"60361a8e58c9de80f663dd636e8b3170 is corrupted: .*share"):
        elsewhere.fetch(added, tmp_path / "restored")

    assert not (tmp_path / "restored").exists()
    assert elsewhere.status(added) == SnapshotStatus(in_cache=False, in_remote=True)


def test_an_object_that_the_remote_lost_is_named(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    store = SnapshotStore(tmp_path / "home", str(share))
    added = store.add(snapshot(tmp_path / "snapshot"))
    store.push(added)
    (share / "files" / "md5" / FEATURES_OBJECT).unlink()

    assert store.status(added) == SnapshotStatus(in_cache=True, in_remote=False)
    with pytest.raises(SnapshotMissing, match=r"not whole in the remote .*361a8e58c9de80f663dd636e8b3170"):
        SnapshotStore(tmp_path / "elsewhere", str(share)).fetch(added, tmp_path / "restored")


def test_a_snapshot_that_nobody_stored_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SnapshotMissing, match="neither whole in the cache"):
        SnapshotStore(tmp_path).fetch(SNAPSHOT_HASH, tmp_path / "restored")
    with pytest.raises(SnapshotMissing, match="store its folder"):
        SnapshotStore(tmp_path).push(SNAPSHOT_HASH)


@pytest.mark.parametrize("text", ["", "19bd11ed05dc686058fed2df39a83cd3", "../../../etc/passwd.dir"])
def test_a_text_that_is_no_snapshot_hash_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SnapshotError, match="is not the hash of a snapshot"):
        SnapshotStore(tmp_path).fetch(text, tmp_path / "restored")


def test_restoring_over_the_same_files_is_done_and_over_other_files_is_refused(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path / "home")
    added = store.add(snapshot(tmp_path / "snapshot"))
    store.fetch(added, tmp_path / "snapshot")
    (tmp_path / "snapshot" / "more.txt").write_text("more")

    with pytest.raises(SnapshotError, match="other files are there"):
        store.fetch(added, tmp_path / "snapshot")
