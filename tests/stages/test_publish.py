"""Readers see one whole release at any time, the same content is the same release, and old ones go."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.registry import ModelVersion
from eshop_dagster.adapters.release import content_hash
from eshop_dagster.stages import publish as stage
from eshop_dagster.stages import release_files
from eshop_dagster.stages.marts import FACTS, MARTS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import Release, current_release, publish
from eshop_dagster.stages.score_files import keep_scores

from ..builders import changes, order
from .release_home import FEW_MARTS, build, fill, manifest_of, paths, score, sql


@pytest.fixture
def open_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Platform]:
    """Makes a home with one raw day, one row in each of a few marts and one score."""
    monkeypatch.setattr(release_files, "MARTS", FEW_MARTS)
    return lambda kept=5: fill(tmp_path, FEW_MARTS, kept)


def published_score(folder: Path) -> list[int]:
    return pq.read_table(folder / "customer_scores.parquet")["segment_id"].to_pylist()


def names(platform: Platform) -> set[str]:
    """Everything that lies in `published/`."""
    return {path.name for path in (platform.home / "published").iterdir()}


def test_nothing_is_published_in_a_new_home(tmp_path: Path) -> None:
    assert current_release(tmp_path) is None


def test_a_release_is_every_mart_the_scores_and_a_manifest_of_each_file(tmp_path: Path) -> None:
    platform = fill(tmp_path, MARTS)
    release = publish(platform)
    tables = sorted([*MARTS, "customer_scores"])
    assert release.is_new
    assert release.name.startswith("2024-03-05-")
    assert release.rows == dict.fromkeys(tables, 1)
    manifest = manifest_of(release)
    assert manifest["release"] == release.name
    assert manifest["data_through"] == "2024-03-05"
    assert sorted(manifest["tables"]) == tables
    for table in tables:
        assert paths(release, table) == [f"{table}/2024-03.parquet" if table in FACTS else f"{table}.parquet"]
    listed = {path for table in tables for path in paths(release, table)}
    found = {str(path.relative_to(release.folder)) for path in release.folder.rglob("*") if path.is_file()}
    assert found == {"manifest.json", *listed}


def test_the_manifest_names_the_versions_that_made_its_scores(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform()
    first = publish(platform)
    assert manifest_of(first)["models"] == {}
    spend = ModelVersion("spend", 3, "run", {"dvc_hash": "ab.dir"})
    keep_scores(platform.home, {}, {"spend": spend, "segmentation": None})
    second = publish(platform)
    assert manifest_of(second)["models"] == {"spend": {"version": 3, "dvc_hash": "ab.dir"}, "segmentation": None}
    assert second.name != first.name


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
        build(platform, [("o1", "2024-03-05", 11)])
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
    build(platform, [("o1", "2024-03-05", 11)])
    sql(platform, "DROP TABLE fct_orders")
    with pytest.raises(duckdb.CatalogException, match="fct_orders"):
        publish(platform)
    assert names(platform) == {"current", first.name}
    assert current_release(platform.home) == Release(first.name, first.folder, is_new=False, rows=first.rows)


def test_a_release_after_one_of_an_older_platform_is_written_anew(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform()
    tables = {"fct_orders": {"rows": 1, "sha256": "0"}}
    older = platform.home / "published" / f"2024-03-04-{content_hash({'tables': tables})}"
    older.mkdir(parents=True)
    (older / "manifest.json").write_text(json.dumps({"release": older.name, "tables": tables}))
    (older / "fct_orders.parquet").touch()
    (platform.home / "published" / "current").symlink_to(older.name)
    assert current_release(platform.home) == Release(older.name, older, is_new=False, rows={"fct_orders": 1})
    release = publish(platform)
    assert paths(release) == ["fct_orders/2024-03.parquet"]
    assert names(platform) == {"current", older.name, release.name}


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
