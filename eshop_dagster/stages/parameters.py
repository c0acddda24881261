"""`params.yaml`, read once and checked: an unknown name or a value of the wrong type is refused."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, get_type_hints

import yaml

from eshop_dagster.adapters.countries import checked_shop
from eshop_dagster.adapters.raw_store import Limits
from eshop_dagster.adapters.sources import SourceConfig, config_of
from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.settings import PARAMS_FILE
from eshop_dagster.shop import BRAZIL, Shop
from eshop_dagster.stages.kinds import NAMES


class ParameterError(ValueError):
    """`params.yaml` cannot be used; the message names the parameter, its value and what was expected."""


def declared_window_days() -> int:
    """Return `cutoffs.horizon_days` of the project's `params.yaml`.

    Raises:
        ParameterError: it is not there.
    """
    section = _mapping(_content(PARAMS_FILE), "cutoffs")
    if "horizon_days" not in section:
        raise ParameterError(
            "params.yaml, section cutoffs has no horizon_days: expected the length of the label's window in days. "
            "Restore it from git"
        )
    return int(section["horizon_days"])


@dataclass(frozen=True)
class CutoffParams:
    """Where the training and judging cut-offs lie (see `ml.cutoffs.plan_cutoffs`), and how many customers they show.

    Attributes:
        horizon_days: length of the label's window. `params.yaml` alone declares it: SQL, training, scores and texts
            take it from here.
        sample_customers: a shop with more has the features of so many at each of these cut-offs, always the same ones;
            all are scored.
    """

    horizon_days: int = field(default_factory=declared_window_days)
    training_cutoffs: int = 13
    spacing_days: int = 30
    minimum_history_days: int = 90
    sample_customers: int = 250_000
    judging_cutoffs: int = 3


@dataclass(frozen=True)
class SourceParams:
    """What a fresh home is filled from.

    Attributes:
        config: the source.
        last_day: where a run without `--to` ends, if the source makes up its days.
    """

    config: SourceConfig = field(default_factory=lambda: config_of("simulated", {}))
    last_day: date | None = None


@dataclass(frozen=True)
class ReleaseParams:
    """How many published releases stay, and of how many customers a release says why so much is expected of them."""

    kept: int = 5
    explained_customers: int = 50_000


@dataclass(frozen=True)
class Params:
    """All parameters; the models' sections stay mappings, which `ml` reads itself.

    Attributes:
        shop: whose shop a fresh home is, where its source does not say.
        models: by kind of model that is trained, its own parameters and `seed`.
        gate: `ml.evidence.GateRules`.
        drift: `ml.drift_alarm.DriftParams`.
        releases_kept: number of published releases that stay.
        explained_customers: number of customers, those of whom most is expected, whose scores are given reasons.
    """

    shop: Shop = BRAZIL
    source: SourceParams = SourceParams()
    raw: Limits = field(default_factory=Limits)
    cutoffs: CutoffParams = field(default_factory=CutoffParams)
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {name: {} for name in NAMES})
    gate: Mapping[str, Any] = field(default_factory=dict)
    drift: Mapping[str, Any] = field(default_factory=dict)
    releases_kept: int = 5
    explained_customers: int = 50_000

    def of(self, model: str) -> Mapping[str, Any]:
        """Return the section of one kind of model; it is empty where `params.yaml` leaves all to the defaults."""
        return self.models.get(model, {})

    def relevant(self, model: str) -> dict[str, Any]:
        """Return everything that decides how `model` is trained on a given snapshot."""
        return {"model": dict(self.of(model)), "cutoffs": asdict(self.cutoffs)}

    def digest(self, model: str) -> str:
        """Return a hash of everything that decides how `model` is trained on a given snapshot."""
        return hashlib.sha256(json.dumps(self.relevant(model), sort_keys=True, default=str).encode()).hexdigest()[:16]


class _EachOnce(yaml.SafeLoader):
    """Reads YAML as `safe_load` does, and refuses a name that stands twice: YAML would let the last one win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key) for key, _ in node.value]  # type: ignore[no-untyped-call]
        twice = sorted({str(name) for name in names if names.count(name) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(
                None, None, f"{', '.join(twice)} stands there twice, expected once: keep one", node.start_mark
            )
        return super().construct_mapping(node, deep)


def load_params(path: Path = PARAMS_FILE) -> Params:
    """Read `params.yaml`.

    Raises:
        ParameterError: the file is missing, is not YAML, or names something unknown.
    """
    content = _content(path)
    known = {"shop", "source", "raw", "cutoffs", "models", "gate", "drift", "release"}
    unknown = sorted(set(content) - known)
    if moved := sorted(set(unknown) & {"segmentation", "spend", "revenue"}):
        raise ParameterError(
            f"{path.name} has the sections {moved} at its top, expected them in the section models: move them there"
        )
    if unknown:
        raise ParameterError(f"{path.name} has the unknown sections {unknown}: expected some of {sorted(known)}")
    release, cutoffs = _section(ReleaseParams, content, "release"), _section(CutoffParams, content, "cutoffs")
    models = _models(_mapping(content, "models")) if "models" in content else Params().models
    return Params(
        shop=_shop(_mapping(content, "shop")),
        source=_source(_mapping(content, "source")),
        raw=_section(Limits, content, "raw"),
        cutoffs=cutoffs,
        models=models,
        gate=_mapping(content, "gate"),
        drift=_mapping(content, "drift"),
        releases_kept=release.kept,
        explained_customers=release.explained_customers,
    )


def _models(section: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the parameters of each kind of model; an empty section leaves all to the defaults."""
    if unknown := sorted(set(section) - set(NAMES)):
        raise ParameterError(f"params.yaml, section models has the unknown kinds {unknown}: expected some of {NAMES}")
    models: dict[str, Mapping[str, Any]] = {}
    for name, values in section.items():
        if values is not None and not isinstance(values, Mapping):
            raise ParameterError(f"params.yaml, models.{name} is {values!r}, expected parameters with values")
        models[str(name)] = dict(values or {})
        if "horizon_days" in models[str(name)]:
            raise ParameterError(
                f"params.yaml, models.{name} has horizon_days: cutoffs.horizon_days alone declares the label's window. "
                f"Remove it from models.{name}"
            )
    return models


def _shop(section: Mapping[str, Any]) -> Shop:
    shop: Shop = _section(Shop, {"shop": {name: value for name, value in section.items() if value is not None}}, "shop")
    try:
        return checked_shop(**asdict(shop))
    except ValueError as error:
        raise ParameterError(f"params.yaml, section shop: {error}") from error


def _content(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_EachOnce)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ParameterError(f"{path.name} cannot be read ({error}): restore it from git") from error
    if not isinstance(content, Mapping):
        raise ParameterError(f"{path.name} holds {content!r}, expected sections with parameters: restore it from git")
    return content


def _source(section: Mapping[str, Any]) -> SourceParams:
    values = dict(section)
    kind, last_day = values.pop("kind", "simulated"), values.pop("last_day", None)
    try:
        config = config_of(kind, values, where="params.yaml, source.")
        last = None if last_day is None else date.fromisoformat(str(last_day))
    except SourceError as error:
        raise ParameterError(str(error)) from error
    except ValueError as error:
        raise ParameterError(
            f'params.yaml, source.last_day is {last_day!r}, expected a day such as "2024-01-01"'
        ) from error
    if last is not None and last < config.first_day:
        raise ParameterError(
            f"params.yaml, source.last_day is {last}: expected {config.first_day} (first_day) or later"
        )
    return SourceParams(config, last)


def _mapping(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    values = content.get(name, {})
    if not isinstance(values, Mapping):
        raise ParameterError(f"params.yaml, section {name} is {values!r}, expected parameters with values")
    return values


def _section(kind: Any, content: Mapping[str, Any], name: str) -> Any:
    values, types = _mapping(content, name), get_type_hints(kind)
    unknown = sorted(set(values) - set(types))
    if unknown:
        raise ParameterError(
            f"params.yaml, section {name} has the unknown parameters {unknown}: it knows {list(types)}"
        )
    for parameter, value in values.items():
        expected = int | float if types[parameter] is float else types[parameter]
        # To Python, true is a whole number.
        if isinstance(value, bool) or not isinstance(value, expected):
            words = getattr(types[parameter], "__name__", str(types[parameter]))
            raise ParameterError(f"params.yaml, {name}.{parameter} is {value!r}, expected a value of type {words}")
        limits = _BOUNDS.get(f"{name}.{parameter}")
        # NaN lies between no two numbers.
        if limits and not limits[0] <= value <= limits[1]:
            raise ParameterError(
                f"params.yaml, {name}.{parameter} is {value!r}, expected {limits[0]:g} to {limits[1]:g}: correct it"
            )
    return kind(**values)


_BOUNDS: Mapping[str, tuple[float, float]] = {
    "raw.quarantined_share": (0, 1),
    "raw.smallest_share_kept": (0, 1),
    "cutoffs.horizon_days": (7, 365),
    "cutoffs.training_cutoffs": (1, 60),
    "cutoffs.judging_cutoffs": (1, 60),
    "cutoffs.spacing_days": (1, 365),
    "cutoffs.minimum_history_days": (1, 3650),
    "cutoffs.sample_customers": (100, 100_000_000),
    "release.kept": (1, 1000),
    "release.explained_customers": (0, 100_000_000),
}
"""The values that a parameter may have, both ends included; the models' own sections check theirs themselves."""
