"""What the API does while releases and champions change under it."""

import json
import shutil
import threading
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from mlflow import MlflowClient

from eshop_dagster.adapters.model_file import MODEL_FILE
from eshop_dagster.adapters.registry import ModelRegistry, ModelVersion
from eshop_dagster.adapters.release import open_release
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import publish
from eshop_dagster.stages.score_files import keep_scores, read_scores

from .api_server import FIGURES, SEGMENT, Api, histories, same, scores


def raised(home: Path, by: float) -> None:
    """Publish a release whose expected spends are all higher by so much."""
    table = pq.read_table(read_scores(home).tables["customer_scores"])
    place = table.schema.get_field_index(FIGURES[0])
    table = table.set_column(place, table.schema.field(place), pc.add(table[FIGURES[0]], by))
    keep_scores(home, {"customer_scores": table}, {})
    publish(Platform(load_settings(home), load_params()))


def test_a_release_published_while_fifty_clients_read_gives_no_error_and_no_mixed_answer(api: Api) -> None:
    keys = [row["customer_key"] for row in scores(api.home, 50)]
    before = {row["customer_key"]: row[FIGURES[0]] for row in scores(api.home, 50)}
    first, stop = open_release(api.home).name, threading.Event()
    raises = {first: 0.0}
    answers: list[list[dict[str, Any]]] = [[] for _ in range(50)]

    def read(number: int) -> None:
        with api.client() as client:
            while not stop.is_set():
                answer = client.post("/predict/batch", json={"customer_keys": keys})
                answers[number].append({"status": answer.status_code, **answer.json()})

    readers = [threading.Thread(target=read, args=(number,)) for number in range(50)]
    for reader in readers:
        reader.start()
    try:
        for by in (1000.0, 2000.0):
            raised(api.home, 1000.0)
            name = open_release(api.home).name
            raises[name] = by
            api.await_ready(20, release=name)
        stop.wait(1)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    seen = {answer["provenance"]["release"] for one in answers for answer in one}
    assert seen == set(raises)
    for answer in (answer for one in answers for answer in one):
        assert answer["status"] == 200
        by = raises[answer["provenance"]["release"]]
        for row in answer["customers"]:
            assert row[FIGURES[0]] == pytest.approx(before[row["customer_key"]] + by, abs=1e-6)


def test_a_broken_release_leaves_the_old_one_in_service_and_is_said(api: Api) -> None:
    served = api.ready()["release"]
    link, broken = api.home / "published" / "current", api.home / "published" / "broken"
    shutil.copytree(link.resolve(), broken)
    manifest = json.loads((broken / "manifest.json").read_text())
    (broken / "manifest.json").write_text(json.dumps({**manifest, "release": "broken"}))
    (broken / "customer_scores.parquet").write_bytes(b"no Parquet")
    try:
        _point(link, "broken")
        found = api.await_ready(20, trouble="the newest release cannot be served")
        assert found["release"] == served
        with api.client() as client:
            assert "eshop_api_is_troubled 1.0" in client.get("/metrics").text
            assert client.post("/predict", json={"orders": []}).status_code == 200
    finally:
        _point(link, served)
        shutil.rmtree(broken)
    api.await_ready(20, trouble=None, release=served)


def _point(link: Path, target: str) -> None:
    aside = link.with_name(".aside")
    aside.symlink_to(target)
    aside.rename(link)


def logged_again(registry: ModelRegistry) -> ModelVersion:
    """The champion of segmentation once more, as a version of its own."""
    champion = registry.load("segmentation")
    return registry.log_model(
        "segmentation",
        champion.pipeline,
        metrics={},
        params={},
        tags={"personas": champion.version.tags["personas"], "dvc_hash": "another"},
        input_example=_made_up(champion.pipeline.feature_names_),
        figures={},
        tables={},
        json_artifacts={},
        dataset=_dataset(),
        description="the same once more",
    )


def test_a_champion_whose_file_was_changed_leaves_the_one_before_in_service_and_is_said(api: Api) -> None:
    registry = Platform(load_settings(api.home), load_params()).registry
    before, broken = api.ready()["models"]["segmentation"], logged_again(registry)
    location = MlflowClient(registry.tracking_uri).get_model_version_download_uri("segmentation", str(broken.version))
    path = Path(urlsplit(location).path) / MODEL_FILE
    path.write_bytes(path.read_bytes()[:-100])
    registry.set_champion("segmentation", broken.version, "nobody looked at its file")
    found = api.await_ready(30, trouble="a champion cannot be used")
    assert found["models"]["segmentation"] == before
    keys = [row["customer_key"] for row in scores(api.home, 5)]
    with api.client() as client:
        answer = client.post("/segment/batch", json={"customer_keys": keys}).json()
    assert answer["provenance"]["model_version"] == before
    registry.set_champion("segmentation", before, "back to what works")
    api.await_ready(30, trouble=None)


def test_a_new_champion_is_asked_about_the_releases_features_until_its_own_release(api: Api) -> None:
    """By key and by history agree all the same, and the answers name the new version."""
    registry = Platform(load_settings(api.home), load_params()).registry
    again = logged_again(registry)
    registry.set_champion("segmentation", again.version, "to see it taken up")
    wanted = {**api.ready()["models"], "segmentation": again.version}
    api.await_ready(30, models=wanted)
    expected = scores(api.home, 20)
    keys = [row["customer_key"] for row in expected]
    with api.client() as client:
        by_key = client.post("/segment/batch", json={"customer_keys": keys}).json()
        posted = histories(api.home, keys)
        by_history = client.post("/segment/batch", json={"histories": [{"orders": posted[key]} for key in keys]}).json()
        versions = client.get("/models").json()["models"]
    assert by_key["provenance"]["model_version"] == by_history["provenance"]["model_version"] == again.version
    assert by_key["provenance"]["model_data_version"] == "another"
    for score, one, other in zip(expected, by_key["customers"], by_history["customers"], strict=True):
        assert same(one, score, SEGMENT) and same(other, score, SEGMENT)
    [row] = [row for row in versions if row["model"] == "segmentation" and row["version"] == again.version]
    assert row["is_answering"] and row["reason"] == "to see it taken up"
    assert date.fromisoformat(row["promoted_at"][:10]) >= date(2024, 1, 1)


def _made_up(names: tuple[str, ...]) -> Any:
    from eshop_dagster.ml.features import sample_input

    return sample_input(names)


def _dataset() -> Any:
    from eshop_dagster.adapters.registry import TrainingData

    return TrainingData("none", "file:///none", "another", {"net_revenue_brl": "double"})
