"""What `dvc repro` follows: metrics, plots and model files of a training, outside any registry."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.files import write_atomically, write_json
from eshop_dagster.adapters.model_file import save_pipeline
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.trained import Trained


def write_outputs(trained: Trained, folder: Path) -> None:
    """Write what `dvc` follows: `metrics/<model>.json`, `plots/<model>/` and `models/<model>/`."""
    write_json(folder / "metrics" / f"{trained.model}.json", {"candidate": trained.candidate, **trained.all_metrics()})
    plots = folder / "plots" / trained.model
    plots.mkdir(parents=True, exist_ok=True)
    for name, figure in trained.figures.items():
        # No software version or date in the file: the same plot has the same hash.
        figure.savefig(plots / f"{name}.png", dpi=110, metadata={"Software": None})
    for name, table in trained.tables.items():
        write_atomically(plots / f"{name}.csv", table.to_csv(index=False, lineterminator="\n").encode())
    model = folder / "models" / trained.model
    write_json(model / "training.json", {"candidate": trained.candidate, "reason": trained.reason, **trained.reports})
    if trained.pipeline is not None:
        save_pipeline(trained.pipeline, model / "model.skops")


def compare_with_baselines(folder: Path, models: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Write and return `evaluation.json`: the metric that decides for each model, its baseline's, and the
    gain.
    """
    evaluation = {}
    for model in models:
        metric, is_lower_better = KINDS[model].metric, KINDS[model].is_lower_better
        metrics = json.loads((folder / "metrics" / f"{model}.json").read_text())
        value, baseline = metrics.get(metric), metrics.get(f"baseline_{metric}")
        gain = None
        if value is not None and baseline:
            gain = (baseline - value) / baseline if is_lower_better else (value - baseline) / abs(baseline)
        evaluation[model] = {"metric": metric, "value": value, "baseline": baseline, "gain_share": gain}
    write_json(folder / "evaluation.json", evaluation)
    return evaluation
