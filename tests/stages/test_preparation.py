"""Every training gets the same input: the job, `dvc repro` and a reproduction, whatever the registry went through."""

import shutil
from pathlib import Path

import pytest
from mlflow import MlflowClient

from eshop_dagster.adapters.model_file import model_bytes
from eshop_dagster.adapters.registry import UntrustedModel
from eshop_dagster.stages.champions import promote, rollback
from eshop_dagster.stages.continuation import continuation_of, registry_states
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.preparation import train, training_identity
from eshop_dagster.stages.register import Registered, retrain, store_snapshot
from eshop_dagster.stages.reproduce import reproduce
from eshop_dagster.stages.snapshot import Snapshot, SnapshotError

from .registered_tags import register_with_tag
from .retrain_home import PARAMS, fill, platform_of, retrain_home, snapshot_of

SEGMENTATION = KINDS["segmentation"]


def by_the_job(platform: Platform, snapshot: Snapshot | None = None, *, force: bool = False) -> Registered:
    snapshot = snapshot or snapshot_of(platform)
    dvc_hash = store_snapshot(platform, snapshot)
    return retrain(platform, "segmentation", snapshot, dvc_hash, asked_by={}, force=force)


def by_dvc(platform: Platform) -> bytes:
    """The model file that `eshop stage snapshot` and `eshop stage train segmentation` write."""
    return model_bytes(train(SEGMENTATION, snapshot_of(platform), platform.params).pipeline)


def file_of(done: Registered) -> bytes:
    assert done.trained is not None, "nothing was trained"
    return model_bytes(done.trained.pipeline)


@pytest.fixture(scope="module")
def two_champions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose second champion was trained on later data; a person has promoted it if the gate did not."""
    platform = retrain_home(tmp_path_factory.mktemp("prepared") / "home")
    before = registry_states(snapshot_of(platform).folder)["segmentation"]
    assert (before.champion, before.model_sha256, before.published_ids) == (None, None, ())
    content, first = by_dvc(platform), by_the_job(platform)
    assert file_of(first) == content and first.decision.is_promoted
    fill(platform, seed=6)
    second = by_the_job(platform)
    if not second.decision.is_promoted:
        promote(platform, "segmentation", 2, "for what follows")
    return platform.home


@pytest.fixture
def platform(two_champions: Path, tmp_path: Path) -> Platform:
    shutil.copytree(two_champions, tmp_path / "home")
    return platform_of(tmp_path / "home")


def test_the_runs_own_promotion_trains_nothing_again(platform: Platform) -> None:
    before = platform.snapshots.hash_of(snapshot_of(platform).folder)
    again = by_the_job(platform)
    assert not again.is_new and again.version is not None and again.version.version == 2
    assert platform.snapshots.hash_of(snapshot_of(platform).folder) == before


def test_a_rollback_on_unchanged_data_is_undone_by_no_run(platform: Platform) -> None:
    rollback(platform, "segmentation", "odd names")
    again = by_the_job(platform)
    assert not again.is_new
    champion = platform.registry.champion("segmentation")
    assert champion is not None and champion.version == 1


def test_both_drivers_and_a_reproduction_write_the_same_model_file_after_a_rollback(platform: Platform) -> None:
    # As if the second had found a kind of customer that the first does not know.
    register_with_tag(platform, "segmentation", 2, "personas", '[{"segment_id": 0}, {"segment_id": 9}]')
    rollback(platform, "segmentation", "a segment too many")
    fill(platform, seed=7)

    content = by_dvc(platform)
    done = by_the_job(platform)

    assert file_of(done) == content
    assert 9 in done.trained.pipeline.used_ids_  # type: ignore[union-attr]
    assert reproduce(platform, "segmentation", 3).is_equal
    assert by_dvc(platform) == content, "a second run trained something else"


def test_both_drivers_write_the_same_model_file_after_a_promotion(platform: Platform) -> None:
    promote(platform, "segmentation", 1, "the first was right")
    rollback(platform, "segmentation", "or rather the second")
    fill(platform, seed=7)
    content = by_dvc(platform)
    assert file_of(by_the_job(platform)) == content


def test_other_parameters_continue_the_champion_and_not_its_predecessor(platform: Platform) -> None:
    other = platform_of(
        platform.home, models={**PARAMS, "segmentation": {**PARAMS["segmentation"], "most_segments": 4}}
    )
    assert registry_states(snapshot_of(platform).folder)["segmentation"].champion == 1
    assert registry_states(snapshot_of(other).folder)["segmentation"].champion == 2


def test_another_champion_of_the_segmentation_trains_no_other_model_again(platform: Platform) -> None:
    identities = []
    for parameters in ({}, {"models": {**PARAMS, "segmentation": {**PARAMS["segmentation"], "most_segments": 4}}}):
        one = platform_of(platform.home, **parameters)
        snapshot = snapshot_of(one)
        dvc_hash = one.snapshots.hash_of(snapshot.folder)
        identities.append({name: training_identity(one.params, KINDS[name], snapshot, dvc_hash) for name in KINDS})
    assert identities[0]["segmentation"]["dvc_hash"] != identities[1]["segmentation"]["dvc_hash"]
    assert identities[0]["spend"] == identities[1]["spend"]
    assert identities[0]["revenue"] == identities[1]["revenue"]


def test_a_champion_that_came_after_the_snapshot_stops_the_training(platform: Platform) -> None:
    fill(platform, seed=7)
    snapshot = snapshot_of(platform)
    promote(platform, "segmentation", 1, "the first was right")
    with pytest.raises(SnapshotError, match="taken for version 2 of segmentation, and version 1 is champion now"):
        by_the_job(platform, snapshot)


def test_a_champion_that_cannot_be_used_still_keeps_its_ids_to_itself(platform: Platform) -> None:
    register_with_tag(platform, "segmentation", 2, "model_sha256", "another")
    fill(platform, seed=7)
    snapshot = snapshot_of(platform)
    continued = continuation_of(SEGMENTATION, snapshot)
    assert continued is not None and continued.model is None
    fitted = train(SEGMENTATION, snapshot, platform.params).pipeline
    assert continued.used_ids and set(continued.used_ids).isdisjoint(fitted.segment_ids_.tolist())


def test_a_champion_whose_tags_were_changed_stops_the_training_until_a_person_promotes_another(
    platform: Platform,
) -> None:
    MlflowClient(platform.registry.tracking_uri).set_model_version_tag("segmentation", "2", "personas", "[]")
    with pytest.raises(UntrustedModel, match=r"tags of version 2 of segmentation .* or promote another version"):
        snapshot_of(platform)
    moved = promote(platform, "segmentation", 1, "the second was changed")
    assert (moved.before, moved.after, platform.registry.champion_number("segmentation")) == (2, 1, 1)


def test_a_snapshot_that_says_nothing_of_the_champion_is_refused(platform: Platform) -> None:
    snapshot = snapshot_of(platform)
    (snapshot.folder / "registry.json").unlink()
    with pytest.raises(SnapshotError, match="says nothing of segmentation"):
        train(SEGMENTATION, snapshot, platform.params)


def test_a_champions_file_that_was_changed_in_the_snapshot_is_refused(platform: Platform) -> None:
    snapshot = snapshot_of(platform)
    path = snapshot.folder / "segmentation.skops"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(SnapshotError, match="has SHA-256"):
        train(SEGMENTATION, snapshot, platform.params)
