"""The segmentation as a kind."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from eshop_dagster.stages.kinds.customers import with_profile
from eshop_dagster.stages.kinds.kind import Comparison, Kind, parameters_report, seed_of, without_seed
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from eshop_dagster.stages.continuation import Continuation

_PLOTTED_CUSTOMERS = 3_000


def _predict(model: Any, snapshot: Snapshot) -> "pd.DataFrame":
    from eshop_dagster.ml.segmentation import assign_segments

    return assign_segments(model, snapshot.holdout())[["segment_id", "typicality", "is_outlier"]]


def _compare(trained: Trained, champion: Any | None, snapshot: Snapshot, params: Params) -> Comparison:
    """Hold both against each other in the champion's scale: a silhouette depends on it."""
    from eshop_dagster.ml.segmentation import migrate, silhouette_difference, silhouette_values

    stability = trained.metrics.get("stability")
    if champion is None:
        return Comparison(stability=stability)
    rows, seed = snapshot.holdout(), seed_of(params.segmentation)
    return Comparison(
        champion=float(silhouette_values(champion, rows, seed).mean()),
        difference=silhouette_difference(trained.pipeline, champion, rows, seed),
        stability=stability,
        moved_share=migrate(champion, trained.pipeline, rows).moved_share,
    )


def _train(snapshot: Snapshot, params: Params, continued: "Continuation | None") -> Trained:
    """Return a segmentation whose ids and names go on from those of the champion that it continues, if there is one."""
    from eshop_dagster.ml.personas import name_personas, segment_profile
    from eshop_dagster.ml.segmentation import (
        SegmentationParams,
        TooFewCustomersError,
        evaluate_segments,
        fit_segments,
        migrate,
    )

    chosen, seed = SegmentationParams.from_mapping(without_seed(params.segmentation)), seed_of(params.segmentation)
    champion = continued.model if continued else None
    # Segments need no label: the latest training cut-off is the closest to the customers of today.
    latest, holdout = snapshot.latest_training(), snapshot.holdout()
    try:
        result = fit_segments(latest, chosen, seed, champion, continued.used_ids if continued else ())
        holdout_metrics, baseline_metrics = evaluate_segments(result.pipeline, holdout, chosen, seed)
    except TooFewCustomersError as error:
        return Trained("segmentation", "baseline", None, {}, {}, beats_baseline=False, reason=str(error))
    profile = segment_profile(latest.reset_index(drop=True), result.labels["segment_id"].to_numpy())
    personas = name_personas(profile, champion.names_ if champion is not None else ())
    result.pipeline.remember_names(asdict(persona) for persona in personas)
    moves = migrate(champion, result.pipeline, holdout) if champion is not None else None
    trained = Trained(
        model="segmentation",
        candidate=f"kmeans_{result.segment_count}",
        pipeline=result.pipeline,
        metrics={
            "segment_count": float(result.segment_count),
            **holdout_metrics,
            "stability": result.metrics["stability"],
            **({"moved_share": moves.moved_share} if moves else {}),
        },
        baseline_metrics=baseline_metrics,
        beats_baseline=result.beats_baseline,
        reason=result.reason,
        feature_names=result.feature_names,
        figures=_segmentation_figures(result, latest, profile, moves, champion, seed),
        tables={
            "segment_counts": result.counts,
            "candidates": result.candidates,
            "matching": result.matching.table(),
            "profile": profile,
            **({"migration": moves.table} if moves else {}),
        },
        reports={
            "parameters": parameters_report(chosen, seed),
            "personas": [asdict(persona) for persona in personas],
        },
    )
    return with_profile(trained, snapshot)


def _segmentation_figures(
    result: Any, frame: "pd.DataFrame", profile: "pd.DataFrame", moves: Any, champion: Any, seed: int
) -> "dict[str, Figure]":
    from eshop_dagster.ml.plots import (
        migration_figure,
        scatter_3d_figure,
        scatter_figure,
        silhouette_figure,
        sizes_figure,
    )
    from eshop_dagster.ml.projection import project_segments

    planes = {
        dimensions: project_segments(
            result.pipeline, frame, dimensions=dimensions, sample_rows=_PLOTTED_CUSTOMERS, seed=seed
        )
        for dimensions in (2, 3)
    }
    names = result.pipeline.names("en")
    figures = {
        "segments_2d": scatter_figure(planes[2], names),
        "segments_3d": scatter_3d_figure(planes[3], names),
        "sizes": sizes_figure(profile, names),
        "silhouette": silhouette_figure(result.counts, baseline_silhouette=result.baseline_metrics["silhouette"]),
    }
    if moves:
        figures["migration"] = migration_figure(moves, champion.names("en"), names)
    return figures


SEGMENTATION = Kind(
    name="segmentation",
    question="What kind of customer is this? K-means over each customer's behaviour; a segment keeps its id.",
    metric="silhouette",
    is_lower_better=False,
    tables=("customer_features",),
    needs_cutoffs=True,
    has_features=True,
    has_segments=True,
    model_class="SegmentModel",
    train=_train,
    compare=_compare,
    predict=_predict,
)
