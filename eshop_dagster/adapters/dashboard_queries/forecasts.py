"""Questions of the forecast: what lies ahead, by day, and what was sold in the same states until now."""

from datetime import date

import pandas as pd

from eshop_dagster.adapters.dashboard_queries.database import ReleaseDatabase
from eshop_dagster.adapters.dashboard_queries.scope import Scope

_AHEAD = """
    SELECT date, last_known_date, horizon_days, expected_revenue_brl, revenue_lower_80_brl, revenue_upper_80_brl,
        revenue_lower_95_brl, revenue_upper_95_brl, expected_order_count, expected_ticket_brl, revenue_model_version
    FROM revenue_forecast WHERE state = $place ORDER BY date
"""


def forecast_by_day(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return the forecast of the one state that was chosen, else of the nation; no rows without a champion.

    Intervals of states do not add up: for several states there is no forecast.
    """
    if not database.has("revenue_forecast") or len(scope.states) > 1:
        return pd.DataFrame()
    return database.frame(_AHEAD, {"place": scope.states[0] if scope.states else database.release.shop.country})


_RECONCILED = """
    SELECT
        (SELECT sum(expected_spend_brl) FROM customers_by_group) AS known_brl,
        (
            SELECT (sum(returned_brl) / nullif(sum(revenue_brl), 0))::DOUBLE FROM agg_daily_sales
            WHERE ordered_date BETWEEN $last::DATE - 364 AND $last::DATE
        ) AS returned_share
"""


def known_customers_and_returns(database: ReleaseDatabase, last: date) -> pd.DataFrame:
    """Return one row: `known_brl`, the sum of what all customers are expected to spend, net of returns, and
    `returned_share`, what came back (0-1) of the revenue of the 365 days up to `last`; no rows without scores.
    """
    if not (database.has("customer_scores") and database.has("dim_customers")):
        return pd.DataFrame()
    return database.frame(_RECONCILED, {"last": last}, needs=["customers_by_group"])


def expected_spend_deciles(database: ReleaseDatabase) -> pd.DataFrame:
    """Return tenths of the customers by falling expected spend: `decile` 1 to 10 and what each is expected to spend."""
    if not database.has("customer_scores"):
        return pd.DataFrame()
    return database.frame("FROM expected_spend_by_tenth ORDER BY decile", needs=["expected_spend_by_tenth"])
