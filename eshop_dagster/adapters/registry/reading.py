"""Files of the registry, read back: the model, held against its hash, and the reports of its run."""

import hashlib
import io
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.adapters.model_file import MODEL_FILE
from eshop_dagster.adapters.registry.recording import DIGEST_TAG, FILES_TAG, REPORTS_TAG
from eshop_dagster.adapters.registry.records import ModelVersion, UntrustedModel

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient


_REMEDY = "Restore the registry's files from a backup, or promote another version."


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
    """Return one JSON document of a version's run; None where the run has no such one.

    Raises:
        UntrustedModel: it is not the file that was registered, or is lost.
    """
    content = _artifact(client, tracking_uri, version, "reports", f"{name}.json")
    return None if content is None else json.loads(content)


def read_table(client: "MlflowClient", tracking_uri: str, version: ModelVersion, name: str) -> "pd.DataFrame | None":
    """Return one table of a version's run; None where the run has no such one.

    Raises:
        UntrustedModel: it is not the file that was registered, or is lost.
    """
    import pandas as pd

    content = _artifact(client, tracking_uri, version, "tables", f"{name}.csv")
    return None if content is None else pd.read_csv(io.BytesIO(content))


def damaged_files(client: "MlflowClient", tracking_uri: str, version: ModelVersion) -> list[str]:
    """Return the names of a version's files, of its model and its run, that are lost or not those that were registered.

    A version of an older platform names fewer of them.
    """
    model = client.get_model_version_download_uri(version.name, str(version.version))
    run = client.get_run(version.run_id).info.artifact_uri
    expected = {
        f"{place}/{name}": sha256
        for place, tag in ((model, FILES_TAG), (run, REPORTS_TAG))
        for name, sha256 in json.loads(version.tags.get(tag, "{}")).items()
    }
    return [
        uri.rpartition("/artifacts/")[2] for uri, sha256 in expected.items() if _sha256(uri, tracking_uri) != sha256
    ]


def _sha256(uri: str, tracking_uri: str) -> str | None:
    """Return the hash of a file; None where it cannot be read."""
    from mlflow.exceptions import MlflowException

    try:
        if uri.startswith("file:"):
            return file_sha256(Path(unquote(urlsplit(uri).path)))
        return hashlib.sha256(_read(uri, tracking_uri)).hexdigest()
    except (OSError, MlflowException):
        return None


def _artifact(client: "MlflowClient", tracking_uri: str, version: ModelVersion, folder: str, file: str) -> bytes | None:
    path = f"{folder}/{file}"
    # A version of an older platform has no such tag.
    expected = json.loads(version.tags.get(REPORTS_TAG, "null"))
    if path not in {found.path for found in client.list_artifacts(version.run_id, folder)}:
        if expected and path in expected:
            raise UntrustedModel(f"{path} of version {version.version} of {version.name} is lost. {_REMEDY}")
        return None
    content = _read(f"{client.get_run(version.run_id).info.artifact_uri}/{path}", tracking_uri)
    if expected is not None and hashlib.sha256(content).hexdigest() != expected.get(path):
        raise UntrustedModel(
            f"{path} of version {version.version} of {version.name} is not the file that was registered. {_REMEDY}"
        )
    return content


def _read(uri: str, tracking_uri: str) -> bytes:
    from mlflow.artifacts import download_artifacts

    with tempfile.TemporaryDirectory() as folder:
        return Path(download_artifacts(uri, dst_path=folder, tracking_uri=tracking_uri)).read_bytes()
