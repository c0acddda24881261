"""Champions: the present one, opened; and what a person may do: list versions, go back, promote one by hand."""

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from eshop_dagster.adapters.registry import (
    LoadedModel,
    ModelVersion,
    RegistryError,
    RegistryUnavailable,
    VersionSummary,
)
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.record import RECORD

_SERVED = ("champion", "previous")


@dataclass(frozen=True)
class Moved:
    """An alias that moved: from which version (None before the first) to which."""

    model: str
    before: int | None
    after: int


@dataclass(frozen=True)
class Champion:
    """The present champion: its version, and its model where it can be used.

    Attributes:
        version: as registered.
        model: the fitted model; None where the file was changed, cannot be fetched, or is of an older platform.
        trouble: why there is no model.
    """

    version: ModelVersion
    model: Any | None
    trouble: str = ""


def present_champion(platform: Platform, name: str) -> Champion | None:
    """Return the champion of a model, or None before the first; one that cannot be used is still the champion.

    Raises:
        RegistryUnavailable: MLflow is away.
    """
    version = platform.registry.champion(name)
    if version is None:
        return None
    try:
        model = platform.registry.load(name, version.version).pipeline
    except RegistryUnavailable:
        raise
    except (RegistryError, OSError) as error:
        return Champion(version, None, str(error))
    trouble = _of_older_platform(model, KINDS[name].model_class)
    return Champion(version, None if trouble else model, trouble)


def _of_older_platform(model: Any, expected: str) -> str:
    """Return why a model cannot be asked about the features of today; empty where it can."""
    from eshop_dagster.ml.features import FEATURES

    found = type(model).__name__
    if found != expected:
        return f"it is a {found} of an older platform, expected a {expected}"
    unknown = [str(feature) for feature in getattr(model, "feature_names_", ()) if feature not in FEATURES]
    return f"it is of an older platform and looks at {', '.join(unknown)}, which is no feature now" if unknown else ""


Served = TypeVar("Served", Champion, LoadedModel)


def window_of(platform: Platform, version: ModelVersion) -> int | None:
    """Return the length in days of the window that a version predicts; None where that is not known."""
    if "window_days" in version.tags:
        return int(version.tags["window_days"])
    # A version of an older platform says it in its record only.
    record = platform.registry.report(version, RECORD) or {}
    days: int | None = record.get("params", {}).get("cutoffs", {}).get("horizon_days")
    return days


def of_window(platform: Platform, found: Served | None, window_days: int) -> Served | None:
    """Return a champion unless it is known to predict another window, which is another quantity."""
    return found if found is not None and window_of(platform, found.version) in (None, window_days) else None


def published_ids(platform: Platform, name: str) -> tuple[int, ...]:
    """Return the segment ids of every version that ever was champion, rising.

    A champion that was rolled back has published ids that its predecessor does not know of.
    """
    told = (one.version.tags for one in platform.registry.versions(name))
    personas = [json.loads(tags["personas"]) for tags in told if tags.get("outcome") in _SERVED]
    return tuple(sorted({persona["segment_id"] for version in personas for persona in version}))


def serving_champion(platform: Platform, name: str) -> LoadedModel | None:
    """Return the champion for scoring, or None before the first.

    Raises:
        RegistryError: the champion cannot be used; what was scored before stays.
    """
    champion = present_champion(platform, name)
    if champion is None:
        return None
    if champion.model is None:
        raise RegistryError(
            f"Version {champion.version.version} of {name} is champion and cannot be used: {champion.trouble}. Promote "
            "another one (`eshop models` lists them, `eshop promote` does it)."
        )
    return LoadedModel(champion.model, champion.version)


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
    # By its number: a champion that was changed is what a person promotes another one against.
    present = platform.registry.champion_number(model)
    if present == version:
        raise RegistryError(f"Version {version} of {model} is the champion already. `eshop models` lists the others.")
    # Opened first: a file that was changed must not become what everybody reads.
    chosen: ModelVersion = platform.registry.load(model, version).version
    platform.registry.set_champion(model, chosen.version, f"promoted by hand: {reason.strip()}")
    return Moved(model, present, chosen.version)
