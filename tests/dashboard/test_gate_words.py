"""The gate's sentences have Portuguese words: all that it can say of evidence of every kind."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from eshop_dagster.dashboard.gate_words import decision_words, gate_words
from eshop_dagster.dashboard.texts import CATALOGUE, Texts
from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.evidence import Evidence, GateRules, Slice
from eshop_dagster.ml.gate import judge
from eshop_dagster.ml.segmentation import find_misfits, find_wrong_figures

PT = Texts("pt")
MARK = CATALOGUE["models.original"][0].partition("{")[0]
FULL = Evidence(
    metric="rmse_brl",
    is_lower_better=True,
    challenger=70.0,
    baseline=100.0,
    champion=80.0,
    champion_name="version 3",
    difference=Interval(-10.0, -12.0, -8e-05),
    quality={"customer_features": True},
    training_rows=1900,
    champion_training_rows=1000,
    psi={"recency_days": 0.05},
    slices=(Slice("region=Norte", 500, 71.0, 80.0, is_sure=True),),
    loads_equally=True,
)
UNFIT = replace(
    FULL,
    is_segmentation=True,
    stability=0.9,
    baseline_name="rfm_quintiles",
    against_baseline=Interval(-30.0, -33.0, -27.0),
    champion_misfits=(
        *find_misfits([0] * 8, [True] + [False] * 7, [0, 3]),
        *find_wrong_figures(
            pd.DataFrame({"segment_id": [0, 1], "customer_count": [2, 1], "net_revenue_brl_mean": [math.nan, 1.0]}),
            [0, 1, 1, 4],
        ),
    ),
)
KINDS = {
    "all is well": FULL,
    "a first model": replace(FULL, champion=None, champion_name="", difference=None, champion_training_rows=None),
    "a segmentation": replace(FULL, is_segmentation=True, stability=0.9, moved_share=0.1, misfits=()),
    "a segmentation that does not fit": replace(
        FULL,
        is_segmentation=True,
        misfits=find_misfits([0] * 8, [True] + [False] * 7, [0, 3]),
        stability=0.9,
        moved_share=0.9,
    ),
    "segments that start again": replace(
        FULL,
        is_segmentation=True,
        stability=0.9,
        misfits=find_misfits([0], [False], [0, 3, 4]),
        restart="90.0% of customers would change segment, and of the champion holds: it was fitted when the shop was "
        "1 day old, and it is 179 days old now; it was fitted on 66 customers, and there are 1,380 now; segment 3 "
        "holds no customer; it tells customers apart worse than quintile groups do (silhouette -0.200, surely below "
        "-0.100)",
    ),
    "segments that start again for one reason": replace(
        FULL,
        is_segmentation=True,
        misfits=(),
        restart="90.0% of customers would change segment, and of the champion holds: it was fitted on 66 customers, "
        "and there are 1,380 now",
    ),
    "a champion that cannot be published": replace(
        UNFIT, psi={"recency_days": 3.0, "order_count": 2.0}, misfits=(), moved_share=0.47
    ),
    "neither champion nor challenger can be published": replace(
        UNFIT, misfits=find_misfits([0] * 8, [True] + [False] * 7, [0, 3])
    ),
    "a champion that cannot be published and a challenger of few rows": replace(UNFIT, training_rows=10, misfits=()),
    "a segmentation that was not measured": replace(FULL, is_segmentation=True),
    "much has drifted": replace(FULL, psi={"recency_days": 3.0, "order_count": 2.0}),
    "drift was not measured": replace(FULL, psi={}),
    "tables failed": replace(FULL, quality={"customer_features": False}),
    "few rows": replace(FULL, training_rows=10),
    "slices fall": replace(FULL, slices=(Slice("region=Norte", 500, 171.0, 80.5, is_sure=True),) * 2),
    "another file": replace(FULL, loads_equally=False),
    "a number is missing": replace(FULL, challenger=float("nan"), baseline=None),
    "the difference is missing": replace(FULL, difference=None),
    "the champion cannot be opened": replace(FULL, champion=None, difference=None, champion_trouble="no such file"),
    "not tried": replace(FULL, loads_equally=None),
    "the best baseline has an interval": replace(
        FULL, baseline_name="bg_nbd", against_baseline=Interval(-30.0, -33.0, -27.0)
    ),
    "the deviance does not confirm": replace(
        FULL,
        baseline_name="bg_nbd",
        against_baseline=Interval(30.0, 27.0, 33.0, is_confirmed=False),
        difference=Interval(10.0, 8.0, 12.0, is_confirmed=False),
    ),
    "no slice is large enough": replace(FULL, slices=()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_of_the_gate_is_told_in_portuguese(kind: str) -> None:
    decision = judge(KINDS[kind], GateRules())
    told = decision_words(decision.reason, PT)
    assert told != decision.reason and not told.startswith(MARK), decision.reason
    for finding in decision.findings:
        for sentence in (finding.seen, finding.expected):
            told = gate_words(sentence, PT)
            assert told != sentence and not told.startswith(MARK), sentence
        assert f"rule.{finding.rule}" in CATALOGUE
        assert f"outcome.{finding.outcome}" in CATALOGUE


def test_numbers_get_a_decimal_comma_and_measures_their_names() -> None:
    told = gate_words("rmse_brl 1,386.5 against 393.1 of the baseline (+1.81%)", PT)
    assert told == "RMSE (R$) 1.386,5 ante 393,1 da referência (+1,81%)"


def test_an_unknown_sentence_is_marked_as_the_gates_own() -> None:
    assert gate_words("the moon is full", PT) == MARK + "the moon is full"


def test_english_readers_see_the_gates_own_words() -> None:
    assert gate_words("some rows", Texts("en")) == "some rows"
