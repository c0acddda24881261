"""A policy's way through the weeks: when it trained, what the gate's rule said, and which model was in place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from eshop_dagster.ml.bootstrap import Interval, paired_bootstrap
from eshop_dagster.ml.drift import FeatureProfile, population_stability
from eshop_dagster.ml.features import FEATURES, LABEL, feature_matrix
from eshop_dagster.ml.metrics import rmse
from eshop_dagster.ml.replay.policies import DRIFT, USUAL_DRIFT, DriftRule, is_due
from eshop_dagster.ml.spend.champion import champion_says
from eshop_dagster.ml.spend.walk import WalkForward

METRIC = "rmse_brl"


@dataclass(frozen=True)
class Training:
    """The model that a training of one day would have brought, whatever policy asked for it.

    Attributes:
        day: the first day that it did not know.
        cutoffs: training cut-offs; every label window ends before `holdout`.
        holdout: the later cut-off on which it is held against the model in place; its window ends before `day`.
        model: takes `FEATURES` as columns; None where nothing could be learned.
        profile: the features of the latest training cut-off.
        reason: why it is worth something, or why there is no model.
        judged: the walk-forward rows and what its formula said of them, by which it is held against the model in place;
            None where its model has not learned the holdout's rows and can be asked itself.
    """

    day: date
    cutoffs: tuple[date, ...]
    holdout: date
    model: Any | None
    profile: Mapping[str, FeatureProfile]
    reason: str = ""
    judged: tuple[WalkForward, npt.NDArray[np.float64]] | None = None


class Shop(Protocol):
    """What a replay asks for; every answer may use only what was known before the day that it is asked for."""

    def rows(self, cutoff: date) -> pd.DataFrame:
        """Return keys and features at a cut-off, and the label, NaN where days of its window are still to come."""
        ...

    def training(self, day: date) -> Training:
        """Return the training of a day; asked again, the same."""
        ...


@dataclass(frozen=True)
class Step:
    """What a policy did on one day.

    Attributes:
        is_trained: whether it trained.
        is_promoted: whether that model took the place.
        model_day: training day of the model in place afterwards; None while there is none.
        drifted: features that have drifted from the training rows of the model in place before; only under `drift`.
        difference: challenger's minus champion's RMSE on the challenger's holdout rows; None without a comparison.
    """

    policy: str
    day: date
    is_trained: bool
    is_promoted: bool
    model_day: date | None
    drifted: int = 0
    difference: Interval | None = None


def walk(
    policy: str,
    days: Sequence[date],
    shop: Shop,
    *,
    rule: DriftRule = USUAL_DRIFT,
    sure_loss_share: float = 0.0,
    seed: int = 0,
    draws: int = 200,
    on_day: Callable[[], None] = lambda: None,
) -> list[Step]:
    """Return what the policy did on each day, decided from what was known before that day.

    The first model takes the place unasked. A later one takes it by the gate's rule, unless it is surely worse: the
    favourable end of the paired bootstrap interval of its RMSE minus that of the model in place, on the later rows of
    its own training, lies beyond `sure_loss_share` of the latter.

    Args:
        days: of the replay, rising.
        draws: resamples of the comparison.
        on_day: told before each day.
    """
    steps: list[Step] = []
    place: Training | None = None
    trained_on: date | None = None
    drifted: list[int] = []
    for day in days:
        on_day()
        if place is not None and policy == DRIFT:
            drifted.append(drifted_features(place.profile, shop.rows(day), rule.largest_psi))
        count = drifted[-1] if drifted else 0
        if not is_due(policy, day, trained_on if place else None, drifted, rule):
            steps.append(Step(policy, day, False, False, place.day if place else None, count))
            continue
        trained_on, drifted, challenger = day, [], shop.training(day)
        difference, is_promoted = None, challenger.model is not None
        if place is not None and challenger.model is not None:
            difference, allowed = _compared(challenger, place, shop, sure_loss_share, seed, draws)
            is_promoted = bool(np.isfinite(difference.lower)) and difference.lower <= allowed
        place = challenger if is_promoted else place
        steps.append(Step(policy, day, True, is_promoted, place.day if place else None, count, difference))
    return steps


def drifted_features(profile: Mapping[str, FeatureProfile], rows: pd.DataFrame, largest_psi: float) -> int:
    """Return how many features lie beyond a population stability index."""
    return sum(value > largest_psi for value in population_stability(profile, rows).values())


def _compared(
    challenger: Training, place: Training, shop: Shop, sure_loss_share: float, seed: int, draws: int
) -> tuple[Interval, float]:
    """Return the difference of RMSE on the challenger's holdout rows, and the loss that is allowed there, BRL."""
    assert challenger.model is not None
    assert place.model is not None
    if challenger.judged is not None:
        judged, said = challenger.judged
        theirs = champion_says(place.model, judged)
        theirs = np.full(said.size, np.nan) if theirs is None else theirs
        found = paired_bootstrap(judged.actual, said, theirs, METRIC, seed, draws=draws, clusters=judged.customers)
        return found, sure_loss_share * float(np.sqrt(np.square(theirs - judged.actual).mean()))
    rows = shop.rows(challenger.holdout)
    actual, matrix = rows[LABEL].to_numpy(dtype="float64"), feature_matrix(rows, FEATURES)
    new, old = challenger.model.predict(matrix), place.model.predict(matrix)
    return paired_bootstrap(actual, new, old, METRIC, seed, draws=draws), sure_loss_share * rmse(actual, old)
