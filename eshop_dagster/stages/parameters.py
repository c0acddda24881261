"""`params.yaml`, read once and checked: an unknown name or a value of the wrong type is refused."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from eshop_dagster.adapters.raw_store import Limits
from eshop_dagster.settings import PARAMS_FILE


class ParameterError(ValueError):
    """`params.yaml` cannot be used; the message names the parameter, its value and what was expected."""


@dataclass(frozen=True)
class CutoffParams:
    """Where the training and holdout cut-offs lie (see `ml.cutoffs.plan_cutoffs`)."""

    horizon_days: int = 90
    training_cutoffs: int = 4
    spacing_days: int = 30
    minimum_history_days: int = 90


@dataclass(frozen=True)
class SourceParams:
    """What a fresh home is filled from."""

    kind: str = "simulated"
    first_day: date = date(2024, 1, 1)
    last_day: date | None = None
    customers: int = 25_000
    orders_per_day: float = 300
    seed: int = 2024


@dataclass(frozen=True)
class Params:
    """All parameters; the models' sections stay mappings, which `ml` reads itself.

    Attributes:
        segmentation: parameters of `ml.segmentation` and `seed`.
        spend: parameters of `ml.spend` and `seed`.
        releases_kept: number of published releases that stay.
    """

    source: SourceParams = SourceParams()
    raw: Limits = Limits()
    cutoffs: CutoffParams = CutoffParams()
    segmentation: Mapping[str, Any] = field(default_factory=dict)
    spend: Mapping[str, Any] = field(default_factory=dict)
    releases_kept: int = 5

    def digest(self, model: str) -> str:
        """Return a hash of everything that decides how `model` is trained on a given snapshot."""
        relevant = {"model": dict(getattr(self, model)), "cutoffs": asdict(self.cutoffs)}
        return hashlib.sha256(json.dumps(relevant, sort_keys=True, default=str).encode()).hexdigest()[:16]


def load_params(path: Path = PARAMS_FILE) -> Params:
    """Read `params.yaml`.

    Raises:
        ParameterError: the file is missing, is not YAML, or names something unknown.
    """
    try:
        content = yaml.safe_load(path.read_text())
    except (OSError, yaml.YAMLError) as error:
        raise ParameterError(f"{path.name} cannot be read ({error}): restore it from git") from error
    known = {"source", "raw", "cutoffs", "segmentation", "spend", "release"}
    unknown = sorted(set(content) - known)
    if unknown:
        raise ParameterError(f"{path.name} has the unknown sections {unknown}: expected some of {sorted(known)}")
    return Params(
        source=_source(content.get("source", {})),
        raw=_section(Limits, content, "raw"),
        cutoffs=_section(CutoffParams, content, "cutoffs"),
        segmentation=content.get("segmentation", {}),
        spend=content.get("spend", {}),
        releases_kept=int(content.get("release", {}).get("kept", 5)),
    )


def _source(section: Mapping[str, Any]) -> SourceParams:
    days = {}
    for name in ("first_day", "last_day"):
        value = section.get(name)
        if value is not None:
            try:
                days[name] = date.fromisoformat(str(value))
            except ValueError as error:
                raise ParameterError(f'params.yaml, source.{name} is {value!r}: expected a day such as "2024-01-01"') from error
    source: SourceParams = _section(SourceParams, {"source": {**section, **days}}, "source")
    return source


def _section(kind: type, content: Mapping[str, Any], name: str) -> Any:
    try:
        return kind(**content.get(name, {}))
    except TypeError as error:
        raise ParameterError(f"params.yaml, section {name}: {error}; it knows {list(kind.__dataclass_fields__)}") from error
