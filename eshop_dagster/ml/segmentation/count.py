"""How many segments there are.

The rule: of the numbers tried, those are admissible
- whose smallest and largest segments keep the size limits,
- which are stable: K-means fitted on a bootstrap sample puts the same customers together (mean adjusted Rand index),
- which tell customers' value apart nearly as well as equally many groups of recency-frequency-monetary quintiles do,
  which are made of nothing else.

Of the admissible, the fewest segments win whose silhouette is within the noise of the best: the mean over the bootstrap
samples lies below the best's by no more than one standard error of the paired difference (Breiman et al. 1984,
Classification and Regression Trees, 3.4.3), or by no more than a gain too small to matter. Silhouettes of neighbouring
numbers nearly tie, and the highest of one sample would change with the sample. For the same reason the champion's
number stays while it is among these. Where none is admissible, the most stable wins.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from eshop_dagster.ml.partition import Floats, Labels, partition_metrics, rfm_groups, value_separation

BOOTSTRAP_ROWS = 10_000
BOOTSTRAP_STARTS = 10
"""On the Olist data only four starts in ten find the best five segments: fewer would measure luck, not stability."""
BOOTSTRAP_JUDGED_ROWS = 2_000


@dataclass(frozen=True)
class CountRule:
    """What a partition must keep to be admissible, and how a number of segments is tried.

    Attributes:
        smallest_share: least share of customers in every segment.
        largest_share: greatest share of customers in any segment.
        least_stability: least mean adjusted Rand index.
        least_value_ratio: least value separation, as a share of the baseline's.
        least_gain: silhouette that more segments must gain.
        bootstraps: number of bootstrap samples, of at most 10,000 customers.
        n_init: K-means starts.
    """

    smallest_share: float
    largest_share: float
    least_stability: float
    least_value_ratio: float
    least_gain: float
    bootstraps: int
    n_init: int

    def admits(self, trial: dict[str, float]) -> bool:
        """Return whether a partition of that `smallest_share`, `largest_share`, `stability`, `value_separation` and
        `baseline_value_separation` is of use.
        """
        return (
            trial["smallest_share"] >= self.smallest_share
            and trial["largest_share"] <= self.largest_share
            and trial["stability"] >= self.least_stability
            and trial["value_separation"] >= self.least_value_ratio * trial["baseline_value_separation"]
        )


def choose_segment_count(
    points: Floats,
    behaviour: pd.DataFrame,
    judged: Floats,
    counts: Sequence[int],
    rule: CountRule,
    *,
    seed: int,
    present: int | None = None,
) -> tuple[int, pd.DataFrame]:
    """Return the number of segments by the rule of this module, and a table of the numbers tried.

    Args:
        points: shape (n, d), customers in the model's space, on which K-means is fitted.
        behaviour: the same customers: `recency_days`, `order_count` and `net_revenue_brl`.
        judged: shape (m, d), the sample on which silhouettes and stability are measured.
        counts: numbers to try; those above the number of different points are left out.
        rule: what makes a number admissible.
        seed: of the K-means starts and of the samples.
        present: the champion's number.

    Returns:
        The number, and by number tried `segment_count`, `silhouette`, `davies_bouldin`, `silhouette_mean` (over the
        bootstrap samples), `silhouette_error` (standard error of its difference from the best's), `stability`,
        `smallest_share`, `largest_share`, `value_separation`, `baseline_value_separation`, `is_admissible` and
        `is_chosen`.

    Raises:
        ValueError: every number is above the number of different points.
    """
    different = len(np.unique(points, axis=0))
    possible = sorted(count for count in set(counts) if 2 <= count <= different)
    if not possible:
        raise ValueError(f"{different} different points for {list(counts)} segments; expected at least as many points.")
    whole = [KMeans(n_clusters=count, n_init=rule.n_init, random_state=seed).fit(points) for count in possible]
    judged_labels = [np.asarray(kmeans.predict(judged), dtype=np.int64) for kmeans in whole]
    silhouettes, agreements = _bootstrap(points, judged, possible, judged_labels, rule.bootstraps, seed)
    rows = []
    for place, count in enumerate(possible):
        trial = {
            **partition_metrics(judged, judged_labels[place]),
            "silhouette_mean": float(silhouettes[:, place].mean()),
            "stability": float(agreements[:, place].mean()),
            **business_metrics(behaviour, np.asarray(whole[place].labels_, dtype=np.int64), count),
        }
        rows.append({"segment_count": count, **trial, "is_admissible": rule.admits(trial)})
    table = pd.DataFrame(rows)
    best = _best(table)
    table.insert(4, "silhouette_error", _standard_errors(silhouettes - silhouettes[:, [best]]))
    good = [possible[place] for place in _within_noise(table, best, rule.least_gain)]
    chosen = present if present is not None and present in good else good[0]
    table["is_chosen"] = table["segment_count"] == chosen
    return chosen, table


def business_metrics(behaviour: pd.DataFrame, labels: Labels, count: int) -> dict[str, float]:
    """Return `smallest_share`, `largest_share`, `value_separation` and the `baseline_value_separation` of as many
    recency-frequency-monetary groups.
    """
    sizes = np.bincount(labels, minlength=count) / labels.size
    return {
        "smallest_share": float(sizes.min()),
        "largest_share": float(sizes.max()),
        "value_separation": value_separation(behaviour["net_revenue_brl"], labels),
        "baseline_value_separation": value_separation(behaviour["net_revenue_brl"], rfm_groups(behaviour, count)),
    }


def _best(table: pd.DataFrame) -> int:
    if not table["is_admissible"].any():
        return int(table["stability"].to_numpy().argmax())
    return int(table["silhouette_mean"].where(table["is_admissible"], -np.inf).to_numpy().argmax())


def _within_noise(table: pd.DataFrame, best: int, least_gain: float) -> list[int]:
    """Places of the numbers as good as the best, rising: at least its own."""
    if not table["is_admissible"].any():
        return [best]
    lag = table["silhouette_mean"].iloc[best] - table["silhouette_mean"]
    within = table["is_admissible"] & (lag <= np.maximum(table["silhouette_error"], least_gain))
    return [int(place) for place in np.flatnonzero(within)]


def _standard_errors(differences: Floats) -> Floats:
    if len(differences) < 2:
        return np.zeros(differences.shape[1])
    errors: Floats = differences.std(axis=0, ddof=1) / np.sqrt(len(differences))
    return errors


def _bootstrap(
    points: Floats, judged: Floats, counts: list[int], labels: list[Labels], bootstraps: int, seed: int
) -> tuple[Floats, Floats]:
    """Silhouettes and adjusted Rand indices, shape (bootstraps, counts): each sample serves every number alike."""
    silhouettes, agreements = np.full((2, bootstraps, len(counts)), -1.0)
    agreements[:] = 0.0
    for start in range(bootstraps):
        rng = np.random.default_rng([seed, start])
        drawn = points[rng.integers(0, len(points), min(len(points), BOOTSTRAP_ROWS))]
        seen = np.sort(rng.choice(len(judged), min(len(judged), BOOTSTRAP_JUDGED_ROWS), replace=False))
        different = len(np.unique(drawn, axis=0))
        for place, count in enumerate(counts):
            if different < count:
                continue
            again = KMeans(n_clusters=count, n_init=BOOTSTRAP_STARTS, random_state=seed + start).fit(drawn)
            found = np.asarray(again.predict(judged), dtype=np.int64)
            silhouettes[start, place] = partition_metrics(judged[seen], found[seen])["silhouette"]
            agreements[start, place] = adjusted_rand_score(labels[place], found)
    return silhouettes, agreements
