"""Register: one training becomes one version in MLflow, and the gate says whether it becomes champion.

The alias moves last. Whatever fails or is killed before leaves the champion where it was.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.files import write_json
from eshop_dagster.adapters.registry import ModelVersion, TrainingData
from eshop_dagster.faults import fault_point
from eshop_dagster.ml.evidence import GateRules, Outcome
from eshop_dagster.ml.gate import Decision, judge, steps_down
from eshop_dagster.stages.champions import Champion, of_window, present_champion, window_of
from eshop_dagster.stages.evidence import gather
from eshop_dagster.stages.kind import Kind, digest
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.preparation import require_present_registry, train, training_identity
from eshop_dagster.stages.provenance import code_tags
from eshop_dagster.stages.record import PROFILE, RECORD, decision_as_json, findings_table, release_record
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained


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
    asked_by: Mapping[str, str],
    force: bool = False,
) -> Registered:
    """Train, judge and register one model, unless just this training was registered before.

    Args:
        platform: the home.
        model: one of `KINDS`.
        snapshot: what to train on.
        dvc_hash: the snapshot's hash in DVC.
        asked_by: who asks and why, such as the Dagster run and its trigger.
        force: train and register again although nothing changed.
    """
    kind = KINDS[model]
    if kind.needs_cutoffs and snapshot.obstacle:
        return Registered(model, None, note_obstacle(platform, model, snapshot.obstacle), is_new=False, trained=None)
    identity = training_identity(platform.params, kind, snapshot, dvc_hash)
    require_present_registry(platform, kind, snapshot, identity)
    champion, aside = _comparable(platform, kind, snapshot)
    # Back at an older window, its version of before is no champion any more: it is trained again.
    known = None if force or aside else _known(platform, model, identity)
    if known is not None:
        return known
    trained = train(kind, snapshot, platform.params)
    fault_point("retrain.trained")
    tags = {"dvc_hash": dvc_hash, **code_tags(), **identity, **asked_by}
    entry = _Entry(platform, kind, snapshot, champion, dvc_hash, tags, asked_by, aside)
    return _entered(entry, trained)


@dataclass(frozen=True)
class _Entry:
    """What the versions of one training have in common."""

    platform: Platform
    kind: Kind
    snapshot: Snapshot
    champion: Champion | None
    dvc_hash: str
    tags: Mapping[str, str]
    asked_by: Mapping[str, str]
    aside: str


def _entered(entry: _Entry, trained: Trained, refused: Decision | None = None) -> Registered:
    """Judge a training and register it; where it is refused and what serves loses to it, its stand-in follows."""
    platform, kind, champion = entry.platform, entry.kind, entry.champion
    rules = GateRules.from_mapping(platform.params.gate)
    predictions = None if trained.pipeline is None else digest(kind.predict(trained.pipeline, entry.snapshot))
    evidence = gather(platform, kind, trained, entry.snapshot, champion, predictions)
    decision = judge(evidence, rules)
    if refused is not None and decision.is_promoted:
        why = (one.rule for one in refused.findings if one.outcome in (Outcome.KEEP, Outcome.PERSON))
        rule = next(why, "it was held against nothing")
        words = f"the best baseline steps in, for what was trained is refused ({rule}); {decision.reason}"
        decision = replace(decision, reason=words)
    if entry.snapshot.caveat and kind.has_window:
        decision = replace(decision, reason=f"{entry.snapshot.caveat}; {decision.reason}")
    decision = _note(platform, kind.name, replace(decision, reason=f"{entry.aside}{decision.reason}"))
    if trained.pipeline is None:
        return Registered(kind.name, None, decision, is_new=False, trained=trained)
    record = release_record(
        platform,
        kind,
        trained,
        entry.snapshot,
        decision,
        dvc_hash=entry.dvc_hash,
        predictions=predictions,
        champion_version=champion.version.version if champion else None,
        asked_by=entry.asked_by,
    )
    fault_point("retrain.log")
    version = _log(platform, kind, trained, entry.snapshot, decision, record, entry.tags)
    fault_point("retrain.alias")
    if decision.is_promoted:
        platform.registry.set_champion(kind.name, version.version, decision.reason)
        return Registered(kind.name, version, decision, is_new=True, trained=trained)
    after = None
    if trained.stand_in is not None and steps_down(evidence, rules):
        after = _entered(entry, trained.stand_in, decision)
    # Last: a version with an outcome is not trained again, and a run that dies before has registered no stand-in.
    platform.registry.set_challenger(kind.name, version.version, decision.reason, outcome=str(decision.outcome))
    return after or Registered(kind.name, version, decision, is_new=True, trained=trained)


def _comparable(platform: Platform, kind: Kind, snapshot: Snapshot) -> tuple[Champion | None, str]:
    """Return the champion that a training is held against, and why it is not the present one where it is not."""
    champion, asked = present_champion(platform, kind.name), snapshot.description["horizon_days"]
    if champion is None or not kind.has_window or of_window(platform, champion, asked) is not None:
        return champion, ""
    version, days = champion.version.version, window_of(platform, champion.version)
    return None, f"version {version} predicts {days} days, and {asked} are asked for: it is not compared; "


def note_obstacle(platform: Platform, model: str, obstacle: str) -> Decision:
    """Keep why a model could not be trained at all; the champion, if there is one, stays."""
    return _note(platform, model, Decision(Outcome.KEEP, f"{obstacle}; the champion, if any, stays"))


def last_decisions(home: Path) -> dict[str, str]:
    """Return the reason of the last decision on each model."""
    path = home / "scores" / "decisions.json"
    return dict(json.loads(path.read_text())) if path.exists() else {}


def _known(platform: Platform, model: str, identity: Mapping[str, str]) -> Registered | None:
    version = platform.registry.find_version(model, identity)
    # A version without an outcome was registered by a run that died before its alias was set.
    if version is None or "outcome" not in version.tags:
        return None
    is_promoted = version.tags["outcome"] in ("champion", "previous")
    outcome = Outcome.PROMOTE if is_promoted else Outcome.KEEP
    return Registered(model, version, Decision(outcome, version.tags.get("reason", "")), is_new=False, trained=None)


def _note(platform: Platform, model: str, decision: Decision) -> Decision:
    write_json(platform.home / "scores" / "decisions.json", {**last_decisions(platform.home), model: decision.reason})
    return decision


def _log(
    platform: Platform,
    kind: Kind,
    trained: Trained,
    snapshot: Snapshot,
    decision: Decision,
    record: Mapping[str, Any],
    tags: Mapping[str, str],
) -> ModelVersion:
    tables = {f"table_hash.{table}": content for table, content in snapshot.tables().items()}
    personas = (
        {"personas": json.dumps(trained.reports["personas"], ensure_ascii=False)}
        if "personas" in trained.reports
        else {}
    )
    window = {"window_days": str(snapshot.description["horizon_days"])} if kind.has_window else {}
    example = trained.input_example
    assert example is not None, f"the kind {kind.name} gives no made-up rows to try its models on"
    return platform.registry.log_model(
        kind.name,
        trained.pipeline,
        metrics=trained.all_metrics(),
        params=_flat(trained.reports["parameters"]) | {"candidate": trained.candidate},
        tags={**tags, **tables, **personas, **window, "candidate": trained.candidate, "gate": str(decision.outcome)},
        input_example=example,
        figures=trained.figures,
        tables=trained.tables,
        json_artifacts={
            **trained.reports,
            RECORD: record,
            PROFILE: trained.profile,
            "gate": decision_as_json(decision),
        },
        dataset=TrainingData(
            name="training snapshot",
            uri=f"dvc://{tags['dvc_hash']}",
            digest=tags["dvc_hash"],
            columns={str(name): str(dtype) for name, dtype in example.dtypes.items()},
        ),
        description=_describe(kind, trained, snapshot, decision),
    )


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in values.items():
        flat.update(_flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value})
    return flat


def _describe(kind: Kind, trained: Trained, snapshot: Snapshot, decision: Decision) -> str:
    told = snapshot.description
    data = f"the days up to {told['last_complete_day']}"
    if kind.has_segments:
        data = f"the {told['rows']['scoring']} customers of {told['scoring_cutoff']}"
    elif kind.needs_cutoffs:
        data = (
            f"{told['rows']['train'] + told['rows']['holdout']} labelled rows, training cut-offs "
            f"{', '.join(told['training_cutoffs'])}, judging cut-offs {', '.join(told['judging_cutoffs'])}"
        )
    window = [f"**Window** {told['horizon_days']} days from the cut-off on.", ""] if kind.has_window else []
    lines = [
        kind.question,
        "",
        *window,
        f"**Estimator** `{trained.candidate}`: {trained.reason}",
        "",
        f"**Data** snapshot with {data}.",
        "",
        f"**Gate** {decision.outcome}: {decision.reason}",
        "",
        findings_table(decision),
        "",
        "| metric | model | baseline |",
        "| --- | --- | --- |",
    ]
    for name, value in trained.metrics.items():
        baseline = trained.baseline_metrics.get(name)
        lines.append(f"| {name} | {value:.4g} | {'' if baseline is None else f'{baseline:.4g}'} |")
    return "\n".join(lines)
