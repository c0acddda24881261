"""The registry itself: log a model, find a version, move an alias, load a model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eshop_dagster.adapters.model_file import UntrustedModelFile, open_model
from eshop_dagster.adapters.registry.connection import registry_errors, sqlite_uri
from eshop_dagster.adapters.registry.link import Link
from eshop_dagster.adapters.registry.queries import (
    as_version,
    describe_model,
    experiment_id,
    explain,
    find_versions,
    require_name,
    require_version,
    summaries,
    version_by_alias,
)
from eshop_dagster.adapters.registry.reading import damaged_files, read_model, read_report, read_table
from eshop_dagster.adapters.registry.recording import Recording, record
from eshop_dagster.adapters.registry.records import (
    TRUSTED_TYPES,
    LoadedModel,
    ModelVersion,
    RegistryError,
    TrainingData,
    UntrustedModel,
    VersionSummary,
    pinned_requirements,
)
from eshop_dagster.faults import fault_point

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from mlflow.entities.model_registry import ModelVersion as MlflowVersion

_CHAMPION, _CHALLENGER, _PREVIOUS = "champion", "challenger", "previous"


class ModelRegistry:
    """Models, versions and aliases in one MLflow. Nothing is ever deleted, and nobody reads "latest".

    Args:
        tracking_uri: an MLflow server, or a database.
        artifact_location: folder or URI under which new experiments keep their files; None leaves it to the server.
        database: the home's own store, whose addresses follow the home where it was copied or moved.
    """

    def __init__(self, tracking_uri: str, artifact_location: str | None, database: Path | None = None) -> None:
        self.database = database
        self.artifact_location = artifact_location
        self._link = Link(tracking_uri, artifact_location, database)
        self.tracking_uri = self._link.tracking_uri
        self._metrics: dict[str, Mapping[str, float]] = {}

    @classmethod
    def local(cls, home: Path) -> "ModelRegistry":
        """The registry of a data home, without a server: `<home>/mlflow/mlflow.db` and `<home>/mlflow/artifacts`."""
        folder = home.absolute() / "mlflow"
        database = folder / "mlflow.db"
        return cls(sqlite_uri(database), (folder / "artifacts").as_uri(), database)

    def exists(self) -> bool:
        """Whether there can be models: a home's own store that was never written holds none, and none is made."""
        return self.database is None or self.database.exists()

    def initialise(self) -> None:
        """Make the store if it is not there; safe in several processes at once, to be called before a server starts.

        Raises:
            RegistryUnavailable: the server is down.
        """
        self._link.client()

    def log_model(
        self,
        model_name: str,
        pipeline: Any,
        *,
        metrics: Mapping[str, float],
        params: Mapping[str, object],
        tags: Mapping[str, str],
        input_example: "pd.DataFrame",
        figures: Mapping[str, "Figure"],
        tables: Mapping[str, "pd.DataFrame"],
        json_artifacts: Mapping[str, object],
        dataset: TrainingData,
        description: str,
        trusted_types: Sequence[str] = TRUSTED_TYPES,
        pip_requirements: Sequence[str] | None = None,
    ) -> ModelVersion:
        """Record one training run and register its pipeline as a new version; no alias moves.

        Args:
            model_name: registered model and experiment.
            pipeline: a fitted scikit-learn pipeline with `predict`.
            metrics: numbers by name.
            params: written as text.
            tags: of the run and of the version: the release record.
            input_example: a few rows as the pipeline takes them; kept for ever, so no row of a person.
            figures: become `plots/<name>.png`.
            tables: become `tables/<name>.csv`.
            json_artifacts: become `reports/<name>.json`.
            dataset: the run's input.
            description: Markdown; shown on the registered model, the version and the run.
            trusted_types: types beyond skops's own list that the pipeline may hold.
            pip_requirements: what `mlflow models serve` installs; None is `pinned_requirements()`.

        Raises:
            UntrustedModel: the pipeline holds a type that is not listed; the run is FAILED.
            RegistryUnavailable: the registry went away; no version was made.
        """
        recording = Recording(
            model_name=model_name,
            pipeline=pipeline,
            metrics=metrics,
            params=params,
            tags=tags,
            input_example=input_example,
            figures=figures,
            tables=tables,
            json_artifacts=json_artifacts,
            dataset=dataset,
            description=description,
            trusted_types=trusted_types,
            pip_requirements=pinned_requirements() if pip_requirements is None else pip_requirements,
        )
        client = self._link.writing_client()
        with registry_errors(self.tracking_uri):
            require_name(model_name)
            experiment = experiment_id(client, model_name, self.artifact_location)
            describe_model(client, model_name, description)
            return self._version(record(client, experiment, recording))

    def set_champion(self, name: str, version: int, reason: str) -> None:
        """Point `champion` at the version and `previous` at the champion before it; rollback is this call, too.

        `previous` moves first: a process that dies between the two leaves the old champion in place.
        """
        client = self._link.writing_client()
        with registry_errors(self.tracking_uri):
            require_version(client, name, version)
            aliases = version_by_alias(client, name)
            old = aliases.get(_CHAMPION)
            if old is not None and old != version:
                client.set_registered_model_alias(name, _PREVIOUS, str(old))
            fault_point("registry.previous")
            client.set_registered_model_alias(name, _CHAMPION, str(version))
            explain(client, name, version, outcome=_CHAMPION, reason=reason)
            if old is not None and old != version:
                client.set_model_version_tag(name, str(old), "outcome", _PREVIOUS)
            if aliases.get(_CHALLENGER) == version:
                client.delete_registered_model_alias(name, _CHALLENGER)

    def set_challenger(self, name: str, version: int, reason: str, outcome: str = _CHALLENGER) -> None:
        """Point `challenger` at a version that did not win, and keep the reason on it; the champion stays."""
        client = self._link.writing_client()
        with registry_errors(self.tracking_uri):
            require_version(client, name, version)
            if version_by_alias(client, name).get(_CHAMPION) == version:
                raise RegistryError(
                    f"Version {version} of {name} is the champion, not a challenger. Set another champion first."
                )
            explain(client, name, version, outcome=outcome, reason=reason)
            client.set_registered_model_alias(name, _CHALLENGER, str(version))

    def champion(self, name: str) -> ModelVersion | None:
        """The version that readers use; None before the first promotion."""
        return self.version(name, _CHAMPION)

    def champion_number(self, name: str) -> int | None:
        """The number of the version that readers use, for who only asks whether it is still the same."""
        client = self._link.client()
        with registry_errors(self.tracking_uri):
            return version_by_alias(client, name).get(_CHAMPION)

    def version(self, name: str, which: str | int) -> ModelVersion | None:
        """A version by alias or number; None if there is none.

        Raises:
            RegistryError: the alias names a version that is gone: that is damage, and not the time before the first.
        """
        client = self._link.client()
        with registry_errors(self.tracking_uri):
            number = version_by_alias(client, name).get(which) if isinstance(which, str) else which
            found = [] if number is None else find_versions(client, name, number)
        if number is not None and not found and isinstance(which, str):
            raise RegistryError(
                f"The alias {which} of {name} names version {number}, which is gone from the registry: expected a "
                "version that exists. Restore the registry from a backup, or promote another version."
            )
        return self._version(found[0]) if found else None

    def experiment_of(self, run_id: str) -> str:
        """The id of the experiment that a run belongs to, as its page's address needs it."""
        client = self._link.client()
        with registry_errors(self.tracking_uri):
            return str(client.get_run(run_id).info.experiment_id)

    def find_version(self, name: str, tags: Mapping[str, str]) -> ModelVersion | None:
        """The newest version that carries each of these tags with just this value; None if there is none."""
        client = self._link.client()
        with registry_errors(self.tracking_uri):
            matching = [one for one in find_versions(client, name) if tags.items() <= one.tags.items()]
            return self._version(matching[0]) if matching else None

    def versions(self, name: str) -> list[VersionSummary]:
        """Every version, newest first."""
        client = self._link.client()
        with registry_errors(self.tracking_uri):
            return summaries(client, self.tracking_uri, name, self._metrics)

    def load(
        self, name: str, which: str | int = _CHAMPION, *, trusted_types: Sequence[str] = TRUSTED_TYPES
    ) -> LoadedModel:
        """Load a version by alias or number, if its file is the one registered and holds listed types only.

        Raises:
            RegistryError: there is no such version.
            UntrustedModel: the file changed, or holds a type that is not listed.
        """
        version = self.version(name, which)
        if version is None:
            raise RegistryError(
                f"Model {name} has no {which!r}: expected an alias or version that exists. Train and promote one."
            )
        client = self._link.client()
        with registry_errors(self.tracking_uri):
            content = read_model(client, self.tracking_uri, version)
        try:
            return LoadedModel(open_model(content, trusted_types=trusted_types), version)
        except UntrustedModelFile as error:
            raise UntrustedModel(f"Version {version.version} of {name} was not loaded: {error}") from error

    def report(self, version: ModelVersion, name: str) -> Any:
        """Return one JSON document of a version's run (`reports/<name>.json`); None where the run has no such one."""
        client = self._link.client()
        with registry_errors(self.tracking_uri):
            return read_report(client, self.tracking_uri, version, name)

    def table(self, version: ModelVersion, name: str) -> "pd.DataFrame | None":
        """Return one table of a version's run (`tables/<name>.csv`); None where the run has no such one."""
        with registry_errors(self.tracking_uri):
            return read_table(self._link.client(), self.tracking_uri, version, name)

    def damaged_files(self, version: ModelVersion) -> list[str]:
        """Return the names of a version's files that are lost, or are not those that were registered."""
        client = self._link.client()
        with registry_errors(self.tracking_uri):
            return damaged_files(client, self.tracking_uri, version)

    def _version(self, found: "MlflowVersion") -> ModelVersion:
        return as_version(found, self.tracking_uri)
