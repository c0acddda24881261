"""What a day is expected to be: the same weekday's middle, moved along the trend, and shifted by the last week."""

import numpy as np
import pytest

from eshop_dagster.ml.expectation import LEAST_DAYS, expect, median, spread


def days(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.float64)


def test_half_of_a_steady_trend_is_carried_forward_from_the_middle_of_eight_weeks() -> None:
    # Equal weekdays lie 7 to 56 days back, in the middle 31.5; those of the last week lie 24.5 days before its days.
    found = expect(0.001 * days(60), np.array([59]))

    assert found.usual == pytest.approx(0.001 * (59 - 31.5 + 0.5 * 31.5))
    assert found.recent == pytest.approx(0.001 * (59 - 31.5 + 0.5 * 31.5 + 0.5 * 24.5))


def test_equal_weekdays_are_compared_whatever_the_other_days_are() -> None:
    weekly = np.tile([3.0, 1, 4, 1, 5, 9, 2], 9)

    assert expect(weekly, np.arange(56, 63)).usual == pytest.approx(weekly[56:])
    assert expect(weekly, np.arange(56, 63)).recent == pytest.approx(weekly[56:])


def test_the_last_week_shifts_what_is_expected_but_only_so_far() -> None:
    level = np.zeros(64)
    for step, shift in ((0.2, 0.2), (-0.3, -0.3), (5.0, np.log(1.5)), (-5.0, np.log(0.65))):
        level[56:63] = step
        found = expect(level, np.array([63]))
        assert found.recent - found.usual == pytest.approx(shift)


def test_a_wild_day_moves_nothing() -> None:
    level = np.zeros(57)
    level[[10, 30, 53]] = 7.0

    assert expect(level, np.array([56])).recent == pytest.approx(0)


@pytest.mark.parametrize(("known", "is_known"), [(LEAST_DAYS - 1, False), (LEAST_DAYS, True)])
def test_less_than_four_weeks_of_known_days_promise_nothing(known: int, is_known: bool) -> None:
    logs = np.full(57, np.nan)
    logs[56 - known : 56] = 1.0
    surprises = np.full(100, np.nan)
    surprises[99 - known : 99] = 0.1

    assert np.isfinite(expect(logs, np.array([56])).recent).all() == is_known
    assert np.isfinite(spread(surprises, np.array([99]))).all() == is_known


def test_the_day_itself_and_later_ones_are_not_looked_at() -> None:
    logs = np.random.default_rng(1).normal(size=120)
    changed = np.concatenate([logs[:80], logs[80:] + 100])

    assert expect(logs, np.array([80])) == expect(changed, np.array([80]))
    assert spread(logs, np.array([80])) == spread(changed, np.array([80]))


def test_the_spread_is_the_standard_deviation_of_normal_surprises() -> None:
    surprises = np.random.default_rng(1).normal(0, 0.2, size=20_000)
    found = spread(surprises, np.arange(91, 20_000, 91))

    assert found.mean() == pytest.approx(0.2, rel=0.02)


def test_a_few_wild_surprises_hardly_widen_the_spread() -> None:
    surprises = np.tile([-0.1, 0.1], 50)
    surprises[[20, 40, 60, 80]] = 9.0

    assert spread(surprises, np.array([100])) == pytest.approx(1.4826 * 0.1)


def test_the_median_leaves_out_what_is_unknown() -> None:
    nan = np.nan
    values = np.array([[3.0, 1, 2, nan], [4, nan, nan, 2], [nan, nan, 7, nan], [4, 1, 3, 2], [nan, nan, nan, nan]])

    assert median(values)[:4].tolist() == [2, 3, 7, 2.5]
    assert np.isnan(median(values)[4])
