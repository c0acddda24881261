"""A retraining moves the champion only when everything holds; whatever fails or dies leaves it where it was."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline

from eshop_dagster import faults
from eshop_dagster.adapters.registry import RegistryError, TrainingData, UntrustedModel
from eshop_dagster.faults import Fault, InjectedFault
from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.evidence import Comparison, Outcome
from eshop_dagster.stages import register
from eshop_dagster.stages.champions import of_window, promote, rollback, serving_champion
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.parameters import CutoffParams
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.register import Registered, retrain, store_snapshot
from eshop_dagster.stages.reproduce import reproduce
from eshop_dagster.stages.score_files import read_scores
from eshop_dagster.stages.snapshot import describe_snapshot
from eshop_dagster.stages.trained import Trained

from .registered_tags import register_with_tag
from .retrain_home import fill, platform_of, retrain_home, snapshot_of

ASKED_BY = {"dagster_run": "r1", "trigger": "a person", "trigger_reason": "asked for"}


def retrained(platform: Platform, model: str = "spend", **options: Any) -> Registered:
    snapshot = snapshot_of(platform)
    return retrain(platform, model, snapshot, store_snapshot(platform, snapshot), asked_by=ASKED_BY, **options)


def champion(platform: Platform, model: str = "spend") -> int | None:
    found = platform.registry.champion(model)
    return found.version if found else None


@pytest.fixture(scope="module")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which every model was trained once."""
    platform = retrain_home(tmp_path_factory.mktemp("trained") / "home")
    for model in KINDS:
        assert retrained(platform, model).decision.is_promoted, model
    return platform.home


@pytest.fixture
def platform(trained_home: Path, tmp_path: Path) -> Platform:
    """A copy of that home; its registry names the files of the original, which nobody changes."""
    shutil.copytree(trained_home, tmp_path / "home")
    return platform_of(tmp_path / "home")


def test_the_first_model_of_each_kind_that_beats_its_baseline_is_champion(trained_home: Path) -> None:
    platform = platform_of(trained_home)
    assert {model: champion(platform, model) for model in KINDS} == dict.fromkeys(KINDS, 1)


@pytest.mark.parametrize("model", KINDS)
def test_a_version_carries_the_record_from_which_it_can_be_made_again(trained_home: Path, model: str) -> None:
    platform = platform_of(trained_home)
    version = platform.registry.champion(model)
    assert version is not None
    record = platform.registry.report(version, "record")
    assert record["data"]["dvc_hash"] == version.tags["dvc_hash"]
    for table in KINDS[model].tables:
        assert record["data"]["tables"][table]["content"] == platform.records.records()[table].content
        assert record["data"]["tables"][table]["checks"] == {"a_rule": "pass"}
    assert set(record["code"]) == {"code_hash", "dbt_project_hash", "lock_file_hash", "git_commit", "git_is_dirty"}
    assert record["params"]["model"]["seed"] == 7
    assert record["asked_by"] == ASKED_BY
    assert {"processor", "cores", "memory_gib", "python", "packages"} <= set(record["environment"])
    assert record["gate"]["outcome"] == "promote" and len(record["gate"]["findings"]) >= 6
    files = json.loads(version.tags["model_files"])
    assert files["model.skops"] == version.tags["model_sha256"] and {"MLmodel", "requirements.txt"} <= set(files)


@pytest.mark.parametrize("model", KINDS)
def test_a_champion_made_again_from_its_record_is_equal_to_the_byte(trained_home: Path, model: str) -> None:
    done = reproduce(platform_of(trained_home), model)
    assert done.in_words() == (
        f"{model} version 1 was made again: predictions, metrics and model file are equal to the byte"
    )
    assert done.is_equal


