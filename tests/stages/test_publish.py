"""Readers see one whole release at any time, the same content is the same release, and old ones go."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.adapters.registry import ModelRegistry
from eshop_dagster.settings import Settings
from eshop_dagster.stages import publish as stage
from eshop_dagster.stages.build import MARTS
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import Release, current_release, publish

from ..builders import changes, order
from ..children import finish, start, wait_for_line

READ_ON_AND_ON = """
import hashlib, json, sys, threading
from pathlib import Path

threading.Thread(target=sys.stdin.readline).start()
current, releases, reads = Path(sys.argv[1]) / "current", set(), 0
while threading.active_count() > 1:
    folder = current.resolve()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["release"] == folder.name, (manifest["release"], folder.name)
    for table, entry in manifest["tables"].items():
        content = (folder / f"{table}.parquet").read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"], (folder.name, table)
    releases.add(folder.name)
    reads += 1
    if reads == 1:
        print("reading", flush=True)
print(json.dumps({"reads": reads, "releases": sorted(releases)}))
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> ModelRegistry:
    """A registry without a model, made once: its database takes seconds to make."""
    return ModelRegistry.local(tmp_path_factory.mktemp("registry"))


@pytest.fixture
def open_platform(tmp_path: Path, registry: ModelRegistry) -> Callable[..., Platform]:
    """A home with one raw day, one row in each mart and one score."""

    def make(kept: int = 5) -> Platform:
        platform = Platform(Settings(tmp_path), Params(releases_kept=kept))
        platform.registry = registry
        platform.raw.write("shop", "1", [changes(orders=[order()])])
        with duckdb.connect(str(platform.warehouse.path)) as connection:
            for mart in MARTS:
                connection.execute(f"CREATE TABLE {mart} AS SELECT 1 AS x")
        score(platform, 1)
        return platform

    return make


def score(platform: Platform, value: int) -> None:
    """Change what the next release holds."""
    (platform.home / "scores").mkdir(exist_ok=True)
    pq.write_table(pa.table({"segment_id": [value]}), platform.home / "scores" / "customer_scores.parquet")


def published_score(folder: Path) -> list[int]:
    return pq.read_table(folder / "customer_scores.parquet")["segment_id"].to_pylist()


def names(platform: Platform) -> set[str]:
    """Everything that lies in `published/`."""
    return {path.name for path in (platform.home / "published").iterdir()}


def test_nothing_is_published_in_a_new_home(tmp_path: Path) -> None:
    assert current_release(tmp_path) is None


