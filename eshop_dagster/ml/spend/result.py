"""What a training of the spend model brings: the model, and the evidence for and against it."""

from dataclasses import dataclass

import pandas as pd

from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.model import SpendModel

BASELINE = "baseline"
CHOICE_METRIC = "rmse_brl"


@dataclass(frozen=True)
class SpendResult:
    """The chosen candidate, fitted on the training cut-offs only, and the evidence for and against it.

    Attributes:
        pipeline: takes `feature_names` as columns, gives BRL of 0 or more; None where nothing could be fitted.
        candidate: its formula; `baseline` where nothing could be fitted.
        metrics: of the pipeline on the holdout rows, and `coverage_80_share` and `coverage_95_share` of its intervals;
            empty where nothing could be fitted.
        baseline_metrics: of the customer's own past rate on the same rows; empty where nobody spent in them.
        candidates: on the holdout, one row for the chosen candidate and each baseline (for every candidate where there
            was no validation cut-off): `candidate`, `is_baseline`, `is_chosen` and the metrics.
        holdout: `customer_key`, `as_of_date`, `actual_brl`, `predicted_brl`, `baseline_brl` by customer, and
            `lower_80_brl`, `upper_80_brl`, `lower_95_brl`, `upper_95_brl` where there is a model;
            `predicted_brl` is the baseline where nothing could be fitted.
        feature_names: the columns that the pipeline takes.
        beats_baseline: whether the pipeline is worth anything.
        reason: a sentence that says why or why not.
        validation: the same columns as `candidates` for every candidate and baseline on the validation cut-off, with
            `rmse_brl_lower` and `rmse_brl_upper`; the candidate was chosen by it. Empty without such a cut-off.
        intervals: `candidate`, `metric`, `value`, `lower`, `upper`: bootstrap intervals on the holdout of the chosen
            candidate and of the best baseline, and under `difference` those of the one minus the other.
        coverage: `level`, `coverage_share`, `mean_width_brl`, `zero_lower_share` of the intervals on the holdout.
        trials: `number`, `candidate`, `parameters` (JSON), `rmse_brl` on the validation cut-off, in the order tried.
    """

    pipeline: SpendModel | None
    candidate: str
    metrics: dict[str, float]
    baseline_metrics: dict[str, float]
    candidates: pd.DataFrame
    holdout: pd.DataFrame
    feature_names: tuple[str, ...]
    beats_baseline: bool
    reason: str
    validation: pd.DataFrame
    intervals: pd.DataFrame
    coverage: pd.DataFrame
    trials: pd.DataFrame


def score_table(scores: dict[str, dict[str, float]], chosen: str, baselines: tuple[str, ...]) -> pd.DataFrame:
    """Return one row per candidate and baseline with its metrics."""
    return pd.DataFrame(
        [
            {"candidate": name, "is_baseline": name in baselines, "is_chosen": name == chosen, **score}
            for name, score in scores.items()
        ]
    )


def verdict(
    chosen: str,
    scores: dict[str, dict[str, float]],
    baselines: tuple[str, ...],
    *,
    least_gain_share: float,
    buyers_share: float,
) -> tuple[bool, str]:
    """Return whether the chosen candidate is worth anything on the holdout, and a sentence that says why.

    Args:
        buyers_share: share (0-1) of the holdout customers who bought in the window, named where nothing is gained.
    """
    rival = best_baseline(scores, baselines)
    error, rival_error = scores[chosen][CHOICE_METRIC], scores[rival][CHOICE_METRIC]
    gain = 1 - error / rival_error
    beats_baseline = gain > 0 and gain >= least_gain_share
    reason = (
        f"{chosen} has an RMSE of {error:.2f} BRL on the holdout, the best baseline ({rival}) {rival_error:.2f} BRL: "
        f"{gain:.2%} lower, {'which is' if beats_baseline else 'not'} the {least_gain_share:.2%} needed or more."
    )
    if not beats_baseline:
        reason += f" {buyers_share:.2%} of the customers bought in these days: there is little that a model can tell."
    return beats_baseline, reason


def best_baseline(scores: dict[str, dict[str, float]], baselines: tuple[str, ...]) -> str:
    """Return the baseline with the lowest RMSE."""
    return min(baselines, key=lambda name: scores[name][CHOICE_METRIC])


def holdout_table(holdout: pd.DataFrame, actual: Floats, predicted: Floats, baseline: Floats) -> pd.DataFrame:
    """Return keys, true and predicted spend of the holdout rows."""
    values = {"actual_brl": actual, "predicted_brl": predicted, "baseline_brl": baseline}
    return holdout[["customer_key", "as_of_date"]].assign(**values)
