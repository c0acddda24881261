import json

import pytest

from eshop_dagster.ml.features import FEATURES, LABEL, feature_matrix
from eshop_dagster.ml.metrics import rmse
from eshop_dagster.ml.spend import SpendParams
from eshop_dagster.ml.spend.candidates import build_candidate
from eshop_dagster.ml.spend.tuning import tune

from ..builders import SMALL_SPEND

NAMES = tuple(FEATURES)


def rows(frame):
    return feature_matrix(frame, NAMES), frame[LABEL].to_numpy()


@pytest.fixture(scope="module")
def params():
    return SpendParams.from_mapping({**SMALL_SPEND, "candidates": ["linear", "xgboost*season", "bg_nbd"], "trials": 3})


@pytest.fixture(scope="module")
def tuned(shop, params):
    return tune(params, rows(shop[0]), rows(shop[1]), seed=1)


def test_each_part_that_can_be_tuned_gets_its_trials_and_the_settings_given_are_the_first(tuned):
    _, trials = tuned
    assert trials["candidate"].tolist() == ["linear"] * 3 + ["xgboost*season"] * 3
    assert trials["number"].tolist() == list(range(6))
    assert json.loads(trials["parameters"][0]) == {"as_given": True}
    assert set(json.loads(trials["parameters"][1])) == {"alpha", "power"}


def test_the_best_trial_of_a_part_gives_its_settings(shop, tuned):
    chosen, trials = tuned
    model = build_candidate("linear", chosen, names=NAMES, seed=1).fit(*rows(shop[0]))
    known, actual = rows(shop[1])
    assert rmse(actual, model.predict(known)) == trials.loc[trials["candidate"] == "linear", "rmse_brl"].min()


def test_the_same_seed_tries_the_same_settings(shop, params, tuned):
    chosen, trials = tune(params, rows(shop[0]), rows(shop[1]), seed=1)
    assert chosen == tuned[0]
    assert trials.equals(tuned[1])


def test_without_trials_the_settings_given_stay(shop):
    params = SpendParams.from_mapping({**SMALL_SPEND, "trials": 0})
    chosen, trials = tune(params, rows(shop[0]), rows(shop[1]), seed=1)
    assert chosen == params
    assert list(trials.columns) == ["number", "candidate", "parameters", "rmse_brl"]
    assert len(trials) == 0
