"""A registry is whole wherever its home lies, and says so when it is not."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.linear_model import LinearRegression

from eshop_dagster.adapters.registry import ModelRegistry, ModelVersion, RegistryError, TrainingData, UntrustedModel

ROWS = pd.DataFrame({"order_count": [1.0, 2.0, 3.0]})


def log(registry: ModelRegistry, slope: float) -> ModelVersion:
    """Register a line of that slope, with one report and one table that name it."""
    return registry.log_model(
        "spend",
        LinearRegression().fit(ROWS, slope * ROWS["order_count"]),
        metrics={"slope": slope},
        params={"seed": 7},
        tags={"dvc_hash": "19bd.dir"},
        input_example=ROWS,
        figures={"slope": Figure()},
        tables={"candidates": pd.DataFrame({"slope": [slope]})},
        json_artifacts={"record": {"slope": slope}},
        dataset=TrainingData("spend", "dvc://19bd", "19bd.dir", {"order_count": "double"}),
        description="A line.",
    )


def said(registry: ModelRegistry) -> tuple[float, float, float]:
    """The champion's slope as its model, its report and its table say it."""
    loaded = registry.load("spend")
    table = registry.table(loaded.version, "candidates")
    assert table is not None
    return (
        round(float(loaded.pipeline.coef_[0]), 6),
        registry.report(loaded.version, "record")["slope"],
        float(table["slope"][0]),
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("filled") / "home"
    registry = ModelRegistry.local(home)
    registry.set_champion("spend", log(registry, 2.0).version, "first")
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    """A home of its own for each test: a copy, opened once."""
    copy = tmp_path / "home"
    shutil.copytree(filled, copy)
    ModelRegistry.local(copy).initialise()
    return copy


def test_a_copy_reads_and_writes_its_own_models_and_the_original_stays(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "a copy: São Paulo"
    shutil.copytree(home, copy)
    before = sorted(path.relative_to(home) for path in home.rglob("*") if path.is_file())
    copied = ModelRegistry.local(copy)
    copied.set_champion("spend", log(copied, 3.0).version, "better")

    assert said(copied) == (3.0, 3.0, 3.0)
    assert said(ModelRegistry.local(home)) == (2.0, 2.0, 2.0)
    assert sorted(path.relative_to(home) for path in home.rglob("*") if path.is_file()) == before


def test_a_copy_is_whole_when_the_original_is_gone(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "copy")
    shutil.rmtree(home)
    assert said(ModelRegistry.local(tmp_path / "copy")) == (2.0, 2.0, 2.0)


def test_a_home_that_was_moved_there_and_back_keeps_its_champion(home: Path, tmp_path: Path) -> None:
    moved = home.rename(tmp_path / "elsewhere")
    assert said(ModelRegistry.local(moved)) == (2.0, 2.0, 2.0)
    back = moved.rename(home)
    assert said(ModelRegistry.local(back)) == (2.0, 2.0, 2.0)


def test_an_alias_whose_version_is_gone_is_an_alarm_and_no_beginning(home: Path) -> None:
    assert ModelRegistry.local(home).champion("revenue") is None
    with closing(sqlite3.connect(home / "mlflow" / "mlflow.db")) as store, store:
        store.execute("DELETE FROM model_versions")
    with pytest.raises(RegistryError, match="The alias champion of spend names version 1, which is gone"):
        ModelRegistry.local(home).champion("spend")


@pytest.mark.parametrize("pattern", ["model.skops", "record.json", "candidates.csv"])
def test_no_single_bit_of_a_champions_files_changes_without_a_word(pattern: str, home: Path) -> None:
    registry, chance = ModelRegistry.local(home), random.Random(1)
    (path,) = (home / "mlflow" / "artifacts").rglob(pattern)
    whole = path.read_bytes()
    for _ in range(10):
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        with pytest.raises(UntrustedModel, match=r"as registered|that was registered"):
            said(registry)
    path.write_bytes(whole)
    assert said(registry) == (2.0, 2.0, 2.0)


@pytest.mark.parametrize("name", ["MLmodel", "requirements.txt", "input_example.json", "slope.png", "record.json"])
def test_a_changed_or_lost_file_is_found_by_whoever_looks_at_all_of_them(name: str, home: Path) -> None:
    registry = ModelRegistry.local(home)
    version = registry.load("spend").version
    assert registry.damaged_files(version) == []
    (path,) = (home / "mlflow" / "artifacts").rglob(name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (damaged,) = registry.damaged_files(version)
    assert damaged.endswith(name)
    path.unlink()
    assert registry.damaged_files(version) == [damaged]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE model_version_tags SET value = '19be.dir' WHERE key = 'dvc_hash'",
            "The tags of version 1 of spend are",
        ),
        ("UPDATE model_version_tags SET key = 'dvc_hasj' WHERE key = 'dvc_hash'", "The tags of version 1 of spend are"),
        ("UPDATE latest_metrics SET value = 2.0000000001", "The metrics of version 1 of spend are not those"),
    ],
)
def test_what_the_store_says_of_a_version_is_held_against_its_seal(home: Path, statement: str, words: str) -> None:
    assert [dict(one.metrics) for one in ModelRegistry.local(home).versions("spend")] == [{"slope": 2.0}]
    with closing(sqlite3.connect(home / "mlflow" / "mlflow.db")) as store, store:
        store.execute(statement)
    with pytest.raises(UntrustedModel, match=words):
        ModelRegistry.local(home).versions("spend")


def test_a_lost_report_is_not_taken_for_one_that_never_was(home: Path) -> None:
    registry = ModelRegistry.local(home)
    version = registry.load("spend").version
    assert registry.report(version, "profile") is None
    next((home / "mlflow" / "artifacts").rglob("record.json")).unlink()
    with pytest.raises(UntrustedModel, match=r"reports/record\.json of version 1 of spend is lost"):
        registry.report(version, "record")
