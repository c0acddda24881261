"""What is known of a customer of whom nothing is known: what those who registered before spent at first."""

from dataclasses import dataclass
from datetime import date, timedelta

from eshop_dagster.adapters.release import OpenRelease

FEWEST = 100
"""Newcomers below which no figure is given: it would be chance, or somebody's."""

_QUERY = """
    WITH newcomers AS (
        SELECT customer_key, registered_at FROM dim_customers
        WHERE registered_at >= timezone($zone, $first::TIMESTAMP) AND registered_at < timezone($zone, $until::TIMESTAMP)
    ),
    spent AS (
        SELECT newcomers.customer_key, greatest(sum(orders.net_revenue_brl), 0)::DOUBLE AS brl
        FROM newcomers INNER JOIN fct_orders AS orders
            ON newcomers.customer_key = orders.customer_key
            AND orders.ordered_at >= newcomers.registered_at
            AND orders.ordered_at < newcomers.registered_at + to_days($window_days)
        WHERE orders.ordered_date >= $first::DATE - 1
        GROUP BY newcomers.customer_key
    )
    SELECT
        count(*) AS customer_count,
        avg(coalesce(brl, 0)) AS mean_brl,
        count(*) FILTER (WHERE brl > 0) AS buyer_count,
        quantile_cont(brl, [0.1, 0.9, 0.025, 0.975]) FILTER (WHERE brl > 0) AS ends_brl
    FROM newcomers LEFT JOIN spent USING (customer_key)
"""


@dataclass(frozen=True)
class Newcomers:
    """What customers spent in the window from the moment they registered, net of cancellations and returns.

    Attributes:
        customer_count: those who registered in the year that ended a window before the cut-off.
        mean_brl: None below `FEWEST` customers.
        ends_brl: of those who spent anything: lower and upper end of the middle 80 %, then of the middle 95 %. None
            below `FEWEST` customers, and where nobody did.
        purchase_probability: share (0-1) of those who did; None below `FEWEST` customers.
        if_buying_brl: their mean; None where nobody did.
    """

    customer_count: int
    mean_brl: float | None
    ends_brl: tuple[float, float, float, float] | None
    purchase_probability: float | None = None
    if_buying_brl: float | None = None


def newcomers_of(release: OpenRelease, as_of_date: date) -> Newcomers:
    """Return how the newcomers of the year before did, of whom the whole window of the release is known."""
    if release.window_days is None:
        return Newcomers(0, None, None)
    until = as_of_date - timedelta(days=release.window_days)
    limits: dict[str, object] = {"first": until - timedelta(days=365), "until": until, "zone": release.shop.time_zone}
    limits["window_days"] = release.window_days
    [row] = release.query(_QUERY, limits).to_pylist()
    count = row["customer_count"]
    if count < FEWEST:
        return Newcomers(count, None, None)
    share = row["buyer_count"] / count
    if not row["buyer_count"]:
        return Newcomers(count, row["mean_brl"], None, share)
    low80, high80, low95, high95 = row["ends_brl"]
    return Newcomers(count, row["mean_brl"], (low80, high80, low95, high95), share, row["mean_brl"] / share)
