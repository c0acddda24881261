"""What kind of customer is this: K-means over behaviour, with ids that rank segments by value."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.features import KEY, feature_matrix, sorted_by_key
from eshop_dagster.ml.parameters import Parameters, require
from eshop_dagster.ml.partition import partition_metrics, rfm_groups, value_separation
from eshop_dagster.ml.segment_count import CountRule, choose_segment_count, segment_pipeline

SEGMENT_FEATURES = (
    "recency_days",
    "tenure_days",
    "order_count",
    "revenue_brl",
    "revenue_last_365_days_brl",
    "average_ticket_brl",
)
"""How lately, how long, how often and for how much a customer buys: what marketing can act upon."""


class TooFewCustomersError(ValueError):
    """There are too few customers, or too few that differ, to tell kinds of them apart."""


@dataclass(frozen=True)
class SegmentationParams(Parameters):
    """Parameters of the segmentation.

    Attributes:
        least_segments: smallest number of segments tried.
        most_segments: largest number of segments tried.
        smallest_share: least share of customers in every segment.
        least_stability: least agreement (adjusted Rand index) between the partition and those of bootstrap samples.
        bootstraps: number of bootstrap samples.
        n_init: K-means starts.
        fit_rows: customers that K-means is fitted on, drawn by seed where there are more.
        judged_rows: customers of the sample on which silhouettes are measured; their cost grows with the square.
    """

    least_segments: int = 3
    most_segments: int = 8
    smallest_share: float = 0.03
    least_stability: float = 0.8
    bootstraps: int = 4
    n_init: int = 10
    fit_rows: int = 100_000
    judged_rows: int = 5_000
    minimum_customers: int = 50

    def __post_init__(self) -> None:
        least, most = self.least_segments, self.most_segments
        require(2 <= least <= most, "SegmentationParams.least_segments", least, f"2 to most_segments, {most}")
        require(0 <= self.smallest_share < 0.5, "SegmentationParams.smallest_share", self.smallest_share, "0 to 0.5")
        require(self.bootstraps >= 1, "SegmentationParams.bootstraps", self.bootstraps, "1 or more")
        judged = self.judged_rows
        require(100 <= judged <= 10_000, "SegmentationParams.judged_rows", judged, "100 to 10,000")


@dataclass(frozen=True)
class SegmentationResult:
    """A fitted segmentation and how it compares with recency-frequency-monetary quintiles.

    Attributes:
        pipeline: takes `feature_names` as columns, gives segment ids: 0 has the highest mean net worth.
        segment_count: number of segments.
        labels: `customer_key`, `as_of_date`, `segment_id` by customer.
        counts: one row per number of segments tried: `segment_count`, `silhouette`, `davies_bouldin`,
            `smallest_share`, `stability`, `is_admissible`, `is_chosen`.
        metrics: `silhouette`, `davies_bouldin` (model's space, sample), `value_separation` and `smallest_share`.
        baseline_metrics: the first three for the quintile groups, as many as there are segments.
        beats_baseline: whether the silhouette is higher than the baseline's.
        reason: a sentence that says why or why not.
    """

    pipeline: Pipeline
    segment_count: int
    labels: pd.DataFrame
    counts: pd.DataFrame
    metrics: dict[str, float]
    baseline_metrics: dict[str, float]
    feature_names: tuple[str, ...]
    beats_baseline: bool
    reason: str


def fit_segments(frame: pd.DataFrame, params: SegmentationParams, seed: int) -> SegmentationResult:
    """Fit K-means on the log-scaled, standardised behaviour of customers, with k chosen as `segment_count` says.

    Rows are sorted by key and one thread adds them up: the same rows and seed give the same bytes, in any order.

    Args:
        frame: keys and `SEGMENT_FEATURES` at one cut-off.
        seed: of the samples and of the K-means starts.

    Raises:
        TooFewCustomersError: fewer customers than `minimum_customers`, or fewer different ones than segments.
        ValueError: the frame breaks the format.
    """
    frame = sorted_by_key(frame)
    matrix = feature_matrix(frame, SEGMENT_FEATURES)
    _require_customers(matrix, params)
    rng = np.random.default_rng(seed)
    fitted_on = matrix.iloc[_sample(rng, len(matrix), params.fit_rows)]
    judged = _sample(rng, len(matrix), params.judged_rows)
    rule = CountRule(params.smallest_share, params.least_stability, params.bootstraps, params.n_init)
    tried = range(params.least_segments, params.most_segments + 1)
    with threadpool_limits(limits=1):
        space = segment_pipeline(SEGMENT_FEATURES, params.least_segments, n_init=1, seed=seed)[:-1].fit(fitted_on)
        points, judged_points = space.transform(fitted_on), space.transform(matrix.iloc[judged])
        chosen, counts = choose_segment_count(points, judged_points, tried, rule, seed=seed)
        pipeline = segment_pipeline(SEGMENT_FEATURES, chosen, n_init=params.n_init, seed=seed).fit(fitted_on)
        _rank_by_value(pipeline, matrix)
        metrics, baseline_metrics = _compare(pipeline, matrix, judged)
    beats_baseline = metrics["silhouette"] > baseline_metrics["silhouette"]
    return SegmentationResult(
        pipeline=pipeline,
        segment_count=chosen,
        labels=assign_segments(pipeline, frame),
        counts=counts,
        metrics=metrics,
        baseline_metrics=baseline_metrics,
        feature_names=SEGMENT_FEATURES,
        beats_baseline=beats_baseline,
        reason=_verdict(chosen, beats_baseline, metrics, baseline_metrics),
    )


def assign_segments(pipeline: Pipeline, frame: pd.DataFrame) -> pd.DataFrame:
    """Return `customer_key`, `as_of_date` and `segment_id`, row by row as in `frame`; nothing is fitted."""
    with threadpool_limits(limits=1):
        ids = pipeline.predict(feature_matrix(frame, SEGMENT_FEATURES))
    return frame[list(KEY)].assign(segment_id=ids.astype("int64"))


def evaluate_segments(
    pipeline: Pipeline, frame: pd.DataFrame, params: SegmentationParams, seed: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Return the metrics of a fitted segmentation, and the baseline's, on the customers of another, later cut-off.

    Raises:
        TooFewCustomersError: fewer customers than `minimum_customers`, or all of them in one segment.
    """
    frame = sorted_by_key(frame)
    matrix = feature_matrix(frame, SEGMENT_FEATURES)
    _require_customers(matrix, params)
    judged = np.asarray(_sample(np.random.default_rng(seed), len(matrix), params.judged_rows))
    with threadpool_limits(limits=1):
        return _compare(pipeline, matrix, judged)


def _require_customers(matrix: pd.DataFrame, params: SegmentationParams) -> None:
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


def _sample(rng: np.random.Generator, n_rows: int, size: int) -> npt.NDArray[np.int64]:
    if n_rows <= size:
        return np.arange(n_rows)
    return np.sort(rng.choice(n_rows, size=size, replace=False))


def _rank_by_value(pipeline: Pipeline, matrix: pd.DataFrame) -> None:
    """Permute the centroids by falling mean net worth, so that the pipeline itself gives the final ids.

    K-means numbers its clusters by chance, and a retrain would swap the meaning of every id. Ties go by centroid.
    """
    kmeans = pipeline[-1]
    labels = pipeline.predict(matrix)
    worth = matrix["revenue_brl"].groupby(labels).mean()
    count = kmeans.n_clusters
    order = sorted(range(count), key=lambda label: (-worth.get(label, -np.inf), *kmeans.cluster_centers_[label]))
    kmeans.cluster_centers_ = np.ascontiguousarray(kmeans.cluster_centers_[order])
    kmeans.labels_ = np.argsort(order).astype(kmeans.labels_.dtype)[kmeans.labels_]


def _compare(
    pipeline: Pipeline, matrix: pd.DataFrame, judged: npt.NDArray[np.int64]
) -> tuple[dict[str, float], dict[str, float]]:
    count = pipeline[-1].n_clusters
    labels = np.asarray(pipeline.predict(matrix), dtype=np.int64)
    groups = rfm_groups(matrix, count)
    points = pipeline[:-1].transform(matrix.iloc[judged])
    worth = matrix["revenue_brl"].to_numpy()
    smallest = {"smallest_share": float(np.bincount(labels, minlength=count).min() / labels.size)}
    return (
        {**partition_metrics(points, labels[judged]), "value_separation": value_separation(worth, labels), **smallest},
        {**partition_metrics(points, groups[judged]), "value_separation": value_separation(worth, groups)},
    )


def _verdict(count: int, beats: bool, metrics: dict[str, float], baseline: dict[str, float]) -> str:
    return (
        f"{count} segments have a silhouette of {metrics['silhouette']:.3f}, as many groups of "
        f"recency-frequency-monetary quintiles {baseline['silhouette']:.3f}: {'better' if beats else 'not better'} "
        f"than the baseline. They explain {metrics['value_separation']:.1%} of the variance of log net worth, "
        f"the groups {baseline['value_separation']:.1%}."
    )
