"""The days on which a Brazilian shop is far from its usual self."""

from datetime import date, timedelta

import pytest

from eshop_dagster.ml.feasts import shop_feasts


def test_the_feasts_of_a_year_are_black_fridays_week_christmas_and_the_turn_of_the_year() -> None:
    black_friday_week = {date(2017, 11, day) for day in (23, 24, 25, 26, 27, 28, 29)}
    year_end = {date(2017, 1, 1), *(date(2017, 12, day) for day in (23, 24, 25, 26, 31))}

    assert shop_feasts([2017]) == black_friday_week | year_end


@pytest.mark.parametrize(
    "friday", [date(2018, 11, 23), date(2023, 11, 24), date(2024, 11, 29), date(2028, 11, 24), date(2029, 11, 23)]
)
def test_black_friday_is_the_day_after_the_fourth_thursday_of_november(friday: date) -> None:
    days = {day for day in shop_feasts([friday.year]) if date(friday.year, 11, 1) <= day < date(friday.year, 12, 10)}

    assert days == {friday + timedelta(days=after) for after in range(-1, 6)}


def test_the_feasts_of_several_years_are_those_of_each() -> None:
    assert shop_feasts(range(2023, 2025)) == shop_feasts([2023]) | shop_feasts([2024])
    assert shop_feasts([]) == frozenset()
