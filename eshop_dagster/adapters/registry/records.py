"""What goes into the registry and comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version as installed_version
from typing import Any

from eshop_dagster.ml.trusted_types import TRUSTED_TYPES as TRUSTED_TYPES

_MODEL_PACKAGES = ("numpy", "pandas", "scikit-learn", "scipy", "skops", "xgboost-cpu")


class RegistryError(Exception):
    """The registry refused or failed; the message says what, the value, what was expected, what to do."""


class RegistryUnavailable(RegistryError):
    """The registry does not answer; the same call may work later."""


class UntrustedModel(RegistryError):
    """A model file holds types outside the allow-list, or is not the file that was registered; it was not loaded."""


@dataclass(frozen=True)
class TrainingData:
    """The data set that a model was trained on.

    Attributes:
        name: for people.
        uri: where it lies; no credentials.
        digest: its content hash, at most 36 characters (MLflow's limit, just DVC's `<md5>.dir`).
        columns: type of each column, by name, as free text.
    """

    name: str
    uri: str
    digest: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class ModelVersion:
    """One version of a registered model.

    Attributes:
        name: the registered model.
        version: 1, 2, 3 …
        run_id: the MLflow run that made it.
        tags: its tags: the release record, and after a gate its `outcome` and `reason`.
        url: its page in the MLflow UI; None without a server.
    """

    name: str
    version: int
    run_id: str
    tags: Mapping[str, str] = field(default_factory=dict)
    url: str | None = None


@dataclass(frozen=True)
class VersionSummary:
    """One line of a status table: a version, the aliases that point at it, the metrics of its run."""

    version: ModelVersion
    aliases: tuple[str, ...]
    metrics: Mapping[str, float]
    created_at_ms: int


@dataclass(frozen=True)
class LoadedModel:
    """A fitted pipeline and the version that it is."""

    pipeline: Any
    version: ModelVersion


def pinned_requirements(packages: tuple[str, ...] = _MODEL_PACKAGES) -> list[str]:
    """The installed versions of the packages that a model needs, as pip requirements."""
    return [f"{package}=={installed_version(package)}" for package in packages]
