"""Questions of deliveries: lateness and days by month, state and route."""

import pandas as pd

from eshop_dagster.adapters.dashboard_queries.database import ReleaseDatabase
from eshop_dagster.adapters.dashboard_queries.scope import IN_CHANNELS, IN_STATES, Scope

_CHOSEN = f"ordered_month BETWEEN date_trunc('month', $first::DATE) AND $last AND {IN_STATES} AND {IN_CHANNELS}"

_MEASURES = """
    sum(delivered_count)::BIGINT AS delivered_count, sum(promised_count)::BIGINT AS promised_count,
    sum(handled_count)::BIGINT AS handled_count, sum(carried_count)::BIGINT AS carried_count,
    sum(late_by_instant_count)::BIGINT AS late_by_instant_count, sum(late_count)::BIGINT AS late_count,
    sum(late_by_instant_count) / nullif(sum(promised_count), 0) AS late_by_instant_share,
    sum(late_count) / nullif(sum(promised_count), 0) AS late_share,
    sum(delivery_days_total) / nullif(sum(delivered_count), 0) AS delivery_days,
    sum(handling_days_total) / nullif(sum(handled_count), 0) AS handling_days,
    sum(transit_days_total) / nullif(sum(carried_count), 0) AS transit_days,
    sum(late_days_total) / nullif(sum(dated_count), 0) AS late_days
"""

_TOTAL = f"SELECT {_MEASURES} FROM deliveries_by_route WHERE {_CHOSEN} AND (is_mature OR NOT $mature)"
_BY = (
    "SELECT {key}, "
    + _MEASURES
    + " FROM deliveries_by_route WHERE "
    + _CHOSEN
    + " AND is_mature GROUP BY ALL ORDER BY {key}"
)
_KEYS = {
    "month": "ordered_month",
    "state": "state",
    "route": "seller_state, state",
    "remoteness": "is_remote_region",
}

_BY_DELAY = f"""
    SELECT late_days, sum(order_count)::BIGINT AS order_count FROM deliveries_by_delay WHERE {_CHOSEN}
    GROUP BY ALL ORDER BY late_days
"""


_MATURITY = "SELECT arrival_days, open_from_date FROM deliveries_maturity WHERE open_from_date IS NOT NULL"


def deliveries_maturity(database: ReleaseDatabase) -> pd.DataFrame:
    """Return one row: `arrival_days` within which 99 of 100 deliveries arrive, and `open_from_date`, the first order
    day that is younger; no rows without deliveries.

    Every other question here but `known_deliveries` leaves the days from then on out: the late parcels among their
    orders have not arrived.
    """
    return database.frame(_MATURITY, needs=["deliveries_maturity"])


def deliveries_in_all(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return one row: counts, late shares (0-1) and mean days of the orders placed in the months of the scope."""
    return database.frame(_TOTAL, {**scope.values(), "mature": True}, needs=["deliveries_by_route"])


def known_deliveries(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return the same row over all that has arrived, the youngest order days too."""
    return database.frame(_TOTAL, {**scope.values(), "mature": False}, needs=["deliveries_by_route"])


def deliveries_by(database: ReleaseDatabase, scope: Scope, key: str) -> pd.DataFrame:
    """Return the same measures by `month`, `state`, `route` (state of the seller and of the customer) or `remoteness`.

    Raises:
        KeyError: another key.
    """
    return database.frame(_BY.format(key=_KEYS[key]), scope.values(), needs=["deliveries_by_route"])


def deliveries_by_delay(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return deliveries by whole days after the promised date: negative is early, -30 and 30 hold all beyond."""
    return database.frame(_BY_DELAY, scope.values(), needs=["deliveries_by_delay"])
