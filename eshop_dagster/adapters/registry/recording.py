"""One training run: its numbers, its files, its model, and the version made of it."""

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.adapters.model_file import MODEL_FILE, model_bytes
from eshop_dagster.adapters.registry.connection import mlflow_warnings_ignored
from eshop_dagster.adapters.registry.records import TrainingData, UntrustedModel

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from mlflow import MlflowClient
    from mlflow.entities import LoggedModel
    from mlflow.entities.model_registry import ModelVersion as MlflowVersion
    from mlflow.models import Model, ModelSignature

DIGEST_TAG = "model_sha256"
"""Version tag: SHA-256 of the model file, checked at each load."""

FILES_TAG = "model_files"
"""Version tag: SHA-256 of every file of the model's folder by name, as JSON."""

REPORTS_TAG = "report_files"
"""Version tag: SHA-256 of every report, table and plot of the run by name, as JSON, checked at each reading."""

SEAL_TAG = "sealed"
"""Version tag: names of the tags and metrics that a version was registered with, and a SHA-256 of each group."""

_PARAMS_PER_CALL = 100
_LARGEST = sys.float_info.max
"""MLflow keeps this in the place of infinity."""


@dataclass(frozen=True)
class Recording:
    """All that one run records; see `ModelRegistry.log_model` for the meaning of each part."""

    model_name: str
    pipeline: Any
    metrics: Mapping[str, float]
    params: Mapping[str, object]
    tags: Mapping[str, str]
    input_example: "pd.DataFrame"
    figures: Mapping[str, "Figure"]
    tables: Mapping[str, "pd.DataFrame"]
    json_artifacts: Mapping[str, object]
    dataset: TrainingData
    description: str
    trusted_types: Sequence[str]
    pip_requirements: Sequence[str]


def record(client: "MlflowClient", experiment_id: str, recording: Recording) -> "MlflowVersion":
    """Write the run, and a model version as its last step: a version that exists is complete.

    Whatever fails, the run ends as FAILED and the error goes on.
    """
    with tempfile.TemporaryDirectory() as folder:
        _write_files(Path(folder), recording)
        reports = _digests(Path(folder), "reports/*", "tables/*", "plots/*")
        run = client.create_run(experiment_id, run_name=recording.model_name)
        run_id = run.info.run_id
        with _failing(lambda: client.set_terminated(run_id, "FAILED")):
            _log_numbers(client, run_id, recording)
            client.log_artifacts(run_id, folder)
            logged, digests = _log_model(client, experiment_id, run_id, recording)
            client.set_tag(run_id, "mlflow.note.content", recording.description)
            client.set_terminated(run_id, "FINISHED")
            # MLflow's own log_model registers `models:/<id>`, which a SQLite store looks up at the process's current
            # tracking URI, not at its own.
            tags = {
                **recording.tags,
                DIGEST_TAG: digests[MODEL_FILE],
                FILES_TAG: json.dumps(digests),
                REPORTS_TAG: json.dumps(reports),
            }
            version = client.create_model_version(
                recording.model_name,
                source=logged.artifact_location,
                run_id=run_id,
                model_id=logged.model_id,
                tags={**tags, SEAL_TAG: seal(tags, recording.metrics)},
                description=recording.description,
            )
    # A server does this by itself: the model's page then names its versions.
    versions = json.dumps([{"name": version.name, "version": version.version}])
    client.set_logged_model_tags(logged.model_id, {"mlflow.modelVersions": versions})
    return version


def seal(tags: Mapping[str, str], metrics: Mapping[str, float]) -> str:
    """Return what tells a version's tags and metrics from changed ones; tags that come later are not meant."""
    groups = {"tags": {name: str(value) for name, value in tags.items()}, "metrics": metrics}
    return json.dumps({kind: [sorted(values), values_sha256(values)] for kind, values in groups.items()})


def values_sha256(values: Mapping[str, object]) -> str:
    """Return one hash of named values; numbers as MLflow's store keeps them."""
    kept = {
        name: max(-_LARGEST, min(_LARGEST, float(value))) if isinstance(value, int | float) else value
        for name, value in values.items()
    }
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


@contextmanager
def _failing(mark_failed: Callable[[], object]) -> Iterator[None]:
    from mlflow.exceptions import MlflowException

    try:
        yield
    # An interrupted run has failed too.
    except BaseException:
        with suppress(MlflowException):
            mark_failed()
        raise


