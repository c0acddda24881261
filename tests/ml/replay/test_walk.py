"""Policies walked over a shop whose models are constants: what is in place, and what it was worth."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.drift import profile_features
from eshop_dagster.ml.features import LABEL
from eshop_dagster.ml.replay import PAST_RATE, DriftRule, Step, Training, compare_policies, measure, verdict, walk
from eshop_dagster.ml.replay.scores import captured_brl

from ..builders import customer, customers

DAYS = tuple(date(2025, 1, 5) + timedelta(days=7 * number) for number in range(4))
HORIZON = timedelta(days=90)


@dataclass
class Constant:
    """A model that says the same of everybody, but a little more of those who ordered more."""

    brl: float

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        return np.asarray(self.brl + frame["order_count"].to_numpy(dtype=np.float64) * 1e-3)


@dataclass
class MadeShop:
    """Everybody spends 100 BRL; the model of each training day promises what `says` tells."""

    says: dict[date, float | None]
    unlabelled: tuple[date, ...] = ()
    shifted: tuple[date, ...] = ()
    asked: list[date] = field(default_factory=list)

    def rows(self, cutoff: date) -> pd.DataFrame:
        spent = float("nan") if cutoff in self.unlabelled else 100.0
        moved = 500.0 if cutoff in self.shifted else 0.0
        made = [
            customer(f"c{n:02d}", cutoff, order_count=float(n), recency_days=n + moved, tenure_days=n + moved)
            for n in range(20)
        ]
        return customers(*made).assign(**{LABEL: np.full(20, spent) + np.arange(20) % 2})

    def training(self, day: date) -> Training:
        self.asked.append(day)
        brl = self.says[day]
        holdout = day - HORIZON
        profile = profile_features(self.rows(holdout - HORIZON), ["recency_days", "tenure_days"])
        return Training(day, (holdout - HORIZON,), holdout, None if brl is None else Constant(brl), profile)


def places(steps: list[Step]) -> list[date | None]:
    return [step.model_day for step in steps]


def test_never_trains_once_and_its_first_model_stays() -> None:
    shop = MadeShop(dict.fromkeys(DAYS, 100.0))
    steps = walk("never", DAYS, shop)

    assert [step.is_trained for step in steps] == [True, False, False, False]
    assert places(steps) == [DAYS[0]] * 4
    assert {*shop.asked} == {DAYS[0]}


def test_a_worse_model_is_kept_out_and_a_better_one_takes_the_place() -> None:
    shop = MadeShop({DAYS[0]: 120.0, DAYS[1]: 150.0, DAYS[2]: 101.0, DAYS[3]: 90.0})
    steps = walk("weekly", DAYS, shop)

    assert [step.is_promoted for step in steps] == [True, False, True, False]
    assert places(steps) == [DAYS[0], DAYS[0], DAYS[2], DAYS[2]]
    assert steps[1].difference is not None and steps[1].difference.value == pytest.approx(30.0, abs=0.1)


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
    shop = MadeShop({DAYS[0]: 110.0, DAYS[1]: 100.0, DAYS[2]: 100.0, DAYS[3]: 100.0}, unlabelled=DAYS[3:])
    steps = {policy: walk(policy, DAYS, shop) for policy in ("never", "weekly")}
    scores = measure(steps, shop, horizon_days=90)
    table = compare_policies(scores, "never").set_index("policy")

    # Half spend 100, half 101 BRL, and all are promised 110, or 100, and a tenth of a per cent of their orders more.
    assert table.loc["never", "rmse_brl"] == pytest.approx(9.5, abs=0.05)
    assert table.loc["never", "calibration_ratio"] == pytest.approx(110 / 100.5, abs=1e-3)
    assert table.loc["weekly", "rmse_brl"] == pytest.approx(np.sqrt((9.5**2 + 2 * 0.5) / 3), abs=0.05)
    assert table["rmse_gain_brl_lower"].to_dict()["weekly"] > 0
    assert list(table["weeks"]) == [3, 3, 3]
    # The two with most orders spend 100 and 101 of 2010 BRL.
    assert table.loc["never", "top_decile_share"] == pytest.approx(201 / 2010)
    assert list(table.index) == ["never", "weekly", PAST_RATE]
    unlabelled = scores.weeks[scores.weeks["day"] == DAYS[3]]
    assert unlabelled["rmse_brl"].isna().all() and unlabelled["predictions"].str.len().eq(16).all()


def test_the_verdict_names_the_fewest_trainings_that_are_not_surely_worse() -> None:
    better = MadeShop({DAYS[0]: 130.0, **dict.fromkeys(DAYS[1:], 100.0)})
    alike = MadeShop(dict.fromkeys(DAYS, 100.0))
    said = {}
    for name, shop in (("better", better), ("alike", alike)):
        scores = measure({policy: walk(policy, DAYS, shop) for policy in ("never", "weekly")}, shop, horizon_days=90)
        said[name] = verdict(scores, compare_policies(scores, "never"))

    assert said["better"].startswith("Train weekly: 4 trainings in 4 weeks")
    assert "every policy with fewer trainings is surely worse" in said["better"]
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
