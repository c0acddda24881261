from datetime import date

import numpy as np
import pytest

from eshop_dagster.ml.revenue.feast_days import (
    black_friday,
    day_kinds,
    easter,
    feast_day,
    run_ups,
    special_days,
    weekdays,
)

from .builders import ordinals


@pytest.mark.parametrize(
    ("year", "day"), [(2016, (3, 27)), (2019, (4, 21)), (2024, (3, 31)), (2025, (4, 20)), (2038, (4, 25))]
)
def test_easter_falls_on_the_day_that_the_church_keeps(year, day):
    assert easter(year) == date(year, *day)


@pytest.mark.parametrize(("year", "day"), [(2017, 24), (2018, 23), (2024, 29), (2025, 28), (2035, 23)])
def test_black_friday_is_the_day_after_the_fourth_thursday_of_november(year, day):
    assert black_friday(year) == date(year, 11, day)


def test_mothers_day_is_the_second_sunday_of_may_and_fathers_day_that_of_august():
    assert feast_day("mothers_day", 2025) == date(2025, 5, 11)
    assert feast_day("fathers_day", 2026) == date(2026, 8, 9)


def test_a_feast_has_the_same_name_in_every_year():
    for year in (2019, 2024):
        day = easter(year).toordinal()
        assert special_days(np.array([day - 47, day - 2, day + 60]), frozenset()) == [
            "carnival_tuesday",
            "good_friday",
            "corpus_christi",
        ]


def test_a_public_holiday_that_is_no_feast_is_named_by_its_date():
    day = date(2025, 4, 21).toordinal()
    assert special_days(np.array([day, day + 1]), frozenset({day})) == ["holiday 04-21", None]


def test_black_fridays_week_is_a_kind_of_its_own():
    days = ordinals(date(2025, 11, 26), 10)
    assert day_kinds(days, frozenset()).tolist() == [0, 2, 2, 2, 2, 2, 2, 2, 2, 0]


def test_the_run_up_counts_the_days_before_a_feast():
    days = ordinals(date(2025, 12, 3), 23)
    assert run_ups(days)[:, 4].tolist() == [0, *range(21, 0, -1), 0]


def test_monday_is_the_first_weekday():
    assert weekdays(ordinals(date(2025, 11, 24), 7)).tolist() == [0, 1, 2, 3, 4, 5, 6]
