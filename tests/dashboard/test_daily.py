"""Days without a sale, hidden days and their means; months hold the days that are hidden."""

from datetime import date

import pandas as pd
import pytest

from eshop_dagster.adapters.dashboard_queries import Scope
from eshop_dagster.dashboard.daily import (
    calendar_days,
    is_too_sparse,
    revenue_by_day,
    revenue_by_month,
    revenue_by_whole_month,
)

SCOPE = Scope(date(2025, 3, 1), date(2025, 3, 9))


class Answer:
    """A view that knows one answer, cut to the days asked for."""

    def __init__(self, sold: pd.DataFrame, first: date) -> None:
        self.sold, self.choices, self.asked = sold, self, list[Scope]()
        self.first = first

    def ask(self, question: object, scope: Scope) -> pd.DataFrame:
        self.asked.append(scope)
        return self.sold[self.sold["ordered_date"].between(pd.Timestamp(scope.first), pd.Timestamp(scope.last))]


def sold(orders: dict[int, int]) -> pd.DataFrame:
    """Return days of March (February below 1) with so many orders of BRL 2."""
    days = [pd.Timestamp("2025-03-01") + pd.Timedelta(days=day - 1) for day in orders]
    counts = list(orders.values())
    return pd.DataFrame({"ordered_date": days, "revenue_brl": [2.0 * one for one in counts], "order_count": counts})


def test_a_day_without_a_sale_counts_zero_in_the_mean_of_seven_calendar_days() -> None:
    days = calendar_days(sold({1: 70, 7: 14}), SCOPE)
    assert days["revenue_brl"].tolist() == [140.0, 0, 0, 0, 0, 0, 28.0, 0, 0]
    assert days["mean_brl"].dropna().tolist() == [24.0, 4.0, 4.0]
    assert days["mean_brl"].isna().tolist() == [True] * 6 + [False] * 3


def test_a_day_of_nine_orders_is_hidden_and_so_is_each_mean_that_it_is_part_of() -> None:
    days = calendar_days(sold({1: 9, 2: 10}), SCOPE)
    assert days["revenue_brl"].isna().tolist() == [True] + [False] * 8
    assert days["order_count"].isna().tolist() == [True] + [False] * 8
    assert days["mean_brl"].isna().tolist() == [True] * 7 + [False] * 2


def test_the_mean_of_the_first_day_knows_the_six_days_before_it_if_the_shop_was_open() -> None:
    view = Answer(sold({-5: 70, 1: 70}), date(2025, 1, 1))
    days, hidden = revenue_by_day(view, SCOPE)  # type: ignore[arg-type]
    assert (days["date"].iloc[0], days["mean_brl"].iloc[0], hidden) == (pd.Timestamp("2025-03-01"), 40.0, 0)
    young = Answer(sold({1: 70}), date(2025, 3, 1))
    days, _ = revenue_by_day(young, SCOPE)  # type: ignore[arg-type]
    assert days["mean_brl"].first_valid_index() == 6


def test_a_month_of_small_days_is_summed_before_it_is_judged() -> None:
    view = Answer(sold({-3: 9, 1: 9, 2: 9}), date(2025, 1, 1))
    months, hidden = revenue_by_month(view, Scope(date(2025, 2, 1), date(2025, 3, 31)))  # type: ignore[arg-type]
    assert months["revenue_brl"].tolist() == pytest.approx([float("nan"), 36.0], nan_ok=True)
    assert hidden == 1


def test_days_give_way_to_months_where_more_than_a_fifth_of_the_days_with_a_sale_are_hidden() -> None:
    assert not is_too_sparse(calendar_days(sold({1: 10, 2: 10, 3: 10, 4: 10, 5: 9}), SCOPE))
    assert is_too_sparse(calendar_days(sold({1: 10, 2: 10, 3: 10, 4: 9}), SCOPE))
    assert not is_too_sparse(calendar_days(sold({}), SCOPE))


def test_a_month_is_hidden_whose_small_days_could_be_worked_out_from_the_others() -> None:
    view = Answer(sold({-3: 50, -2: 9, 1: 50, 2: 9, 3: 1}), date(2025, 1, 1))
    months, hidden = revenue_by_whole_month(view, Scope(date(2025, 2, 1), date(2025, 3, 31)))  # type: ignore[arg-type]
    assert months["revenue_brl"].tolist() == pytest.approx([float("nan"), 120.0], nan_ok=True)
    assert (months["date"].tolist(), hidden) == ([pd.Timestamp("2025-02-01"), pd.Timestamp("2025-03-01")], 1)
