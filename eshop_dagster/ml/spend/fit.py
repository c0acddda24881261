"""How much will a customer spend in the window ahead: a weighted mean of fixed parts, judged before it learns all."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from eshop_dagster.ml.bootstrap import METRICS, Interval, bootstrap_intervals
from eshop_dagster.ml.features import AS_OF_DATE, LABEL, feature_matrix, sorted_by_key
from eshop_dagster.ml.metrics import evaluate_spend
from eshop_dagster.ml.spend.apart import rmse_apart
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.intervals import coverage_share
from eshop_dagster.ml.spend.model import SpendMean
from eshop_dagster.ml.spend.outlook import SpendOutlook
from eshop_dagster.ml.spend.params import SpendParams
from eshop_dagster.ml.spend.parts import NAMES, Fitted
from eshop_dagster.ml.spend.purchase import calibration_curve, evaluate_purchases
from eshop_dagster.ml.spend.result import (
    CHOICE_METRIC,
    WEIGHTED_MEAN,
    Served,
    SpendResult,
    parts_table,
    score_table,
    verdict,
    worse_chances,
)
from eshop_dagster.ml.spend.sampling import drawn_rows
from eshop_dagster.ml.spend.splitting import obstacle_in, spent_brl
from eshop_dagster.ml.spend.walk import ZERO, WalkForward, fit_on, walk_forward
from eshop_dagster.ml.spend.weights import rescaled, weights_of
from eshop_dagster.ml.spend_figures import FIGURES, LEVELS, PROBABILITY, bounds_of

_WITHOUT_OUTLOOK = (
    "Probability to buy and intervals are left out: {days} days of labels do not show who buys within {horizon} days."
)
_COVERAGE_COLUMNS = ("level", "coverage_share", "mean_width_brl", "buyer_count")


def fit_spend(
    learned: pd.DataFrame,
    judging: pd.DataFrame,
    scoring: pd.DataFrame,
    params: SpendParams,
    seed: int,
    label_days: int | None = None,
) -> SpendResult:
    """Judge the mean of all parts on each judged window, then fit every part again with all that is known.

    Each window is predicted by parts fitted on the cut-offs whose label windows end before it begins; a part's weight
    follows its error there. Metrics, intervals and comparisons come from those predictions alone. The model returned
    has the same weights and parts fitted on every labelled cut-off, and on the day of scoring where no label is needed.

    The RMSE decides, because plans add customers up and so need the mean: the squared error is lowest at the mean, the
    absolute error at the median, which is 0 for most customers.

    Rows are drawn and ordered by what they hold and nothing depends on the number of threads: the same rows and seed
    give the same bytes, whatever the customers are called.

    Labels of a young shop may be of fewer days than the horizon. A mean grows with the days, so that they are scaled
    and the parts compared by them. How many buy, and how much buyers spend, does not grow in proportion: probability
    to buy and intervals are not learned then, and `figures` of the model has no value for them.

    Args:
        learned: keys, all of `FEATURES` and the label at every labelled cut-off, the judged ones too.
        judging: the same at the judged cut-offs.
        scoring: keys and features at the day of scoring.
        params: of the model.
        seed: of the draws, the boosted trees and the bootstrap.
        label_days: length of the window that the labels are of; None is the horizon.

    Raises:
        ValueError: the frames break the format, or labels are negative.
    """
    learned, judging, scoring = (sorted_by_key(frame) for frame in (learned, judging, scoring))
    label_days = label_days or params.horizon_days
    learned, judging = (_of_whole_window(frame, label_days, params) for frame in (learned, judging))
    spent_brl(learned, "training")
    obstacle = obstacle_in("judged", spent_brl(judging, "judged"), params)
    ahead = feature_matrix(scoring, NAMES)
    if obstacle:
        return SpendResult.without_model(NAMES, f"There is no spend model: {obstacle}.")
    walk = walk_forward(learned, judging, params, seed, label_days)
    drawn = drawn_rows(learned, [*NAMES, LABEL], rows=params.fit_rows, seed=seed)
    fitted = fit_on(drawn if walk.has_labels else None, scoring, params, seed)
    able = fitted.predict(ahead)
    errors = walk.errors(able)
    if not errors:
        return SpendResult.without_model(
            NAMES, f"There is no spend model: no part could be fitted. {_told(walk, fitted)}"
        )
    weights = rescaled(weights_of(errors))
    until = str(pd.Timestamp(scoring[AS_OF_DATE].iloc[0]).date())
    maker = _Maker(walk, fitted, until, has_outlook=label_days == params.horizon_days)
    mean = maker.serve(WEIGHTED_MEAN, weights)
    rival = walk.best_baseline()
    stand_in = maker.serve(rival, {rival: 1.0}) if rival in able else None
    said = {WEIGHTED_MEAN: mean.predicted, **{name: walk.said[name] for name in walk.baselines}}
    scores = {name: evaluate_spend(walk.actual, guess) for name, guess in said.items()}
    rival = rival or ZERO
    apart = _apart(walk, mean.predicted, walk.said[rival], params, seed)
    chances = _bg_nbd_chances(walk)
    reason = verdict(scores, rival, apart, len(walk.windows()), len(weights))
    notes = [
        *worse_chances(mean.metrics, chances),
        *walk.notes,
        *([] if maker.has_outlook else [_WITHOUT_OUTLOOK.format(days=label_days, horizon=params.horizon_days)]),
        *(f"{name} weighs nothing: {words}." for name, words in fitted.trouble.items() if name in walk.parts),
    ]
    return SpendResult(
        mean=mean,
        stand_in=stand_in,
        walk=walk,
        rival=rival,
        rival_metrics={**scores[rival], **chances},
        candidates=score_table(scores, WEIGHTED_MEAN),
        parts=parts_table(walk, weights),
        intervals=_intervals(walk, said, apart, params, seed),
        feature_names=NAMES,
        reason=" ".join([reason, *notes]),
        notes=tuple(notes),
        fitted=fitted,
    )


@dataclass(frozen=True)
class _Maker:
    """Makes models that can serve of parts that were fitted with all that is known, with their judged predictions."""

    walk: WalkForward
    fitted: Fitted
    until: str
    has_outlook: bool

    def serve(self, name: str, weights: Mapping[str, float]) -> Served:
        """Return the model with these weights, and what its walk-forward predictions were worth."""
        walk, predicted = self.walk, self.walk.mean_of(weights)
        pipeline = SpendMean({part: self.fitted.parts[part] for part in weights}, dict(weights))
        if not self.has_outlook:
            return Served(
                name=name,
                pipeline=pipeline.known_as(NAMES, self.until, None),
                predicted=predicted,
                metrics=evaluate_spend(walk.actual, predicted),
                holdout=_said_of_last_window(walk, predicted),
                coverage=pd.DataFrame(),
                chances=pd.DataFrame(),
            )
        outlook = SpendOutlook().fit(walk.rows, predicted, walk.actual)
        coverage, holdout = _coverage(walk, predicted)
        bought = holdout["actual_brl"].to_numpy() > 0
        chances = evaluate_purchases(bought, holdout[PROBABILITY].to_numpy())
        shares = {
            f"coverage_{level * 100:.0f}_share": share
            for level, share in zip(LEVELS, coverage["coverage_share"], strict=True)
            # Where nobody bought in the last window, or in those before it, no interval could hold.
            if np.isfinite(share)
        }
        return Served(
            name=name,
            pipeline=pipeline.known_as(NAMES, self.until, outlook),
            predicted=predicted,
            metrics={**evaluate_spend(walk.actual, predicted), **shares, **chances},
            holdout=holdout,
            coverage=coverage,
            chances=calibration_curve(bought, holdout[PROBABILITY].to_numpy()),
        )


def _bg_nbd_chances(walk: WalkForward) -> dict[str, float]:
    """Return what BG/NBD's own probability to buy is worth on the last window, as the model's is measured."""
    if walk.chances is None:
        return {}
    last = walk.windows()[-1]
    return evaluate_purchases(walk.actual[last] > 0, walk.chances[last])


def _coverage(walk: WalkForward, predicted: Floats) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how often intervals hold of the last window's buyers, and what was said of all its customers.

    It is learned on earlier windows, or on every other row of the only one.
    """
    *before, last = walk.windows()
    actual = walk.actual[last]
    said = {name: np.zeros(last.size) for name in FIGURES}
    split = (
        [(np.concatenate(before), np.arange(last.size))]
        if before
        else [(last[1 - half :: 2], np.arange(last.size)[half::2]) for half in (0, 1)]
    )
    for known, places in split:
        outlook = SpendOutlook().fit(walk.rows.iloc[known], predicted[known], walk.actual[known])
        for name, values in outlook.figures(walk.rows.iloc[last[places]], predicted[last[places]]).items():
            said[name][places] = values
    rows, bought = [], actual > 0
    for level in LEVELS:
        lower, upper = (said[name][bought] for name in bounds_of(level))
        # Of what nobody bought before there is no interval, which is another thing than a missed one.
        known = np.isfinite(lower) & np.isfinite(upper)
        held = coverage_share(actual[bought][known], lower[known], upper[known]) if known.any() else np.nan
        width = float((upper - lower)[known].mean()) if known.any() else np.nan
        rows.append((level, held, width, int(known.sum())))
    holdout = _said_of_last_window(walk, predicted).assign(**said)
    return pd.DataFrame(rows, columns=list(_COVERAGE_COLUMNS)), holdout


