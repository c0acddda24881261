"""The logarithmic scale on which models that add features or measure distances see them."""

from collections.abc import Sequence

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import FunctionTransformer


def logarithmic(names: Sequence[str]) -> ColumnTransformer:
    """Return an unfitted transformer of the named skewed features to a log scale; other columns are dropped.

    Counts and days take log(1 + x). Amounts take the inverse hyperbolic sine, log-like too, for a customer who returned
    more than the data saw bought has a negative net worth, of which there is no logarithm. The output is float64
    whatever the input: centroids are float64, and `KMeans.predict` refuses float32 rows beside them.
    """
    money = [name for name in names if name.endswith("_brl")]
    others = [name for name in names if not name.endswith("_brl")]
    return ColumnTransformer(
        [("log1p", _float64(np.log1p), others), ("arcsinh", _float64(np.arcsinh), money)],
        verbose_feature_names_out=False,
    )


def _float64(function: np.ufunc) -> FunctionTransformer:
    return FunctionTransformer(function, feature_names_out="one-to-one", kw_args={"dtype": "float64"})