def test_a_release_is_the_marts_the_scores_and_a_manifest_of_both(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform()
    release = publish(platform)
    tables = sorted([*MARTS, "customer_scores"])
    assert release.is_new
    assert release.rows == dict.fromkeys(tables, 1)
    assert sorted(path.name for path in release.folder.iterdir()) == sorted(
        ["manifest.json", *(f"{table}.parquet" for table in tables)]
    )
    manifest = json.loads((release.folder / "manifest.json").read_text())
    assert manifest["release"] == release.name
    assert manifest["data_through"] == "2024-03-05"
    assert manifest["models"] == {"segmentation": None, "spend": None}
    assert manifest["tables"] == {
        table: {"rows": 1, "sha256": file_sha256(release.folder / f"{table}.parquet")} for table in tables
    }
    assert release.name.startswith("2024-03-05-")


def test_current_leads_to_the_newest_release_and_the_one_before_stays(
    open_platform: Callable[..., Platform],
) -> None:
    platform = open_platform()
    first = publish(platform)
    score(platform, 2)
    second = publish(platform)
    assert current_release(platform.home) == Release(second.name, second.folder, is_new=False, rows=second.rows)
    assert (platform.home / "published" / "current").resolve() == second.folder
    assert (published_score(first.folder), published_score(second.folder)) == ([1], [2])
    assert names(platform) == {"current", first.name, second.name}


def test_the_same_content_is_the_same_release_and_nothing_is_swapped(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform()
    first = publish(platform)
    link = (platform.home / "published" / "current").lstat()
    again = publish(platform)
    assert again == Release(first.name, first.folder, is_new=False, rows=first.rows)
    after = (platform.home / "published" / "current").lstat()
    assert (after.st_ino, after.st_mtime_ns) == (link.st_ino, link.st_mtime_ns)
    assert names(platform) == {"current", first.name}


@pytest.mark.parametrize("change", ["mart", "raw", "score"])
def test_any_change_of_what_readers_see_or_of_its_origin_is_a_new_release(
    open_platform: Callable[..., Platform], change: str
) -> None:
    platform = open_platform()
    first = publish(platform)
    if change == "mart":
        with duckdb.connect(str(platform.warehouse.path)) as connection:
            connection.execute("INSERT INTO fct_orders VALUES (2)")
    elif change == "raw":
        platform.raw.write("shop", "1", [changes(orders=[order(status="approved")])])
    else:
        score(platform, 2)
    second = publish(platform)
    assert second.is_new
    assert second.name != first.name


def test_a_release_that_comes_back_is_not_written_again_under_its_readers(
    open_platform: Callable[..., Platform],
) -> None:
    platform = open_platform(kept=2)
    first = publish(platform)
    inode = (first.folder / "manifest.json").stat().st_ino
    score(platform, 2)
    publish(platform)
    score(platform, 1)
    back = publish(platform)
    assert (back.name, back.is_new) == (first.name, True)
    assert (first.folder / "manifest.json").stat().st_ino == inode
    score(platform, 3)
    newest = publish(platform)
    assert names(platform) == {"current", first.name, newest.name}


def test_only_the_set_number_of_releases_stays_the_oldest_going_first(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform(kept=2)
    releases = []
    for value in (1, 2, 3, 4):
        score(platform, value)
        releases.append(publish(platform))
        # Several releases in one tick of the clock would have no order.
        os.utime(releases[-1].folder, (value, value))
    assert names(platform) == {"current", releases[2].name, releases[3].name}


def test_the_current_release_stays_whatever_the_number(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform(kept=0)
    publish(platform)
    score(platform, 2)
    second = publish(platform)
    assert names(platform) == {"current", second.name}


def test_what_killed_runs_left_aside_is_removed(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform()
    published = platform.home / "published"
    for leftover in (".building-0a1b2c3d", ".deleted-0a1b2c3d"):
        (published / leftover).mkdir(parents=True)
        (published / leftover / "fct_orders.parquet").touch()
    (published / ".current-0a1b2c3d").symlink_to("nowhere")
    release = publish(platform)
    assert names(platform) == {"current", release.name}


def test_a_release_that_fails_leaves_the_one_before_and_nothing_aside(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform()
    first = publish(platform)
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        connection.execute("DROP TABLE fct_payments")
    with pytest.raises(duckdb.CatalogException, match="fct_payments"):
        publish(platform)
    assert names(platform) == {"current", first.name}
    assert current_release(platform.home) == Release(first.name, first.folder, is_new=False, rows=first.rows)


def test_a_run_that_dies_before_the_swap_leaves_readers_where_they_were(
    open_platform: Callable[..., Platform], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = open_platform()
    first = publish(platform)
    score(platform, 2)

    def die(published: Path, name: str) -> None:
        raise KeyboardInterrupt(name)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt) as death:
        patch.setattr(stage, "_swap", die)
        publish(platform)
    assert (platform.home / "published" / "current").resolve() == first.folder
    second = publish(platform)
    assert (second.name, second.is_new) == (death.value.args[0], True)
    assert (platform.home / "published" / "current").resolve() == second.folder


def test_a_reader_never_sees_two_releases_mixed_while_they_are_swapped_200_times(
    open_platform: Callable[..., Platform], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = open_platform()
    monkeypatch.setattr(stage, "MARTS", ("fct_orders",))
    publish(platform)
    reader = start(READ_ON_AND_ON, platform.home / "published")
    assert wait_for_line(reader) == "reading"
    swapped = set()
    for number in range(200):
        score(platform, number % 3 + 2)
        release = publish(platform)
        assert release.is_new
        swapped.add(release.name)
    read = json.loads(finish(reader))
    assert len(swapped) == 3
    assert read["reads"] > 3
    assert set(read["releases"]) >= swapped
