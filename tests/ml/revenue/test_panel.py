from datetime import date, timedelta

import pandas as pd
import pytest

from eshop_dagster.ml.revenue.panel import holidays_of, read_panel

from .builders import FIRST, calendar, history, last_of


def test_a_day_without_sales_is_a_day_of_zero():
    frame = history(30, lambda day: 0.0 if day.day == 10 else 1000.0)
    panel = read_panel(frame, last_of(frame))
    assert len(panel.days) == 30
    assert panel.revenue.sum(axis=1)[8] == 0
    assert panel.states == ("AC", "RJ", "SP")


def test_days_after_the_last_complete_one_are_left_out_and_said():
    panel = read_panel(history(30), FIRST + timedelta(days=24))
    assert panel.last == (FIRST + timedelta(days=24)).toordinal()
    assert panel.notes == ("5 days after 2023-01-26, the last complete one, were left out.",)


def test_days_up_to_the_last_complete_one_without_sales_are_kept():
    assert len(read_panel(history(30), FIRST + timedelta(days=33)).days) == 34


def test_a_first_day_in_part_is_left_out_and_said():
    frame = history(60, lambda day: 300.0 if day == FIRST else 1000.0)
    panel = read_panel(frame, last_of(frame))
    assert panel.first == FIRST.toordinal() + 1
    assert panel.notes == ("The day before 2023-01-03 was left out: a thin start, or a first day in part.",)


def test_a_few_sales_long_before_the_others_are_no_start():
    early = history(2, lambda day: 10.0, first=FIRST - timedelta(days=90))
    panel = read_panel(pd.concat([early, history(70)]), last_of(history(70)))
    assert panel.first == FIRST.toordinal()


def test_a_lone_sale_in_the_weeks_before_the_others_is_no_start():
    early = history(1, lambda day: 10.0, first=FIRST - timedelta(days=13))
    panel = read_panel(pd.concat([early, history(70)]), last_of(history(70)))
    assert panel.first == FIRST.toordinal()


def test_row_order_changes_nothing():
    frame = history(30)
    shuffled = read_panel(frame.sample(frac=1, random_state=1), last_of(frame))
    assert shuffled.revenue.tobytes() == read_panel(frame, last_of(frame)).revenue.tobytes()


def test_a_state_that_had_not_sold_by_a_day_is_not_known_on_it():
    late = history(10, states={"RR": 0.1}, first=FIRST + timedelta(days=50))
    panel = read_panel(pd.concat([history(60), late]), FIRST + timedelta(days=59))
    assert "RR" in panel.states
    assert panel.until(FIRST.toordinal() + 40).states == ("AC", "RJ", "SP")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.assign(revenue_brl=-1.0), "90 values of revenue_brl are negative"),
        (lambda frame: frame.assign(order_count=float("nan")), "90 values of order_count are negative, NULL"),
        (lambda frame: frame.assign(state="all"), "rows of state 'all'; expected states only"),
        (lambda frame: pd.concat([frame, frame]), "90 rows repeat a date and state"),
        (lambda frame: frame.drop(columns="state"), r"history has no columns \['state'\]"),
        (lambda frame: frame.assign(state=None), "without a date or a state"),
    ],
)
def test_a_broken_history_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        read_panel(change(history(30)), date(2023, 1, 31))


def test_holidays_are_those_of_the_calendar():
    days = holidays_of(calendar(date(2025, 12, 1), date(2026, 1, 31)))
    assert days == {date(2025, 12, 25).toordinal(), date(2026, 1, 1).toordinal()}


def test_a_calendar_with_nothing_in_a_row_is_refused():
    with pytest.raises(ValueError, match="calendar holds NULL"):
        holidays_of(calendar().assign(is_holiday=None))
