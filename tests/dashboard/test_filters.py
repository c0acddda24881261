"""Filters and the address of a page say the same."""

from datetime import date

import pytest

from eshop_dagster.adapters.dashboard_queries import Scope
from eshop_dagster.dashboard.filters import PERIODS, Choices, Filters, add_months, before, of_query, to_query

CHOICES = Choices(
    first=date(2024, 1, 10),
    last=date(2025, 12, 31),
    states=("RJ", "SP"),
    channels=("app", "web"),
    categories=("bebes", "pet_shop"),
    segments=(0, 1, 4),
)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(period="all", states=("SP",), channels=("web", "app"), category="bebes", segments=(4, 0)),
        Filters(period="custom", first_month=date(2025, 3, 1), last_month=date(2025, 5, 1)),
    ],
)
def test_an_address_brings_back_the_choice_that_wrote_it(filters: Filters) -> None:
    assert of_query(to_query(filters), CHOICES) == filters


def test_nothing_chosen_leaves_the_address_empty() -> None:
    assert to_query(Filters()) == {}


def test_what_there_is_not_counts_as_not_chosen() -> None:
    query = {
        "state": "SP,XX,' OR 1=1",
        "channel": "fax",
        "category": "x",
        "segment": "9,a",
        "period": "1d",
        "from": "9",
    }
    assert of_query(query, CHOICES) == Filters(states=("SP",))


def test_twelve_months_end_with_the_data_and_begin_with_a_month() -> None:
    assert Filters().scope(CHOICES) == Scope(date(2025, 1, 1), date(2025, 12, 31))


def test_chosen_months_are_whole_and_never_reach_beyond_the_data() -> None:
    chosen = Filters(period="custom", first_month=date(2025, 12, 1), last_month=date(2025, 11, 1))
    assert chosen.scope(CHOICES) == Scope(date(2025, 11, 1), date(2025, 12, 31))


@pytest.mark.parametrize("period", PERIODS)
def test_every_period_lies_within_the_data(period: str) -> None:
    scope = Filters(period=period).scope(CHOICES)
    assert CHOICES.first.replace(day=1) <= scope.first <= scope.last <= CHOICES.last


def test_the_period_before_has_as_many_months() -> None:
    assert before(Scope(date(2025, 11, 1), date(2025, 12, 31))) == Scope(date(2025, 9, 1), date(2025, 10, 31))


def test_the_period_before_an_unfinished_month_is_cut_at_the_same_day() -> None:
    assert before(Scope(date(2025, 3, 1), date(2025, 3, 10))) == Scope(date(2025, 2, 1), date(2025, 2, 10))
    assert before(Scope(date(2025, 3, 1), date(2025, 3, 30))) == Scope(date(2025, 2, 1), date(2025, 2, 28))


def test_months_are_added_across_years_and_short_months() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2025, 1, 15), -13) == date(2023, 12, 15)
