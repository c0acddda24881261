"""Train: a snapshot and the parameters in, a fitted pipeline with all its evidence out. Nothing is registered here."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eshop_dagster.adapters.files import write_atomically, write_json
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.snapshot import Snapshot

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MODELS = ("segmentation", "spend")

DECIDING_METRIC = {"segmentation": ("silhouette", False), "spend": ("rmse_brl", True)}
"""By model: the holdout metric that decides, and whether lower is better."""

_PLOTTED_CUSTOMERS = 3_000


@dataclass
class Trained:
    """One training's outcome.

    Attributes:
        model: one of `MODELS`.
        candidate: which estimator won; `baseline` when nothing could be fitted.
        pipeline: the fitted pipeline, or None.
        metrics: measured on the holdout rows.
        baseline_metrics: the baseline's, on the same rows.
        beats_baseline: whether the pipeline is worth anything.
        reason: a sentence that says why or why not.
        feature_names: the pipeline's columns, in order.
        figures: plots by name.
        tables: small tables by name.
        reports: JSON documents by name.
    """

    model: str
    candidate: str
    pipeline: Any
    metrics: dict[str, float]
    baseline_metrics: dict[str, float]
    beats_baseline: bool
    reason: str
    feature_names: tuple[str, ...] = ()
    figures: "dict[str, Figure]" = field(default_factory=dict)
    tables: "dict[str, pd.DataFrame]" = field(default_factory=dict)
    reports: dict[str, Any] = field(default_factory=dict)

    def all_metrics(self) -> dict[str, float]:
        """Return the model's and the baseline's metrics in one flat mapping."""
        return {**self.metrics, **{f"baseline_{name}": value for name, value in self.baseline_metrics.items()}}


def train(model: str, snapshot: Snapshot, params: Params) -> Trained:
    """Train one model on a snapshot: the same snapshot, parameters and lock file give the same model."""
    return {"segmentation": _train_segmentation, "spend": _train_spend}[model](snapshot, params)


def measure(model: str, pipeline: Any, snapshot: Snapshot, params: Params) -> dict[str, float]:
    """Return the metrics of a fitted pipeline on the snapshot's holdout rows: how a champion is scored anew."""
    holdout = snapshot.holdout()
    if model == "segmentation":
        from eshop_dagster.ml.segmentation import evaluate_segments

        chosen, seed = _segmentation_params(params)
        metrics, _baseline = evaluate_segments(pipeline, holdout, chosen, seed)
        return metrics
    from eshop_dagster.ml.features import FEATURES, LABEL, feature_matrix
    from eshop_dagster.ml.metrics import evaluate_spend

    predicted = pipeline.predict(feature_matrix(holdout, FEATURES))
    return evaluate_spend(holdout[LABEL].to_numpy(dtype="float64"), predicted.astype("float64"))


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
        from eshop_dagster.adapters.registry import save_pipeline

        save_pipeline(trained.pipeline, model / "model.skops")


def compare_with_baselines(folder: Path) -> dict[str, dict[str, Any]]:
    """Write and return `metrics/evaluation.json`: the metric that decides for each model, its baseline's, and the
    gain.
    """
    evaluation = {}
    for model, (metric, is_lower_better) in DECIDING_METRIC.items():
        metrics = json.loads((folder / "metrics" / f"{model}.json").read_text())
        value, baseline = metrics.get(metric), metrics.get(f"baseline_{metric}")
        gain = None
        if value is not None and baseline:
            gain = (baseline - value) / baseline if is_lower_better else (value - baseline) / abs(baseline)
        evaluation[model] = {"metric": metric, "value": value, "baseline": baseline, "gain_share": gain}
    write_json(folder / "metrics" / "evaluation.json", evaluation)
    return evaluation


