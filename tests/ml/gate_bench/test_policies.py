"""What each policy lets serve, with predictions that are made by hand."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.evidence import GateRules
from eshop_dagster.ml.features import FEATURES, LABEL
from eshop_dagster.ml.gate_bench import MODEL, POLICIES, RULE, Place, Policy, Trained, next_place, walk_origins
from eshop_dagster.ml.gate_bench.policies import BASELINE, FORMULA, NEVER, NEWEST, OBJECT, champion_of, evidence_of
from eshop_dagster.ml.metrics import rmse
from eshop_dagster.ml.spend import SpendMean
from eshop_dagster.ml.spend.walk import WalkForward

from ..builders import customer, customers

DAYS = tuple(date(2025, 1, 5) + timedelta(days=30 * number) for number in range(4))
SIZE = 60
RULES = GateRules()


def rows_at(cutoff: date) -> pd.DataFrame:
    """Every second customer spends 100 BRL, the others nothing."""
    made = [customer(f"c{n:02d}", cutoff, order_count=1.0 + n % 2, recency_days=float(n)) for n in range(SIZE)]
    return customers(*made).assign(**{LABEL: [100.0 * (n % 2) for n in range(SIZE)]})


@dataclass
class Part:
    """Says the truth, and so much too much; of every third customer twice that."""

    wrong_brl: float

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        orders = rows["order_count"].to_numpy()
        number = rows["recency_days"].to_numpy()
        return np.asarray(100.0 * (orders - 1) + self.wrong_brl * np.where(number % 3 == 0, 2.0, 1.0))


def model(day: date, parts: dict[str, Part], weights: dict[str, float]) -> SpendMean:
    return SpendMean(parts, weights).known_as(tuple(FEATURES), str(day), None)


def trained(day: date, *, good: float, past: float = 40.0, weights: dict[str, float] | None = None) -> Trained:
    """A training whose parts are wrong by so many BRL, judged on the window that begins 90 days before it."""
    judged = rows_at(day - timedelta(days=90))
    parts = {"linear": Part(good), "xgboost": Part(80.0), "past_rate": Part(past)}
    walk = WalkForward(judged, {name: part.predict(judged) for name, part in parts.items()}, (), True)
    models = {
        MODEL: model(day, parts, weights or {"linear": 1.0}),
        "past_rate": model(day, parts, {"past_rate": 1.0}),
    }

    def predict(rows: pd.DataFrame) -> dict[str, np.ndarray]:
        return {name: part.predict(rows) for name, part in parts.items()} | {MODEL: models[MODEL].predict(rows)}

    return Trained(day, walk, models, "past_rate", predict)


def policy(name: str) -> Policy:
    return next(one for one in POLICIES if one.name == name)


def test_the_simple_policies_do_what_they_are_called() -> None:
    first, second = trained(DAYS[0], good=10.0), trained(DAYS[1], good=50.0)
    place = Place(first)

    assert next_place(policy(NEWEST), second, place, RULES, seed=0) == Place(second)
    assert next_place(policy(NEVER), second, place, RULES, seed=0) == place
    assert next_place(policy(NEVER), first, None, RULES, seed=0) == Place(first)
    assert next_place(policy(BASELINE), second, place, RULES, seed=0) == Place(second, "past_rate")


def test_a_challenger_that_surely_loses_to_the_champion_stays_out_and_one_that_wins_comes_in() -> None:
    # The bad part, wrong by 80 BRL, has a tenth of the champion's formula: 17 BRL.
    old = trained(DAYS[0], good=10.0, weights={"linear": 0.9, "xgboost": 0.1})
    new = trained(DAYS[1], good=10.0)

    assert next_place(policy(RULE), new, Place(old), RULES, seed=0) == Place(new)
    worse = trained(DAYS[1], good=10.0, past=200.0, weights={"xgboost": 1.0})
    sitting = Place(trained(DAYS[0], good=10.0))
    assert next_place(policy(RULE), worse, sitting, RULES, seed=0) == sitting


def test_whoever_surely_loses_to_the_best_baseline_gives_way_to_it() -> None:
    lost = trained(DAYS[0], good=50.0, past=5.0)

    assert next_place(policy(RULE), lost, None, RULES, seed=0) == Place(lost, "past_rate")
    assert next_place(replace(policy(RULE), steps_down=False), lost, None, RULES, seed=0) == Place(lost)


def test_the_difference_is_that_of_the_root_mean_squared_errors() -> None:
    one = trained(DAYS[0], good=10.0, past=20.0)
    apart = evidence_of(policy(RULE), one, None, Place(one, "past_rate"), seed=0).against_baseline

    # A third of errors of 20 and the rest of 10: the root of 200; the baseline is twice as wrong everywhere.
    assert apart is not None
    assert apart.value == pytest.approx(-np.sqrt(200.0))
    assert apart.lower < apart.value < apart.upper < 0


def test_an_object_is_held_to_windows_that_begin_after_it_was_made() -> None:
    old = trained(DAYS[0], good=70.0)
    young, later = trained(DAYS[1], good=10.0), trained(DAYS[3], good=10.0)

    _, rows = champion_of(OBJECT, young, Place(old))
    assert not rows.any()
    said, rows = champion_of(OBJECT, later, Place(old))
    assert rows.all()
    assert rmse(later.walk.actual, said) == pytest.approx(7 * np.sqrt(200.0))
    # Of its formula only the weights count, which put all on the part that errs by 10 BRL by now.
    said, rows = champion_of(FORMULA, later, Place(old))
    assert rows.all() and rmse(later.walk.actual, said) == pytest.approx(np.sqrt(200.0))


def test_the_order_of_judging_rows_changes_no_interval() -> None:
    one = trained(DAYS[0], good=10.0, past=20.0)
    order = np.random.default_rng(3).permutation(SIZE)
    said = {name: values[order] for name, values in one.walk.said.items()}
    mixed = replace(one, walk=WalkForward(one.walk.rows.iloc[order].reset_index(drop=True), said, (), True))

    found = [
        evidence_of(policy(RULE), each, None, Place(each, "past_rate"), seed=0).against_baseline
        for each in (one, mixed)
    ]
    assert found[0] is not None and found[1] is not None
    assert (found[0].lower, found[0].upper) == pytest.approx((found[1].lower, found[1].upper))


class MadeShop:
    """A shop whose first day is too early to train on, and whose later models err by what is given."""

    def __init__(self, wrong: dict[date, float]) -> None:
        self._wrong = wrong

    def rows(self, cutoff: date) -> pd.DataFrame:
        return rows_at(cutoff)

    def training(self, day: date) -> Trained | None:
        return trained(day, good=self._wrong[day]) if day in self._wrong else None


def test_each_policy_keeps_its_own_champion_along_the_origins() -> None:
    shop = MadeShop({DAYS[1]: 20.0, DAYS[2]: 10.0})
    found = walk_origins("made", shop, DAYS[:3], rules=RULES).set_index(["day", "policy"])

    assert set(found.index.get_level_values("day")) == {DAYS[1], DAYS[2]}
    assert found.loc[(DAYS[2], NEVER), "trained"] == DAYS[1]
    assert found.loc[(DAYS[2], NEWEST), "trained"] == DAYS[2]
    # Twice as wrong as the best that could have served, and four times.
    assert found.loc[(DAYS[2], NEVER), "regret"] == pytest.approx(1.0)
    assert found.loc[(DAYS[2], BASELINE), "regret"] == pytest.approx(3.0)
    assert found.loc[(DAYS[2], RULE), "regret"] == 0.0
