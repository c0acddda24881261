"""Customers in two or three dimensions, for the eye: principal components of the segmentation's own space."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.features import feature_matrix, sorted_by_key
from eshop_dagster.ml.parameters import require
from eshop_dagster.ml.segmentation import SegmentModel
from eshop_dagster.ml.segmentation.space import sampled_places, sorted_by_value


@dataclass(frozen=True)
class Projection:
    """Points of a sample of customers.

    Attributes:
        points: `component_1` and on (standard deviations), `segment_id`; no customer key, for plots travel far.
        explained_variance_share: share (0-1) of the variance along each component, falling.
    """

    points: pd.DataFrame
    explained_variance_share: tuple[float, ...]


def project_segments(
    pipeline: SegmentModel, frame: pd.DataFrame, *, dimensions: int, sample_rows: int, seed: int
) -> Projection:
    """Return the principal components of a seeded sample in the scaled space of a fitted segmentation.

    Args:
        frame: keys and the features of the segmentation, in any order of rows.
        dimensions: 2 or 3.
        sample_rows: customers drawn; all of them where there are fewer.

    Raises:
        ValueError: another number of dimensions, or fewer customers than dimensions.
    """
    require(dimensions in (2, 3), "dimensions", dimensions, "2 or 3")
    require(sample_rows >= dimensions, "sample_rows", sample_rows, f"{dimensions} or more")
    matrix = sorted_by_value(feature_matrix(sorted_by_key(frame), pipeline.feature_names_))
    require(len(matrix) >= dimensions, "number of customers", len(matrix), f"{dimensions} or more")
    matrix = matrix.iloc[sampled_places(len(matrix), sample_rows, np.random.default_rng(seed))]
    with threadpool_limits(limits=1):
        pca = PCA(n_components=dimensions, svd_solver="covariance_eigh")
        coordinates = pca.fit_transform(pipeline.transform(matrix))
        ids = pipeline.predict(matrix)
    points = pd.DataFrame(coordinates, columns=[f"component_{axis + 1}" for axis in range(dimensions)])
    points["segment_id"] = ids
    return Projection(points, tuple(float(share) for share in pca.explained_variance_ratio_))
