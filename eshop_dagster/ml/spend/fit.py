"""How much will a customer spend in the next 90 days: candidates against baselines, judged on later rows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from eshop_dagster.ml.bootstrap import bootstrap_intervals, paired_bootstrap
from eshop_dagster.ml.features import FEATURES, LABEL, feature_matrix, sorted_by_key
from eshop_dagster.ml.metrics import evaluate_spend
from eshop_dagster.ml.spend.baselines import BASELINES, PAST_RATE, baseline_predictions, past_rate_brl
from eshop_dagster.ml.spend.candidates import build_candidate, fit_candidates
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.intervals import LEVELS, ConformalBands, coverage_share
from eshop_dagster.ml.spend.model import SpendModel
from eshop_dagster.ml.spend.params import SpendParams
from eshop_dagster.ml.spend.result import (
    BASELINE,
    CHOICE_METRIC,
    SpendResult,
    best_baseline,
    holdout_table,
    score_table,
    verdict,
)
from eshop_dagster.ml.spend.sampling import JUDGED_ROWS, drawn_rows
from eshop_dagster.ml.spend.splitting import obstacle_in, require_split_in_time, spent_brl, split_validation
from eshop_dagster.ml.spend.tuning import TRIAL_COLUMNS, tune

NAMES = tuple(FEATURES)
_INTERVAL_COLUMNS = ("candidate", "metric", "value", "lower", "upper")
_COVERAGE_COLUMNS = ("level", "coverage_share", "mean_width_brl", "zero_lower_share")
TOO_SHORT = " The history is too short for a validation cut-off: the candidate was chosen on the holdout itself."


@dataclass(frozen=True)
class _Choice:
    """What was chosen before the holdout was looked at; the candidate is None where only the holdout can choose."""

    candidate: str | None
    params: SpendParams
    bands: ConformalBands | None
    validation: pd.DataFrame
    trials: pd.DataFrame


def fit_spend(train: pd.DataFrame, holdout: pd.DataFrame, params: SpendParams, seed: int) -> SpendResult:
    """Fit every candidate, choose one on the validation cut-off, and judge it once on the holdout rows.

    The lowest RMSE is chosen, because plans add customers up and so need the mean: the squared error is lowest at the
    mean, the absolute error at the median, which is 0 BRL for most customers. The validation cut-off is the latest of
    training; candidates are fitted on those whose label windows end before it, tuned, compared, and the chosen one is
    fitted again on all training cut-offs. It is never fitted on the holdout rows, so that the metrics belong to the
    very object returned. Where training is too short for a validation cut-off, the holdout chooses and the reason says
    so.

    Rows are drawn and ordered by what they hold and nothing depends on the number of threads: the same rows and seed
    give the same bytes, whatever the customers are called.

    Args:
        train: keys, all of `FEATURES` and the label, for one cut-off or several.
        holdout: the same for one cut-off, at least a horizon after every training cut-off.
        seed: of the draws, the forest, the boosted trees, the search and the bootstrap.

    Raises:
        ValueError: the frames break the format, labels are negative, or the split in time is not strict.
    """
    train, holdout = sorted_by_key(train), sorted_by_key(holdout)
    spent, actual = spent_brl(train, "training"), spent_brl(holdout, "holdout")
    feature_matrix(train.head(0), NAMES)
    later = feature_matrix(holdout, NAMES)
    obstacle = obstacle_in("training", spent, params) or obstacle_in("holdout", actual, params)
    if obstacle:
        return _without_model(holdout, actual, params, obstacle)
    require_split_in_time(train, holdout, params.horizon_days)
    drawn = drawn_rows(train, [*NAMES, LABEL], rows=params.fit_rows, seed=seed)
    choice = _choose(train, params, seed)
    known, target = feature_matrix(drawn, NAMES), spent_brl(drawn, "training")
    if choice.candidate is None:
        fitted = fit_candidates(choice.params, known, target, seed)
    else:
        model = build_candidate(choice.candidate, choice.params, names=NAMES, seed=seed)
        fitted = {choice.candidate: model.fit(known, target)}
    guesses = {name: model.predict(later) for name, model in fitted.items()}
    guesses |= baseline_predictions(drawn, holdout, horizon_days=params.horizon_days)
    scores = {name: evaluate_spend(actual, guess) for name, guess in guesses.items()}
    chosen = choice.candidate or min(fitted, key=lambda name: scores[name][CHOICE_METRIC])
    pipeline = fitted[chosen]
    pipeline.bands_ = choice.bands or _bands_of_other_customers(chosen, choice.params, known, target, seed)
    coverage, ends = _coverage(pipeline, later, actual)
    beats_baseline, reason = verdict(
        chosen,
        scores,
        BASELINES,
        least_gain_share=params.least_gain_share,
        buyers_share=float((actual > 0).mean()),
    )
    shares = {
        f"coverage_{level * 100:.0f}_share": float(share)
        for level, share in zip(LEVELS, coverage["coverage_share"], strict=True)
    }
    return SpendResult(
        pipeline=pipeline,
        candidate=chosen,
        metrics={**scores[chosen], **shares},
        baseline_metrics=scores[PAST_RATE],
        candidates=score_table(scores, chosen, BASELINES),
        holdout=holdout_table(holdout, actual, guesses[chosen], guesses[PAST_RATE]).assign(**ends),
        feature_names=NAMES,
        beats_baseline=beats_baseline,
        reason=reason if choice.candidate else reason + TOO_SHORT,
        validation=choice.validation,
        intervals=_intervals(actual, guesses, chosen, best_baseline(scores, BASELINES), params, seed),
        coverage=coverage,
        trials=choice.trials,
    )


def _choose(train: pd.DataFrame, params: SpendParams, seed: int) -> _Choice:
    split = split_validation(train, params)
    if split is None:
        return _Choice(None, params, None, pd.DataFrame(), pd.DataFrame(columns=list(TRIAL_COLUMNS)))
    early = drawn_rows(split[0], [*NAMES, LABEL], rows=params.fit_rows, seed=seed)
    later = drawn_rows(split[1], [*NAMES, LABEL], rows=JUDGED_ROWS, seed=seed)
    known, spent = feature_matrix(early, NAMES), spent_brl(early, "training")
    unseen, actual = feature_matrix(later, NAMES), spent_brl(later, "validation")
    tuned, trials = tune(params, (known, spent), (unseen, actual), seed)
    fitted = fit_candidates(tuned, known, spent, seed)
    guesses = {name: model.predict(unseen) for name, model in fitted.items()}
    guesses |= baseline_predictions(early, later, horizon_days=params.horizon_days)
    scores = {name: evaluate_spend(actual, guess) for name, guess in guesses.items()}
    chosen = min(fitted, key=lambda name: scores[name][CHOICE_METRIC])
    table = score_table(scores, chosen, BASELINES)
    found = [
        bootstrap_intervals(actual, guess, seed, params.bootstrap_draws, metrics=(CHOICE_METRIC,))[CHOICE_METRIC]
        for guess in guesses.values()
    ]
    table["rmse_brl_lower"], table["rmse_brl_upper"] = [one.lower for one in found], [one.upper for one in found]
    return _Choice(chosen, tuned, ConformalBands().fit(actual, guesses[chosen]), table, trials)


def _bands_of_other_customers(
    name: str, params: SpendParams, known: pd.DataFrame, spent: Floats, seed: int
) -> ConformalBands:
    """Bands from every second row, by a model of the others: all that is left where no cut-off lies in between."""
    model = build_candidate(name, params, names=NAMES, seed=seed)
    model.fit(known.iloc[::2], spent[::2])
    return ConformalBands().fit(spent[1::2], model.predict(known.iloc[1::2]))


def _coverage(pipeline: SpendModel, later: pd.DataFrame, actual: Floats) -> tuple[pd.DataFrame, dict[str, Floats]]:
    rows: list[tuple[float, ...]] = []
    ends: dict[str, Floats] = {}
    for level in LEVELS:
        lower, upper = pipeline.predict_interval(later, level)
        ends |= {f"lower_{level * 100:.0f}_brl": lower, f"upper_{level * 100:.0f}_brl": upper}
        held, width = coverage_share(actual, lower, upper), float((upper - lower).mean())
        rows.append((level, held, width, float((lower == 0).mean())))
    return pd.DataFrame(rows, columns=list(_COVERAGE_COLUMNS)), ends


def _intervals(
    actual: Floats, guesses: dict[str, Floats], chosen: str, rival: str, params: SpendParams, seed: int
) -> pd.DataFrame:
    rows = [
        (name, metric, one.value, one.lower, one.upper)
        for name in (chosen, rival)
        for metric, one in bootstrap_intervals(actual, guesses[name], seed, params.bootstrap_draws).items()
    ]
    apart = paired_bootstrap(actual, guesses[chosen], guesses[rival], CHOICE_METRIC, seed, draws=params.bootstrap_draws)
    rows.append(("difference", CHOICE_METRIC, apart.value, apart.lower, apart.upper))
    return pd.DataFrame(rows, columns=list(_INTERVAL_COLUMNS))


def _without_model(holdout: pd.DataFrame, actual: Floats, params: SpendParams, obstacle: str) -> SpendResult:
    baseline = past_rate_brl(holdout, horizon_days=params.horizon_days)
    can_score = actual.size > 0 and np.ptp(actual) > 0
    scores = {PAST_RATE: evaluate_spend(actual, baseline)} if can_score else {}
    return SpendResult(
        pipeline=None,
        candidate=BASELINE,
        metrics={},
        baseline_metrics=scores.get(PAST_RATE, {}),
        candidates=score_table(scores, PAST_RATE, BASELINES),
        holdout=holdout_table(holdout, actual, baseline, baseline),
        feature_names=NAMES,
        beats_baseline=False,
        reason=f"There is no spend model: {obstacle}. The customer's own past rate serves instead.",
        validation=pd.DataFrame(),
        intervals=pd.DataFrame(columns=list(_INTERVAL_COLUMNS)),
        coverage=pd.DataFrame(columns=list(_COVERAGE_COLUMNS)),
        trials=pd.DataFrame(columns=list(TRIAL_COLUMNS)),
    )
