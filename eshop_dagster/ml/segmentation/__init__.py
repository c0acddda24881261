"""What kind of customer is this: K-means over behaviour, a lane for outliers, and ids that keep their meaning."""

from eshop_dagster.ml.segmentation.fit import fit_segments
from eshop_dagster.ml.segmentation.judge import (
    assign_segments,
    difference_from_groups,
    evaluate_segments,
    silhouette_difference,
    silhouette_values,
)
from eshop_dagster.ml.segmentation.matching import Matching, match_segments
from eshop_dagster.ml.segmentation.migration import Migration, migrate, migration
from eshop_dagster.ml.segmentation.misfit import find_misfits, find_wrong_figures
from eshop_dagster.ml.segmentation.model import SegmentModel
from eshop_dagster.ml.segmentation.params import SEGMENT_FEATURES, SegmentationParams, TooFewCustomersError
from eshop_dagster.ml.segmentation.result import SegmentationResult

__all__ = [
    "SEGMENT_FEATURES",
    "Matching",
    "Migration",
    "SegmentModel",
    "SegmentationParams",
    "SegmentationResult",
    "TooFewCustomersError",
    "assign_segments",
    "difference_from_groups",
    "evaluate_segments",
    "find_misfits",
    "find_wrong_figures",
    "fit_segments",
    "match_segments",
    "migrate",
    "migration",
    "silhouette_difference",
    "silhouette_values",
]
