"""How much will a customer spend in the next 90 days: candidates against baselines, judged on later rows."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from eshop_dagster.ml.features import AS_OF_DATE, FEATURES, KEY, LABEL, feature_matrix, sorted_by_key
from eshop_dagster.ml.metrics import Floats, evaluate_spend
from eshop_dagster.ml.parameters import require
from eshop_dagster.ml.spend_candidates import SpendParams, build_candidate

BASELINE = "baseline"
PAST_RATE = "past_rate"
MEAN = "mean"
CHOICE_METRIC = "rmse_brl"
FOREST_JOBS = 2


@dataclass(frozen=True)
class SpendResult:
    """The best candidate, fitted on the training cut-offs only, and the evidence for and against it.

    Attributes:
        pipeline: takes `feature_names` as columns, gives BRL of 0 or more; None where nothing could be fitted.
        candidate: its name; `baseline` where nothing could be fitted.
        metrics: of the pipeline on the holdout rows; empty where nothing could be fitted.
        baseline_metrics: of the customer's own past rate on the same rows; empty where nobody spent in them.
        candidates: one row per candidate and baseline: `candidate`, `is_baseline`, `is_chosen` and the metrics.
        holdout: `customer_key`, `as_of_date`, `actual_brl`, `predicted_brl`, `baseline_brl` by customer;
            `predicted_brl` is the baseline where nothing could be fitted.
        feature_names: the columns that the pipeline takes.
        beats_baseline: whether the pipeline is worth anything.
        reason: a sentence that says why or why not.
    """

    pipeline: Pipeline | None
    candidate: str
    metrics: dict[str, float]
    baseline_metrics: dict[str, float]
    candidates: pd.DataFrame
    holdout: pd.DataFrame
    feature_names: tuple[str, ...]
    beats_baseline: bool
    reason: str


def past_rate_brl(frame: pd.DataFrame, *, horizon_days: int) -> Floats:
    """Return each customer's spend over the horizon if they go on at their own past rate: the baseline.

    Net lifetime worth / tenure * horizon. The tenure is at least one horizon: a newcomer of yesterday would otherwise
    be expected to spend 90 first baskets. A negative worth counts as 0.
    """
    require(horizon_days >= 1, "horizon_days", horizon_days, "1 or more")
    known = feature_matrix(frame, ("revenue_brl", "tenure_days"))
    worth: Floats = np.maximum(known["revenue_brl"].to_numpy(dtype=np.float64), 0.0)
    tenure: Floats = np.maximum(known["tenure_days"].to_numpy(dtype=np.float64), float(horizon_days))
    return worth / tenure * horizon_days


def fit_spend(train: pd.DataFrame, holdout: pd.DataFrame, params: SpendParams, seed: int) -> SpendResult:
    """Fit every candidate on the training cut-offs and return the one with the lowest RMSE on the holdout rows.

    RMSE alone decides, because plans add customers up and so need the mean: the squared error is lowest at the mean,
    the absolute error at the median, which is 0 BRL for most customers. The baselines are the customer's own past
    rate and the training mean for everybody; the candidate must beat both. The chosen pipeline is not fitted again
    on the holdout rows, so that the metrics belong to the very object returned. Rows are sorted by key and nothing
    depends on the number of threads: the same rows and seed give the same bytes.

    Args:
        train: keys, all of `FEATURES` and the label, for one cut-off or several.
        holdout: the same for one cut-off, at least a horizon after every training cut-off.
        seed: of the forest and the boosted trees.

    Raises:
        ValueError: the frames break the format, labels are negative, or the split in time is not strict.
    """
    train, holdout = sorted_by_key(train), sorted_by_key(holdout)
    spent, actual = _labels(train, "training"), _labels(holdout, "holdout")
    known, later = feature_matrix(train, FEATURES), feature_matrix(holdout, FEATURES)
    baseline = past_rate_brl(holdout, horizon_days=params.horizon_days)
    obstacle = _obstacle(spent, actual, params)
    if obstacle:
        return _without_model(holdout, actual, baseline, obstacle)
    _require_split_in_time(train, holdout, params.horizon_days)
    fitted = {name: _fit(name, known, spent, params, seed) for name in params.candidates}
    predicted = {name: _predict(pipeline, later) for name, pipeline in fitted.items()}
    guesses = {**predicted, PAST_RATE: baseline, MEAN: np.full(actual.size, spent.mean())}
    scores = {name: evaluate_spend(actual, guess) for name, guess in guesses.items()}
    chosen = min(fitted, key=lambda name: scores[name][CHOICE_METRIC])
    beats_baseline, reason = _verdict(chosen, scores, params.least_gain_share)
    return SpendResult(
        pipeline=fitted[chosen],
        candidate=chosen,
        metrics=scores[chosen],
        baseline_metrics=scores[PAST_RATE],
        candidates=_table(scores, chosen),
        holdout=_predictions(holdout, actual, predicted[chosen], baseline),
        feature_names=tuple(FEATURES),
        beats_baseline=beats_baseline,
        reason=reason,
    )


def _labels(frame: pd.DataFrame, name: str) -> Floats:
    if LABEL not in frame.columns:
        raise ValueError(f"{name} rows have no column {LABEL}; found {list(frame.columns)}. Build the snapshot again.")
    labels = frame[LABEL].to_numpy(dtype=np.float64)
    broken = labels[~(np.isfinite(labels) & (labels >= 0))]
    if broken.size:
        raise ValueError(
            f"{broken.size} {name} labels are negative, NULL or infinite, the first is {broken[0]}; expected {LABEL} "
            "of 0 or more. Count a return with the order it belongs to, not as a sale of its own."
        )
    return labels


def _obstacle(spent: Floats, actual: Floats, params: SpendParams) -> str | None:
    for name, values in (("training", spent), ("holdout", actual)):
        buyers = int((values > 0).sum())
        if values.size < params.minimum_rows:
            return f"only {values.size} {name} rows; a model needs {params.minimum_rows}"
        if buyers < params.minimum_buyers:
            return f"only {buyers} of {values.size} {name} rows spent anything; a model needs {params.minimum_buyers}"
        if np.ptp(values) == 0:
            return f"all {values.size} {name} rows spent {values[0]:.2f} BRL; there is nothing to tell apart"
    return None


def _require_split_in_time(train: pd.DataFrame, holdout: pd.DataFrame, horizon_days: int) -> None:
    cutoffs = pd.to_datetime(holdout[AS_OF_DATE]).drop_duplicates()
    require(len(cutoffs) == 1, "number of holdout cut-offs", len(cutoffs), "1")
    window_end = pd.to_datetime(train[AS_OF_DATE]).max() + timedelta(days=horizon_days)
    if window_end > cutoffs.iloc[0]:
        raise ValueError(
            f"the last training label window ends on {window_end.date()}, after the holdout cut-off "
            f"{cutoffs.iloc[0].date()}; expected it to end before. Take the cut-offs of plan_cutoffs."
        )


def _fit(name: str, known: pd.DataFrame, spent: Floats, params: SpendParams, seed: int) -> Pipeline:
    pipeline = build_candidate(name, params, n_rows=len(known), seed=seed)
    if name == "random_forest":
        # Trees may grow side by side, but a forest that predicts on several threads adds them up in the order in
        # which they finish, and the last bit of the sum depends on it.
        pipeline.set_params(model__n_jobs=FOREST_JOBS)
    with threadpool_limits(limits=1):
        pipeline.fit(known, spent)
    return pipeline.set_params(model__n_jobs=1) if name == "random_forest" else pipeline


def _predict(pipeline: Pipeline, matrix: pd.DataFrame) -> Floats:
    with threadpool_limits(limits=1):
        return np.asarray(pipeline.predict(matrix), dtype=np.float64)


def _verdict(chosen: str, scores: dict[str, dict[str, float]], least_gain_share: float) -> tuple[bool, str]:
    rival = min((PAST_RATE, MEAN), key=lambda name: scores[name][CHOICE_METRIC])
    error, rival_error = scores[chosen][CHOICE_METRIC], scores[rival][CHOICE_METRIC]
    gain = 1 - error / rival_error
    beats_baseline = gain > 0 and gain >= least_gain_share
    reason = (
        f"{chosen} has an RMSE of {error:.2f} BRL on the holdout, the best baseline ({rival}) {rival_error:.2f} BRL: "
        f"{gain:.2%} lower, {'which is' if beats_baseline else 'not'} the {least_gain_share:.2%} needed or more."
    )
    return beats_baseline, reason


def _table(scores: dict[str, dict[str, float]], chosen: str) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"candidate": name, "is_baseline": name in (PAST_RATE, MEAN), "is_chosen": name == chosen, **score}
            for name, score in scores.items()
        ]
    )


def _predictions(holdout: pd.DataFrame, actual: Floats, predicted: Floats, baseline: Floats) -> pd.DataFrame:
    values = {"actual_brl": actual, "predicted_brl": predicted, "baseline_brl": baseline}
    return holdout[list(KEY)].assign(**values)


def _without_model(holdout: pd.DataFrame, actual: Floats, baseline: Floats, obstacle: str) -> SpendResult:
    can_score = actual.size > 0 and np.ptp(actual) > 0
    scores = {PAST_RATE: evaluate_spend(actual, baseline)} if can_score else {}
    return SpendResult(
        pipeline=None,
        candidate=BASELINE,
        metrics={},
        baseline_metrics=scores.get(PAST_RATE, {}),
        candidates=_table(scores, PAST_RATE),
        holdout=_predictions(holdout, actual, baseline, baseline),
        feature_names=tuple(FEATURES),
        beats_baseline=False,
        reason=f"There is no spend model: {obstacle}. The customer's own past rate serves instead.",
    )
