"""Reproduce: make a registered version again from its record, and say precisely what is equal and what is not."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.model_file import model_bytes
from eshop_dagster.adapters.registry import ModelVersion, RegistryError
from eshop_dagster.stages.kind import digest
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.parameters import CutoffParams, Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.preparation import train
from eshop_dagster.stages.provenance import code_tags
from eshop_dagster.stages.record import RECORD, environment, metrics_as_json
from eshop_dagster.stages.snapshot import open_snapshot


@dataclass(frozen=True)
class Reproduced:
    """What came of making a version again.

    Attributes:
        version: the version.
        has_equal_predictions: whether every prediction on the later rows is equal to the last bit.
        has_equal_metrics: whether every metric is.
        has_equal_file: whether the model file has the same bytes.
        differences: one sentence each: metrics that differ, and what of code or environment is not as it was.
    """

    version: ModelVersion
    has_equal_predictions: bool
    has_equal_metrics: bool
    has_equal_file: bool
    differences: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether the version was made again to the byte."""
        return self.has_equal_predictions and self.has_equal_metrics and self.has_equal_file

    def in_words(self) -> str:
        """Return one sentence, or one a difference."""
        name = f"{self.version.name} version {self.version.version}"
        if self.is_equal and not self.differences:
            return f"{name} was made again: predictions, metrics and model file are equal to the byte"
        unequal = [
            words
            for words, is_equal in (
                ("predictions", self.has_equal_predictions),
                ("metrics", self.has_equal_metrics),
                ("the model file", self.has_equal_file),
            )
            if not is_equal
        ]
        told = (
            f"{', '.join(unequal)} differ" if unequal else "predictions, metrics and model file are equal to the byte"
        )
        return "\n".join([f"{name} was made again: {told}", *(f"- {one}" for one in self.differences)])


def reproduce(platform: Platform, model: str, which: str | int = "champion") -> Reproduced:
    """Fetch a version's data by its DVC hash, train again as its record says, and compare with what was registered.

    Nothing in the home changes but DVC's cache, into which the data may have to be fetched.

    Raises:
        RegistryError: there is no such version, or it has no record.
        SnapshotMissing: neither the cache nor the remote holds its data.
        SnapshotError: its data does not say which champion's ids its segments kept: an older platform registered it.
    """
    version = platform.registry.version(model, which)
    if version is None:
        raise RegistryError(
            f"Model {model} has no {which!r}: expected an alias or a version that exists. `eshop models` lists them."
        )
    record = platform.registry.report(version, RECORD)
    if record is None:
        raise RegistryError(
            f"Version {version.version} of {model} has no record: it was registered by an older platform. Retrain."
        )
    kind, params = KINDS[model], _params(platform.params, model, record)
    with tempfile.TemporaryDirectory(dir=platform.home) as parent:
        folder = Path(parent) / "snapshot"
        platform.snapshots.fetch(record["data"]["dvc_hash"], folder)
        snapshot = open_snapshot(folder)
        trained = train(kind, snapshot, params)
        if record.get("is_stand_in") and trained.stand_in is not None:
            trained = trained.stand_in
        if trained.pipeline is None:
            return Reproduced(version, False, False, False, (f"nothing could be fitted: {trained.reason}",))
        predictions = digest(kind.predict(trained.pipeline, snapshot))
    metrics = json.loads(json.dumps(metrics_as_json(trained)))
    content = hashlib.sha256(model_bytes(trained.pipeline)).hexdigest()
    return Reproduced(
        version,
        has_equal_predictions=predictions == record["predictions_sha256"],
        has_equal_metrics=metrics == record["metrics"],
        has_equal_file=content == version.tags.get("model_sha256"),
        differences=(*_other_metrics(metrics, record["metrics"]), *_other_world(record)),
    )


def _params(params: Params, model: str, record: Mapping[str, Any]) -> Params:
    recorded = record["params"]
    try:
        models = {**params.models, model: recorded["model"]}
        return replace(params, models=models, cutoffs=CutoffParams(**recorded["cutoffs"]))
    except (TypeError, ValueError) as error:
        raise RegistryError(
            f"this version of {model} was trained by an older platform with parameters that this one does not know "
            f"({error}): train again with `eshop run`"
        ) from error


def _other_metrics(found: Mapping[str, object], expected: Mapping[str, object]) -> list[str]:
    names = sorted({*found, *expected})
    return [
        f"{name} is {found.get(name)}, was {expected.get(name)}"
        for name in names
        if found.get(name) != expected.get(name)
    ]


def _other_world(record: Mapping[str, Any]) -> list[str]:
    """Return in which code or environment the version was made, where it was another one."""
    code, now = record["code"], code_tags()
    told = [
        f"{words} was {code[name]}, is {now[name]}"
        for name, words in (("code_hash", "the code in ml/"), ("lock_file_hash", "the lock file"))
        if code[name] != now[name]
    ]
    was, present = record["environment"], environment()
    told += [
        f"{name} was {was[name]}, is {present[name]}" for name in ("python", "system") if was[name] != present[name]
    ]
    packages = {
        name: (old, present["packages"].get(name))
        for name, old in was["packages"].items()
        if old != present["packages"].get(name)
    }
    return told + [f"{name} was {old}, is {new}" for name, (old, new) in packages.items()]
