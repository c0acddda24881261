"""Policies walked over a shop whose models are constants: what is in place, and what it was worth."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.drift import profile_features
from eshop_dagster.ml.evidence import GateRules, Outcome
from eshop_dagster.ml.features import FEATURES, LABEL
from eshop_dagster.ml.replay import PAST_RATE, DriftRule, Step, Training, compare_policies, measure, verdict, walk
from eshop_dagster.ml.replay.scores import captured_brl
from eshop_dagster.ml.spend import SpendMean, SpendResult
from eshop_dagster.ml.spend.result import WEIGHTED_MEAN, Served
from eshop_dagster.ml.spend.walk import WalkForward

from ..builders import customer, customers

DAYS = tuple(date(2025, 1, 5) + timedelta(days=7 * number) for number in range(4))
HORIZON = timedelta(days=90)
NOTHING = pd.DataFrame()


@dataclass
class Constant:
    """A model that says the same of everybody, but a little more of those who ordered more."""

    brl: float

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        return np.asarray(self.brl + frame["order_count"].to_numpy(dtype=np.float64) * 1e-3)


@dataclass
class MadeShop:
    """Half spend 100, half 101 BRL; the model of each training day promises what `says` has, the baseline its own."""

    says: dict[date, float | None]
    unlabelled: tuple[date, ...] = ()
    shifted: tuple[date, ...] = ()
    baseline: float = 140.0
    baselines: dict[date, float] = field(default_factory=dict)
    judged_windows: int = 1
    asked: list[date] = field(default_factory=list)

    def rows(self, cutoff: date) -> pd.DataFrame:
        spent = float("nan") if cutoff in self.unlabelled else 100.0
        moved = 500.0 if cutoff in self.shifted else 0.0
        made = [
            customer(f"c{n:02d}", cutoff, state="SP", order_count=float(n))
            | {"recency_days": n + moved, "tenure_days": n + moved}
            for n in range(20)
        ]
        return customers(*made).assign(**{LABEL: np.full(20, spent) + np.arange(20) % 2})

    def training(self, day: date) -> Training:
        self.asked.append(day)
        brl, holdout = self.says[day], day - HORIZON
        judging = tuple(holdout - timedelta(days=30 * step) for step in reversed(range(self.judged_windows)))
        profile = profile_features(self.rows(holdout - HORIZON), ["recency_days", "tenure_days"])
        result = (
            SpendResult.without_model(FEATURES, "nobody bought") if brl is None else self._result(brl, day, judging)
        )
        return Training(day, (holdout - HORIZON,), judging, result, profile, 20)

    def _result(self, brl: float, day: date, judging: tuple[date, ...]) -> SpendResult:
        """A part for every promise, so that an older model's formula can be asked about the rows of a newer one."""
        rows = pd.concat([self.rows(one) for one in judging], ignore_index=True)
        parts = {f"says {one:g}": Constant(one) for one in self.says.values() if one} | {
            "past_rate": Constant(self.baselines.get(day, self.baseline))
        }
        said = {name: part.predict(rows) for name, part in parts.items()}

        def served(name: str, part: str) -> Served:
            model = SpendMean({part: parts[part]}, {part: 1.0}).known_as(tuple(FEATURES), str(day), None)
            return Served(name, model, said[part], {}, NOTHING, NOTHING, NOTHING)

        return SpendResult(
            mean=served(WEIGHTED_MEAN, f"says {brl:g}"),
            stand_in=served("past_rate", "past_rate"),
            walk=WalkForward(rows, said, (), True),
            rival="past_rate",
            rival_metrics={},
            candidates=NOTHING,
            parts=NOTHING,
            intervals=NOTHING,
            feature_names=tuple(FEATURES),
            reason="",
        )


def places(steps: list[Step]) -> list[date | None]:
    return [step.model_day for step in steps]


def test_never_trains_once_and_its_first_model_stays() -> None:
    shop = MadeShop(dict.fromkeys(DAYS, 100.0))
    steps = walk("never", DAYS, shop)

    assert [step.is_trained for step in steps] == [True, False, False, False]
    assert places(steps) == [DAYS[0]] * 4
    assert {*shop.asked} == {DAYS[0]}


