"""The space in which customers are compared, and an order of rows that no pseudonym decides."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from eshop_dagster.ml.scaling import logarithmic

SMALLEST_SPREAD = 0.25
"""Standard deviation on the log scale, a difference of about a quarter, below which a feature is not blown up to 1.

In a shop whose customers all came in one quarter, tenure differs by a few percent: at a standard deviation of 1 it
would decide the segments, and a month later nobody would lie where the model saw anybody.
"""


def segment_space(names: Sequence[str]) -> Pipeline:
    """Return the unfitted way into the space: log scale, then mean 0 and standard deviation 1, or less.

    Fit it with `fit_space`, which keeps `SMALLEST_SPREAD`.
    """
    return Pipeline([("log", logarithmic(names)), ("scale", StandardScaler())])


def fit_space(space: Pipeline, frame: pd.DataFrame) -> Pipeline:
    """Return the space, fitted: a feature that hardly differs between customers is divided by `SMALLEST_SPREAD`."""
    scaler = space.fit(frame)["scale"]
    scaler.scale_ = np.maximum(scaler.scale_, SMALLEST_SPREAD)
    return space


def sorted_by_value(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return the rows sorted by their values, first column first, index renewed.

    A customer's key is a pseudonym that differs between homes: a sample drawn by place in the order of keys would
    differ too, and with it the segments of one and the same shop. Rows that tie here are equal, so that their order is
    of no consequence.
    """
    values = matrix.to_numpy()
    return matrix.iloc[np.lexsort(values.T[::-1])].reset_index(drop=True)


def sampled_places(n_rows: int, size: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return at most `size` of the places 0 to n_rows - 1, rising; all of them, and nothing drawn, where they fit."""
    if n_rows <= size:
        return np.arange(n_rows)
    return np.sort(rng.choice(n_rows, size=size, replace=False))
