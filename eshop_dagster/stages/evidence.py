"""Evidence: everything the gate asks about a challenger, measured on the snapshot and by the file that would serve."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.files import write_atomically
from eshop_dagster.adapters.model_file import MODEL_FILE, model_bytes
from eshop_dagster.ml.evidence import Comparison, Evidence
from eshop_dagster.settings import child_environment
from eshop_dagster.stages.champions import Champion
from eshop_dagster.stages.kind import Kind
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.record import PROFILE, RECORD
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

_FRESH_PROCESS_SECONDS = 300


def gather(
    platform: Platform,
    kind: Kind,
    trained: Trained,
    snapshot: Snapshot,
    champion: Champion | None,
    predictions: str | None,
) -> Evidence:
    """Return what the gate needs to know of a model that was just trained; what cannot be measured stays None.

    Args:
        platform: the home.
        kind: of the model.
        trained: the training.
        snapshot: what it learned from.
        champion: the present champion.
        predictions: digest of what the model says of the snapshot's later rows; None where there is no model.
    """
    evidence = Evidence(
        metric=kind.metric,
        is_lower_better=kind.is_lower_better,
        challenger=trained.metrics.get(kind.metric),
        baseline=trained.baseline_metrics.get(kind.metric),
        champion_name=f"version {champion.version.version}" if champion else "",
        champion_trouble=champion.trouble if champion else "",
        quality=_quality(platform, kind, snapshot),
        training_rows=trained.training_rows,
        psi={} if kind.has_features else None,
        is_segmentation=kind.has_segments,
        obstacle=trained.reason if trained.pipeline is None else None,
    )
    if evidence.obstacle:
        return evidence
    compared = _compared(kind, trained, champion, snapshot, platform)
    before, psi = _against_training_of(platform, kind, champion, snapshot)
    return replace(
        evidence.with_comparison(compared),
        champion_training_rows=before,
        psi=psi,
        loads_equally=predictions == predictions_of_a_fresh_process(platform, kind, trained.pipeline, snapshot),
    )


def predictions_of_a_fresh_process(
    platform: Platform, kind: Kind, model: Any, snapshot: Snapshot, *, timeout: float = _FRESH_PROCESS_SECONDS
) -> str:
    """Return the digest of what a process that opens the model's file says of the later rows.

    Empty if it fails, or has not answered after `timeout` seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / MODEL_FILE
        write_atomically(path, model_bytes(model))
        command = [sys.executable, "-m", "eshop_dagster.stages.fresh_process", kind.name, path, snapshot.folder]
        try:
            done = subprocess.run(
                [str(part) for part in command],
                capture_output=True,
                text=True,
                timeout=timeout,
                env=child_environment(platform.settings),
                check=False,
            )
        except subprocess.TimeoutExpired:
            return ""
    return str(json.loads(done.stdout.splitlines()[-1])["digest"]) if done.returncode == 0 else ""


def _quality(platform: Platform, kind: Kind, snapshot: Snapshot) -> Mapping[str, bool]:
    """Return by table whether the record of the very rows that the snapshot was read from has passed."""
    records, used = platform.records.records(), snapshot.tables()
    found = {}
    for table in kind.tables:
        record = records.get(table)
        found[table] = record is not None and record.has_passed and record.content == used.get(table)
    return found


def _compared(
    kind: Kind, trained: Trained, champion: Champion | None, snapshot: Snapshot, platform: Platform
) -> Comparison:
    if champion is not None and champion.model is None:
        return Comparison()
    return kind.compare(trained, champion.model if champion else None, snapshot, platform.params)


def _against_training_of(
    platform: Platform, kind: Kind, champion: Champion | None, snapshot: Snapshot
) -> tuple[int | None, Mapping[str, float] | None]:
    """Return the champion's number of training rows, and how far each feature has drifted from them."""
    from eshop_dagster.ml.drift import population_stability, profiles_of_json

    if champion is None:
        return None, {} if kind.has_features else None
    record = platform.registry.report(champion.version, RECORD) or {}
    rows = record.get("training_rows")
    if not kind.has_features:
        return rows, None
    profile = platform.registry.report(champion.version, PROFILE)
    return rows, population_stability(profiles_of_json(profile), snapshot.scoring()) if profile else {}
