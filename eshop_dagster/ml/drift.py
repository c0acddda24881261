"""How far the customers of today are from those whom a model learned from: effect sizes, not p-values.

With millions of customers every difference is significant; what counts is how large it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from eshop_dagster.ml.features import feature_matrix

Floats = npt.NDArray[np.float64]

BINS = 10
_LEAST_SHARE = 1e-4
"""An empty bin counts as one customer in ten thousand: its logarithm would be infinite."""


@dataclass(frozen=True)
class FeatureProfile:
    """The distribution of one feature.

    Attributes:
        edges: rising inner edges of the bins; a value belongs to the bin below the first edge that is above it.
        shares: share (0-1) of customers in each bin, one more than edges.
        quantiles: values at the 0th, 10th, … 100th percent.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    quantiles: tuple[float, ...]


def profile_features(frame: pd.DataFrame, names: Iterable[str]) -> dict[str, FeatureProfile]:
    """Return the distribution of each named feature, in bins of like many customers.

    A value that many share (0 orders in the last 30 days) has a bin of its own.

    Args:
        frame: one row per customer and cut-off.
        names: features of `FEATURES`.
    """
    if not len(frame):
        raise ValueError("the frame has no rows; expected customers to take a profile of. Build the snapshot first.")
    matrix = feature_matrix(frame, names)
    profiles = {}
    for name in matrix.columns:
        values = matrix[name].to_numpy(dtype=np.float64)
        quantiles = np.quantile(values, np.linspace(0, 1, BINS + 1), method="inverted_cdf")
        edges = np.unique(np.concatenate((quantiles[1:-1], np.nextafter(quantiles[1:-1], np.inf))))
        profiles[str(name)] = FeatureProfile(_tuple(edges), _tuple(_shares(values, edges)), _tuple(quantiles))
    return profiles


def population_stability(profiles: Mapping[str, FeatureProfile], frame: pd.DataFrame) -> dict[str, float]:
    """Return the population stability index of each profiled feature: 0 is unchanged, above 0.25 is much.

    The sum over bins of (share now - share then) * ln(share now / share then): the symmetric divergence of Kullback and
    Leibler ("On information and sufficiency", 1951) over the bins of the profile.
    """
    matrix = feature_matrix(frame, profiles)
    indices = {}
    for name, profile in profiles.items():
        shares = _shares(matrix[name].to_numpy(dtype=np.float64), np.asarray(profile.edges))
        now, then = (np.maximum(values, _LEAST_SHARE) for values in (shares, np.asarray(profile.shares)))
        indices[name] = float(((now - then) * np.log(now / then)).sum())
    return indices


def wasserstein_shift(profiles: Mapping[str, FeatureProfile], frame: pd.DataFrame) -> dict[str, float]:
    """Return by feature how far its values have moved, as a share of its spread between the 10th and 90th percent.

    The first Wasserstein distance between the deciles of then and of now: the mean distance that a customer's value
    must be moved for the one distribution to become the other. A feature without spread is measured in its own unit.
    """
    matrix = feature_matrix(frame, profiles)
    moved = {}
    for name, profile in profiles.items():
        then = np.asarray(profile.quantiles)
        now = np.quantile(matrix[name].to_numpy(dtype=np.float64), np.linspace(0, 1, BINS + 1), method="inverted_cdf")
        spread = then[-2] - then[1]
        moved[name] = float(np.abs(now[1:-1] - then[1:-1]).mean() / (spread if spread > 0 else 1.0))
    return moved


def profiles_as_json(profiles: Mapping[str, FeatureProfile]) -> dict[str, dict[str, list[float]]]:
    """Return the profiles as they are kept beside a model."""
    return {
        name: {"edges": [*one.edges], "shares": [*one.shares], "quantiles": [*one.quantiles]}
        for name, one in profiles.items()
    }


def profiles_of_json(content: Mapping[str, Mapping[str, Iterable[float]]]) -> dict[str, FeatureProfile]:
    """Return the profiles that were kept beside a model."""
    return {
        name: FeatureProfile(**{part: tuple(values) for part, values in one.items()}) for name, one in content.items()
    }


def _shares(values: Floats, edges: Floats) -> Floats:
    counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1)
    shares: Floats = counts / values.size
    return shares


def _tuple(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
