"""A policy's way through the weeks: when it trained, what the gate said, and what was in place afterwards."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import pandas as pd

from eshop_dagster.ml.drift import FeatureProfile, population_stability
from eshop_dagster.ml.evidence import Evidence, GateRules, Outcome
from eshop_dagster.ml.gate import Decision, judge, steps_down
from eshop_dagster.ml.metrics import rmse
from eshop_dagster.ml.replay.policies import DRIFT, USUAL_DRIFT, DriftRule, is_due
from eshop_dagster.ml.slices import REGIONS
from eshop_dagster.ml.spend import SpendMean, SpendResult, compare_spend
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.result import CHOICE_METRIC


@dataclass(frozen=True)
class Option:
    """What a training offers to serve: its mean, or the best baseline as its stand-in.

    Attributes:
        name: of the candidate.
        model: fitted with all that was known.
        predicted: its walk-forward predictions of the judged rows.
    """

    name: str
    model: SpendMean
    predicted: Floats


@dataclass(frozen=True)
class Training:
    """What a training of one day would have brought, whatever policy asked for it.

    Attributes:
        day: the first day that it did not know.
        cutoffs: training cut-offs; every label window ends before the last of `judging` begins.
        judging: the cut-offs that it is judged on; their windows end before `day`.
        result: the models, and what they are judged by; without a model where nothing could be learned.
        profile: the features of the customers of `day`.
        rows: number of rows learned from.
        regions: of the shop's country, as `spend_slices` takes them.
    """

    day: date
    cutoffs: tuple[date, ...]
    judging: tuple[date, ...]
    result: SpendResult
    profile: Mapping[str, FeatureProfile]
    rows: int = 0
    regions: Mapping[str, Sequence[str]] | None = field(default_factory=lambda: REGIONS)

    def option(self, *, is_stand_in: bool = False) -> Option | None:
        """Return the mean, or the best baseline; None where there is none."""
        served = self.result.stand_in if is_stand_in else self.result.mean
        return None if served is None else Option(served.name, served.pipeline, served.predicted)


class Shop(Protocol):
    """What a replay asks for; every answer may use only what was known before the day that it is asked for."""

    def rows(self, cutoff: date) -> pd.DataFrame:
        """Return keys and features at a cut-off, and the label, NaN where days of its window are still to come."""
        ...

    def training(self, day: date) -> Training:
        """Return the training of a day; asked again, the same."""
        ...


@dataclass(frozen=True)
class Place:
    """What serves: an option of a training."""

    training: Training
    option: Option

    @property
    def name(self) -> str:
        """How the gate's words call it."""
        return f"the {self.option.name} of {self.training.day}"


@dataclass(frozen=True)
class Step:
    """What a policy did on one day.

    Attributes:
        is_trained: whether it trained.
        is_promoted: whether what it trained took the place, as the mean or as the best baseline.
        place: what is in place afterwards; None while there is nothing.
        drifted: features that have drifted from the customers of the day on which the model in place was trained; only
            under `drift`.
        decision: the gate's last word, of the stand-in where it was asked; None where nothing was trained.
    """

    policy: str
    day: date
    is_trained: bool
    is_promoted: bool
    place: Place | None
    drifted: int = 0
    decision: Decision | None = None

    @property
    def model_day(self) -> date | None:
        """Training day of what is in place."""
        return self.place.training.day if self.place else None

    @property
    def serves(self) -> str:
        """Name of what is in place; empty while there is nothing."""
        return self.place.option.name if self.place else ""


def walk(
    policy: str,
    days: Sequence[date],
    shop: Shop,
    *,
    rule: DriftRule = USUAL_DRIFT,
    gate: GateRules | None = None,
    seed: int = 0,
    on_day: Callable[[], None] = lambda: None,
) -> list[Step]:
    """Return what the policy did on each day, decided from what was known before that day.

    What a training brings goes through the gate, as `ml.gate` has it. What needs a person stays out: nobody is there.

    Args:
        days: of the replay, rising.
        gate: its limits; default: those of `GateRules`.
        seed: of the gate's bootstrap.
        on_day: called before each day.
    """
    steps: list[Step] = []
    place: Place | None = None
    trained_on: date | None = None
    drifted: list[int] = []
    for day in days:
        on_day()
        if place is not None and policy == DRIFT:
            drifted.append(drifted_features(place.training.profile, shop.rows(day), rule.largest_psi))
        count = drifted[-1] if drifted else 0
        if not is_due(policy, day, trained_on if place else None, drifted, rule):
            steps.append(Step(policy, day, False, False, place, count))
            continue
        trained_on, drifted = day, []
        after, decision = succeed(shop.training(day), place, shop, gate or GateRules(), seed=seed)
        steps.append(Step(policy, day, True, after is not place, after, count, decision))
        place = after
    return steps


def drifted_features(profile: Mapping[str, FeatureProfile], rows: pd.DataFrame, largest_psi: float) -> int:
    """Return how many features lie beyond a population stability index."""
    return sum(value > largest_psi for value in population_stability(profile, rows).values())


def succeed(
    training: Training, place: Place | None, shop: Shop, rules: GateRules, *, seed: int
) -> tuple[Place | None, Decision]:
    """Return what serves after a training, and the gate's last word.

    A mean that is refused leaves the place to what sits there, unless the gate has that step down: then the training's
    best baseline goes through the same rules.
    """
    decision = Decision(Outcome.KEEP, training.result.reason)
    for is_stand_in in (False, True):
        option = training.option(is_stand_in=is_stand_in)
        if option is None:
            break
        evidence = evidence_of(training, option, place, shop, rules, seed=seed)
        decision = judge(evidence, rules)
        if decision.is_promoted:
            return Place(training, option), decision
        if not steps_down(evidence, rules):
            break
    return place, decision


def evidence_of(
    training: Training, option: Option, place: Place | None, shop: Shop, rules: GateRules, *, seed: int
) -> Evidence:
    """Return what the gate looks at. Records of quality and files have nothing to find in a copy of the past."""
    result = training.result
    assert result.walk is not None, "a training with an option has judged rows"
    walk, sitting = result.walk, place.option.model if place else None
    compared = compare_spend(
        walk,
        option.predicted,
        result.rival,
        sitting,
        seed=seed,
        slice_rows=rules.slice_rows,
        regions=training.regions,
    )
    return Evidence(
        metric=CHOICE_METRIC,
        is_lower_better=True,
        challenger=rmse(walk.actual, option.predicted),
        baseline=rmse(walk.actual, walk.said[result.rival]),
        champion_name=place.name if place else "",
        quality={"customer_features": True},
        training_rows=training.rows,
        champion_training_rows=place.training.rows if place else None,
        psi=population_stability(place.training.profile, shop.rows(training.day)) if place else {},
        loads_equally=True,
    ).with_comparison(compared)
