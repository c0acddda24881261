"""What the segmentation looks at, and its parameters."""

from dataclasses import dataclass
from math import inf

from eshop_dagster.ml.parameters import Parameters, require, require_bounds

SEGMENT_FEATURES = (
    "recency_days",
    "tenure_days",
    "order_count",
    "net_revenue_brl",
    "net_revenue_last_365_days_brl",
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
        largest_share: greatest share of customers in any segment: one that holds nearly all tells nothing.
        least_stability: least agreement (adjusted Rand index) between the partition and those of bootstrap samples.
        least_value_ratio: least variance of log net worth that the segments explain, as a share of what equally many
            groups of recency-frequency-monetary quintiles do.
        least_gain: silhouette that more segments must gain to be worth having.
        bootstraps: number of bootstrap samples.
        n_init: K-means starts.
        fit_rows: customers that K-means is fitted on, drawn by seed where there are more.
        judged_rows: customers of the sample on which silhouettes are measured; their cost grows with the square.
        outlier_share: share of each segment's customers, at training, that lie too far from its dense region.
        match_distance: a segment farther than this from every one of the champion's is new; standard deviations of the
            champion's customers, straight line over all features.
        most_outlier_share: share of all customers who may be outliers where the segmentation is used.
        restart_moved_share: share of customers who would change segment, above which segments may start again.
        restart_growth: by which the shop must have grown, in age or in customers, since the champion was fitted.
        minimum_customers: fewer are not cut into segments.
    """

    least_segments: int = 3
    most_segments: int = 8
    smallest_share: float = 0.02
    largest_share: float = 0.6
    least_stability: float = 0.8
    least_value_ratio: float = 0.9
    least_gain: float = 0.01
    bootstraps: int = 8
    n_init: int = 10
    fit_rows: int = 100_000
    judged_rows: int = 5_000
    outlier_share: float = 0.02
    match_distance: float = 1.0
    most_outlier_share: float = 0.1
    restart_moved_share: float = 0.5
    restart_growth: float = 2.0
    minimum_customers: int = 50

    def __post_init__(self) -> None:
        least, most = self.least_segments, self.most_segments
        require(2 <= least <= most, "SegmentationParams.least_segments", least, f"2 to most_segments, {most}")
        require(0 <= self.smallest_share < 0.5, "SegmentationParams.smallest_share", self.smallest_share, "0 to 0.5")
        require(0 < self.largest_share <= 1, "SegmentationParams.largest_share", self.largest_share, "above 0, up to 1")
        require(self.bootstraps >= 1, "SegmentationParams.bootstraps", self.bootstraps, "1 or more")
        judged = self.judged_rows
        require(100 <= judged <= 10_000, "SegmentationParams.judged_rows", judged, "100 to 10,000")
        require(0 <= self.outlier_share < 0.5, "SegmentationParams.outlier_share", self.outlier_share, "0 to 0.5")
        require(self.match_distance > 0, "SegmentationParams.match_distance", self.match_distance, "above 0")
        outliers = self.most_outlier_share
        require(0 < outliers <= 1, "SegmentationParams.most_outlier_share", outliers, "above 0, up to 1")
        shares = dict.fromkeys(("least_value_ratio", "least_gain"), (0.0, inf)) | {"restart_moved_share": (0.0, 1.0)}
        counts = dict.fromkeys(("n_init", "fit_rows", "minimum_customers"), (1.0, inf))
        require_bounds(self, {**shares, **counts, "least_stability": (-1.0, 1.0)})
        require(self.restart_growth > 1, "SegmentationParams.restart_growth", self.restart_growth, "above 1")
