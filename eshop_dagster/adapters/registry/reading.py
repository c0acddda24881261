"""Files of the registry, read back: the model, held against its hash, and the reports of its run."""

import hashlib
import io
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eshop_dagster.adapters.model_file import MODEL_FILE
from eshop_dagster.adapters.registry.recording import DIGEST_TAG
from eshop_dagster.adapters.registry.records import ModelVersion, UntrustedModel

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient


def read_model(client: "MlflowClient", tracking_uri: str, version: ModelVersion) -> bytes:
    """Return the content of a version's model file.

    Raises:
        UntrustedModel: it is not the file that was registered.
    """
    location = client.get_model_version_download_uri(version.name, str(version.version))
    content = _read(f"{location}/{MODEL_FILE}", tracking_uri)
    found, expected = hashlib.sha256(content).hexdigest(), version.tags.get(DIGEST_TAG)
    if found != expected:
        raise UntrustedModel(
            f"Version {version.version} of {version.name} was not loaded: its {MODEL_FILE} has SHA-256 {found}, "
            f"expected {expected} as registered. Restore the file, or promote another version."
        )
    return content


def read_report(client: "MlflowClient", tracking_uri: str, version: ModelVersion, name: str) -> Any:
    """Return one JSON document of a version's run; None where the run has no such one."""
    content = _artifact(client, tracking_uri, version, "reports", f"{name}.json")
    return None if content is None else json.loads(content)


def read_table(client: "MlflowClient", tracking_uri: str, version: ModelVersion, name: str) -> "pd.DataFrame | None":
    """Return one table of a version's run; None where the run has no such one."""
    import pandas as pd

    content = _artifact(client, tracking_uri, version, "tables", f"{name}.csv")
    return None if content is None else pd.read_csv(io.BytesIO(content))


def _artifact(client: "MlflowClient", tracking_uri: str, version: ModelVersion, folder: str, file: str) -> bytes | None:
    if f"{folder}/{file}" not in {found.path for found in client.list_artifacts(version.run_id, folder)}:
        return None
    return _read(f"{client.get_run(version.run_id).info.artifact_uri}/{folder}/{file}", tracking_uri)


def _read(uri: str, tracking_uri: str) -> bytes:
    from mlflow.artifacts import download_artifacts

    with tempfile.TemporaryDirectory() as folder:
        return Path(download_artifacts(uri, dst_path=folder, tracking_uri=tracking_uri)).read_bytes()
