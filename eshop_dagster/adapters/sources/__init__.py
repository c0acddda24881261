"""Where orders come from: which source fills a home, kept beside its data, and how it is opened."""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from eshop_dagster.adapters.files import write_json
from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.declared import Coming, OpenSource, SourceConfig
from eshop_dagster.adapters.sources.kinds import NAMES, SOURCES

__all__ = [
    "NAMES",
    "SOURCES",
    "Coming",
    "OpenSource",
    "SourceConfig",
    "changed",
    "coming_of",
    "config_of",
    "load_source_config",
    "open_source",
    "save_source_config",
    "takes_registrations",
]

_FILE = "source.json"

_ONE_FOR_ALL = {"path", "mapping", "customers", "orders_per_day", "seed", "scenarios", "id_prefix"}
"""Older homes keep the fields of every source."""

_EXPECTED = {
    "int": "expected a whole number",
    "float": "expected a number",
    "string": "expected a text",
    "tuple": "expected a list",
    "date": 'expected a day such as "2024-01-01"',
}
"""By the first word of pydantic's type of error."""


def config_of(kind: str, values: Mapping[str, Any], *, where: str = "") -> SourceConfig:
    """Return the configuration of a source.

    Args:
        kind: the source's name.
        values: its fields, typed or as JSON and YAML hold them.
        where: stands before a field's name in errors.

    Raises:
        SourceError: there is no such source, or a field is missing, unknown or cannot be used.
    """
    where = where or f"the source {kind}: "
    if kind not in NAMES:
        raise SourceError(f"{where}kind is {kind!r}: expected one of {', '.join(NAMES)}")
    try:
        config: SourceConfig = TypeAdapter(SOURCES[kind]).validate_python(dict(values))
    except ValidationError as error:
        raise SourceError("; ".join(_explain(SOURCES[kind], detail, where) for detail in error.errors())) from error
    return config


def changed(config: SourceConfig, values: Mapping[str, Any]) -> SourceConfig:
    """Return a configuration with other values of some fields.

    Raises:
        SourceError: the source has no such field, or cannot use the value.
    """
    own = {field.name: getattr(config, field.name) for field in fields(config)}
    return config_of(config.kind, {**own, **values})


def load_source_config(home: Path) -> SourceConfig | None:
    """Return what the home is filled from, or None for a fresh home.

    Raises:
        SourceError: what the home keeps of it cannot be read.
    """
    path = home / _FILE
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        kind = content.pop("kind")
        others = _ONE_FOR_ALL - {field.name for field in fields(SOURCES[kind])} if kind in SOURCES else set()
        return config_of(kind, {name: value for name, value in content.items() if name not in others})
    except (SourceError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{path} cannot be read ({error}): restore it from a backup") from error


def save_source_config(home: Path, config: SourceConfig) -> None:
    """Keep what the home is filled from, for the runs that Dagster starts by itself."""
    if load_source_config(home) != config:
        write_json(home / _FILE, {"kind": config.kind, **TypeAdapter(type(config)).dump_python(config, mode="json")})


def open_source(config: SourceConfig, yesterday: date) -> OpenSource:
    """Return the source that a configuration describes.

    Args:
        config: what to open.
        yesterday: the last business day that has ended, which is as far as a live source goes.

    Raises:
        SourceError: it cannot be read.
    """
    return config.open(yesterday)


def coming_of(source: str) -> Coming:
    """Return how the days of a source come, by its name in raw; a report's is that of its mapping."""
    return SOURCES[source].coming if source in NAMES else Coming.LOADED


def takes_registrations(source: str) -> bool:
    """Return whether people may add customers and orders beside a source, by its name in raw."""
    return source in NAMES and SOURCES[source].takes_registrations


def _explain(source: type[SourceConfig], detail: ErrorDetails, where: str) -> str:
    field, value = str(detail["loc"][0]), detail["input"]
    options = {option.field: option for option in source.options()}
    if detail["type"] == "unexpected_keyword_argument":
        known = ", ".join(f"{name} ({option.option})" for name, option in options.items())
        return f"{where}{field} is unknown: the source {source.kind} knows {known}"
    asked = options.get(field)
    if asked is not None and (detail["type"] == "missing" or value in ("", None)):
        return f"the source {source.kind} needs {asked.option}: {asked.help}"
    expected = _EXPECTED.get(detail["type"].partition("_")[0])
    expected = expected or detail["msg"].removeprefix("Value error, ").replace("Input should be", "expected")
    return f"{where}{field} is {value!r}, {expected}"
