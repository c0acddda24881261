"""A model is promoted only when it was measured, beats the baseline and is not worse than the champion."""

import math
from itertools import product

import pytest

from eshop_dagster.ml.gate import Decision, Measured, decide


def judge(
    challenger: float | None, baseline: float | None = 100.0, champion: float | None = 80.0, obstacle: str | None = None
) -> Decision:
    """The decision on a challenger where a lower value is better."""
    return decide(
        None if challenger is None else Measured("spend 4", challenger),
        None if baseline is None else Measured("own past rate", baseline),
        None if champion is None else Measured("spend 3", champion),
        metric="rmse_brl",
        is_lower_better=True,
        obstacle=obstacle,
    )


def test_a_challenger_better_than_baseline_and_champion_is_promoted() -> None:
    assert judge(70.0) == Decision(
        True, "rmse_brl 70 beats own past rate (100), and is not worse than spend 3 on the same rows (80)"
    )


def test_a_challenger_as_good_as_the_champion_is_promoted() -> None:
    assert judge(80.0).is_promoted


def test_the_first_model_that_beats_the_baseline_is_champion() -> None:
    assert judge(99.0, champion=None) == Decision(
        True, "rmse_brl 99 beats own past rate (100); it is the first champion"
    )


@pytest.mark.parametrize("value", [100.0, 100.1])
def test_a_challenger_that_does_not_beat_the_baseline_is_refused_even_without_a_champion(value: float) -> None:
    assert judge(value, champion=None) == Decision(
        False, f"rmse_brl {value:.4g} does not beat own past rate (100); there is no champion yet"
    )


def test_a_challenger_that_does_not_beat_the_baseline_is_refused_even_when_the_champion_is_worse() -> None:
    assert judge(120.0, champion=150.0) == Decision(
        False, "rmse_brl 120 does not beat own past rate (100); spend 3 stays champion"
    )


def test_a_challenger_worse_than_the_champion_is_refused() -> None:
    assert judge(80.1) == Decision(
        False, "rmse_brl 80.1 beats own past rate (100), but not spend 3 on the same rows (80); spend 3 stays champion"
    )


def test_an_obstacle_keeps_the_champion_however_good_the_challenger() -> None:
    assert judge(1.0, obstacle="the champion cannot be loaded") == Decision(
        False, "the champion cannot be loaded; spend 3 stays champion"
    )


def test_a_challenger_that_could_not_be_trained_keeps_the_champion() -> None:
    assert judge(None) == Decision(False, "rmse_brl was not measured, expected a finite number; spend 3 stays champion")


def test_a_missing_baseline_keeps_the_champion() -> None:
    assert judge(70.0, baseline=None) == Decision(
        False, "rmse_brl was not measured, expected a finite number; spend 3 stays champion"
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_keeps_the_champion_whosever_it_is(value: float) -> None:
    refusals = {
        "spend 4": judge(value),
        "own past rate": judge(70.0, baseline=value),
        "spend 3": judge(70.0, champion=value),
    }
    for name, decision in refusals.items():
        expected = f"rmse_brl of {name} is {value}, expected a finite number; spend 3 stays champion"
        assert decision == Decision(False, expected)


@pytest.mark.parametrize(("challenger", "is_promoted"), [(0.61, True), (0.6, True), (0.59, False), (0.3, False)])
def test_the_better_value_may_be_the_higher_one(challenger: float, is_promoted: bool) -> None:
    decision = decide(
        Measured("segmentation 2", challenger),
        Measured("quintiles", 0.3),
        Measured("segmentation 1", 0.6),
        metric="silhouette",
        is_lower_better=False,
    )
    assert decision.is_promoted is is_promoted


def test_turning_every_value_round_turns_no_decision() -> None:
    for challenger, baseline, champion in product((-1.0, 0.0, 2.0, math.nan), repeat=3):
        lower, higher = (
            decide(
                Measured("challenger", sign * challenger),
                Measured("baseline", sign * baseline),
                Measured("champion", sign * champion),
                metric="value",
                is_lower_better=sign == 1,
            )
            for sign in (1, -1)
        )
        assert lower.is_promoted == higher.is_promoted


def test_a_promoted_model_is_never_worse_than_baseline_or_champion() -> None:
    values = (None, -math.inf, -1.0, 0.0, 1e-9, 1.0, math.inf, math.nan)
    for challenger, baseline, champion in product(values, repeat=3):
        if judge(challenger, baseline, champion).is_promoted:
            assert challenger is not None and baseline is not None
            assert math.isfinite(challenger) and challenger < baseline
            assert champion is None or challenger <= champion
