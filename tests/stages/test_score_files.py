"""What the champions said counts whole or not at all, with the versions that said it."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster import faults
from eshop_dagster.adapters.registry import ModelVersion
from eshop_dagster.stages.score_files import keep_scores, read_scores


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    faults.arm(None)


def scored(home: Path, version: int) -> None:
    """Keep two tables and the version that made them, each holding that version's number."""
    table = pa.table({"said_by": [version]})
    keep_scores(home, {"scores": table, "features": table}, {"spend": ModelVersion("spend", version, "run")})


def said_by(home: Path) -> tuple[dict[str, int], int]:
    """Which version said each table, and which version is named."""
    kept = read_scores(home)
    by_table = {table: pq.read_table(path)["said_by"][0].as_py() for table, path in kept.tables.items()}
    assert kept.models["spend"] is not None
    return by_table, kept.models["spend"]["version"]


def test_before_the_first_scoring_there_is_nothing(tmp_path: Path) -> None:
    assert (read_scores(tmp_path).tables, read_scores(tmp_path).models) == ({}, {})


def test_a_scoring_takes_the_place_of_the_one_before_and_leaves_other_tables(tmp_path: Path) -> None:
    keep_scores(tmp_path, {"forecast": pa.table({"said_by": [9]})}, {"revenue": None})
    scored(tmp_path, 1)
    scored(tmp_path, 2)
    assert said_by(tmp_path) == ({"scores": 2, "features": 2, "forecast": 9}, 2)
    assert read_scores(tmp_path).models["revenue"] is None
    assert set((tmp_path / "scores").glob("*.parquet")) == set(read_scores(tmp_path).tables.values())


def test_the_window_of_expected_spend_stays_when_other_tables_are_kept(tmp_path: Path) -> None:
    assert read_scores(tmp_path).window_days is None
    keep_scores(tmp_path, {"scores": pa.table({"said_by": [1]})}, {"spend": None}, 60)
    keep_scores(tmp_path, {"forecast": pa.table({"said_by": [9]})}, {"revenue": None})
    assert read_scores(tmp_path).window_days == 60


def test_a_scoring_that_is_stopped_midway_leaves_the_one_before_whole(tmp_path: Path) -> None:
    scored(tmp_path, 1)
    faults.arm("scores.swap:raise")
    with pytest.raises(faults.InjectedFault):
        scored(tmp_path, 2)
    assert said_by(tmp_path) == ({"scores": 1, "features": 1}, 1)
    faults.arm(None)
    scored(tmp_path, 3)
    assert said_by(tmp_path) == ({"scores": 3, "features": 3}, 3)
    assert len(list((tmp_path / "scores").glob("*.parquet"))) == 2
