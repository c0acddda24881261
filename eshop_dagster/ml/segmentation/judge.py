"""How a fitted segmentation does on customers of any cut-off. Nothing is fitted here."""

import numpy as np
import pandas as pd
from sklearn.metrics import silhouette_samples
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.features import KEY, feature_matrix, sorted_by_key
from eshop_dagster.ml.partition import Floats, Labels, partition_metrics, rfm_groups, value_separation
from eshop_dagster.ml.segmentation.count import business_metrics
from eshop_dagster.ml.segmentation.model import SegmentModel
from eshop_dagster.ml.segmentation.params import SegmentationParams, TooFewCustomersError
from eshop_dagster.ml.segmentation.space import sampled_places, sorted_by_value


def assign_segments(pipeline: SegmentModel, frame: pd.DataFrame) -> pd.DataFrame:
    """Return `customer_key`, `as_of_date`, `segment_id`, `typicality` (0-1) and `is_outlier`, row by row as in `frame`.

    Nothing is fitted. An outlier keeps the id of the nearest centroid.
    """
    assigned = pipeline.assign(feature_matrix(frame, pipeline.feature_names_))
    return pd.concat([frame[list(KEY)], assigned], axis=1)


def evaluate_segments(
    pipeline: SegmentModel, frame: pd.DataFrame, params: SegmentationParams, seed: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the metrics of a fitted segmentation, and the baseline's, on the customers of another, later cut-off.

    Raises:
        TooFewCustomersError: fewer customers than `minimum_customers`, or all of them in one segment.
    """
    matrix = sorted_by_value(feature_matrix(sorted_by_key(frame), pipeline.feature_names_))
    require_customers(matrix, params)
    judged = matrix.iloc[sampled_places(len(matrix), params.judged_rows, np.random.default_rng(seed))]
    with threadpool_limits(limits=1):
        return compare_with_groups(pipeline, matrix, judged)


def silhouette_values(
    pipeline: SegmentModel,
    frame: pd.DataFrame,
    seed: int,
    *,
    scale_of: SegmentModel | None = None,
    judged_rows: int = SegmentationParams.judged_rows,
) -> Floats:
    """Return the silhouette (-1 to 1) of each customer of a seeded sample, for a paired comparison of two models.

    The same frame and seed give the same customers in the same order for every model of the same features. All are -1
    where the model puts them into one segment.

    Args:
        pipeline: whose segments are judged.
        frame: keys and features at one cut-off, in any order of rows.
        seed: of the sample.
        scale_of: the model in whose space distances are measured; None is `pipeline` itself. Give the champion for both
            sides of a comparison: a silhouette depends on the scale.
        judged_rows: size of the sample.
    """
    matrix = sorted_by_value(feature_matrix(sorted_by_key(frame), pipeline.feature_names_))
    judged = matrix.iloc[sampled_places(len(matrix), judged_rows, np.random.default_rng(seed))]
    with threadpool_limits(limits=1):
        return _silhouettes((scale_of or pipeline).transform(judged), pipeline.predict(judged))


def _silhouettes(points: Floats, labels: Labels) -> Floats:
    if not 2 <= len(np.unique(labels)) < len(labels):
        return np.full(len(labels), -1.0)
    return np.asarray(silhouette_samples(points, labels), dtype=np.float64)


def silhouette_difference(
    challenger: SegmentModel, champion: SegmentModel, frame: pd.DataFrame, seed: int, *, draws: int = 500
) -> Interval:
    """Return the challenger's mean silhouette minus the champion's, with its 95% interval over resampled customers.

    Both are measured in the champion's scale on the same customers (paired bootstrap, percentiles).

    Args:
        challenger: the model that may follow.
        champion: the present model.
        frame: keys and features at one cut-off, in any order of rows.
        seed: of the sample and of the draws.
        draws: number of resamples.
    """
    ours, theirs = (silhouette_values(model, frame, seed, scale_of=champion) for model in (challenger, champion))
    return _paired_interval(ours - theirs, seed, draws)


def difference_from_groups(pipeline: SegmentModel, frame: pd.DataFrame, seed: int, *, draws: int = 500) -> Interval:
    """Return a model's mean silhouette minus that of as many recency-frequency-monetary groups, with its 95% interval.

    Both are measured in the model's scale on the same customers (paired bootstrap, percentiles).

    Args:
        pipeline: the model.
        frame: features of customers at one cut-off; row order and keys are of no consequence.
        seed: of the sample and of the draws.
        draws: number of resamples.
    """
    matrix = sorted_by_value(feature_matrix(frame, pipeline.feature_names_))
    judged = matrix.iloc[sampled_places(len(matrix), SegmentationParams.judged_rows, np.random.default_rng(seed))]
    with threadpool_limits(limits=1):
        points, groups = pipeline.transform(judged), rfm_groups(judged, len(pipeline.segment_ids_))
        differences = _silhouettes(points, pipeline.predict(judged)) - _silhouettes(points, groups)
    return _paired_interval(differences, seed, draws)


def _paired_interval(differences: Floats, seed: int, draws: int) -> Interval:
    rng = np.random.default_rng([seed, 1])
    means = [differences[rng.integers(0, differences.size, differences.size)].mean() for _ in range(draws)]
    lower, upper = np.quantile(means, [0.025, 0.975])
    return Interval(float(differences.mean()), float(lower), float(upper))


def compare_with_groups(
    pipeline: SegmentModel, matrix: pd.DataFrame, judged: pd.DataFrame
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the metrics of the segmentation and of as many recency-frequency-monetary groups.

    Args:
        pipeline: the fitted segmentation.
        matrix: the features of all customers.
        judged: some rows of `matrix`, index kept, on which silhouettes are measured.
    """
    count = len(pipeline.segment_ids_)
    assigned = pipeline.assign(matrix)
    places = np.searchsorted(pipeline.segment_ids_, assigned["segment_id"].to_numpy())
    groups = pd.Series(rfm_groups(matrix, count), index=matrix.index)
    points = pipeline.transform(judged)
    business = business_metrics(matrix, places.astype(np.int64), count)
    found = {
        **partition_metrics(points, places[judged.index].astype(np.int64)),
        "value_separation": business["value_separation"],
        "smallest_share": business["smallest_share"],
        "outlier_share": float(assigned["is_outlier"].mean()),
    }
    baseline = {
        **partition_metrics(points, groups.loc[judged.index].to_numpy()),
        "value_separation": value_separation(matrix["net_revenue_brl"], groups),
    }
    return found, baseline


def require_customers(matrix: pd.DataFrame, params: SegmentationParams) -> None:
    """Raise a TooFewCustomersError where there are too few customers, or too few that differ."""
    if len(matrix) < params.minimum_customers:
        raise TooFewCustomersError(
            f"{len(matrix)} customers; expected at least {params.minimum_customers} for a segmentation. "
            "Load more history."
        )
    different = len(matrix.drop_duplicates())
    if different < params.least_segments:
        raise TooFewCustomersError(
            f"the {len(matrix)} customers show {different} different behaviours; expected at least "
            f"{params.least_segments}, one per segment. Load more history."
        )