def test_what_differs_from_the_record_is_told(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    report = platform.registry.report

    def another(version: Any, name: str) -> Any:
        record = report(version, name)
        record["params"]["model"]["linear"] = {"alpha": 5.0}
        record["environment"]["packages"]["numpy"] = "1.0"
        return record

    monkeypatch.setattr(platform.registry, "report", another)
    done = reproduce(platform, "spend")
    assert not done.is_equal
    assert "predictions, metrics, the model file differ" in done.in_words()
    assert any(one.startswith("rmse_brl is ") for one in done.differences)
    assert any(one.startswith("numpy was 1.0, is ") for one in done.differences)


def test_a_champion_that_surely_loses_to_the_best_baseline_steps_down_for_it(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The challenger and the champion both lose; what the baseline was measured to be worth serves from then on."""
    kind = KINDS["spend"]

    def lost(trained: Trained, *arguments: Any) -> Comparison:
        found, much = kind.compare(trained, *arguments), Interval(50.0, 40.0, 60.0)
        worse = {} if trained.is_stand_in else {"against_baseline": much}
        return replace(found, champion_against_baseline=much, **worse)

    monkeypatch.setattr(register, "KINDS", {**KINDS, "spend": replace(kind, compare=lost)})
    done = retrained(platform, force=True)
    assert done.decision.is_promoted and done.version is not None
    assert done.decision.reason.startswith(
        "the best baseline steps in, for what was trained is refused (not worse than the best baseline); rmse_brl "
    )
    assert done.trained is not None and done.trained.candidate == done.version.tags["candidate"] != "weighted_mean"
    assert champion(platform) == done.version.version == 3
    refused = platform.registry.version("spend", 2)
    assert refused is not None and refused.tags["candidate"] == "weighted_mean" and refused.tags["gate"] == "keep"
    assert reproduce(platform_of(platform.home), "spend").is_equal


def test_the_same_snapshot_and_parameters_are_registered_once(platform: Platform) -> None:
    again = retrained(platform)
    assert not again.is_new and again.version is not None and again.version.version == 1
    assert again.decision.is_promoted


def test_a_challenger_as_good_follows_and_the_champion_becomes_previous(platform: Platform) -> None:
    done = retrained(platform, force=True)
    assert done.decision.is_promoted, done.decision.reason
    assert champion(platform) == 2
    previous = platform.registry.version("spend", "previous")
    assert previous is not None and previous.version == 1


def test_segments_keep_their_ids_and_nobody_moves_when_nothing_changed(platform: Platform) -> None:
    done = retrained(platform, "segmentation", force=True)
    assert done.decision.is_promoted, done.decision.reason
    [moved] = [finding for finding in done.decision.findings if finding.rule == "customers who move"]
    assert moved.seen == "0.0% of customers change segment"


def test_rows_that_nobody_has_tested_keep_the_champion(platform: Platform) -> None:
    snapshot = snapshot_of(platform)
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        connection.execute("UPDATE customer_features SET net_revenue_brl = net_revenue_brl + 1")
    platform.records.update(["customer_features"], None)
    done = retrain(platform, "spend", snapshot, store_snapshot(platform, snapshot), asked_by=ASKED_BY, force=True)
    assert done.decision.outcome is Outcome.KEEP
    assert done.decision.reason.startswith("quality records: customer_features without a passed record")
    assert champion(platform) == 1


def test_a_poisoned_feature_table_never_becomes_champion(platform: Platform) -> None:
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        connection.execute("UPDATE customer_features SET net_revenue_brl = 'nan'::DOUBLE WHERE customer_key LIKE '%7'")
    platform.records.update(["customer_features"], None)
    platform.records.record({"customer_features": {"a_rule": "pass"}})
    with pytest.raises(ValueError, match="NULL or infinite"):
        retrained(platform)
    assert champion(platform) == 1


def test_a_metric_that_is_not_a_number_keeps_the_champion(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = KINDS["spend"]

    def broken(*arguments: Any) -> Any:
        trained = kind.train(*arguments)
        trained.metrics["rmse_brl"] = float("nan")
        return trained

    monkeypatch.setattr(register, "KINDS", {**KINDS, "spend": replace(kind, train=broken)})
    done = retrained(platform, force=True)
    assert done.decision.outcome is Outcome.KEEP and "challenger nan" in done.decision.reason
    assert champion(platform) == 1


def test_a_shop_that_became_another_one_waits_for_a_person(platform: Platform) -> None:
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        for name in connection.execute(
            "SELECT column_name FROM duckdb_columns() WHERE table_name = 'customer_features'"
        ).fetchall():
            if name[0].endswith(("_brl", "_count")):
                connection.execute(f"UPDATE customer_features SET {name[0]} = {name[0]} * 40 + 3")
        connection.execute("UPDATE customer_spend_labels SET spend_in_window_brl = spend_in_window_brl * 40")
    platform.records.update(["customer_features", "customer_spend_labels"], None)
    passed = {"a_rule": "pass"}
    platform.records.record({"customer_features": passed, "customer_spend_labels": passed})
    done = retrained(platform)
    assert done.decision.outcome is Outcome.PERSON
    assert done.decision.reason.startswith("drift: ")
    assert champion(platform) == 1


def test_a_feature_that_knows_the_future_waits_for_a_person(platform: Platform) -> None:
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        connection.execute("""
            UPDATE customer_features SET net_revenue_last_90_days_brl = labels.spend_in_window_brl
            FROM customer_spend_labels AS labels
            WHERE labels.customer_key = customer_features.customer_key
                AND labels.as_of_date = customer_features.as_of_date
        """)
    platform.records.update(["customer_features"], None)
    platform.records.record({"customer_features": {"a_rule": "pass"}})
    done = retrained(platform)
    assert done.decision.outcome is Outcome.PERSON
    assert done.decision.reason.startswith("a plausible gain: ")
    assert champion(platform) == 1


def test_half_the_customers_lost_wait_for_a_person(platform: Platform) -> None:
    fill(platform, customers=300)
    done = retrained(platform)
    assert done.decision.outcome is Outcome.PERSON
    assert done.decision.reason.startswith("data volume: ")


def test_a_champion_whose_file_was_cut_stays_champion_until_a_person_acts(tmp_path: Path) -> None:
    platform = retrain_home(tmp_path / "home")
    assert retrained(platform).decision.is_promoted
    [path] = (platform.home / "mlflow").rglob("model.skops")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(UntrustedModel, match="SHA-256"):
        platform.registry.load("spend")
    done = retrained(platform, force=True)
    assert done.decision.outcome is Outcome.KEEP
    assert "of champion not measured" in done.decision.reason
    assert "SHA-256" in done.decision.reason
    assert champion(platform) == 1
    assert promote(platform, "spend", 2, "the file of version 1 was cut").after == 2


def test_a_champion_of_an_older_platform_is_named_and_waits_for_a_person(tmp_path: Path) -> None:
    platform = retrain_home(tmp_path / "home")
    older = Pipeline([("model", LinearRegression())]).fit(pd.DataFrame({"recency_days": [1.0, 2.0]}), [1.0, 2.0])
    platform.registry.log_model(
        "spend",
        older,
        metrics={},
        params={},
        tags={},
        input_example=pd.DataFrame({"recency_days": [1.0]}),
        figures={},
        tables={},
        json_artifacts={},
        dataset=TrainingData("training snapshot", "dvc://0", "0", {"recency_days": "double"}),
        description="an older platform's",
    )
    platform.registry.set_champion("spend", 1, "it was good then")
    done = retrained(platform)
    assert done.decision.outcome is Outcome.KEEP and champion(platform) == 1
    words = "it is a Pipeline of an older platform, expected a SpendMean"
    assert any(words in finding.seen for finding in done.decision.findings)
    with pytest.raises(RegistryError, match=f"cannot be used: {words}. Promote another one"):
        serving_champion(platform, "spend")
    promote(platform, "spend", 2, "the first of this platform")
    served = serving_champion(platform, "spend")
    assert served is not None and served.version.version == 2


def test_a_champion_of_another_window_is_neither_served_nor_compared_with(platform: Platform) -> None:
    shorter = platform_of(platform.home, cutoffs=CutoffParams(horizon_days=60))
    assert of_window(shorter, serving_champion(shorter, "spend"), 60) is None
    assert of_window(platform, serving_champion(platform, "spend"), 90) is not None
    fill(shorter)
    done = retrained(shorter)
    assert done.decision.reason.startswith("version 1 predicts 90 days, and 60 are asked for: it is not compared; ")
    assert done.decision.is_promoted and champion(shorter) == 2
    assert shorter.registry.champion("spend").tags["window_days"] == "60"  # type: ignore[union-attr]
    assert reproduce(shorter, "spend").is_equal


@pytest.mark.parametrize("point", ["retrain.trained", "retrain.log", "retrain.alias", "registry.previous"])
def test_a_run_that_dies_anywhere_leaves_a_complete_champion_and_the_next_one_succeeds(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    monkeypatch.setattr(faults, "_armed", {point: Fault(point, "raise")})
    with pytest.raises(InjectedFault):
        retrained(platform, force=True)
    monkeypatch.setattr(faults, "_armed", {})
    assert champion(platform) == 1
    assert platform.registry.load("spend").version.version == 1
    done = retrained(platform, force=True)
    assert done.decision.is_promoted and champion(platform) == done.version.version  # type: ignore[union-attr]


def test_rollback_returns_to_the_previous_champion_and_back_again(platform: Platform) -> None:
    retrained(platform, force=True)
    moved = rollback(platform, "spend", "too hopeful")
    assert (moved.before, moved.after) == (2, 1)
    now = platform.registry.champion("spend")
    assert now is not None and now.tags["reason"] == "promoted by hand: too hopeful"
    assert rollback(platform, "spend", "it was right after all").after == 2


def test_an_id_that_a_champion_published_before_it_was_rolled_back_is_never_given_again(tmp_path: Path) -> None:
    platform = retrain_home(tmp_path / "home")
    retrained(platform, "segmentation")
    retrained(platform, "segmentation", force=True)
    # As if the second had found a kind of customer that the first does not know.
    [second] = [one.version for one in platform.registry.versions("segmentation") if one.version.version == 2]
    personas = [*json.loads(second.tags["personas"]), {"segment_id": 9}]
    register_with_tag(platform, "segmentation", 2, "personas", json.dumps(personas))
    rollback(platform, "segmentation", "a segment too many")
    fill(platform, seed=6)

    done = retrained(platform, "segmentation", force=True)

    assert 9 in done.trained.pipeline.used_ids_  # type: ignore[union-attr]
    assert reproduce(platform, "segmentation", 3).is_equal


def test_without_a_previous_champion_or_a_reason_nothing_moves(platform: Platform) -> None:
    with pytest.raises(RegistryError, match="no previous champion"):
        rollback(platform, "spend", "why not")
    with pytest.raises(RegistryError, match="champion already"):
        promote(platform, "spend", 1, "once more")
    with pytest.raises(RegistryError, match="The reason is empty"):
        promote(platform, "spend", 1, " ")
    with pytest.raises(RegistryError, match="Model spend has no 9"):
        promote(platform, "spend", 9, "a version that is not there")
    assert champion(platform) == 1


def test_a_history_without_room_for_cutoffs_notes_why_and_still_forecasts_revenue(tmp_path: Path) -> None:
    platform = retrain_home(tmp_path / "home")
    snapshot = snapshot_of(platform)
    told = {**snapshot.description, "obstacle": "history has 100 days"}
    short = describe_snapshot(snapshot.folder, told)
    dvc_hash = store_snapshot(platform, short)
    done = {model: retrain(platform, model, short, dvc_hash, asked_by=ASKED_BY) for model in KINDS}
    assert done["spend"].decision.reason == "history has 100 days; the champion, if any, stays"
    assert done["segmentation"].version is None and done["revenue"].decision.is_promoted
    assert not read_scores(platform.home).tables
    assert np.isfinite(done["revenue"].trained.metrics["holdout_mase"])  # type: ignore[union-attr]
