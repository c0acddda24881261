"""A model is promoted only when every rule was asked, measured and met; anything else keeps the champion."""

import math
from dataclasses import replace
from typing import Any

import pytest

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.evidence import Evidence, GateRules, Outcome, Slice
from eshop_dagster.ml.gate import Decision, judge, steps_down

RULES = GateRules()
GOOD = Evidence(
    metric="rmse_brl",
    is_lower_better=True,
    challenger=70.0,
    baseline=100.0,
    champion=80.0,
    champion_name="version 3",
    baseline_name="bg_nbd",
    difference=Interval(-10.0, -12.0, -8.0),
    against_baseline=Interval(-30.0, -33.0, -27.0),
    champion_against_baseline=Interval(-20.0, -23.0, -17.0),
    quality={"customer_features": True, "customer_spend_labels": True},
    training_rows=900,
    champion_training_rows=1000,
    psi={"recency_days": 0.05, "net_revenue_brl": 0.1, "tenure_days": 0.2, "order_count": 0.0},
    slices=(Slice("region=Norte", 500, 71.0, 80.0, is_sure=True),),
    loads_equally=True,
)
SEGMENTS = replace(
    GOOD,
    metric="silhouette",
    is_lower_better=False,
    challenger=0.40,
    baseline=0.20,
    champion=0.38,
    difference=Interval(0.02, 0.01, 0.03),
    against_baseline=Interval(0.2, 0.15, 0.25),
    champion_against_baseline=Interval(0.18, 0.13, 0.23),
    slices=(),
    is_segmentation=True,
    stability=0.9,
    moved_share=0.1,
    misfits=(),
)
FIRST: dict[str, Any] = {
    "champion": None,
    "champion_name": "",
    "difference": None,
    "champion_training_rows": None,
    "psi": {},
    "moved_share": None,
}


def outcome(of: Evidence = GOOD, **changed: Any) -> Outcome:
    return judge(replace(of, **changed), RULES).outcome


def refusing_rule(of: Evidence = GOOD, **changed: Any) -> str:
    decision = judge(replace(of, **changed), RULES)
    assert not decision.is_promoted
    return decision.reason.split(":")[0]


def test_a_challenger_that_meets_every_rule_is_promoted_and_told_why() -> None:
    decision = judge(GOOD, RULES)
    assert decision.reason == (
        "rmse_brl 70 against 100 of bg_nbd (+30.00%; difference -33 to -27); rmse_brl 70 against 80 of version 3 on "
        "the same rows (+12.50%; difference -12 to -8)"
    )
    assert (decision.outcome, outcome(SEGMENTS)) == (Outcome.PROMOTE, Outcome.PROMOTE)


def test_the_rules_are_asked_in_order_and_each_leaves_a_finding() -> None:
    assert [finding.rule for finding in judge(SEGMENTS, RULES).findings] == [
        "quality records",
        "data volume",
        "drift",
        "not worse than the best baseline",
        "not worse than the champion",
        "a plausible gain",
        "no slice collapses",
        "stability",
        "segments that fit",
        "customers who move",
        "loads in a fresh process",
    ]


def test_the_first_rule_that_is_not_met_is_the_reason_and_the_others_are_asked_all_the_same() -> None:
    decision = judge(
        replace(GOOD, quality={"customer_features": False}, challenger=math.nan, loads_equally=False), RULES
    )
    assert decision.reason == (
        "quality records: customer_features without a passed record, expected a passed record of the very rows of each "
        "table used; version 3 stays champion"
    )
    refused = [finding.rule for finding in decision.findings if finding.outcome is not Outcome.PROMOTE]
    assert refused == [
        "quality records",
        "not worse than the best baseline",
        "not worse than the champion",
        "loads in a fresh process",
    ]


def test_the_first_champion_needs_all_but_the_comparison() -> None:
    decision = judge(replace(GOOD, **FIRST), RULES)
    assert decision.is_promoted
    assert decision.reason.endswith("it is the first champion")
    assert judge(replace(SEGMENTS, **FIRST), RULES).is_promoted
    assert refusing_rule(against_baseline=Interval(2.0, 0.5, 3.5), **FIRST) == "not worse than the best baseline"


