"""The alarm is raised by N drifted days of the last M, at most once a cool-down, and says what drifted."""

import random
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from eshop_dagster.ml.drift_alarm import DriftParams, Measurement, drifted_features, judge_drift
from eshop_dagster.ml.drift_distance import distances, reference_as_json, reference_of, reference_of_json

DAY = date(2025, 6, 10)
PARAMS = DriftParams()


def day(ago: int = 0, psi: float = 0.0, moved: float = 0.0, ratio: float | None = None) -> Measurement:
    """A day whose last tickets have so moved; the freight never moves."""
    measured = {"last_ticket_brl": psi, "freight_share": 0.01}, {"last_ticket_brl": moved, "freight_share": 0.02}
    return Measurement(DAY - timedelta(days=ago), *measured, ratio)


def fires(*days: Measurement, fired: tuple[date, ...] = (), params: DriftParams = PARAMS) -> bool:
    return judge_drift(days, fired, params).has_fired


def test_three_drifted_days_of_the_last_five_raise_the_alarm_and_two_do_not() -> None:
    assert fires(day(4, 0.05), day(3), day(2), day(1, 0.05), day(0, 0.05))
    assert not fires(day(4), day(3), day(2), day(1, 0.05), day(0, 0.05))


def test_a_drifted_day_outside_the_window_does_not_count() -> None:
    assert not fires(day(5, 0.05), day(1, 0.05), day(0, 0.05))


def test_a_day_that_is_calm_again_raises_no_alarm() -> None:
    assert not fires(day(3, 0.05), day(2, 0.05), day(1, 0.05), day(0))


def test_a_single_wild_day_raises_no_alarm() -> None:
    assert not fires(*(day(ago) for ago in range(1, 5)), day(0, 9.0, 9.0))


def test_a_limit_itself_is_not_beyond_it() -> None:
    at = [day(ago, PARAMS.largest_psi, PARAMS.largest_shift, PARAMS.largest_error_ratio) for ago in range(5)]
    assert not fires(*at)


def test_the_shift_alone_and_the_realised_error_alone_count() -> None:
    assert fires(*(day(ago, moved=0.11) for ago in range(3)))
    assert fires(*(day(ago, ratio=1.6) for ago in range(3)))


def test_in_the_cool_down_no_other_alarm_is_raised_and_after_it_one_is() -> None:
    days = [day(ago, 0.05) for ago in range(3)]
    assert not fires(*days, fired=(DAY - timedelta(days=28),))
    assert judge_drift(days, [DAY - timedelta(days=28)], PARAMS).reason == (
        "3 of the last 5 days drifted, but the alarm of 2025-05-13 was answered; the next one may come after 2025-06-10"
    )
    assert fires(*days, fired=(DAY - timedelta(days=29),))


def test_a_day_measured_again_is_not_held_back_by_its_own_alarm() -> None:
    assert fires(*(day(ago, 0.05) for ago in range(3)), fired=(DAY,))


def test_the_order_of_the_days_changes_nothing() -> None:
    days = [day(ago, 0.05 if ago % 2 else 0.023) for ago in range(9)]
    told = judge_drift(days, [], PARAMS)
    for seed in range(5):
        assert judge_drift(random.Random(seed).sample(days, len(days)), [], PARAMS) == told


def test_the_reason_names_the_worst_features_first() -> None:
    days = [
        Measurement(
            DAY - timedelta(days=ago),
            {"freight_share": 0.04, "last_ticket_brl": 0.09, "app_share": 0.0},
            {"freight_share": 0.01, "last_ticket_brl": 0.02, "app_share": 0.0},
            1.75,
        )
        for ago in range(3)
    ]
    assert list(drifted_features(days[0], PARAMS)) == ["last_ticket_brl", "freight_share"]
    assert judge_drift(days, [], PARAMS).reason == (
        "drift: 3 of the last 5 days drifted: last_ticket_brl (PSI 0.090, moved 2.0% of its spread), "
        "freight_share (PSI 0.040, moved 1.0% of its spread), realised error 1.75 times that of the holdout"
    )


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ([], "no day was measured; expected at least one"),
        ([day(), day()], "day 2025-06-10 was measured twice"),
        ([day(psi=float("nan"))], "holds a measure that is not finite"),
        ([replace(day(), wasserstein={})], "expected both of each feature"),
    ],
)
def test_measurements_that_cannot_be_judged_are_refused(days: list[Measurement], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        judge_drift(days, [], PARAMS)


def test_limits_that_cannot_hold_are_refused() -> None:
    with pytest.raises(ValueError, match=r"within_days is 2; expected drifted_days \(3\) or more"):
        DriftParams(within_days=2)
    with pytest.raises(ValueError, match="largest_psi is nan"):
        DriftParams(largest_psi=float("nan"))


def buyers(seed: int, rows: int = 3000, dearer: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"last_ticket_brl": rng.lognormal(5, 0.8, rows) * dearer, "app_share": rng.random(rows)})


NAMES = ("last_ticket_brl", "app_share")


def test_chance_alone_gives_an_index_near_nothing_for_small_and_large_samples() -> None:
    for rows in (1000, 5000):
        found = [distances([reference_of(buyers(2 * n, rows), NAMES)], buyers(2 * n + 1, rows))[0] for n in range(20)]
        assert np.mean([psi["last_ticket_brl"] for psi in found]) < 0.005


def test_prices_a_quarter_higher_are_drift_and_move_nothing_else() -> None:
    psi, moved = distances([reference_of(buyers(1), NAMES)], buyers(2, dearer=1.25))
    assert psi["last_ticket_brl"] > 0.05 > 0.01 > psi["app_share"]
    assert moved["last_ticket_brl"] > 0.05 > moved["app_share"]


def test_a_day_like_one_of_the_days_learned_from_has_not_drifted() -> None:
    far, near = (reference_of(buyers(1, dearer=dearer), NAMES) for dearer in (1.0, 1.25))
    assert distances([far, near], buyers(2, dearer=1.25)) == distances([near, far], buyers(2, dearer=1.25))
    assert distances([far, near], buyers(2, dearer=1.25))[0]["last_ticket_brl"] < 0.01
    with pytest.raises(ValueError, match="no day to compare with"):
        distances([], buyers(2))


def test_a_reference_that_was_kept_measures_alike() -> None:
    reference = reference_of(buyers(1), NAMES)
    assert distances([reference_of_json(reference_as_json(reference))], buyers(2)) == distances([reference], buyers(2))
