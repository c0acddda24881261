from datetime import date

import numpy as np
import pytest

from eshop_dagster.ml.revenue.feast_days import (
    black_friday,
    easter,
    gift_day,
    gift_days_of,
    run_up,
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


def test_gift_days_are_rules_of_a_month_of_a_sunday_or_of_easter():
    assert gift_day("06-12", 2025) == date(2025, 6, 12)
    assert gift_day("05-sun2", 2025) == date(2025, 5, 11)
    assert gift_day("08-sun2", 2026) == date(2026, 8, 9)
    assert gift_day("easter-21", 2025) == date(2025, 3, 30)


@pytest.mark.parametrize("rule", ["mothers_day", "05-sun5", "5-12", "easter"])
def test_a_gift_day_of_another_form_is_refused(rule):
    with pytest.raises(ValueError, match=f"the gift day is '{rule}'; expected the like of"):
        gift_day(rule, 2025)


def test_each_country_has_its_own_days_of_gifts_and_an_unknown_one_the_usual():
    def days(country: str) -> list[date]:
        return [gift_day(rule, 2025) for rule in gift_days_of(country)]

    assert days("BR") == [date(2025, *day) for day in ((5, 11), (6, 12), (8, 10), (10, 12), (12, 25))]
    assert days("GB") == [date(2025, *day) for day in ((2, 14), (3, 30), (6, 15), (12, 25))]
    assert days("PT") == [date(2025, *day) for day in ((2, 14), (3, 19), (5, 4), (12, 25))]
    assert days("US") == days("XX") == [date(2025, *day) for day in ((2, 14), (5, 11), (6, 15), (12, 25))]


def test_no_day_of_gifts_has_a_name_unless_a_rule_gives_it():
    mothers_day = np.array([date(2025, 5, 11).toordinal()])
    assert special_days(mothers_day, frozenset()) == [None]
    assert special_days(mothers_day, frozenset(), ("05-sun2",)) == ["05-sun2"]
    assert special_days(mothers_day, frozenset(mothers_day.tolist())) == ["holiday 05-11"]


def test_the_week_of_black_friday_has_names_of_its_own():
    names = special_days(ordinals(date(2025, 11, 26), 10), frozenset())
    assert names[0] is None and names[9] is None
    assert names[1:9] == [f"black_friday{after:+d}" for after in range(-1, 7)]


def test_the_run_up_counts_the_days_before_a_gift_day():
    days = ordinals(date(2025, 12, 3), 24)
    assert run_up(days, "12-25").tolist() == [0, *range(21, 0, -1), 0, 0]


def test_monday_is_the_first_weekday():
    assert weekdays(ordinals(date(2025, 11, 24), 7)).tolist() == [0, 1, 2, 3, 4, 5, 6]
