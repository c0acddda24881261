from datetime import date, timedelta

import pandas as pd
import pytest

from eshop_dagster.ml.cutoffs import Cutoffs, last_complete_day, plan_cutoffs

START = date(2024, 1, 1)


def daily(*counts: float) -> pd.Series:
    return pd.Series(counts, index=[START + timedelta(days=place) for place in range(len(counts))])


def day(place: int) -> date:
    return START + timedelta(days=place)


def test_the_last_day_whose_week_holds_half_of_the_median_week_is_complete():
    # A week holds 70 orders at first.
    counts = [10.0] * 60 + [0.0] * 2 + [0.0, 5.0, 0.0]
    assert [sum(counts[place - 6 : place + 1]) for place in (60, 61, 62, 63, 64)] == [60, 50, 40, 35, 25]
    assert last_complete_day(daily(*counts[:64])) == day(63)
    assert last_complete_day(daily(*counts[:64], 4.0)) == day(63)


def test_the_order_of_the_days_and_the_scale_of_the_shop_change_nothing():
    counts = daily(*[10.0] * 60, 3, 2, 1, 1, 1, 1, 1)
    expected = day(63)
    assert last_complete_day(counts) == expected
    assert last_complete_day(counts.sample(frac=1, random_state=1)) == expected
    assert last_complete_day(counts * 1000) == expected


def test_a_long_thin_tail_does_not_become_its_own_measure():
    assert last_complete_day(daily(*[200.0] * 100, *[1.0] * 50)) < day(105)


def test_a_lower_level_that_lasts_eight_weeks_is_the_new_level():
    assert last_complete_day(daily(*[200.0] * 100, *[40.0] * 70)) == day(169)


def test_closed_weekdays_do_not_end_the_data():
    week = [10.0, 10, 10, 10, 10, 4, 0]
    assert last_complete_day(daily(*week * 12)) == day(7 * 12 - 2)


def test_days_that_are_not_there_had_no_order():
    full = daily(*[10.0, 10, 10, 10, 10, 4, 0] * 12)
    assert last_complete_day(full[full > 0]) == last_complete_day(full)


@pytest.mark.parametrize("spike_day", [20, 60, 85, 89])
def test_a_black_friday_changes_nothing(spike_day: int):
    counts = [10.0] * 90
    counts[spike_day] = 150.0
    assert last_complete_day(daily(*counts)) == day(89)


def test_a_gap_in_the_middle_does_not_end_the_data():
    assert last_complete_day(daily(*[10.0] * 60, *[0.0] * 10, *[10.0] * 30)) == day(99)


def test_a_short_series_is_complete_to_its_last_order():
    assert last_complete_day(daily(1)) == day(0)
    assert last_complete_day(daily(5, 1, 1, 0, 0)) == day(2)


def test_a_tiny_shop_is_complete_to_its_last_order():
    monthly = [1.0 if place % 30 == 0 else 0.0 for place in range(200)]
    assert last_complete_day(daily(*monthly)) == day(180)


def test_order_counts_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="no day has an order"):
        last_complete_day(daily(0, 0))
    with pytest.raises(ValueError, match="negative, NULL or infinite"):
        last_complete_day(daily(1, -1))
    with pytest.raises(ValueError, match="day 2024-01-01 is there twice"):
        last_complete_day(pd.concat([daily(1), daily(2)]))
    with pytest.raises(ValueError, match="least_share is 0"):
        last_complete_day(daily(1), least_share=0)


def test_cutoffs_are_the_latest_that_the_label_windows_allow():
    plan = plan_cutoffs(date(2023, 1, 1), date(2024, 12, 30), horizon_days=90, training_cutoffs=3)
    assert plan == Cutoffs(
        training=(date(2024, 5, 5), date(2024, 6, 4), date(2024, 7, 4)),
        judging=(date(2024, 8, 3), date(2024, 9, 2), date(2024, 10, 2)),
        scoring=date(2024, 12, 31),
    )
    assert plan.holdout == date(2024, 10, 2)
    assert plan.labelled == plan.training + plan.judging


def test_every_label_window_ends_before_the_next_role_begins():
    plan = plan_cutoffs(date(2022, 1, 1), date(2024, 12, 30), horizon_days=45, spacing_days=7, training_cutoffs=6)
    assert len(plan.training) == 6
    assert max(plan.training) + timedelta(days=45) == plan.holdout
    assert plan.holdout + timedelta(days=45) == plan.scoring


