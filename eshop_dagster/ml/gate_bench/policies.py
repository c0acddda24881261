"""What each policy lets serve at each origin, with the champion that it left at the origin before."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.evidence import Evidence, GateRules, Outcome
from eshop_dagster.ml.features import AS_OF_DATE
from eshop_dagster.ml.gate import judge, steps_down
from eshop_dagster.ml.gate_bench.trained import MODEL, Floats, Trained
from eshop_dagster.ml.metrics import rmse
from eshop_dagster.ml.spend import champion_says, rmse_apart
from eshop_dagster.ml.spend.weights import rescaled

DRAWS = 200
METRIC = "rmse_brl"


@dataclass(frozen=True)
class Place:
    """What serves: one of the predictions of a training."""

    trained: Trained
    name: str = MODEL


NEWEST, NEVER, BASELINE, RULE = "always newest", "never retrain", "always the best baseline", "the platform's rule"
BOTH, FORMULA, OBJECT = "both", "formula", "object"


@dataclass(frozen=True)
class Policy:
    """When a newer model takes the place; the simple ones go by their names alone.

    Attributes:
        name: as the table has it.
        most_loss_share: None keeps a challenger out only where it surely loses to the champion, as the platform's gate
            does; a share keeps it out unless it surely loses no more than this share of the champion's RMSE.
        against: what is scored as the champion. `object` is the very object that serves, on those windows only that it
            has not learned from; `formula` its weights, with parts trained before each window; `both`, as the platform
            does it, the object where it can be and the formula elsewhere.
        steps_down: whether the best baseline serves in place of what surely loses to it.
    """

    name: str
    most_loss_share: float | None = None
    against: str = BOTH
    steps_down: bool = True


POLICIES = (
    Policy(RULE),
    Policy(NEWEST),
    Policy(BASELINE),
    Policy(NEVER),
    Policy("no step-down", steps_down=False),
    Policy("only if surely not worse", most_loss_share=0.02),
    Policy("against its formula", against=FORMULA),
    Policy("against its object", against=OBJECT),
    Policy("its object, surely not worse", most_loss_share=0.02, against=OBJECT),
)


def next_place(policy: Policy, trained: Trained, place: Place | None, rules: GateRules, *, seed: int) -> Place:
    """Return what serves after a training, by the platform's own gate unless the policy is a simple one."""
    challenger, rival = Place(trained), Place(trained, trained.rival)
    if policy.name == BASELINE:
        return rival
    if policy.name == NEWEST or (policy.name == NEVER and place is None):
        return challenger
    if policy.name == NEVER:
        assert place is not None
        return place
    evidence = evidence_of(policy, trained, place, rival, seed=seed)
    decision = judge(evidence, rules)
    is_promoted = decision.outcome is Outcome.PROMOTE and _is_surely_close(policy, evidence)
    if is_promoted or place is None:
        return challenger if is_promoted or not policy.steps_down else rival
    return rival if policy.steps_down and steps_down(evidence, rules) else place


def evidence_of(policy: Policy, trained: Trained, place: Place | None, rival: Place, *, seed: int) -> Evidence:
    """Return what the gate looks at. Rules on the quality of tables, lost rows and files have nothing to find here."""
    walk = trained.walk
    every, mine, theirs = (
        np.ones(len(walk.rows), dtype=bool),
        *(said_of(trained, Place(trained)), said_of(trained, rival)),
    )
    no_difference = Interval(0.0, 0.0, 0.0)
    known: dict[str, Any] = {}
    if place is not None:
        sitting, rows = champion_of(policy.against, trained, place)
        known = {
            "champion_name": "the champion",
            "champion": rmse(walk.actual, sitting),
            # An object that has learned from every window cannot be judged: the newer model comes in.
            "difference": _apart(trained, mine, sitting, rows, seed) if rows.any() else no_difference,
            "champion_training_rows": 1,
            "champion_against_baseline": _apart(trained, sitting, theirs, every, seed),
        }
    return Evidence(
        metric=METRIC,
        is_lower_better=True,
        challenger=rmse(walk.actual, mine),
        baseline=rmse(walk.actual, theirs),
        baseline_name=rival.name,
        against_baseline=_apart(trained, mine, theirs, every, seed) if policy.steps_down else no_difference,
        quality={"customer_features": True},
        training_rows=1,
        psi=None,
        loads_equally=True,
        **known,
    )


def champion_of(against: str, trained: Trained, place: Place) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return what counts as the champion's word on the judging rows, and the rows on which it is compared."""
    walk, every = trained.walk, np.ones(len(trained.walk.rows), dtype=bool)
    said = champion_says(place.trained.models[place.name], walk)
    if said is None or against == FORMULA:
        return said_of(trained, place), every
    if against == BOTH:
        return said, every
    unseen = pd.to_datetime(walk.rows[AS_OF_DATE]) >= pd.Timestamp(place.trained.day)
    return said, unseen.to_numpy()


def said_of(trained: Trained, place: Place) -> Floats:
    """Return what the formula of a model says of the judging rows, its parts trained before their windows."""
    there = {name: weight for name, weight in place.trained.formula(place.name).items() if name in trained.walk.said}
    return trained.walk.mean_of(rescaled(there))


def _apart(trained: Trained, one: Floats, other: Floats, rows: npt.NDArray[np.bool_], seed: int) -> Interval:
    """By how much the RMSE of the one lies above the other's; customers are drawn with all of their windows.

    Policies ask the same again and again: each comparison is made once.
    """
    key = (one.tobytes(), other.tobytes(), rows.tobytes(), seed)
    if key not in trained.compared:
        walk = trained.walk
        trained.compared[key] = rmse_apart(
            walk.actual[rows], one[rows], other[rows], walk.customers[rows], seed, draws=DRAWS
        )
    return trained.compared[key]


def _is_surely_close(policy: Policy, evidence: Evidence) -> bool:
    if policy.most_loss_share is None or evidence.difference is None or evidence.champion is None:
        return True
    return evidence.difference.upper <= policy.most_loss_share * evidence.champion