def test_a_worse_model_is_kept_out_and_a_better_one_takes_the_place() -> None:
    shop = MadeShop({DAYS[0]: 120.0, DAYS[1]: 130.0, DAYS[2]: 112.0, DAYS[3]: 85.0})
    steps = walk("weekly", DAYS, shop)

    assert [step.is_promoted for step in steps] == [True, False, True, False]
    assert places(steps) == [DAYS[0], DAYS[0], DAYS[2], DAYS[2]]
    assert steps[1].decision is not None and steps[1].decision.outcome is Outcome.KEEP
    assert (
        "rmse_brl 29.51 against 19.52 of the weighted_mean of 2025-01-05 on the same rows" in steps[1].decision.reason
    )


def test_a_first_model_that_surely_loses_to_the_best_baseline_leaves_the_place_to_it() -> None:
    shop = MadeShop({DAYS[0]: 120.0, DAYS[1]: 108.0, **dict.fromkeys(DAYS[2:], 107.0)}, baseline=110.0)
    steps = walk("weekly", DAYS, shop)

    assert [step.serves for step in steps] == ["past_rate", *[WEIGHTED_MEAN] * 3]
    first = steps[0].decision
    assert first is not None and first.is_promoted and "it is the first champion" in first.reason


def test_a_champion_that_surely_loses_to_the_best_baseline_steps_down_with_a_challenger_that_loses_too() -> None:
    shop = MadeShop({DAYS[0]: 108.0, **dict.fromkeys(DAYS[1:], 112.0)}, baselines={DAYS[1]: 105.0})
    steps = walk("weekly", DAYS[:2], shop)

    assert [step.serves for step in steps] == [WEIGHTED_MEAN, "past_rate"]
    assert places(steps) == [DAYS[0], DAYS[1]]


def test_a_gain_that_is_too_good_waits_for_a_person_who_is_not_there() -> None:
    shop = MadeShop({DAYS[0]: 130.0, **dict.fromkeys(DAYS[1:], 101.0)})
    steps = {policy: walk(policy, DAYS, shop) for policy in ("never", "weekly")}
    table = compare_policies(measure(steps, shop, horizon_days=90), "never").set_index("policy")

    assert places(steps["weekly"]) == [DAYS[0]] * 4
    assert list(table.loc["weekly", ["trainings", "promotions", "step_ins", "waiting"]]) == [4, 1, 0, 3]


def test_all_judged_windows_decide_together_and_customers_are_drawn_with_all_of_them() -> None:
    says = {DAYS[0]: 120.0, **dict.fromkeys(DAYS[1:], 112.0)}
    one, three = (MadeShop(says, judged_windows=windows) for windows in (1, 3))
    reasons = []
    for shop in (one, three):
        decision = walk("weekly", DAYS[:2], shop)[1].decision
        assert decision is not None
        reasons.append(decision.reason)

    # The same window three times, of the same customers, is no more evidence than once.
    assert reasons[0] == reasons[1]


def test_the_limits_of_the_gate_are_those_that_it_is_given() -> None:
    shop = MadeShop({DAYS[0]: 120.0, DAYS[1]: 122.0, **dict.fromkeys(DAYS[2:], 122.0)})

    assert places(walk("weekly", DAYS[:2], shop)) == [DAYS[0], DAYS[0]]
    assert places(walk("weekly", DAYS[:2], shop, gate=GateRules(sure_loss_share=0.2))) == list(DAYS[:2])


def test_until_there_is_a_model_every_policy_tries_again() -> None:
    shop = MadeShop({DAYS[0]: None, DAYS[1]: None, DAYS[2]: 100.0, DAYS[3]: 100.0})
    steps = walk("never", DAYS, shop)

    assert [step.is_trained for step in steps] == [True, True, True, False]
    assert places(steps) == [None, None, DAYS[2], DAYS[2]]


