"""What pages need of the model registry: versions, evidence and the segmentation itself, kept between clicks."""

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from eshop_dagster.adapters.registry import RegistryError, VersionSummary
from eshop_dagster.dashboard.view import View
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.champions import versions
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform

_LOOK_SECONDS = 30
_KEPT = 64


def model_versions(view: View) -> dict[str, list[VersionSummary]]:
    """Return every version of every model, newest first, as of half a minute ago at most.

    Raises:
        RegistryError: the registry does not answer.
    """
    return _versions(str(view.home))


def champion(view: View, model: str) -> VersionSummary | None:
    """Return the version that made what the release shows, else the champion; None before the first.

    A release that says why it shows nothing of a model has none: its champion was not asked.
    """
    if model in view.release.manifest.get("without_model", {}):
        return None
    origin = view.release.manifest["models"].get(model)
    found = model_versions(view).get(model, [])
    number = origin["version"] if origin else None
    exact = [one for one in found if one.version.version == number]
    return exact[0] if exact else next((one for one in found if "champion" in one.aliases), None)


def report(view: View, version: VersionSummary, name: str) -> Any:
    """Return one JSON document of a version's training; None where it has no such one."""
    return _report(str(view.home), version.version.run_id, name, version)


def table(view: View, version: VersionSummary, name: str) -> pd.DataFrame | None:
    """Return one table of a version's training; None where it has no such one."""
    return _table(str(view.home), version.version.run_id, name, version)


def champions_table(view: View, model: str, name: str) -> pd.DataFrame | None:
    """Return one table of the training that `champion` names; None without one, or while the registry is away."""
    try:
        version = champion(view, model)
        return table(view, version, name) if version else None
    except RegistryError:
        return None


def fitted(view: View, version: VersionSummary) -> Any:
    """Return the model itself, held against its registered hash; None where it cannot be opened."""
    try:
        return _fitted(str(view.home), version.version.run_id, version)
    except (RegistryError, OSError):
        # Asked again at the next click: a moment without the registry must not last until the restart.
        return None


@st.cache_resource(max_entries=2, show_spinner=False)
def platform_of(home: str) -> Platform:
    """Return the parts of a home; none of them is opened before it is used."""
    return Platform(load_settings(Path(home)), load_params())


@st.cache_data(ttl=_LOOK_SECONDS, max_entries=2, show_spinner=False, refresh_mode="background")
def _versions(home: str) -> dict[str, list[VersionSummary]]:
    return versions(platform_of(home))


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _report(home: str, run_id: str, name: str, _version: VersionSummary) -> Any:
    return platform_of(home).registry.report(_version.version, name)


@st.cache_data(max_entries=_KEPT, show_spinner=False)
def _table(home: str, run_id: str, name: str, _version: VersionSummary) -> pd.DataFrame | None:
    return platform_of(home).registry.table(_version.version, name)


@st.cache_resource(max_entries=2, show_spinner=False)
def _fitted(home: str, run_id: str, _version: VersionSummary) -> Any:
    return platform_of(home).registry.load(_version.version.name, _version.version.version).pipeline
