import os
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from xgboost import XGBRegressor

from eshop_dagster.adapters.registry import (
    ModelRegistry,
    ModelVersion,
    RegistryError,
    RegistryUnavailable,
    TrainingData,
    UntrustedModel,
    pinned_requirements,
)

SNAPSHOT_HASH = "19bd11ed05dc686058fed2df39a83cd3.dir"
NUMBERS = ["recency_days", "net_brl"]


def customers(row_count: int = 200) -> pd.DataFrame:
    random = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "recency_days": random.integers(0, 90, row_count),
            "net_brl": random.gamma(2.0, 50.0, row_count),
            "state": random.choice(["SP", "RJ", "BA"], row_count),
        }
    )


def scaled() -> ColumnTransformer:
    return ColumnTransformer([("number", StandardScaler(), NUMBERS), ("state", OneHotEncoder(), ["state"])])


def logged() -> ColumnTransformer:
    return ColumnTransformer([("log", FunctionTransformer(np.log1p, feature_names_out="one-to-one"), NUMBERS)])


def fitted(kind: str) -> Pipeline:
    steps: dict[str, list[tuple[str, Any]]] = {
        "xgboost": [("prepare", scaled()), ("model", XGBRegressor(n_estimators=5, max_depth=2, n_jobs=1))],
        "forest": [("prepare", scaled()), ("model", RandomForestRegressor(n_estimators=5, random_state=7))],
        "linear": [("prepare", logged()), ("model", LinearRegression())],
        "kmeans": [("prepare", logged()), ("scale", StandardScaler()), ("model", KMeans(3, n_init=1, random_state=7))],
    }
    return Pipeline(steps[kind]).fit(customers(), customers()["net_brl"] * 2.0)


def log(registry: ModelRegistry, name: str = "spend", kind: str = "kmeans", **changes: Any) -> ModelVersion:
    figure = Figure()
    figure.subplots().plot([1, 2], [3, 4])
    recording: dict[str, Any] = {
        "metrics": {"mae_brl": 12.5},
        "params": {"depth": 2, "seed": 7},
        "tags": {"dvc_hash": SNAPSHOT_HASH, "git_commit": "0123abc"},
        "input_example": customers(2),
        "figures": {"residuals": figure},
        "tables": {"slices": pd.DataFrame({"state": ["SP"], "mae_brl": [10.5]})},
        "json_artifacts": {"gate": {"verdict": "região Sul melhor", "checks": 3}},
        "dataset": TrainingData("spend", "snapshots/spend", SNAPSHOT_HASH, {"recency_days": "BIGINT"}),
        "description": "**Spend** of the next 90 days.",
    }
    return registry.log_model(name, fitted(kind), **{**recording, **changes})


def artifacts(registry: ModelRegistry, version: ModelVersion) -> dict[str, Path]:
    """Files of the run by their path in it."""
    folder = Path(client(registry).get_run(version.run_id).info.artifact_uri.removeprefix("file://"))
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def model_folder(registry: ModelRegistry, version: ModelVersion) -> Path:
    uri = client(registry).get_model_version_download_uri(version.name, str(version.version))
    return Path(uri.removeprefix("file://"))


def client(registry: ModelRegistry) -> Any:
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=registry.tracking_uri, registry_uri=registry.tracking_uri)


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def run_python(program: str, *arguments: str) -> "subprocess.Popen[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW", "PYTEST", "DO_NOT"))}
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose MLflow schema is made: making it takes seconds, copying it does not."""
    home = tmp_path_factory.mktemp("empty")
    ModelRegistry.local(home).initialise()
    return home


@pytest.fixture
def registry(empty_store: Path, tmp_path: Path) -> ModelRegistry:
    shutil.copytree(empty_store, tmp_path / "home")
    return ModelRegistry.local(tmp_path / "home")


@pytest.fixture
def process_wide_uri() -> Iterator[Callable[[str], None]]:
    """MLflow's fluent functions follow one URI of the process; it is unset again."""
    import mlflow

    yield mlflow.set_tracking_uri
    unset: Any = None
    mlflow.set_tracking_uri(unset)


def test_importing_the_registry_imports_no_heavy_library() -> None:
    program = (
        "import sys, eshop_dagster.adapters.registry;"
        "sys.stdout.write(' '.join(sorted({'mlflow', 'skops', 'sklearn', 'pandas', 'matplotlib'} & set(sys.modules))))"
    )

    assert run_python(program).communicate()[0] == ""