def test_customers_who_moved_away_from_the_training_rows_make_drift_train_again() -> None:
    shop = MadeShop(dict.fromkeys(DAYS, 100.0), shifted=DAYS[1:3])
    steps = walk("drift", DAYS, shop, rule=DriftRule(features=2, weeks=2, of_weeks=2, rest_days=14))

    assert [step.drifted for step in steps] == [0, 2, 2, 0]
    assert [step.is_trained for step in steps] == [True, False, True, False]


def test_scores_worked_out_by_hand() -> None:
    shop = MadeShop({DAYS[0]: 110.0, DAYS[1]: 106.0, DAYS[2]: 106.0, DAYS[3]: 106.0}, unlabelled=DAYS[3:])
    steps = {policy: walk(policy, DAYS, shop) for policy in ("never", "weekly")}
    scores = measure(steps, shop, horizon_days=90)
    table = compare_policies(scores, "never").set_index("policy")

    # Half spend 100, half 101 BRL, and all are promised 110, or 106, and a tenth of a per cent of their orders more.
    assert table.loc["never", "rmse_brl"] == pytest.approx(9.5, abs=0.05)
    assert table.loc["never", "calibration_ratio"] == pytest.approx(110 / 100.5, abs=1e-3)
    assert table.loc["weekly", "rmse_brl"] == pytest.approx(np.sqrt((90.5 + 2 * 30.5) / 3), abs=0.05)
    assert table["rmse_gain_brl_lower"].to_dict()["weekly"] > 0
    assert list(table["weeks"]) == [3, 3, 3]
    # The two with most orders spend 100 and 101 of 2010 BRL.
    assert table.loc["never", "top_decile_share"] == pytest.approx(201 / 2010)
    assert list(table.index) == ["never", "weekly", PAST_RATE]
    unlabelled = scores.weeks[scores.weeks["day"] == DAYS[3]]
    assert unlabelled["rmse_brl"].isna().all() and unlabelled["predictions"].str.len().eq(16).all()


def test_the_verdict_names_the_fewest_trainings_that_are_not_surely_worse() -> None:
    better = MadeShop({DAYS[0]: 130.0, **dict.fromkeys(DAYS[1:], 118.0)})
    alike = MadeShop(dict.fromkeys(DAYS, 100.0))
    said = {}
    for name, shop in (("better", better), ("alike", alike)):
        scores = measure({policy: walk(policy, DAYS, shop) for policy in ("never", "weekly")}, shop, horizon_days=90)
        said[name] = verdict(scores, compare_policies(scores, "never"))

    assert said["better"].startswith("Train weekly: 4 trainings in 4 weeks")
    # The root of 29.5² + 3 · 17.5² over 4 is 21.1, against 29.5: 39.4 % more.
    assert "Surely worse with fewer trainings: never by 39." in said["better"]
    assert said["alike"].startswith("These weeks give no reason to train again: 1 training in 4 weeks")


def test_one_policy_alone_is_no_answer() -> None:
    shop = MadeShop(dict.fromkeys(DAYS, 100.0))
    scores = measure({"never": walk("never", DAYS, shop)}, shop, horizon_days=90)
    assert verdict(scores, compare_policies(scores, "never")).startswith("One policy alone answers nothing")


def test_without_a_whole_label_window_nothing_is_compared() -> None:
    shop = MadeShop(dict.fromkeys(DAYS, 100.0), unlabelled=DAYS)
    with pytest.raises(ValueError, match="no replayed week has a whole label window"):
        compare_policies(measure({"never": walk("never", DAYS, shop)}, shop, horizon_days=90), "never")


def test_customers_tied_at_the_edge_of_the_top_tenth_count_in_part() -> None:
    actual = np.array([10.0, 20.0, 30.0, 40.0] + [0.0] * 16)
    predicted = np.array([5.0, 3.0, 3.0, 3.0] + [1.0] * 16)
    # Two customers are the tenth of 20: the first, and one of three tied, each a third.
    assert captured_brl(actual, predicted)[:4] == pytest.approx([10.0, 20 / 3, 10.0, 40 / 3])
