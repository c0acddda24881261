"""The revenue forecast on the rails: a champion is held against a challenger at past origins, and forecasts."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.snapshot import Snapshot

from .retrain_home import platform_of, retrain_home, snapshot_of

REVENUE = KINDS["revenue"]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return snapshot_of(retrain_home(tmp_path_factory.mktemp("home") / "home", customers=300))


def params_of(folder: Path):
    return platform_of(folder).params


def test_the_best_baseline_stands_by_with_evidence_of_its_own(snapshot: Snapshot, tmp_path: Path) -> None:
    trained = REVENUE.train(snapshot, params_of(tmp_path), None)
    other = trained.stand_in
    assert trained.candidate == "mean" and other is not None
    assert other.candidate == other.pipeline.candidate == trained.judged.best_baseline()
    assert other.metrics["holdout_mase"] == other.baseline_metrics["holdout_mase"]
    assert trained.baseline_metrics["holdout_mase"] == other.metrics["holdout_mase"]
    assert REVENUE.predict(other.pipeline, snapshot)["revenue_upper_95_brl"].notna().all()


def test_a_champion_is_its_formula_at_the_same_origins(snapshot: Snapshot, tmp_path: Path) -> None:
    params = params_of(tmp_path)
    trained = REVENUE.train(snapshot, params, None)
    assert trained.stand_in is not None
    same = REVENUE.compare(trained, trained.pipeline, snapshot, params)
    assert same.champion == pytest.approx(trained.metrics["holdout_mase"])
    assert same.difference is not None and same.difference.upper == 0
    rival = REVENUE.compare(trained, trained.stand_in.pipeline, snapshot, params)
    assert rival.baseline_name == trained.stand_in.candidate
    assert rival.difference == rival.against_baseline
    assert rival.champion_against_baseline is not None and rival.champion_against_baseline.value == 0
    assert {one.name for one in rival.slices} == {"state=RJ", "state=SP"}
    assert all(np.isfinite([one.loss, one.reference]).all() for one in rival.slices)


def test_a_history_too_short_to_judge_anything_has_no_model_and_says_so(snapshot: Snapshot, tmp_path: Path) -> None:
    days = pq.read_table(snapshot.folder / "history.parquet").to_pandas()
    first = pd.Timestamp(days["date"].min())
    short = tmp_path / "short"
    short.mkdir()
    days[pd.to_datetime(days["date"]) < first + pd.Timedelta(days=20)].to_parquet(short / "history.parquet")
    (short / "calendar.parquet").write_bytes((snapshot.folder / "calendar.parquet").read_bytes())
    last = date.fromordinal(first.toordinal() + 19)
    told = {**snapshot.description, "last_complete_day": str(last)}
    trained = REVENUE.train(replace(snapshot, folder=short, description=told), params_of(tmp_path), None)
    assert trained.pipeline is None and trained.stand_in is None
    assert trained.reason.startswith("There is no revenue forecast: the history has 20 days, 28 are needed.")
