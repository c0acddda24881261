"""Questions of the overview: sales by day, state and category, and who came back."""

from datetime import date

import pandas as pd

from eshop_dagster.adapters.dashboard_queries.database import ReleaseDatabase
from eshop_dagster.adapters.dashboard_queries.scope import IN_CATEGORY, IN_CHANNELS, IN_STATES, Scope

_DAYS = "ordered_date BETWEEN $first AND $last"
_CHOSEN = f"{_DAYS} AND {IN_STATES} AND {IN_CHANNELS}"

_SALES = f"""
    WITH money AS (
        SELECT {{of}}, sum(revenue_brl)::DOUBLE AS revenue_brl,
            (sum(revenue_brl) - sum(returned_brl))::DOUBLE AS net_revenue_brl, sum(order_count) AS category_order_count
        FROM agg_daily_sales WHERE {_CHOSEN} AND {IN_CATEGORY} GROUP BY ALL
    ),
    orders AS (SELECT {{of}}, sum(order_count) AS order_count FROM orders_by_day WHERE {_CHOSEN} GROUP BY ALL)
    SELECT {{key}}, revenue_brl, net_revenue_brl,
        (
            CASE WHEN $category::VARCHAR IS NULL THEN coalesce(orders.order_count, 0) ELSE category_order_count END
        )::BIGINT AS order_count
    FROM money LEFT JOIN orders USING ({{key}}) ORDER BY {{key}}
"""
_MONTH = "date_trunc('month', ordered_date)::DATE AS ordered_month"
_BY_DAY, _BY_STATE = (_SALES.format(of=key, key=key) for key in ("ordered_date", "state"))
_BY_CHANNEL = _SALES.format(of=f"{_MONTH}, channel", key="ordered_month, channel")

_BY_CATEGORY = f"""
    SELECT category, sum(revenue_brl)::DOUBLE AS revenue_brl,
        (sum(revenue_brl) - sum(returned_brl))::DOUBLE AS net_revenue_brl, sum(order_count)::BIGINT AS order_count
    FROM agg_daily_sales WHERE {_CHOSEN} AND {IN_CATEGORY} GROUP BY ALL ORDER BY net_revenue_brl DESC, category
"""

_LOYALTY = """
    SELECT ordered_month, active_customer_count, churned_customer_count, churn_share, buyer_count,
        new_customer_count, returning_customer_count, repeat_share
    FROM agg_churn WHERE ordered_month BETWEEN date_trunc('month', $first::DATE) AND $last ORDER BY ordered_month
"""

_CHOICES = """
    SELECT min(ordered_date) AS first_date, max(ordered_date) AS last_date,
        list_sort(list(DISTINCT state)) AS states, list_sort(list(DISTINCT channel)) AS channels,
        list_sort(list(DISTINCT category)) AS categories
    FROM agg_daily_sales
"""


def sales_by_day(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return `ordered_date`, `revenue_brl`, `net_revenue_brl` and `order_count`; days without a sale are not in.

    Under a category the orders are those with a line of it.
    """
    return database.frame(_BY_DAY, scope.values(), needs=["orders_by_day"])


def sales_by_state(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return the same measures by `state`."""
    return database.frame(_BY_STATE, scope.values(), needs=["orders_by_day"])


def sales_by_category(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return the same measures by `category`, the largest first; an order of two categories counts in both."""
    return database.frame(_BY_CATEGORY, scope.values())


def sales_by_channel(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return the same measures as by day by `ordered_month` and `channel`."""
    return database.frame(_BY_CHANNEL, scope.values(), needs=["orders_by_day"])


def loyalty_by_month(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return the rows of `agg_churn` of the months that the scope touches: of the whole base, whatever the filters."""
    return database.frame(_LOYALTY, scope.values())


def choices(database: ReleaseDatabase) -> tuple[date, date, list[str], list[str], list[str]] | None:
    """Return the first and last day with a sale, and every state, channel and category; None where nothing was sold."""
    row = database.frame(_CHOICES).iloc[0]
    if pd.isna(row["first_date"]):
        return None
    first, last = (pd.Timestamp(row[name]).date() for name in ("first_date", "last_date"))
    return first, last, list(row["states"]), list(row["channels"]), list(row["categories"])
