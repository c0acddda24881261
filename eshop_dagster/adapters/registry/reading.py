"""Files of the registry, read back: the model, held against its hash, and the reports of its run."""

import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eshop_dagster.adapters.model_file import MODEL_FILE
from eshop_dagster.adapters.registry.recording import DIGEST_TAG
from eshop_dagster.adapters.registry.records import ModelVersion, UntrustedModel

if TYPE_CHECKING:
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
    path = f"reports/{name}.json"
    if path not in {file.path for file in client.list_artifacts(version.run_id, "reports")}:
        return None
    return json.loads(_read(f"{client.get_run(version.run_id).info.artifact_uri}/{path}", tracking_uri))


def _read(uri: str, tracking_uri: str) -> bytes:
    from mlflow.artifacts import download_artifacts

    with tempfile.TemporaryDirectory() as folder:
        return Path(download_artifacts(uri, dst_path=folder, tracking_uri=tracking_uri)).read_bytes()
