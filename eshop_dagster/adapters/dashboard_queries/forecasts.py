"""Questions of the forecast: what lies ahead, by day, and what was sold in the same states until now."""

import pandas as pd

from eshop_dagster.adapters.dashboard_queries.database import ReleaseDatabase
from eshop_dagster.adapters.dashboard_queries.scope import Scope

_AHEAD = """
    SELECT date, last_known_date, horizon_days, expected_revenue_brl, revenue_lower_80_brl, revenue_upper_80_brl,
        revenue_lower_95_brl, revenue_upper_95_brl, expected_order_count, expected_ticket_brl, revenue_model_version
    FROM revenue_forecast WHERE state = $place ORDER BY date
"""

NATION = "BR"


def forecast_by_day(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return the forecast of the one state that was chosen, else of the nation; no rows without a champion.

    Intervals of states do not add up: for several states there is no forecast.
    """
    if not database.has("revenue_forecast") or len(scope.states) > 1:
        return pd.DataFrame()
    return database.frame(_AHEAD, {"place": scope.states[0] if scope.states else NATION})


def expected_spend_deciles(database: ReleaseDatabase) -> pd.DataFrame:
    """Return tenths of the customers by falling expected spend: `decile` 1 to 10 and what each is expected to spend."""
    if not database.has("customer_scores"):
        return pd.DataFrame()
    return database.frame("FROM expected_spend_by_tenth ORDER BY decile", needs=["expected_spend_by_tenth"])
