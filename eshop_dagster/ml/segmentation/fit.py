"""What kind of customer is this: the fit."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.features import feature_matrix, sorted_by_key
from eshop_dagster.ml.partition import Floats, Labels, rfm_groups
from eshop_dagster.ml.segmentation.count import CountRule, choose_segment_count
from eshop_dagster.ml.segmentation.density import try_density_lane
from eshop_dagster.ml.segmentation.judge import (
    assign_segments,
    compare_with_groups,
    difference_from_groups,
    require_customers,
)
from eshop_dagster.ml.segmentation.matching import Matching, continue_ids, start_again
from eshop_dagster.ml.segmentation.model import SegmentModel
from eshop_dagster.ml.segmentation.params import SEGMENT_FEATURES, SegmentationParams
from eshop_dagster.ml.segmentation.restart import moved_share_of, restart_reason
from eshop_dagster.ml.segmentation.result import SegmentationResult, candidates_table, explain_choice
from eshop_dagster.ml.segmentation.space import fit_space, sampled_places, segment_space, sorted_by_value


def fit_segments(
    frame: pd.DataFrame,
    params: SegmentationParams,
    seed: int,
    champion: SegmentModel | None = None,
    used_ids: Iterable[int] = (),
) -> SegmentationResult:
    """Fit K-means on the log-scaled, standardised behaviour of customers, with k chosen as `count` says.

    Rows are sorted by what they hold and one thread adds them up: the same customers and seed give the same bytes, in
    any order of rows and under any pseudonyms.

    Args:
        frame: keys and `SEGMENT_FEATURES` at one cut-off.
        params: see `SegmentationParams`.
        seed: of the samples and of the K-means starts.
        champion: the model whose ids go on, unless segments start again (see `restart`); without it, ids rank segments
            by falling mean net worth.
        used_ids: ids given before by other models of the line, such as a champion since rolled back.

    Raises:
        TooFewCustomersError: fewer customers than `minimum_customers`, or fewer different ones than segments.
        ValueError: the frame breaks the format.
    """
    frame = sorted_by_key(frame)
    matrix = sorted_by_value(feature_matrix(frame, SEGMENT_FEATURES))
    require_customers(matrix, params)
    rng = np.random.default_rng(seed)
    fitted_on = matrix.iloc[sampled_places(len(matrix), params.fit_rows, rng)]
    judged = matrix.iloc[sampled_places(len(matrix), params.judged_rows, rng)]
    rule = _rule(params)
    with threadpool_limits(limits=1):
        space = fit_space(segment_space(SEGMENT_FEATURES), fitted_on)
        points, judged_points = (_points(space, rows) for rows in (fitted_on, judged))
        tried = range(params.least_segments, params.most_segments + 1)
        present = len(champion.segment_ids_) if champion is not None else None
        chosen, counts = choose_segment_count(points, fitted_on, judged_points, tried, rule, seed=seed, present=present)
        lane = try_density_lane(judged_points, judged, rule, seed=seed)
        pipeline = SegmentModel(
            chosen,
            n_init=params.n_init,
            smallest_share=params.smallest_share,
            outlier_share=params.outlier_share,
            seed=seed,
        ).fit(fitted_on)
        pipeline.remember_shop(matrix)
        matching, restart = _publish(pipeline, champion, matrix, params, used_ids)
        metrics, baseline_metrics = compare_with_groups(pipeline, matrix, judged)
    metrics["stability"] = float(counts.loc[counts["is_chosen"], "stability"].iloc[0])
    groups = rfm_groups(judged, chosen)
    baseline_row = {**baseline_metrics, **_sizes(groups)}
    return SegmentationResult(
        pipeline=pipeline,
        segment_count=chosen,
        labels=assign_segments(pipeline, frame),
        counts=counts,
        candidates=candidates_table(counts, lane, baseline_row, chosen),
        matching=matching,
        restart=restart,
        metrics=metrics,
        baseline_metrics=baseline_metrics,
        feature_names=SEGMENT_FEATURES,
        reason=explain_choice(counts, lane, metrics, baseline_metrics),
    )


def _rule(params: SegmentationParams) -> CountRule:
    return CountRule(
        smallest_share=params.smallest_share,
        largest_share=params.largest_share,
        least_stability=params.least_stability,
        least_value_ratio=params.least_value_ratio,
        least_gain=params.least_gain,
        bootstraps=params.bootstraps,
        n_init=params.n_init,
    )


def _points(space: Pipeline, rows: pd.DataFrame) -> Floats:
    points: Floats = np.asarray(space.transform(rows), dtype=np.float64)
    return points


def _publish(
    pipeline: SegmentModel,
    champion: SegmentModel | None,
    matrix: pd.DataFrame,
    params: SegmentationParams,
    used_ids: Iterable[int],
) -> tuple[Matching, str]:
    """Give the pipeline itself the final ids; return what became of the champion's, and why segments start again."""
    labels = pipeline.predict(matrix)
    worth = matrix["net_revenue_brl"].groupby(labels).mean()
    worth_brl = [float(worth.get(one, -np.inf)) for one in pipeline.segment_ids_]
    earlier = {*used_ids, *(champion.used_ids_.tolist() if champion is not None else ())}
    matching = continue_ids(pipeline, champion, worth_brl, most_distance=params.match_distance, used_ids=earlier)
    restart = ""
    if champion is not None and champion.feature_names_ == pipeline.feature_names_:
        moved = moved_share_of(champion, matrix, np.asarray(matching.ids)[labels])
        against_groups = difference_from_groups(champion, matrix, pipeline.seed)
        restart = restart_reason(champion, matrix, moved, against_groups, params)
        if restart:
            matching = start_again(pipeline, champion, worth_brl, earlier)
    pipeline.publish(matching.ids, earlier)
    return matching, restart


def _sizes(labels: Labels) -> dict[str, float]:
    sizes = np.unique(labels, return_counts=True)[1] / labels.size
    return {"smallest_share": float(sizes.min()), "largest_share": float(sizes.max())}