def _train_spend(snapshot: Snapshot, params: Params) -> Trained:
    from eshop_dagster.ml.plots import candidates_figure, deciles_figure, residuals_figure
    from eshop_dagster.ml.spend import fit_spend
    from eshop_dagster.ml.spend_candidates import SpendParams

    values = dict(params.spend)
    seed = int(values.pop("seed", 0))
    chosen = SpendParams.from_mapping({"horizon_days": params.cutoffs.horizon_days, **values})
    result = fit_spend(snapshot.train(), snapshot.holdout(), chosen, seed)
    trained = Trained(
        model="spend",
        candidate=result.candidate,
        pipeline=result.pipeline,
        metrics=result.metrics,
        baseline_metrics=result.baseline_metrics,
        beats_baseline=result.beats_baseline,
        reason=result.reason,
        feature_names=result.feature_names,
        tables={"candidates": result.candidates},
        reports={"parameters": {**json.loads(json.dumps(asdict(chosen))), "seed": seed}},
    )
    if result.pipeline is not None:
        trained.figures = {
            "deciles": deciles_figure(result.holdout),
            "residuals": residuals_figure(result.holdout),
            "candidates": candidates_figure(result.candidates),
        }
    return trained


def _segmentation_params(params: Params) -> tuple[Any, int]:
    from eshop_dagster.ml.segmentation import SegmentationParams

    values = dict(params.segmentation)
    seed = int(values.pop("seed", 0))
    return SegmentationParams.from_mapping(values), seed


def _train_segmentation(snapshot: Snapshot, params: Params) -> Trained:
    from eshop_dagster.ml.personas import name_personas, segment_profile
    from eshop_dagster.ml.segmentation import TooFewCustomersError, evaluate_segments, fit_segments

    chosen, seed = _segmentation_params(params)
    train, holdout = snapshot.train(), snapshot.holdout()
    # Segments need no label: the latest training cut-off is the closest to the customers of today.
    latest = train[train["as_of_date"] == train["as_of_date"].max()]
    try:
        result = fit_segments(latest, chosen, seed)
        holdout_metrics, baseline_metrics = evaluate_segments(result.pipeline, holdout, chosen, seed)
    except TooFewCustomersError as error:
        return Trained("segmentation", "baseline", None, {}, {}, beats_baseline=False, reason=str(error))
    profile = segment_profile(latest.reset_index(drop=True), result.labels["segment_id"].to_numpy())
    personas = name_personas(profile)
    return Trained(
        model="segmentation",
        candidate=f"kmeans_{result.segment_count}",
        pipeline=result.pipeline,
        metrics={"segment_count": float(result.segment_count), **holdout_metrics},
        baseline_metrics=baseline_metrics,
        beats_baseline=result.beats_baseline,
        reason=result.reason,
        feature_names=result.feature_names,
        figures=_segmentation_figures(result, latest, profile, {one.segment_id: one.name_en for one in personas}, seed),
        tables={"segment_counts": result.counts, "profile": profile},
        reports={
            "parameters": {**json.loads(json.dumps(asdict(chosen))), "seed": seed},
            "personas": [asdict(persona) for persona in personas],
        },
    )


def _segmentation_figures(
    result: Any, frame: "pd.DataFrame", profile: "pd.DataFrame", names: Mapping[int, str], seed: int
) -> "dict[str, Figure]":
    from eshop_dagster.ml.plots import scatter_3d_figure, scatter_figure, silhouette_figure, sizes_figure
    from eshop_dagster.ml.projection import project_segments

    planes = {
        dimensions: project_segments(
            result.pipeline, frame, dimensions=dimensions, sample_rows=_PLOTTED_CUSTOMERS, seed=seed
        )
        for dimensions in (2, 3)
    }
    return {
        "segments_2d": scatter_figure(planes[2], names),
        "segments_3d": scatter_3d_figure(planes[3], names),
        "sizes": sizes_figure(profile, names),
        "silhouette": silhouette_figure(result.counts, baseline_silhouette=result.baseline_metrics["silhouette"]),
    }
