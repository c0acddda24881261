"""A published byte that changed is noticed before anybody reads it, and the next release is whole again."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.release import ReleaseDamaged, open_folder, open_release
from eshop_dagster.stages import release_files
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import Release, publish
from eshop_dagster.stages.score_files import ScoresDamaged, keep_scores, read_scores

from .release_home import FEW_MARTS, fill, score


@pytest.fixture
def open_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Platform]:
    """Makes a home with one raw day, one row in each of a few marts and one score."""
    monkeypatch.setattr(release_files, "MARTS", FEW_MARTS)
    return lambda kept=5: fill(tmp_path, FEW_MARTS, kept)


def flip(path: Path, chance: random.Random) -> None:
    """Turn one bit of a file over, under the same name and inode, as a failing disk does."""
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def read_all(release: Release) -> list[list[dict[str, object]]]:
    """Every row of every table, as a reader gets it."""
    opened = open_folder(release.folder)
    return [opened.query(f'SELECT * FROM "{table}"').to_pylist() for table in sorted(opened.manifest["tables"])]


@pytest.mark.parametrize("name", ["manifest.json", "dim_products.parquet", "customer_scores.parquet"])
def test_no_single_bit_of_a_release_changes_without_a_word(name: str, open_platform: Callable[..., Platform]) -> None:
    release = publish(open_platform())
    path, chance = release.folder / name, random.Random(1)
    whole, expected = path.read_bytes(), read_all(release)
    for _ in range(200):
        flip(path, chance)
        try:
            # A blank of the manifest that became another blank is harmless.
            assert read_all(release) == expected
        except ReleaseDamaged as error:
            assert "eshop rebuild" in str(error)
        path.write_bytes(whole)
    assert read_all(release) == expected


def test_a_lost_file_is_said_by_name(open_platform: Callable[..., Platform]) -> None:
    release = publish(open_platform())
    (release.folder / "dim_products.parquet").unlink()
    with pytest.raises(ReleaseDamaged, match=r"dim_products\.parquet of release 2024-03-05-\w+ cannot be read"):
        read_all(release)


def test_a_table_is_read_although_another_one_is_damaged(open_platform: Callable[..., Platform]) -> None:
    release = publish(open_platform())
    flip(release.folder / "dim_products.parquet", random.Random(1))
    assert open_folder(release.folder).query("SELECT count(*) AS n FROM customer_scores").to_pylist() == [{"n": 1}]


def test_a_damaged_file_is_not_taken_over_into_the_next_release(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform()
    first = publish(platform)
    expected = pq.read_table(first.folder / "dim_products.parquet")
    flip(first.folder / "dim_products.parquet", random.Random(1))
    score(platform, 2)
    second = publish(platform)
    assert second.name != first.name
    assert pq.read_table(second.folder / "dim_products.parquet").equals(expected)
    assert open_release(platform.home).query("FROM dim_products").num_rows == 1


def test_publishing_the_same_again_mends_what_was_damaged(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform()
    first = publish(platform)
    expected = read_all(first)
    flip(first.folder / "dim_products.parquet", random.Random(1))
    (first.folder / "customer_scores.parquet").unlink()
    assert publish(platform).name == first.name
    assert read_all(first) == expected


@pytest.mark.parametrize("damage", ["cut", "gone", "empty"])
def test_a_release_whose_manifest_cannot_be_read_counts_as_none_and_is_mended(
    damage: str, open_platform: Callable[..., Platform]
) -> None:
    platform = open_platform()
    first = publish(platform)
    expected, manifest = read_all(first), first.folder / "manifest.json"
    if damage == "gone":
        manifest.unlink()
    else:
        manifest.write_bytes(manifest.read_bytes()[: 100 if damage == "cut" else 0])
    with pytest.raises(ReleaseDamaged, match="the manifest of release"):
        open_release(platform.home)
    assert publish(platform).name == first.name
    assert read_all(first) == expected


def test_no_single_bit_of_the_scores_gets_into_a_release_without_a_word(
    open_platform: Callable[..., Platform],
) -> None:
    platform = open_platform()
    first = publish(platform)
    (path,) = read_scores(platform.home).tables.values()
    # A release has the same file under a name of its own: this one becomes another file, as after a restore.
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(whole)
    chance = random.Random(1)
    for damaged in (path, platform.home / "scores" / "scores.json"):
        whole = damaged.read_bytes()
        for _ in range(50):
            flip(damaged, chance)
            try:
                assert publish(platform).name == first.name
            except ScoresDamaged as error:
                assert "delete scores/scores.json" in str(error)
            damaged.write_bytes(whole)
    assert read_all(first) == read_all(publish(platform))


@pytest.mark.parametrize("is_deleted", [True, False])
def test_readers_keep_the_scores_of_the_release_while_the_list_in_the_home_is_lost(
    open_platform: Callable[..., Platform], is_deleted: bool
) -> None:
    """The remedy for a damaged list takes no score from readers, and a scoring of other tables neither."""
    platform = open_platform()
    listed = platform.home / "scores" / "scores.json"
    first = publish(platform)
    if is_deleted:
        listed.unlink()
        assert publish(platform).name == first.name
    else:
        listed.write_text("{")
    keep_scores(platform.home, {"revenue_forecast": pa.table({"expected_revenue_brl": [7.0]})}, {})
    assert set(read_scores(platform.home).tables) == {"customer_scores", "revenue_forecast"}
    second = publish(platform)
    rows = [open_folder(one.folder).query("SELECT * FROM customer_scores").to_pylist() for one in (first, second)]
    assert rows[0] == rows[1] == [{"segment_id": 1}]


def test_scores_of_an_older_platform_which_have_no_hashes_count_as_none(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform()
    listed = platform.home / "scores" / "scores.json"
    known = json.loads(listed.read_text())
    listed.write_text(json.dumps({"tables": known["tables"], "models": known["models"]}))
    assert read_scores(platform.home).tables == {}
    assert "customer_scores" not in publish(platform).rows
