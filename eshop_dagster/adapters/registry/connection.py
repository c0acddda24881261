"""MLflow's settings, its clients, and its errors in our words."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from filelock import FileLock

from eshop_dagster.adapters.registry.records import RegistryError, RegistryUnavailable

if TYPE_CHECKING:
    from mlflow import MlflowClient

_SQLITE = "sqlite:///"

_FIXED = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # The word: MLflow does not take 1 for yes here.
    "DO_NOT_TRACK": "true",
    # Both would send pip or uv to the package index while a model is logged.
    "MLFLOW_SKIP_PIP_REQUIREMENTS_CHECK": "true",
    "MLFLOW_UV_AUTO_DETECT": "false",
    "MLFLOW_MODEL_CATALOG_URI": "",
    # A release record that is cut off without a word proves nothing.
    "MLFLOW_TRUNCATE_LONG_VALUES": "false",
    "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
    "MLFLOW_RECORD_ENV_VARS_IN_MODEL_LOGGING": "false",
}
_DEFAULTS = {
    # One retry of nine seconds: a server that is down fails within 20 s, MLflow's own defaults take four minutes.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "9",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}


def configure_mlflow() -> None:
    """Set MLflow's environment; must run before the first `import mlflow`, which reads part of it.

    Child processes inherit it. Time-outs and noise keep a value that the operator has set; the rest is fixed.
    """
    os.environ.update(_FIXED)
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)


def connect(tracking_uri: str) -> "MlflowClient":
    """Open the store and return its client; a SQLite store is made first if it is not there.

    Processes that open a new SQLite store at once would each make its schema, and most would die of it: they queue on
    a lock beside the database.
    """
    configure_mlflow()
    from mlflow import MlflowClient

    with registry_errors(tracking_uri), _first_use(tracking_uri), mlflow_warnings_ignored():
        client = MlflowClient(tracking_uri=tracking_uri, registry_uri=tracking_uri)
        # The tracking and the registry half each make the schema on their first question.
        client.search_experiments(max_results=1)
        client.search_registered_models(max_results=1)
    return client


@contextmanager
def registry_errors(tracking_uri: str) -> Iterator[None]:
    """Turn what MLflow raises inside into RegistryUnavailable or RegistryError."""
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, RequestException, SQLAlchemyError) as error:
        # MLflow's HTTP client gives every network failure one class and keeps the true one behind it.
        is_network = isinstance(error, RequestException) or isinstance(error.__context__, RequestException)
        if is_network or getattr(error, "error_code", "") == "TEMPORARILY_UNAVAILABLE":
            raise RegistryUnavailable(
                f"The model registry {without_password(tracking_uri)} does not answer: {error}. No alias moved. "
                "Start the server or free the database, then run again."
            ) from error
        raise RegistryError(f"The model registry {without_password(tracking_uri)} refused: {error}") from error


@contextmanager
def mlflow_warnings_ignored() -> Iterator[None]:
    """Keep quiet about what only MLflow can mend, where warnings would be errors.

    Its tables use a loader that SQLAlchemy 2.1 deprecates, its input examples an operation that pandas 3 deprecates;
    and it warns of every integer column, and of its own type hints.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for message in (".*integer column", ".*Any type hint is inferred"):
            warnings.filterwarnings("ignore", message=message, category=UserWarning)
        yield


def require_no_password(tracking_uri: str) -> None:
    """Raise RegistryError for a server address with a password: MLflow writes the whole address into its errors."""
    parts = urlsplit(tracking_uri)
    if parts.scheme in ("http", "https") and "@" in parts.netloc:
        raise RegistryError(
            f"The address of the model registry {without_password(tracking_uri)} holds a user or password: "
            "expected none. Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."
        )


def without_password(uri: str) -> str:
    """The URI as it may be shown: without user and password."""
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if "@" in parts.netloc else uri


def sqlite_uri(database: Path) -> str:
    return f"{_SQLITE}{database.absolute()}"


def _first_use(tracking_uri: str) -> "FileLock | nullcontext[None]":
    if not tracking_uri.startswith(_SQLITE):
        return nullcontext()
    database = Path(tracking_uri.removeprefix(_SQLITE))
    database.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(database.with_name(f"{database.name}.lock"))