def test_shifting_the_calendar_shifts_every_cutoff():
    first, last, shift = date(2023, 1, 1), date(2024, 12, 30), timedelta(days=100)
    plan, later = (plan_cutoffs(first + by, last + by, horizon_days=90) for by in (timedelta(), shift))
    assert [cutoff + shift for cutoff in plan.training] == list(later.training)
    assert (plan.holdout + shift, plan.scoring + shift) == (later.holdout, later.scoring)


def test_a_short_history_gives_fewer_training_cutoffs():
    last = date(2024, 12, 30)
    assert len(plan_cutoffs(last - timedelta(days=269), last, horizon_days=90).training) == 1
    assert len(plan_cutoffs(last - timedelta(days=299), last, horizon_days=90).training) == 2


@pytest.mark.parametrize(("history_days", "expected"), [(270, 1), (299, 1), (300, 2), (330, 3), (900, 3)])
def test_a_window_is_judged_only_where_one_to_learn_from_ended_before(history_days: int, expected: int):
    last = date(2024, 12, 30)
    plan = plan_cutoffs(last - timedelta(days=history_days - 1), last, horizon_days=90)
    assert len(plan.judging) == expected
    assert plan.training[0] + timedelta(days=90) <= plan.judging[0]


def test_a_year_of_cutoffs_lies_within_fifteen_days_of_every_day_of_the_year():
    plan = plan_cutoffs(date(2024, 1, 1), date(2025, 12, 31), horizon_days=90)
    assert len(plan.training) == 13
    gaps = [
        min(abs((place - cutoff.timetuple().tm_yday + 182) % 365 - 182) for cutoff in plan.training)
        for place in range(1, 366)
    ]
    assert max(gaps) <= 15


def test_the_latest_training_cutoff_leaves_room_for_a_label_window_of_earlier_ones():
    plan = plan_cutoffs(date(2024, 1, 1), date(2025, 12, 31), horizon_days=90)
    early = [cutoff for cutoff in plan.training if cutoff + timedelta(days=90) <= plan.training[-1]]
    assert len(early) == 10


@pytest.mark.parametrize(("history_days", "judged"), [(180, 1), (209, 1), (210, 2), (240, 3), (269, 3)])
def test_a_history_without_a_label_to_learn_from_is_judged_on_whole_windows_all_the_same(
    history_days: int, judged: int
):
    last = date(2024, 12, 30)
    plan = plan_cutoffs(last - timedelta(days=history_days - 1), last, horizon_days=90)
    assert (plan.training, len(plan.judging), plan.short_window_days) == ((), judged, None)
    assert plan.labelled == plan.judging


@pytest.mark.parametrize(("history_days", "window"), [(118, 28), (131, 41), (179, 89)])
def test_a_shop_of_four_months_is_judged_on_the_longest_window_that_fits(history_days: int, window: int):
    last = date(2024, 12, 30)
    first = last - timedelta(days=history_days - 1)
    plan = plan_cutoffs(first, last, horizon_days=90)
    assert (plan.training, plan.judging, plan.short_window_days) == ((), (first + timedelta(days=90),), window)
    assert plan.holdout + timedelta(days=window) == plan.scoring


def test_a_history_without_room_for_the_shortest_window_is_refused():
    last = date(2024, 12, 30)
    with pytest.raises(ValueError, match=r"has 117 days; expected at least 118: 90 of history, then 28 to judge on"):
        plan_cutoffs(last - timedelta(days=116), last, horizon_days=90)
    with pytest.raises(ValueError, match=r"has 1 day; expected at least 118"):
        plan_cutoffs(last, last, horizon_days=90)


def test_a_scoring_date_may_be_later_but_not_within_the_known_days():
    first, last = date(2023, 1, 1), date(2024, 12, 30)
    assert plan_cutoffs(first, last, horizon_days=90, scoring_date=date(2025, 1, 5)).scoring == date(2025, 1, 5)
    with pytest.raises(ValueError, match="scoring_date is '2024-12-30'"):
        plan_cutoffs(first, last, horizon_days=90, scoring_date=last)


def test_spans_below_one_day_are_refused():
    with pytest.raises(ValueError, match="spacing_days is 0; expected 1 or more"):
        plan_cutoffs(date(2023, 1, 1), date(2024, 12, 30), horizon_days=90, spacing_days=0)