@pytest.mark.parametrize(
    ("changed", "rule", "expected"),
    [
        ({"quality": {}}, "quality records", Outcome.KEEP),
        ({"training_rows": 499}, "data volume", Outcome.PERSON),
        ({"psi": {}}, "drift", Outcome.KEEP),
        ({"psi": {"a": 1.1, "b": 1.2, "c": 0.0, "d": 0.0}}, "drift", Outcome.PERSON),
        ({"against_baseline": Interval(2.0, 0.1, 3.9)}, "not worse than the best baseline", Outcome.KEEP),
        ({"against_baseline": Interval(2.0, math.nan, 3.9)}, "not worse than the best baseline", Outcome.KEEP),
        ({"against_baseline": None, "challenger": 101.0}, "not worse than the best baseline", Outcome.KEEP),
        ({"baseline": None}, "not worse than the best baseline", Outcome.KEEP),
        ({"difference": Interval(0.5, 0.1, 0.9)}, "not worse than the champion", Outcome.KEEP),
        ({"difference": None}, "not worse than the champion", Outcome.KEEP),
        ({"champion": None}, "not worse than the champion", Outcome.KEEP),
        ({"challenger": 39.0, "difference": Interval(-41, -42, -40)}, "a plausible gain", Outcome.PERSON),
        ({"slices": (Slice("a", 200, 101.0, 80.0, is_sure=True),)}, "no slice collapses", Outcome.PERSON),
        ({"slices": (Slice("a", 200, math.nan, 80.0, is_sure=False),)}, "no slice collapses", Outcome.KEEP),
        ({"loads_equally": False}, "loads in a fresh process", Outcome.KEEP),
        ({"loads_equally": None}, "loads in a fresh process", Outcome.KEEP),
    ],
)
def test_each_rule_alone_keeps_the_champion_or_asks_a_person(
    changed: dict[str, Any], rule: str, expected: Outcome
) -> None:
    assert refusing_rule(**changed) == rule
    assert outcome(**changed) is expected


@pytest.mark.parametrize(
    ("changed", "rule", "expected"),
    [
        ({"stability": 0.69}, "stability", Outcome.KEEP),
        ({"stability": None}, "stability", Outcome.KEEP),
        ({"misfits": None}, "segments that fit", Outcome.KEEP),
        ({"misfits": ("segment 3 holds no customer",)}, "segments that fit", Outcome.KEEP),
        ({"moved_share": 0.31}, "customers who move", Outcome.PERSON),
        ({"moved_share": None}, "customers who move", Outcome.KEEP),
        ({"against_baseline": Interval(-0.1, -0.2, -0.01)}, "not worse than the best baseline", Outcome.KEEP),
        ({"difference": Interval(-0.02, -0.03, -0.01)}, "not worse than the champion", Outcome.KEEP),
    ],
)
def test_segments_must_be_stable_too_and_few_customers_may_move(
    changed: dict[str, Any], rule: str, expected: Outcome
) -> None:
    assert refusing_rule(SEGMENTS, **changed) == rule
    assert outcome(SEGMENTS, **changed) is expected


def test_a_challenger_just_as_good_as_the_champion_is_promoted_for_it_knows_newer_rows() -> None:
    assert outcome(challenger=80.0, difference=Interval(0.0, -1.0, 1.0)) is Outcome.PROMOTE
    assert outcome(challenger=81.0, difference=Interval(1.0, -7.0, 9.0)) is Outcome.PROMOTE
    assert outcome(challenger=81.0, difference=Interval(1.0, 0.1, 1.9)) is Outcome.KEEP
    assert judge(replace(GOOD, difference=Interval(1.0, 0.1, 1.9)), GateRules(sure_loss_share=0.01)).is_promoted


def test_a_difference_that_is_rounding_alone_keeps_nobody_out() -> None:
    assert outcome(challenger=80.0, difference=Interval(3e-14, 2e-14, 4e-14)) is Outcome.PROMOTE


def test_a_rule_with_nothing_to_judge_says_so_and_promotes_nobody() -> None:
    slices = next(one for one in judge(replace(GOOD, slices=()), RULES).findings if one.rule == "no slice collapses")
    assert (slices.outcome, slices.seen) == (Outcome.NOT_JUDGED, "none of 0 slices has 200 rows")
    first = judge(replace(GOOD, **FIRST), RULES)
    assert [one.rule for one in first.findings if one.outcome is Outcome.NOT_JUDGED] == ["not worse than the champion"]
    assert refusing_rule(baseline=None, against_baseline=None, **FIRST) == "not worse than the best baseline"


def test_a_champion_steps_down_only_when_it_surely_loses_to_the_best_baseline() -> None:
    assert steps_down(replace(GOOD, champion_name=""), RULES)
    assert steps_down(replace(GOOD, champion_against_baseline=Interval(2.0, 0.1, 3.9)), RULES)
    for kept in (None, Interval(2.0, -0.1, 4.1), Interval(2.0, math.nan, 4.1)):
        assert not steps_down(replace(GOOD, champion_against_baseline=kept), RULES), kept
    assert steps_down(replace(SEGMENTS, champion_against_baseline=Interval(-0.2, -0.3, -0.1)), RULES)


def test_a_small_slice_or_one_that_fell_by_chance_decides_nothing() -> None:
    assert outcome(slices=(Slice("a", 199, 500.0, 80.0, is_sure=True),)) is Outcome.PROMOTE
    assert outcome(slices=(Slice("a", 900, 500.0, 80.0, is_sure=False),)) is Outcome.PROMOTE


def test_a_model_that_was_not_trained_keeps_the_champion_in_the_words_of_its_obstacle() -> None:
    decision = judge(replace(GOOD, obstacle="only 12 rows"), RULES)
    assert (decision.outcome, decision.reason) == (Outcome.KEEP, "only 12 rows; version 3 stays champion")


