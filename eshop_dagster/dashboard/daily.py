"""Revenue by calendar day and by month: what a day without a sale, a hidden day and a mean of seven days are."""

from dataclasses import replace
from datetime import timedelta

import pandas as pd

from eshop_dagster.adapters.dashboard_queries import Scope, sales
from eshop_dagster.dashboard.suppression import is_small, suppress
from eshop_dagster.dashboard.view import View

_MEAN_DAYS = 7
_MOST_HIDDEN_SHARE = 0.2
"""Part of the days with a sale above which a chart of days would be mostly holes."""


def revenue_by_day(view: View, scope: Scope) -> tuple[pd.DataFrame, int]:
    """Return each day of the scope since the shop's first sale, and the number of days that are hidden.

    Columns are those of `calendar_days`.
    """
    first = max(scope.first, view.choices.first)
    known = max(first - timedelta(days=_MEAN_DAYS - 1), view.choices.first)
    days = calendar_days(view.ask(sales.sales_by_day, replace(scope, first=known)), replace(scope, first=known))
    days = days[days["date"] >= pd.Timestamp(first)].reset_index(drop=True)
    return days, int(days["revenue_brl"].isna().sum())


def is_too_sparse(days: pd.DataFrame) -> bool:
    """Return whether so many days are hidden that months say more; `days` as `revenue_by_day` returns them."""
    hidden = int(days["revenue_brl"].isna().sum())
    return hidden > _MOST_HIDDEN_SHARE * (hidden + int(days["order_count"].gt(0).sum()))


def revenue_by_whole_month(view: View, scope: Scope) -> tuple[pd.DataFrame, int]:
    """Return the months of the scope with the columns of `calendar_days`, dated by their first day, without means.

    The days of a month that are large enough may be known from a shorter period. What is left of the month are its
    small days: where they have some orders, but fewer than 10 together, the month is hidden.
    """
    sold = view.ask(sales.sales_by_day, scope)
    small = sold["order_count"].where(is_small(sold["order_count"]), 0)
    date = pd.to_datetime(sold["ordered_date"]).dt.to_period("M").dt.to_timestamp().rename("date")
    months = sold.assign(left_count=small).groupby(date)[["revenue_brl", "order_count", "left_count"]].sum()
    is_hidden = is_small(months["left_count"]) | is_small(months["order_count"])
    shown = months[["revenue_brl", "order_count"]].astype("float64").mask(is_hidden)
    return shown.assign(mean_brl=float("nan")).reset_index(), int(is_hidden.sum())


def calendar_days(sold: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """Return a row each calendar day of the scope, from the days with a sale.

    `date`, `revenue_brl` and `order_count`: 0 on a day without an order, empty on one of fewer than 10 orders.
    `mean_brl` is the mean of the seven days that end with the day: empty where one of them is hidden or not known.
    """
    every = pd.DataFrame({"date": pd.date_range(scope.first, scope.last)})
    found = sold.rename(columns={"ordered_date": "date"})[["date", "revenue_brl", "order_count"]]
    found["date"] = pd.to_datetime(found["date"])
    days = hide_small_days(every.merge(found, how="left", on="date").fillna({"revenue_brl": 0.0, "order_count": 0}))
    days["mean_brl"] = days["revenue_brl"].rolling(_MEAN_DAYS).mean()
    return days


def hide_small_days(days: pd.DataFrame, measure: str = "revenue_brl") -> pd.DataFrame:
    """Return the days with measure and `order_count` emptied where there were orders, but fewer than 10."""
    is_hidden = is_small(days["order_count"])
    kept = days.copy()
    for column in (measure, "order_count"):
        kept[column] = kept[column].astype("float64").mask(is_hidden)
    return kept


def revenue_by_month(view: View, scope: Scope) -> tuple[pd.DataFrame, int]:
    """Return `month`, `revenue_brl` and `order_count` of the months with a sale, and the number of hidden months.

    A month is hidden by its own orders: it holds the days that are hidden by theirs.
    """
    sold = view.ask(sales.sales_by_day, scope)
    month = pd.to_datetime(sold["ordered_date"]).dt.to_period("M").rename("month")
    months = sold.groupby(month)[["revenue_brl", "order_count"]].sum().reset_index()
    return suppress(months, "order_count")
