"""How the segmentation is trained, compared and asked."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from eshop_dagster.ml.evidence import Comparison
from eshop_dagster.stages.feature_profile import with_profile
from eshop_dagster.stages.kind import parameters_report, seed_of, without_seed
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from eshop_dagster.ml.segmentation import SegmentationParams
    from eshop_dagster.stages.continuation import Continuation

_PLOTTED_CUSTOMERS = 3_000


def predict(model: Any, snapshot: Snapshot) -> "pd.DataFrame":
    from eshop_dagster.ml.segmentation import assign_segments

    return assign_segments(model, snapshot.scoring())[["segment_id", "typicality", "is_outlier"]]


def compare(trained: Trained, champion: Any | None, snapshot: Snapshot, params: Params) -> Comparison:
    """Hold challenger, champion and quintile groups against each other on the customers of the scoring day.

    Challenger and champion are measured in the champion's scale, each of them and the groups in its own: a silhouette
    depends on it.
    """
    from eshop_dagster.ml.segmentation import (
        difference_from_groups,
        migrate,
        silhouette_difference,
        silhouette_values,
    )

    rows, seed, model = snapshot.scoring(), seed_of(params.of("segmentation")), trained.pipeline
    alone = Comparison(
        against_baseline=difference_from_groups(model, rows, seed),
        baseline_name="rfm_quintiles",
        stability=trained.metrics.get("stability"),
        misfits=segment_misfits(model, rows, params),
    )
    if champion is None:
        return alone
    alone = replace(
        alone,
        champion_misfits=segment_misfits(champion, rows, params),
        moved_share=migrate(champion, model, rows).moved_share,
    )
    if champion.feature_names_ != model.feature_names_:
        return replace(alone, champion_trouble=f"it looks at {', '.join(champion.feature_names_)}")
    return replace(
        alone,
        champion=float(silhouette_values(champion, rows, seed).mean()),
        difference=silhouette_difference(model, champion, rows, seed),
        champion_against_baseline=difference_from_groups(champion, rows, seed),
        restart=str(trained.reports["restart"]),
    )


def segment_misfits(model: Any, rows: "pd.DataFrame", params: Params) -> tuple[str, ...]:
    """Return what speaks against giving these customers the segments of a model, in words; as scoring would find it."""
    from eshop_dagster.ml.personas import segment_profile
    from eshop_dagster.ml.segmentation import assign_segments, find_misfits, find_wrong_figures

    assigned = assign_segments(model, rows)
    ids = assigned["segment_id"]
    misfits = find_misfits(
        ids,
        assigned["is_outlier"],
        model.segment_ids_.tolist(),
        most_outlier_share=chosen_params(params).most_outlier_share,
    )
    profile = segment_profile(rows.reset_index(drop=True), ids.to_numpy())
    named = profile[profile["segment_id"].isin(model.names("en"))]
    return (*misfits, *find_wrong_figures(named, ids))


def chosen_params(params: Params) -> "SegmentationParams":
    """Return the parameters of `ml.segmentation` as `params.yaml` gives them."""
    from eshop_dagster.ml.segmentation import SegmentationParams

    return SegmentationParams.from_mapping(without_seed(params.of("segmentation")))


def train(snapshot: Snapshot, params: Params, continued: "Continuation | None") -> Trained:
    """Return a segmentation of the scoring day's customers, which ids and names of the champion go on in."""
    from eshop_dagster.ml.personas import name_personas, segment_profile
    from eshop_dagster.ml.segmentation import TooFewCustomersError, fit_segments, migrate

    chosen, seed = chosen_params(params), seed_of(params.of("segmentation"))
    champion = continued.model if continued else None
    # Segments need no label: customers of a day with labels would be those of months ago.
    rows = snapshot.scoring()
    try:
        result = fit_segments(rows, chosen, seed, champion, continued.used_ids if continued else ())
    except TooFewCustomersError as error:
        return Trained("segmentation", "baseline", None, {}, {}, reason=str(error))
    profile = segment_profile(rows.reset_index(drop=True), result.labels["segment_id"].to_numpy())
    personas = name_personas(profile, champion.names_ if champion is not None and not result.restart else ())
    result.pipeline.remember_names(asdict(persona) for persona in personas)
    moves = None
    if champion is not None and champion.feature_names_ == result.feature_names:
        moves = migrate(champion, result.pipeline, rows)
    trained = Trained(
        model="segmentation",
        candidate=f"kmeans_{result.segment_count}",
        pipeline=result.pipeline,
        metrics={
            "segment_count": float(result.segment_count),
            **result.metrics,
            **({"moved_share": moves.moved_share} if moves else {}),
        },
        baseline_metrics=result.baseline_metrics,
        reason=result.reason,
        feature_names=result.feature_names,
        figures=_segmentation_figures(result, rows, profile, moves, champion, seed),
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
            "restart": result.restart,
        },
    )
    with_profile(trained, snapshot)
    trained.training_rows = len(rows)
    return trained


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