def test_four_processes_may_use_a_new_home_first_at_the_same_time(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from eshop_dagster.adapters.registry import ModelRegistry;"
        "sys.stdout.write(str(ModelRegistry.local(Path(sys.argv[1])).champion('spend')))"
    )
    processes = [run_python(program, str(tmp_path / "home")) for _ in range(4)]

    assert [(process.communicate()[0], process.returncode) for process in processes] == [("None", 0)] * 4


def test_logging_a_model_never_opens_a_connection_and_writes_only_below_the_home(tmp_path: Path) -> None:
    program = """
import os, sys
def refuse(event, arguments):
    is_installer = event == "subprocess.Popen" and {"pip", "uv"} & {os.path.basename(word) for word in arguments[1]}
    if event in ("socket.connect", "socket.getaddrinfo") or is_installer:
        raise RuntimeError(f"{event}: {arguments}")
sys.addaudithook(refuse)
import threading
threading.excepthook = lambda failed: os._exit(9)
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_registry import ModelRegistry, log
os.chdir(sys.argv[1])
sys.stdout.write(str(log(ModelRegistry.local(Path("home"))).version))
"""
    process = run_python(program, str(tmp_path), str(Path(__file__).parent))

    assert (process.communicate()[0], process.returncode) == ("1", 0)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize("kind", ["xgboost", "linear", "kmeans"])
def test_a_model_predicts_the_same_bytes_after_every_way_of_loading_it(
    registry: ModelRegistry, process_wide_uri: Callable[[str], None], kind: str
) -> None:
    expected = np.asarray(fitted(kind).predict(customers())).tobytes()
    log(registry, kind=kind)
    registry.set_champion("spend", 1, "first of its kind")
    process_wide_uri(registry.tracking_uri)
    import mlflow.pyfunc

    loaded = registry.load("spend")
    served = mlflow.pyfunc.load_model("models:/spend@champion")

    assert (loaded.version.name, loaded.version.version) == ("spend", 1)
    assert np.asarray(loaded.pipeline.predict(customers())).tobytes() == expected
    assert np.asarray(served.predict(customers())).tobytes() == expected


@pytest.mark.parametrize("kind", ["xgboost", "linear", "kmeans"])
def test_a_model_is_stored_without_any_pickle(registry: ModelRegistry, kind: str) -> None:
    version = log(registry, kind=kind)

    assert sorted(path.name for path in model_folder(registry, version).iterdir()) == [
        "MLmodel",
        "conda.yaml",
        "input_example.json",
        "model.skops",
        "python_env.yaml",
        "requirements.txt",
        "serving_input_example.json",
    ]
    with zipfile.ZipFile(model_folder(registry, version) / "model.skops") as archive:
        assert {Path(name).suffix for name in archive.namelist()} <= {".json", ".npy", ".npz", ".bin"}


def test_the_run_holds_numbers_files_data_set_and_description(registry: ModelRegistry) -> None:
    version = log(registry)
    run = client(registry).get_run(version.run_id)
    files = artifacts(registry, version)

    assert run.info.status == "FINISHED"
    assert run.data.metrics == {"mae_brl": 12.5}
    assert run.data.params == {"depth": "2", "seed": "7"}
    assert run.data.tags["dvc_hash"] == SNAPSHOT_HASH
    assert run.data.tags["mlflow.note.content"] == "**Spend** of the next 90 days."
    assert [(used.dataset.name, used.dataset.digest, used.dataset.source) for used in run.inputs.dataset_inputs] == [
        ("spend", SNAPSHOT_HASH, '{"uri": "snapshots/spend"}')
    ]
    assert client(registry).get_experiment(run.info.experiment_id).name == "spend"
    assert sorted(files) == ["plots/residuals.png", "reports/gate.json", "tables/slices.csv"]
    assert files["plots/residuals.png"].read_bytes()[:4] == b"\x89PNG"
    assert files["tables/slices.csv"].read_text() == "state,mae_brl\nSP,10.5\n"
    assert "região Sul melhor" in files["reports/gate.json"].read_text(encoding="utf-8")


