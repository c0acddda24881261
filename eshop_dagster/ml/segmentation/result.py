"""What a fit of the segmentation hands over."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from eshop_dagster.ml.segmentation.matching import Matching
from eshop_dagster.ml.segmentation.model import SegmentModel


@dataclass(frozen=True)
class SegmentationResult:
    """A fitted segmentation and how it compares with recency-frequency-monetary quintiles.

    Attributes:
        pipeline: takes `feature_names` as columns, gives segment ids, typicality and outliers.
        segment_count: number of segments.
        labels: `customer_key`, `as_of_date`, `segment_id`, `typicality`, `is_outlier` by customer.
        counts: one row per number of segments tried, as `choose_segment_count` gives it.
        candidates: every lane by the same rule: K-means of each number, HDBSCAN, the baseline. `candidate`,
            `segment_count`, `silhouette`, `davies_bouldin`, `stability`, `noise_share`, `smallest_share`,
            `largest_share`, `value_separation`, `baseline_value_separation`, `is_admissible`, `is_chosen`.
        matching: which ids continue the champion's, which are new, which retire.
        restart: why segments start again with new ids; empty where the champion's go on, or there is none.
        metrics: `silhouette`, `davies_bouldin` (model's space, sample), `value_separation`, `smallest_share`,
            `outlier_share` and `stability`.
        baseline_metrics: the first three for the quintile groups, as many as there are segments.
        reason: sentences that say whether the silhouette is higher than the baseline's, how k was chosen and what
            became of the other lane.
    """

    pipeline: SegmentModel
    segment_count: int
    labels: pd.DataFrame
    counts: pd.DataFrame
    candidates: pd.DataFrame
    matching: Matching
    restart: str
    metrics: dict[str, float]
    baseline_metrics: dict[str, float]
    feature_names: tuple[str, ...]
    reason: str


def candidates_table(
    counts: pd.DataFrame, lane: Mapping[str, float], baseline: Mapping[str, float], count: int
) -> pd.DataFrame:
    """Return one row per candidate: K-means of each number tried, HDBSCAN and the quintile groups."""
    tried = counts.drop(columns=["silhouette_mean", "silhouette_error"])
    tried.insert(0, "candidate", [f"kmeans_{number}" for number in counts["segment_count"]])
    tried.insert(5, "noise_share", 0.0)
    others = [
        {"candidate": "hdbscan", **lane, "is_chosen": False},
        {
            "candidate": "rfm_quintiles",
            "segment_count": count,
            "noise_share": 0.0,
            **baseline,
            "baseline_value_separation": baseline["value_separation"],
            "is_admissible": False,
            "is_chosen": False,
        },
    ]
    return pd.DataFrame([*tried.to_dict("records"), *others], columns=tried.columns)


def explain_choice(
    counts: pd.DataFrame, lane: Mapping[str, float], metrics: Mapping[str, float], baseline: Mapping[str, float]
) -> str:
    """Return why so many segments, how they compare with the baseline, and whether the density lane would be better."""
    chosen = counts[counts["is_chosen"]].iloc[0]
    count = int(chosen["segment_count"])
    beats = metrics["silhouette"] > baseline["silhouette"]
    admissible = int(counts["is_admissible"].sum())
    why = (
        "as few as the champion has, or the fewest, whose silhouette is within the noise of the best admissible number"
        if admissible
        else "the most stable, for no number is admissible"
    )
    return (
        f"{count} segments ({why}; {admissible} of {len(counts)} numbers tried are admissible) have a silhouette of "
        f"{metrics['silhouette']:.3f}, as many groups of recency-frequency-monetary quintiles "
        f"{baseline['silhouette']:.3f}: {'better' if beats else 'not better'} than the baseline. They explain "
        f"{metrics['value_separation']:.1%} of the variance of log net worth, the groups "
        f"{baseline['value_separation']:.1%}. {_lane_verdict(lane, chosen)}"
    )


def _lane_verdict(lane: Mapping[str, float], chosen: "pd.Series[float]") -> str:
    count = round(lane["segment_count"])
    found = (
        f"HDBSCAN finds {count} dense region{'' if count == 1 else 's'} (silhouette {lane['silhouette']:.3f}, "
        f"stability {lane['stability']:.2f}, largest {lane['largest_share']:.0%}, noise {lane['noise_share']:.0%})"
    )
    if lane["is_admissible"] and lane["silhouette"] > chosen["silhouette"]:
        return f"{found} and would be preferred by the same rule: look whether its regions serve marketing better."
    if lane["is_admissible"]:
        return f"{found}, with a silhouette not above that of K-means."
    return f"{found} and is not admissible by the rule that K-means had to keep."
