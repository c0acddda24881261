"""Questions about customers: segments, their members, and a sample for the eye."""

import pandas as pd

from eshop_dagster.adapters.dashboard_queries.database import ReleaseDatabase
from eshop_dagster.adapters.dashboard_queries.scope import IN_SEGMENTS, IN_STATES, Scope, features_of
from eshop_dagster.adapters.dashboard_queries.summaries import LISTED_CUSTOMERS

_SEGMENTS = "FROM customer_segments ORDER BY segment_id"

_GROUPS = f"""
    SELECT segment_id, sum(customer_count)::BIGINT AS customer_count, sum(net_revenue_brl) AS net_revenue_brl,
        sum(expected_spend_brl) AS expected_spend_brl, sum(order_count)::BIGINT AS order_count,
        sum(outlier_count)::BIGINT AS outlier_count
    FROM customers_by_group WHERE segment_id IS NOT NULL AND {IN_STATES} AND {IN_SEGMENTS}
    GROUP BY ALL ORDER BY segment_id
"""

_GROUPS_BY_STATE = f"""
    SELECT state, sum(customer_count)::BIGINT AS customer_count, sum(net_revenue_brl) AS net_revenue_brl,
        sum(expected_spend_brl) AS expected_spend_brl
    FROM customers_by_group WHERE {IN_STATES} AND {IN_SEGMENTS} GROUP BY ALL ORDER BY state
"""

_MEMBERS = f"""
    FROM listed_customers WHERE {IN_SEGMENTS} AND {IN_STATES}
    ORDER BY expected_spend_brl DESC, customer_key LIMIT $most
"""

# The key is a random pseudonym: the first customers by key are a random sample, the same each time.
_SAMPLE = "FROM {customers} ORDER BY customer_key LIMIT $most"

_COHORTS = """
    SELECT cohort_month, months_since, customer_count, cohort_customer_count, retention_share
    FROM agg_cohort_retention ORDER BY cohort_month, months_since
"""

_PRODUCTS = """
    SELECT product_id, product_name, list_price_brl::DOUBLE AS list_price_brl FROM dim_products
    WHERE category = $category AND list_price_brl IS NOT NULL ORDER BY product_name, product_id
"""


def segments(database: ReleaseDatabase) -> pd.DataFrame:
    """Return `customer_segments`: name, description, size and means of each; no rows without a champion."""
    return database.frame(_SEGMENTS) if database.has("customer_segments") else pd.DataFrame()


def segment_groups(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return customers, worth and expected spend by segment, of the chosen states."""
    if not database.has("customer_scores"):
        return pd.DataFrame()
    return database.frame(_GROUPS, scope.values(), needs=["customers_by_group"])


def customers_by_state(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return customers, worth and expected spend by state, of the chosen segments."""
    if not database.has("customer_scores"):
        return pd.DataFrame()
    return database.frame(_GROUPS_BY_STATE, scope.values(), needs=["customers_by_group"])


def members(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return the customers of the chosen segments and states who are expected to spend most, by pseudonym.

    At most `LISTED_CUSTOMERS`: a base of millions leaves by `eshop export`, not through a browser.
    """
    return database.frame(_MEMBERS, {**scope.values(), "most": LISTED_CUSTOMERS}, needs=["listed_customers"])


def feature_sample(database: ReleaseDatabase, most: int, segments: tuple[int, ...] = ()) -> pd.DataFrame:
    """Return the features of at most so many customers, drawn at random once and for all; empty where not published.

    Of these segments; none named is all customers.
    """
    if not database.has("customer_features"):
        return pd.DataFrame()
    return database.frame(_SAMPLE.format(customers=features_of(segments)), {"most": most, "segments": list(segments)})


def cohorts(database: ReleaseDatabase) -> pd.DataFrame:
    """Return who came back by cohort and months since their first sale."""
    return database.frame(_COHORTS)


def products(database: ReleaseDatabase, category: str) -> pd.DataFrame:
    """Return the products of a category that have a price: `product_id`, `product_name`, `list_price_brl`."""
    return database.frame(_PRODUCTS, {"category": category})