def test_the_version_holds_description_tags_signature_and_requirements(registry: ModelRegistry) -> None:
    from mlflow.models import Model

    version = log(registry)
    registered = client(registry).get_model_version("spend", "1")
    model = Model.load(str(model_folder(registry, version)))

    assert registered.description == "**Spend** of the next 90 days."
    assert client(registry).get_registered_model("spend").description == "**Spend** of the next 90 days."
    assert {name: version.tags[name] for name in ("dvc_hash", "git_commit")} == {
        "dvc_hash": SNAPSHOT_HASH,
        "git_commit": "0123abc",
    }
    assert model.signature.inputs.input_names() == ["recency_days", "net_brl", "state"]
    assert model.run_id == version.run_id
    requirements = (model_folder(registry, version) / "requirements.txt").read_text().splitlines()
    assert set(pinned_requirements()) <= set(requirements)


def test_two_registries_in_one_process_do_not_write_into_each_other(empty_store: Path, tmp_path: Path) -> None:
    for shop in ("one", "two"):
        shutil.copytree(empty_store, tmp_path / shop)
    one, two = (ModelRegistry.local(tmp_path / shop) for shop in ("one", "two"))
    log(one)
    log(one)

    assert log(two).version == 1
    assert [summary.version.version for summary in one.versions("spend")] == [2, 1]


def test_a_type_outside_the_allow_list_fails_the_run_and_moves_no_alias(registry: ModelRegistry) -> None:
    log(registry)
    registry.set_champion("spend", 1, "first of its kind")

    with pytest.raises(UntrustedModel, match=r"not in the allow-list: .*sklearn\.tree\._tree\.Tree"):
        log(registry, kind="forest", trusted_types=())

    experiment = client(registry).get_experiment_by_name("spend")
    runs = client(registry).search_runs([experiment.experiment_id], order_by=["start_time DESC"])
    models = client(registry).search_logged_models([experiment.experiment_id])
    assert [run.info.status for run in runs] == ["FAILED", "FINISHED"]
    assert sorted(model.status.name for model in models) == ["FAILED", "READY"]
    assert [(line.version.version, line.aliases) for line in registry.versions("spend")] == [(1, ("champion",))]


def test_an_artifact_that_cannot_be_written_leaves_no_run(registry: ModelRegistry) -> None:
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        log(registry, json_artifacts={"gate": {"p_value": float("nan")}})

    experiment = client(registry).get_experiment_by_name("spend")
    assert list(client(registry).search_runs([experiment.experiment_id])) == []
    assert registry.versions("spend") == []


@pytest.mark.parametrize("changes", [{"params": {"depth": "x" * 6001}}, {"tags": {"evidence": "x" * 8001}}])
def test_a_value_that_is_too_long_is_refused_and_not_cut(registry: ModelRegistry, changes: dict[str, Any]) -> None:
    with pytest.raises(RegistryError, match=r"refused: .* exceeds the maximum length"):
        log(registry, **changes)

    assert registry.versions("spend") == []


def test_the_champion_before_becomes_previous_and_rollback_is_the_same_call(registry: ModelRegistry) -> None:
    for _ in range(3):
        log(registry)
    assert registry.champion("spend") is None
    registry.set_champion("spend", 1, "first of its kind")
    registry.set_champion("spend", 2, "mean absolute error 3 % lower")
    registry.set_challenger("spend", 3, "the region Norte collapses")
    assert [(line.version.version, line.aliases) for line in registry.versions("spend")] == [
        (3, ("challenger",)),
        (2, ("champion",)),
        (1, ("previous",)),
    ]

    assert [line.version.tags["outcome"] for line in registry.versions("spend")] == [
        "challenger",
        "champion",
        "previous",
    ]

    registry.set_champion("spend", 1, "rollback: complaints")

    champion = registry.champion("spend")
    assert champion is not None
    assert (champion.version, champion.tags["outcome"], champion.tags["reason"]) == (
        1,
        "champion",
        "rollback: complaints",
    )
    assert [line.aliases for line in registry.versions("spend")] == [("challenger",), ("previous",), ("champion",)]
    challenger = registry.version("spend", "challenger")
    assert challenger is not None
    assert (challenger.tags["outcome"], challenger.tags["reason"]) == ("challenger", "the region Norte collapses")


def test_a_challenger_that_is_promoted_later_is_a_challenger_no_more(registry: ModelRegistry) -> None:
    log(registry)
    registry.set_challenger("spend", 1, "no evidence yet")
    registry.set_champion("spend", 1, "evidence")

    assert [line.aliases for line in registry.versions("spend")] == [("champion",)]


