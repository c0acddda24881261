"""What a person may do with champions: list the versions, go back to the one before, promote one by hand."""

from dataclasses import dataclass

from eshop_dagster.adapters.registry import ModelVersion, RegistryError, VersionSummary
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.platform import Platform


@dataclass(frozen=True)
class Moved:
    """An alias that moved: from which version (None before the first) to which."""

    model: str
    before: int | None
    after: int


def versions(platform: Platform) -> dict[str, list[VersionSummary]]:
    """Return every version of every model, newest first."""
    return {model: platform.registry.versions(model) for model in KINDS}


def rollback(platform: Platform, model: str, reason: str) -> Moved:
    """Make `previous` the champion again; the present champion becomes `previous`.

    Raises:
        RegistryError: there is no previous champion, or its file is not the one registered.
    """
    previous = platform.registry.version(model, "previous")
    if previous is None:
        raise RegistryError(f"Model {model} has no previous champion to go back to. `eshop models` lists its versions.")
    return promote(platform, model, previous.version, reason)


def promote(platform: Platform, model: str, version: int, reason: str) -> Moved:
    """Make a version the champion whatever the gate said, and keep the reason on it.

    Raises:
        RegistryError: there is no such version, it is the champion already, its file is not the one registered, or the
            reason is empty.
    """
    if not reason.strip():
        raise RegistryError("The reason is empty: expected a sentence, which stays on the version. Say why.")
    present = platform.registry.champion(model)
    if present is not None and present.version == version:
        raise RegistryError(f"Version {version} of {model} is the champion already. `eshop models` lists the others.")
    # Opened first: a file that was changed must not become what everybody reads.
    chosen: ModelVersion = platform.registry.load(model, version).version
    platform.registry.set_champion(model, chosen.version, f"promoted by hand: {reason.strip()}")
    return Moved(model, present.version if present else None, chosen.version)