def _said_of_last_window(walk: WalkForward, predicted: Floats) -> pd.DataFrame:
    """Return what customers of the last window spent, and what model and best baseline expected of them."""
    last, rival = walk.windows()[-1], walk.best_baseline() or ZERO
    rows = walk.rows.iloc[last][["customer_key", AS_OF_DATE]].assign(
        actual_brl=walk.actual[last], predicted_brl=predicted[last], baseline_brl=walk.said[rival][last]
    )
    return rows.reset_index(drop=True)


def _of_whole_window(frame: pd.DataFrame, label_days: int, params: SpendParams) -> pd.DataFrame:
    """Return the rows with their label as of the whole horizon; a frame without a label as it is."""
    if label_days == params.horizon_days or LABEL not in frame.columns:
        return frame
    return frame.assign(**{LABEL: frame[LABEL].astype("float64") / (label_days / params.horizon_days)})


def _apart(walk: WalkForward, a: Floats, b: Floats, params: SpendParams, seed: int) -> Interval:
    return rmse_apart(walk.actual, a, b, walk.customers, seed, draws=params.bootstrap_draws)


def _intervals(
    walk: WalkForward, said: Mapping[str, Floats], apart: Interval, params: SpendParams, seed: int
) -> pd.DataFrame:
    rows = [
        (name, metric, one.value, one.lower, one.upper)
        for name, guess in said.items()
        for metric, one in bootstrap_intervals(
            walk.actual, guess, seed, params.bootstrap_draws, metrics=METRICS, clusters=walk.customers
        ).items()
    ]
    rows.append(("difference", CHOICE_METRIC, apart.value, apart.lower, apart.upper))
    return pd.DataFrame(rows, columns=["candidate", "metric", "value", "lower", "upper"])


def _told(walk: WalkForward, fitted: Fitted) -> str:
    return " ".join([*walk.notes, *(f"{name}: {words}." for name, words in fitted.trouble.items())])