def _write_files(folder: Path, recording: Recording) -> None:
    """Render every artifact before the run exists: what cannot be rendered leaves no trace in the registry."""
    for kind in ("plots", "tables", "reports"):
        (folder / kind).mkdir()
    for name, figure in recording.figures.items():
        figure.savefig(folder / "plots" / f"{name}.png", format="png", dpi=100)
    for name, table in recording.tables.items():
        table.to_csv(folder / "tables" / f"{name}.csv", index=False)
    for name, content in recording.json_artifacts.items():
        text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
        (folder / "reports" / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


def _log_numbers(client: "MlflowClient", run_id: str, recording: Recording) -> None:
    from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag

    now_ms = time.time_ns() // 1_000_000
    params = [Param(name, str(value)) for name, value in sorted(recording.params.items())]
    tags = [RunTag(name, value) for name, value in sorted(recording.tags.items())]
    metrics = [Metric(name, float(value), now_ms, 0) for name, value in sorted(recording.metrics.items())]
    client.log_batch(run_id, metrics=metrics, tags=tags)
    for start in range(0, len(params), _PARAMS_PER_CALL):
        client.log_batch(run_id, params=params[start : start + _PARAMS_PER_CALL])
    data = recording.dataset
    columns = [{"name": name, "type": dtype} for name, dtype in data.columns.items()]
    dataset = Dataset(
        name=data.name,
        digest=data.digest,
        source_type=urlsplit(data.uri).scheme or "local",
        source=json.dumps({"uri": data.uri}),
        schema=json.dumps({"mlflow_colspec": columns}),
    )
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])


def _log_model(
    client: "MlflowClient", experiment_id: str, run_id: str, recording: Recording
) -> "tuple[LoggedModel, dict[str, str]]":
    """Save the pipeline as skops, check that it loads with the allow-list, upload it.

    `mlflow.sklearn.log_model` would do the same through the process's current tracking URI and active run, and two
    registries in one process would write into each other.

    Returns:
        The logged model, and the SHA-256 of each of its files by name.
    """
    from mlflow.entities import LoggedModelOutput
    from mlflow.models import Model

    logged = client.create_logged_model(
        experiment_id,
        name=recording.model_name,
        source_run_id=run_id,
        params={name: str(value) for name, value in recording.params.items()},
        model_type="sklearn",
    )
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step=0)])
    with (
        _failing(lambda: client.finalize_logged_model(logged.model_id, "FAILED")),
        tempfile.TemporaryDirectory() as parent,
        mlflow_warnings_ignored(),
    ):
        folder = Path(parent) / "model"
        _save(recording, folder, Model(artifact_path=logged.artifact_location, run_id=run_id, model_id=logged.model_id))
        digests = _digests(folder, "**/*")
        client.log_model_artifacts(logged.model_id, str(folder))
    client.finalize_logged_model(logged.model_id, "READY")
    return logged, digests


def _digests(folder: Path, *patterns: str) -> dict[str, str]:
    """Return the SHA-256 of each file by its name within the folder."""
    files = sorted(path for pattern in patterns for path in folder.glob(pattern) if path.is_file())
    return {str(path.relative_to(folder)): file_sha256(path) for path in files}


def _save(recording: Recording, folder: Path, model: "Model") -> None:
    import mlflow.sklearn
    from mlflow.exceptions import MlflowException
    from skops.io.exceptions import UntrustedTypesFoundException

    try:
        mlflow.sklearn.save_model(
            recording.pipeline,
            str(folder),
            mlflow_model=model,
            serialization_format=mlflow.sklearn.SERIALIZATION_FORMAT_SKOPS,
            skops_trusted_types=list(recording.trusted_types),
            signature=_signature(recording),
            input_example=recording.input_example,
            pip_requirements=list(recording.pip_requirements),
        )
        # What MLflow wrote holds the time of day and addresses of memory; this is the same for the same model.
        (folder / MODEL_FILE).write_bytes(model_bytes(recording.pipeline))
    except MlflowException as error:
        cause = error.__context__
        if not isinstance(cause, UntrustedTypesFoundException):
            raise
        raise UntrustedModel(
            f"The {recording.model_name} pipeline holds types that are not in the allow-list: {cause}. Look at each; "
            "if it is safe to load, add it to TRUSTED_TYPES."
        ) from error


def _signature(recording: Recording) -> "ModelSignature":
    from mlflow.models import infer_signature

    return infer_signature(recording.input_example, recording.pipeline.predict(recording.input_example))
