"""The small questions and writes that the registry is made of; none of them translates errors."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eshop_dagster.adapters.registry.recording import SEAL_TAG, values_sha256
from eshop_dagster.adapters.registry.records import ModelVersion, RegistryError, UntrustedModel, VersionSummary

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion as MlflowVersion

_NAME = re.compile(r"[A-Za-z0-9_-]+")


def require_name(name: str) -> None:
    """Raise RegistryError unless the name is one word: it stands in filters, paths and URLs."""
    if not _NAME.fullmatch(name):
        raise RegistryError(f"{name!r} is not a model name: expected letters, digits, `_` and `-`. Rename the model.")


def experiment_id(client: "MlflowClient", name: str, artifact_location: str | None) -> str:
    """The id of the experiment of that name, which is made if it is new."""
    from mlflow.exceptions import MlflowException

    location = None if artifact_location is None else f"{artifact_location.rstrip('/')}/{name}"
    if client.get_experiment_by_name(name) is None:
        try:
            client.create_experiment(name, artifact_location=location)
        except MlflowException as error:
            # Another process was faster.
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
    experiment = client.get_experiment_by_name(name)
    if experiment is None:
        raise RegistryError(f"Experiment {name} vanished while it was opened: expected it to stay. Run again.")
    return str(experiment.experiment_id)


def describe_model(client: "MlflowClient", name: str, description: str) -> None:
    """Give the registered model its description; it is made if it is new."""
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name, description=description)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        client.update_registered_model(name, description=description)


def version_by_alias(client: "MlflowClient", name: str) -> dict[str, int]:
    """The version that each alias of the model points at; empty if there is no such model."""
    from mlflow.exceptions import MlflowException

    require_name(name)
    try:
        model = client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return {}
    return {alias: int(version) for alias, version in model.aliases.items()}


def find_versions(client: "MlflowClient", name: str, number: int | None = None) -> list["MlflowVersion"]:
    """The model's versions, or the one with that number; newest first."""
    require_name(name)
    condition = f"name = '{name}'" if number is None else f"name = '{name}' AND version_number = {int(number)}"
    found: list[MlflowVersion] = []
    page_token = None
    while True:
        page = client.search_model_versions(condition, page_token=page_token)
        found.extend(page)
        page_token = page.token
        if not page_token:
            return sorted(found, key=lambda version: int(version.version), reverse=True)


def as_version(found: "MlflowVersion", tracking_uri: str) -> ModelVersion:
    """A version as the platform knows it.

    Raises:
        UntrustedModel: its tags are not those that it was registered with.
    """
    require_sealed(found, "tags", found.tags)
    page = f"{tracking_uri.rstrip('/')}/#/models/{found.name}/versions/{found.version}"
    return ModelVersion(
        name=found.name,
        version=int(found.version),
        run_id=str(found.run_id),
        tags=dict(found.tags),
        url=page if tracking_uri.startswith("http") else None,
    )


def summaries(
    client: "MlflowClient", tracking_uri: str, name: str, metrics: dict[str, Mapping[str, float]]
) -> list[VersionSummary]:
    """Every version, newest first.

    Args:
        client: of MLflow.
        tracking_uri: its address.
        name: the registered model.
        metrics: by run, kept from one call to the next: a registered run has ended and measures nothing more.
    """
    aliases = version_by_alias(client, name)
    found = find_versions(client, name)
    for one in found:
        if one.run_id not in metrics:
            metrics[str(one.run_id)] = dict(client.get_run(str(one.run_id)).data.metrics)
            require_sealed(one, "metrics", metrics[str(one.run_id)])
    return [
        VersionSummary(
            version=as_version(one, tracking_uri),
            aliases=tuple(sorted(alias for alias, number in aliases.items() if number == int(one.version))),
            metrics=metrics[str(one.run_id)],
            created_at_ms=one.creation_timestamp,
        )
        for one in found
    ]


def require_sealed(version: "MlflowVersion", kind: str, values: Mapping[str, object]) -> None:
    """Raise UntrustedModel where tags or metrics are not those that the version was registered with.

    A version of an older platform has no seal.
    """
    if SEAL_TAG not in version.tags:
        return
    try:
        names, sha256 = json.loads(version.tags[SEAL_TAG])[kind]
        is_whole = values_sha256({name: values[name] for name in names}) == sha256
    except (ValueError, KeyError, TypeError):
        is_whole = False
    if not is_whole:
        raise UntrustedModel(
            f"The {kind} of version {version.version} of {version.name} are not those that were registered: expected "
            "what the platform wrote. Restore the registry's database from a backup, or promote another version."
        )


def require_version(client: "MlflowClient", name: str, number: int) -> None:
    """Raise RegistryError unless the version exists."""
    if not find_versions(client, name, number):
        raise RegistryError(
            f"Model {name} has no version {number}: expected one that was logged. Look at its versions."
        )


def explain(client: "MlflowClient", name: str, number: int, *, outcome: str, reason: str) -> None:
    """Keep on the version what became of it and why; on a champion, since when, too."""
    if outcome == "champion":
        client.set_model_version_tag(name, str(number), "promoted_at", datetime.now(UTC).isoformat(timespec="seconds"))
    client.set_model_version_tag(name, str(number), "outcome", outcome)
    client.set_model_version_tag(name, str(number), "reason", reason)
