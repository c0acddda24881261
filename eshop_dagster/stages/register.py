"""Register: one training becomes one version in MLflow, and the gate says whether it becomes champion."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.files import write_json
from eshop_dagster.adapters.registry import ModelVersion, TrainingData
from eshop_dagster.ml.gate import Decision, Measured, decide
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.provenance import code_tags
from eshop_dagster.stages.snapshot import TABLES_USED, Snapshot
from eshop_dagster.stages.train import DECIDING_METRIC, Trained, measure, train


@dataclass(frozen=True)
class Registered:
    """What became of one retraining.

    Attributes:
        model: the model's name.
        version: the version that now stands for this snapshot and these parameters; None when nothing could be fitted.
        decision: the gate's word.
        is_new: False when just this training was registered before.
        trained: the training; None when it was not repeated.
    """

    model: str
    version: ModelVersion | None
    decision: Decision
    is_new: bool
    trained: Trained | None


def store_snapshot(platform: Platform, snapshot: Snapshot) -> str:
    """Store the snapshot in DVC's cache, push it, and return its DVC hash."""
    dvc_hash = platform.snapshots.add(snapshot.folder)
    platform.snapshots.push(dvc_hash)
    return dvc_hash


def retrain(
    platform: Platform,
    model: str,
    snapshot: Snapshot,
    dvc_hash: str,
    *,
    run_tags: Mapping[str, str],
    force: bool = False,
) -> Registered:
    """Train, register and judge one model, unless just this training was registered before.

    Args:
        platform: the home.
        model: `segmentation` or `spend`.
        snapshot: what to train on.
        dvc_hash: the snapshot's hash in DVC.
        run_tags: who asks, such as the Dagster run.
        force: train and register again although nothing changed.
    """
    identity = {
        "dvc_hash": dvc_hash,
        "params_digest": platform.params.digest(model),
        **{name: value for name, value in code_tags().items() if name in ("code_hash", "lock_file_hash")},
    }
    if not force:
        known = platform.registry.find_version(model, identity)
        # A version without an outcome was registered by a run that died before the gate spoke.
        if known is not None and "outcome" in known.tags:
            decision = Decision(known.tags.get("outcome") == "champion", known.tags.get("reason", "registered before"))
            return Registered(model, known, decision, is_new=False, trained=None)
    trained = train(model, snapshot, platform.params)
    decision = _note(platform, model, _judge(platform, trained, snapshot))
    if trained.pipeline is None:
        return Registered(model, None, decision, is_new=False, trained=trained)
    version = _log(platform, trained, snapshot, {**code_tags(), **identity, **run_tags})
    if decision.is_promoted:
        platform.registry.set_champion(model, version.version, decision.reason)
    else:
        platform.registry.set_challenger(model, version.version, decision.reason)
    return Registered(model, version, decision, is_new=True, trained=trained)


def note_obstacle(platform: Platform, model: str, obstacle: str) -> Decision:
    """Keep why a model could not be trained at all; the champion, if there is one, stays."""
    return _note(platform, model, Decision(False, f"{obstacle}; the champion, if any, stays"))


def last_decisions(home: Path) -> dict[str, str]:
    """Return the reason of the last decision on each model."""
    path = home / "scores" / "decisions.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _note(platform: Platform, model: str, decision: Decision) -> Decision:
    write_json(platform.home / "scores" / "decisions.json", {**last_decisions(platform.home), model: decision.reason})
    return decision


def _judge(platform: Platform, trained: Trained, snapshot: Snapshot) -> Decision:
    metric, is_lower_better = DECIDING_METRIC[trained.model]
    champion, obstacle = None, None if trained.beats_baseline else trained.reason
    present = platform.registry.champion(trained.model)
    if present is not None:
        name = f"version {present.version}"
        champion = Measured(name, float("nan"))
        if trained.pipeline is not None and not obstacle:
            # The champion is scored anew on the rows that the challenger is judged on: a stored score is of other rows.
            loaded = platform.registry.load(trained.model, present.version)
            champion = Measured(name, measure(trained.model, loaded.pipeline, snapshot, platform.params)[metric])
    return decide(
        Measured("the challenger", trained.metrics[metric]) if metric in trained.metrics else None,
        Measured("the baseline", trained.baseline_metrics[metric]) if metric in trained.baseline_metrics else None,
        champion,
        metric=metric,
        is_lower_better=is_lower_better,
        obstacle=obstacle,
    )


def _log(platform: Platform, trained: Trained, snapshot: Snapshot, tags: Mapping[str, str]) -> ModelVersion:
    from eshop_dagster.ml.features import FEATURES, sample_input

    tables = {f"table_hash.{table}": platform.warehouse.content_hash(table) for table in TABLES_USED}
    personas = (
        {"personas": json.dumps(trained.reports["personas"], ensure_ascii=False)}
        if "personas" in trained.reports
        else {}
    )
    return platform.registry.log_model(
        trained.model,
        trained.pipeline,
        metrics=trained.all_metrics(),
        params=_flat(trained.reports["parameters"]) | {"candidate": trained.candidate},
        tags={**tags, **tables, **personas, "candidate": trained.candidate},
        input_example=sample_input(trained.feature_names),
        figures=trained.figures,
        tables=trained.tables,
        json_artifacts={**trained.reports, "snapshot": dict(snapshot.description)},
        dataset=TrainingData(
            name="training snapshot",
            uri=f"dvc://{tags['dvc_hash']}",
            digest=tags["dvc_hash"],
            columns=dict.fromkeys(FEATURES, "double"),
        ),
        description=_describe(trained, snapshot),
    )


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in values.items():
        flat.update(_flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value})
    return flat


def _describe(trained: Trained, snapshot: Snapshot) -> str:
    question = {
        "segmentation": "What kind of customer is this? K-means over each customer's behaviour; segment 0 is "
        "worth the most.",
        "spend": "How much will this customer spend in the next 90 days? Expected net BRL per customer.",
    }[trained.model]
    lines = [
        question,
        "",
        f"**Estimator** `{trained.candidate}`: {trained.reason}",
        "",
        f"**Data** snapshot with {snapshot.description['rows']['train']} training rows at "
        f"{', '.join(snapshot.description['training_cutoffs'])} and {snapshot.description['rows']['holdout']} "
        "holdout rows at "
        f"{snapshot.description['holdout_cutoff']}.",
        "",
        "| metric | model | baseline |",
        "| --- | --- | --- |",
    ]
    for name, value in trained.metrics.items():
        baseline = trained.baseline_metrics.get(name)
        lines.append(f"| {name} | {value:.4g} | {'' if baseline is None else f'{baseline:.4g}'} |")
    return "\n".join(lines)
