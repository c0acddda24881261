"""How the gate's word and a training's evidence look in Dagster: who asked, metadata, plots, asset checks."""

import dagster as dg

from eshop_dagster.ml.evidence import Outcome
from eshop_dagster.ml.gate import Decision
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.record import findings_table
from eshop_dagster.stages.register import Registered

GATE = "gate"
REPRODUCED = "can_be_reproduced"

MODEL_CHECKS = {
    GATE: "Whether the model just trained was promoted. Where it was not, the champion stays and the reason is told: a "
    "warning where it is no better, an error where a person must decide (`eshop promote`). It stops nothing.",
    REPRODUCED: "Whether the champion, made again from its record (data by DVC hash, parameters, seeds), is equal to "
    "the byte: predictions, metrics and model file.",
}

WHY_TAG = "eshop/why"
"""Run tag: why a sensor asks for a retraining."""

_TRIGGERS = {"dagster/schedule_name": "schedule", "dagster/sensor_name": "sensor"}


def asked_by(run: dg.DagsterRun) -> dict[str, str]:
    """Return what a version's record says of the run that made it: its id, what triggered it and why."""
    trigger = next((f"{kind} {run.tags[tag]}" for tag, kind in _TRIGGERS.items() if tag in run.tags), "a person")
    partition = run.tags.get("dagster/partition")
    return {
        "dagster_run": run.run_id,
        "trigger": trigger,
        "trigger_reason": run.tags.get(WHY_TAG, "it was due" if trigger != "a person" else "asked for"),
        **({"dagster_partition": partition} if partition else {}),
    }


def gate_result(asset: str, decision: Decision) -> dg.AssetCheckResult:
    """Return the gate's word as a check of the model's asset."""
    metadata = {"outcome": str(decision.outcome), "reason": decision.reason}
    if decision.findings:
        metadata["findings"] = dg.MetadataValue.md(findings_table(decision))  # type: ignore[assignment]
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(asset),
        check_name=GATE,
        passed=decision.is_promoted,
        severity=dg.AssetCheckSeverity.ERROR if decision.outcome is Outcome.PERSON else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


def metadata_of(platform: Platform, done: Registered, dvc_hash: str) -> dict[str, dg.MetadataValue]:
    """Return what the asset's page shows of a retraining: outcome, version, metrics, plots."""
    metadata: dict[str, dg.MetadataValue] = {
        "is_promoted": dg.MetadataValue.bool(done.decision.is_promoted),
        "outcome": dg.MetadataValue.text(str(done.decision.outcome)),
        "reason": dg.MetadataValue.text(done.decision.reason),
        "is_new_version": dg.MetadataValue.bool(done.is_new),
        "dvc_hash": dg.MetadataValue.text(dvc_hash),
    }
    if done.decision.findings:
        metadata["findings"] = dg.MetadataValue.md(findings_table(done.decision))
    if done.version is not None:
        metadata["version"] = dg.MetadataValue.int(done.version.version)
        metadata["mlflow_run"] = dg.MetadataValue.url(mlflow_run_url(platform, done.version.run_id))
    if done.trained is not None:
        metadata |= {name: dg.MetadataValue.float(value) for name, value in done.trained.all_metrics().items()}
        metadata |= {f"plot_{name}": _plot(figure) for name, figure in done.trained.figures.items()}
    return metadata


def mlflow_run_url(platform: Platform, run_id: str) -> str:
    """Return the run's page in the MLflow UI, as `eshop up` serves it."""
    experiment = platform.registry.experiment_of(run_id)
    return f"{platform.settings.mlflow_ui_url}/#/experiments/{experiment}/runs/{run_id}"


def _plot(figure: object) -> dg.MetadataValue:
    """Return a figure as a picture inside Markdown, which the asset's page shows in place."""
    import base64
    import io

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=60)  # type: ignore[attr-defined]
    return dg.MetadataValue.md(f"![plot](data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()})")
