"""What a training of the spend model brings: the model, and the evidence for and against it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import pandas as pd

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.metrics import rmse
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.model import SpendMean
from eshop_dagster.ml.spend.parts import Fitted
from eshop_dagster.ml.spend.walk import WalkForward

WEIGHTED_MEAN = "weighted_mean"
CHOICE_METRIC = "rmse_brl"
_HIGHER_IS_BETTER = ("r2", "spearman", "top_decile_share", "normalised_gini", "auc")


@dataclass(frozen=True)
class Served:
    """A model that can serve, and what its walk-forward predictions were worth.

    Attributes:
        name: `weighted_mean`, or the baseline that it is.
        pipeline: fitted with all that is known; gives amounts of 0 or more.
        predicted: the walk-forward predictions of the judged rows.
        metrics: of those; and on the last window `coverage_80_share` and `coverage_95_share` of the intervals among its
            buyers, `brier` and `auc` of the probability to buy.
        holdout: of the last window: keys, `actual_brl`, `predicted_brl`, `baseline_brl` (of the best baseline),
            and the columns of `ml.spend_figures`, learned on earlier windows, where there is an outlook.
        coverage: `level`, `coverage_share`, `mean_width_brl`, `buyer_count` of the intervals, on the last window.
        chances: how many bought there by the probability to buy, as `calibration_curve` counts them. Both are empty,
            and their metrics missing, where labels are of fewer days than the horizon.
    """

    name: str
    pipeline: SpendMean
    predicted: Floats
    metrics: dict[str, float]
    holdout: pd.DataFrame
    coverage: pd.DataFrame
    chances: pd.DataFrame


@dataclass(frozen=True)
class SpendResult:
    """The mean of the parts, the best baseline as a model, and the evidence for and against them.

    Attributes:
        mean: None where nothing could be fitted or judged.
        stand_in: the best baseline; None where none could be fitted.
        walk: the walk-forward predictions; None where there is no model.
        rival: the best baseline's name.
        rival_metrics: its metrics on the judged rows; `brier` and `auc` are of BG/NBD's own probability to buy, on the
            last window.
        candidates: the mean and each baseline on the judged rows: `candidate`, `is_baseline`, `is_chosen`, the metrics.
        parts: `part`, `weight`, `rmse_brl` on all judged rows and by window (`rmse_brl_1` is the earliest).
        intervals: `candidate`, `metric`, `value`, `lower`, `upper`: bootstrap intervals by customer of each row of
            `candidates`, and under `difference` of the mean minus the best baseline.
        feature_names: the columns that a model takes.
        reason: sentences that say how they compare, and what is to be known of the training.
        notes: the latter alone.
        fitted: every part and ranking baseline fitted with all that is known; None where there is no model.
    """

    mean: Served | None
    stand_in: Served | None
    walk: WalkForward | None
    rival: str
    rival_metrics: dict[str, float]
    candidates: pd.DataFrame
    parts: pd.DataFrame
    intervals: pd.DataFrame
    feature_names: tuple[str, ...]
    reason: str
    notes: tuple[str, ...] = field(default=())
    fitted: Fitted | None = None

    @classmethod
    def without_model(cls, feature_names: tuple[str, ...], reason: str) -> Self:
        """Return the result of a training that could fit or judge nothing."""
        empty = pd.DataFrame()
        return cls(None, None, None, "", {}, empty, empty, empty, feature_names, reason=reason)


def score_table(scores: Mapping[str, Mapping[str, float]], chosen: str) -> pd.DataFrame:
    """Return one row for the model and each baseline with its metrics."""
    return pd.DataFrame(
        [
            {"candidate": name, "is_baseline": name != chosen, "is_chosen": name == chosen, **score}
            for name, score in scores.items()
        ]
    )


def parts_table(walk: WalkForward, weights: Mapping[str, float]) -> pd.DataFrame:
    """Return one row per part with its weight and its errors, the heaviest first."""
    rows = [
        {
            "part": name,
            "weight": weights.get(name, 0.0),
            CHOICE_METRIC: rmse(walk.actual, walk.said[name]),
            **{f"{CHOICE_METRIC}_{number}": error for number, error in enumerate(errors, start=1)},
        }
        for name, errors in (walk.errors() | walk.errors(weights)).items()
    ]
    return pd.DataFrame(rows).sort_values("weight", ascending=False, kind="stable", ignore_index=True)


def verdict(scores: Mapping[str, Mapping[str, float]], rival: str, apart: Interval, windows: int, parts: int) -> str:
    """Return sentences that compare the mean with the best baseline, and name what it is worse in.

    Args:
        scores: metrics by name, `weighted_mean` among them.
        rival: the best baseline.
        apart: RMSE of the mean minus that of the rival.
        windows: number of judged windows.
        parts: number of parts that weigh anything.
    """
    mine, other = scores[WEIGHTED_MEAN], scores[rival]
    reason = (
        f"The weighted mean of {parts} part{'' if parts == 1 else 's'} has an RMSE of {mine[CHOICE_METRIC]:.2f} BRL in "
        f"{windows} judged window{'' if windows == 1 else 's'}, the best baseline ({rival}) "
        f"{other[CHOICE_METRIC]:.2f} BRL: a "
        f"difference of {apart.value:+.2f} BRL ({apart.lower:+.2f} to {apart.upper:+.2f})."
    )
    doubt = [] if apart.is_confirmed or not apart.excludes_zero() else ["The Tweedie deviance does not confirm it."]
    worse = [
        f"Worse than that baseline: {name} {mine[name]:.4g} against {other[name]:.4g}."
        for name in mine
        if name != CHOICE_METRIC and _distance(name, mine[name]) > _distance(name, other[name])
    ]
    return " ".join([reason, *doubt, *worse])


def worse_chances(mine: Mapping[str, float], bg_nbd: Mapping[str, float]) -> list[str]:
    """Return a sentence for each measure in which the probability to buy is worse than BG/NBD's own."""
    return [
        f"Worse than BG/NBD's own probability to buy: {name} {mine[name]:.4g} against {value:.4g}."
        for name, value in bg_nbd.items()
        if name in mine and _distance(name, mine[name]) > _distance(name, value)
    ]


def _distance(metric: str, value: float) -> float:
    """How far from the best a value is."""
    if metric == "calibration_ratio":
        return abs(value - 1.0)
    return -value if metric in _HIGHER_IS_BETTER else value