def test_promoting_the_champion_again_keeps_previous(registry: ModelRegistry) -> None:
    log(registry)
    log(registry)
    registry.set_champion("spend", 1, "first of its kind")
    registry.set_champion("spend", 2, "better")
    registry.set_champion("spend", 2, "still better")

    assert [line.aliases for line in registry.versions("spend")] == [("champion",), ("previous",)]


def test_the_champion_cannot_become_the_challenger(registry: ModelRegistry) -> None:
    log(registry)
    registry.set_champion("spend", 1, "first of its kind")

    with pytest.raises(RegistryError, match="Version 1 of spend is the champion"):
        registry.set_challenger("spend", 1, "worse")


def test_an_alias_is_never_set_to_a_version_that_does_not_exist(registry: ModelRegistry) -> None:
    log(registry)
    registry.set_champion("spend", 1, "first of its kind")

    with pytest.raises(RegistryError, match="Model spend has no version 9"):
        registry.set_champion("spend", 9, "a slip")

    assert [line.aliases for line in registry.versions("spend")] == [("champion",)]


def test_a_version_is_found_by_all_its_tags_and_the_newest_wins(registry: ModelRegistry) -> None:
    log(registry, tags={"dvc_hash": "a", "params_hash": "1"})
    log(registry, tags={"dvc_hash": "a", "params_hash": "1"})
    log(registry, tags={"dvc_hash": "a", "params_hash": "2"})

    found = registry.find_version("spend", {"dvc_hash": "a", "params_hash": "1"})

    assert found is not None
    assert found.version == 2
    assert registry.find_version("spend", {"dvc_hash": "b", "params_hash": "1"}) is None
    assert registry.find_version("spend", {"unheard_of": "1"}) is None
    assert registry.find_version("revenue", {"dvc_hash": "a"}) is None


def test_a_status_table_shows_metrics_and_tags(registry: ModelRegistry) -> None:
    log(registry, metrics={"mae_brl": 9.0}, tags={"dvc_hash": "a"})

    (line,) = registry.versions("spend")

    assert (dict(line.metrics), line.version.tags["dvc_hash"], line.version.url) == ({"mae_brl": 9.0}, "a", None)
    assert registry.versions("revenue") == []


def test_loading_trusts_our_list_and_not_the_one_in_the_model(registry: ModelRegistry) -> None:
    log(registry, kind="xgboost")

    with pytest.raises(UntrustedModel, match=r"Version 1 of spend was not loaded: .*xgboost\.sklearn\.XGBRegressor"):
        registry.load("spend", 1, trusted_types=())


def test_a_model_file_that_changed_after_it_was_registered_is_not_loaded(registry: ModelRegistry) -> None:
    version = log(registry)
    path = model_folder(registry, version) / "model.skops"
    path.write_bytes(path.read_bytes() + b"\0")

    with pytest.raises(UntrustedModel, match=r"its model\.skops has SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}"):
        registry.load("spend", 1)


def test_loading_a_champion_that_nobody_promoted_is_refused(registry: ModelRegistry) -> None:
    log(registry)

    with pytest.raises(RegistryError, match="Model spend has no 'champion'"):
        registry.load("spend")


@pytest.mark.parametrize("name", ["", "spend' OR name = 'x", "../spend"])
def test_a_name_that_is_no_word_is_refused(registry: ModelRegistry, name: str) -> None:
    with pytest.raises(RegistryError, match="is not a model name: expected letters"):
        registry.champion(name)


def test_a_server_that_is_down_is_named() -> None:
    port = closed_port()

    with pytest.raises(RegistryUnavailable, match=rf"The model registry http://127\.0\.0\.1:{port} does not answer"):
        ModelRegistry(f"http://127.0.0.1:{port}", None).champion("spend")


def test_a_password_in_the_address_of_a_server_is_refused_and_not_shown() -> None:
    with pytest.raises(RegistryError, match=r"http://127\.0\.0\.1:5000 .* MLFLOW_TRACKING_PASSWORD") as caught:
        ModelRegistry("http://admin:secret@127.0.0.1:5000", None)

    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mlflow").mkdir()
    (tmp_path / "mlflow" / "mlflow.db").write_text("not a database, however long it is" * 99)

    with pytest.raises(RegistryError, match="file is not a database"):
        ModelRegistry.local(tmp_path).initialise()
