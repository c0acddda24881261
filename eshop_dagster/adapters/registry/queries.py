"""The small questions and writes that the registry is made of; none of them translates errors."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eshop_dagster.adapters.registry.records import RegistryError

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
