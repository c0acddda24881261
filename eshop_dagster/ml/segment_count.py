"""How many segments there are.

The rule: of the numbers tried, those are admissible whose smallest segment holds at least a set share of customers
and which are stable: a segmentation fitted on a bootstrap sample puts the same customers together (mean adjusted Rand
index over the samples). Of the admissible, the highest silhouette wins, and fewer segments where two are equal. Where
none is admissible, the most stable wins.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from eshop_dagster.ml.partition import Floats, Labels, partition_metrics
from eshop_dagster.ml.scaling import logarithmic

BOOTSTRAP_ROWS = 10_000
BOOTSTRAP_STARTS = 3


@dataclass(frozen=True)
class CountRule:
    """What a number of segments must keep to be admissible, and how it is tried.

    Attributes:
        smallest_share: least share of customers in every segment.
        least_stability: least mean adjusted Rand index.
        bootstraps: number of bootstrap samples, of at most 10,000 customers.
        n_init: K-means starts.
    """

    smallest_share: float
    least_stability: float
    bootstraps: int
    n_init: int


def segment_pipeline(names: Sequence[str], count: int, *, n_init: int, seed: int) -> Pipeline:
    """Return the unfitted pipeline: log scale, standard deviation 1, K-means."""
    kmeans = KMeans(n_clusters=count, n_init=n_init, random_state=seed)
    return Pipeline([("log", logarithmic(names)), ("scale", StandardScaler()), ("kmeans", kmeans)])


def choose_segment_count(
    points: Floats, judged: Floats, counts: Sequence[int], rule: CountRule, *, seed: int
) -> tuple[int, pd.DataFrame]:
    """Return the number of segments by the rule of this module, and a table of the numbers tried.

    Args:
        points: shape (n, d), customers in the model's space, on which K-means is fitted.
        judged: shape (m, d), the sample on which silhouettes and stability are measured.
        counts: numbers to try; those above the number of different points are left out.

    Returns:
        The number, and `segment_count`, `silhouette`, `davies_bouldin`, `smallest_share`, `stability`,
        `is_admissible`, `is_chosen` by number tried.

    Raises:
        ValueError: every number is above the number of different points.
    """
    different = len(np.unique(points, axis=0))
    possible = sorted(count for count in set(counts) if 2 <= count <= different)
    if not possible:
        raise ValueError(f"{different} different points for {list(counts)} segments; expected at least as many points.")
    rows = [_trial(points, judged, count, rule, seed) for count in possible]
    table = pd.DataFrame(rows)
    admissible = table[table["is_admissible"]]
    # The first of equals, and the table rises: the fewer segments.
    place = admissible["silhouette"].idxmax() if len(admissible) else table["stability"].idxmax()
    chosen = possible[table.index.tolist().index(place)]
    table["is_chosen"] = table["segment_count"] == chosen
    return chosen, table


def _trial(points: Floats, judged: Floats, count: int, rule: CountRule, seed: int) -> dict[str, object]:
    kmeans = KMeans(n_clusters=count, n_init=rule.n_init, random_state=seed).fit(points)
    labels = np.asarray(kmeans.predict(judged), dtype=np.int64)
    share = float(np.bincount(kmeans.labels_, minlength=count).min() / len(points))
    stability = _stability(points, judged, labels, count, rule.bootstraps, seed)
    return {
        "segment_count": count,
        **partition_metrics(judged, labels),
        "smallest_share": share,
        "stability": stability,
        "is_admissible": share >= rule.smallest_share and stability >= rule.least_stability,
    }


def _stability(points: Floats, judged: Floats, labels: Labels, count: int, bootstraps: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    agreement = []
    for start in range(bootstraps):
        drawn = points[rng.integers(0, len(points), min(len(points), BOOTSTRAP_ROWS))]
        if len(np.unique(drawn, axis=0)) < count:
            agreement.append(0.0)
            continue
        again = KMeans(n_clusters=count, n_init=BOOTSTRAP_STARTS, random_state=seed + start).fit(drawn)
        agreement.append(float(adjusted_rand_score(labels, again.predict(judged))))
    return float(np.mean(agreement))