@pytest.mark.parametrize("evidence", [GOOD, SEGMENTS])
def test_no_number_that_is_missing_or_not_finite_ever_promotes(evidence: Evidence) -> None:
    numbers = ["challenger", "baseline", "champion", *(["stability"] if evidence is SEGMENTS else [])]
    for name in numbers:
        for value in (None, math.nan, math.inf, -math.inf):
            assert not judge(replace(evidence, **{name: value}), RULES).is_promoted, (name, value)
    for value in (math.nan, math.inf, -math.inf):
        for end in ("value", "lower", "upper"):
            difference = replace(evidence.difference or Interval(0, 0, 0), **{end: value})
            assert not judge(replace(evidence, difference=difference), RULES).is_promoted, (end, value)
    assert not judge(Evidence(metric="rmse_brl", is_lower_better=True), RULES).is_promoted


def test_a_sure_loss_to_the_best_baseline_counts_from_the_share_on_that_the_rules_name() -> None:
    """Surely 2 % worse: the training itself says nothing of it, the rules do."""
    evidence = replace(GOOD, challenger=102.0, baseline=100.0, against_baseline=Interval(2.0, 1.0, 3.0), **FIRST)
    assert judge(evidence, RULES).outcome is Outcome.KEEP
    assert judge(evidence, replace(RULES, sure_loss_share=0.05)).is_promoted


def test_a_drift_that_cannot_be_measured_counts_as_drift() -> None:
    assert outcome(psi={"a": math.nan, "b": 0.0, "c": 0.0, "d": 0.0}) is Outcome.PERSON


def test_a_decision_without_promotion_names_who_stays() -> None:
    assert judge(replace(GOOD, challenger=math.nan), RULES).reason.endswith("; version 3 stays champion")
    assert judge(replace(GOOD, challenger=math.nan, **FIRST), RULES).reason.endswith("; there is no champion yet")
    assert Decision(Outcome.PERSON, "x").is_promoted is False


def test_a_rule_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match=r"GateRules.sure_loss_share is 1.5; expected 0 to below 1"):
        GateRules(sure_loss_share=1.5)


def test_everybody_may_move_where_segments_start_again_and_the_reason_is_given():
    evidence = replace(SEGMENTS, moved_share=0.94, restart="the champion is outgrown")
    decision = judge(evidence, RULES)
    assert decision.is_promoted, decision.reason
    [moved] = [finding for finding in decision.findings if finding.rule == "customers who move"]
    assert moved.seen == "segments start again with new ids: the champion is outgrown"


UNFIT = replace(SEGMENTS, champion_misfits=("segment 3 holds no customer",), moved_share=0.47)


def test_a_champion_that_cannot_be_published_gives_way_to_a_challenger_that_can_however_many_move():
    far = {"psi": {"a": 9.0, "b": 9.0, "c": 0.0, "d": 0.0}, "challenger": 0.6, "difference": Interval(0.22, 0.2, 0.24)}
    for changed in ({}, far, {"difference": Interval(-0.02, -0.03, -0.01)}, {"champion": None, "difference": None}):
        decision = judge(replace(UNFIT, **changed), RULES)
        assert decision.is_promoted, decision.reason
        assert decision.reason.endswith(
            "version 3 cannot be published: segment 3 holds no customer; 47.0% of customers change segment"
        )
    assert outcome(SEGMENTS, moved_share=0.47) is Outcome.PERSON


@pytest.mark.parametrize(
    ("changed", "rule", "expected"),
    [
        ({"training_rows": 499}, "data volume", Outcome.PERSON),
        ({"against_baseline": Interval(-0.1, -0.2, -0.01)}, "not worse than the best baseline", Outcome.KEEP),
        ({"stability": 0.5}, "stability", Outcome.KEEP),
        ({"moved_share": math.nan}, "customers who move", Outcome.KEEP),
        ({"moved_share": None}, "customers who move", Outcome.KEEP),
        ({"loads_equally": False}, "loads in a fresh process", Outcome.KEEP),
    ],
)
def test_every_other_rule_holds_against_a_champion_that_cannot_be_published_and_says_that_nobody_has_a_segment(
    changed: dict[str, Any], rule: str, expected: Outcome
) -> None:
    assert refusing_rule(UNFIT, **changed) == rule
    assert outcome(UNFIT, **changed) is expected
    assert judge(replace(UNFIT, **changed), RULES).reason.endswith(
        "; version 3 stays champion, but nobody has a segment, for it does not fit today's customers: look at what "
        "kept this version out, then promote it, or correct the data and retrain"
    )


def test_a_challenger_that_fits_no_better_than_its_champion_is_kept_out_and_the_verdict_says_what_to_do():
    decision = judge(replace(UNFIT, misfits=("12.0% of the customers resemble none of their segment",)), RULES)
    assert decision.outcome is Outcome.KEEP
    assert decision.reason == (
        "segments that fit: 12.0% of the customers resemble none of their segment; of the champion: segment 3 holds "
        "no customer, expected no empty segment, few outliers, and figures of the segment's own customers; version 3 "
        "stays champion, but nobody has a segment, for it does not fit today's customers: check the data of the day, "
        "or change segmentation in params.yaml, and retrain"
    )
    assert outcome(UNFIT, misfits=None) is Outcome.KEEP
