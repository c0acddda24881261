"""The model registry: runs, versions and aliases in MLflow, models as skops files.

What belongs here: everything that imports mlflow, and its settings. What does not: which model is better
(`ml/`), when one is trained (`defs/`). MLflow takes seconds to import, so it is imported when it is first used.
"""

from eshop_dagster.adapters.registry.records import (
    TRUSTED_TYPES,
    LoadedModel,
    ModelVersion,
    RegistryError,
    RegistryUnavailable,
    TrainingData,
    UntrustedModel,
    VersionSummary,
    pinned_requirements,
)
from eshop_dagster.adapters.registry.store import ModelRegistry

__all__ = [
    "TRUSTED_TYPES",
    "LoadedModel",
    "ModelRegistry",
    "ModelVersion",
    "RegistryError",
    "RegistryUnavailable",
    "TrainingData",
    "UntrustedModel",
    "VersionSummary",
    "pinned_requirements",
]
