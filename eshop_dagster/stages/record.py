"""The record of a version: everything from which it can be made again, as one document and as tags."""

import math
import os
import platform as machine
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version as installed
from typing import Any

from eshop_dagster.ml.gate import Decision
from eshop_dagster.stages.continuation import registry_states
from eshop_dagster.stages.kind import Kind
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.provenance import code_tags
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

RECORD = "record"
"""The document's name among a version's reports."""

PROFILE = "profile"
"""The distribution of the training rows, for drift, among a version's reports."""


def release_record(
    platform: Platform,
    kind: Kind,
    trained: Trained,
    snapshot: Snapshot,
    decision: Decision,
    *,
    dvc_hash: str,
    predictions: str | None,
    champion_version: int | None,
    asked_by: Mapping[str, str],
) -> dict[str, Any]:
    """Return the record: code, data, parameters, environment, who asked, what the gate found, what it predicts.

    The hashes of the model's files stand on the version, as its tags: they are known once it is written.
    """
    records = platform.records.records()
    return {
        "model": kind.name,
        "candidate": trained.candidate,
        "is_stand_in": trained.is_stand_in,
        "code": code_tags(),
        "data": {
            "dvc_hash": dvc_hash,
            "snapshot": dict(snapshot.description),
            "tables": {
                table: {
                    "content": content,
                    "rows": records[table].rows,
                    "has_passed": records[table].has_passed,
                    "checks": dict(records[table].checks),
                }
                for table, content in snapshot.tables().items()
                if table in records
            },
        },
        "training_rows": trained.training_rows,
        "features": list(trained.feature_names),
        "params": platform.params.relevant(kind.name),
        "champion_at_training": champion_version,
        "continued": {
            name: state.as_json() for name, state in registry_states(snapshot.folder).items() if name == kind.name
        },
        "environment": environment(),
        "asked_by": dict(asked_by),
        "gate": decision_as_json(decision),
        "metrics": metrics_as_json(trained),
        "predictions_sha256": predictions,
    }


def metrics_as_json(trained: Trained) -> dict[str, float | str]:
    """Return every metric; one that is no finite number by its name, for JSON has none such."""
    return {name: value if math.isfinite(value) else str(value) for name, value in trained.all_metrics().items()}


def environment() -> dict[str, Any]:
    """Return what the machine is and which versions of the packages that compute are installed."""
    packages = ("numpy", "pandas", "scikit-learn", "scipy", "xgboost-cpu", "duckdb")
    return {
        "processor": machine.processor() or machine.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{machine.system()} {machine.machine()}",
        "python": machine.python_version(),
        "packages": {name: installed(name) for name in packages},
    }


def decision_as_json(decision: Decision) -> dict[str, Any]:
    """Return the gate's word with every finding."""
    findings = [{**asdict(finding), "outcome": str(finding.outcome)} for finding in decision.findings]
    return {"outcome": str(decision.outcome), "reason": decision.reason, "findings": findings}


def findings_table(decision: Decision) -> str:
    """Return the findings as a Markdown table, in the order of the rules."""
    signs = {"promote": "✓", "keep": "✗", "needs a person": "?", "not judged": "–"}
    lines = [
        f"| {signs[finding.outcome]} | {finding.rule} | {finding.seen} | {finding.expected} |"
        for finding in decision.findings
    ]
    return "\n".join(["| | rule | seen | expected |", "| --- | --- | --- | --- |", *lines])
