"""Questions of a first look at the data: how values are spread, and which lie far out."""

import pandas as pd

from eshop_dagster.adapters.dashboard_queries.database import ReleaseDatabase
from eshop_dagster.adapters.dashboard_queries.scope import (
    IN_CHANNELS,
    IN_SEGMENTS,
    IN_STATES,
    Scope,
    features_of,
)

_QUARTILES = """
    SELECT count(*) AS customer_count, min(value) AS least, max(value) AS largest, avg(value) AS mean,
        quantile_cont(value, 0.25) AS lower_quartile, median(value) AS median,
        quantile_cont(value, 0.75) AS upper_quartile, quantile_cont(value, 0.99) AS highest_percentile
    FROM (SELECT "{feature}"::DOUBLE AS value FROM {customers})
"""

_OUTSIDE = """
    SELECT count(*) FILTER (WHERE "{feature}" < $lowest OR "{feature}" > $highest) AS outlier_count
    FROM {customers}
"""

_HISTOGRAM = """
    SELECT least(greatest(floor(("{feature}"::DOUBLE - $lowest) / $width), 0), $bins - 1)::INTEGER AS bin,
        count(*) AS customer_count
    FROM {customers} GROUP BY bin ORDER BY bin
"""

_BY_SEGMENT = """
    SELECT scores.segment_id, count(*) AS customer_count, quantile_cont(value, 0.05) AS lowest,
        quantile_cont(value, 0.25) AS lower_quartile, median(value) AS median,
        quantile_cont(value, 0.75) AS upper_quartile, quantile_cont(value, 0.95) AS highest
    FROM (SELECT customer_key, "{feature}"::DOUBLE AS value FROM customer_features ORDER BY customer_key LIMIT $most)
    INNER JOIN customer_scores AS scores USING (customer_key)
    WHERE scores.segment_id IS NOT NULL AND {of_segments} GROUP BY ALL ORDER BY scores.segment_id
"""

_COMPARED = 200_000

_WORTH = f"""
    SELECT worth_step, sum(order_count)::BIGINT AS order_count FROM orders_by_worth
    WHERE ordered_month BETWEEN date_trunc('month', $first::DATE) AND $last AND {IN_STATES} AND {IN_CHANNELS}
    GROUP BY ALL ORDER BY worth_step
"""


def quartiles(database: ReleaseDatabase, feature: str, segments: tuple[int, ...] = ()) -> pd.DataFrame:
    """Return one row: how a feature is spread over the customers of these segments; none named is all customers.

    Raises:
        ValueError: it is no column of `customer_features`.
    """
    return _asked(database, _QUARTILES, feature, segments)


def outlier_count(
    database: ReleaseDatabase, feature: str, lowest: float, highest: float, segments: tuple[int, ...] = ()
) -> int:
    """Return how many customers of these segments lie outside two bounds."""
    found = _asked(database, _OUTSIDE, feature, segments, lowest=lowest, highest=highest)
    return int(found["outlier_count"][0])


def histogram(
    database: ReleaseDatabase, feature: str, lowest: float, width: float, bins: int, segments: tuple[int, ...] = ()
) -> pd.DataFrame:
    """Return customers by bin of equal width from `lowest` on; the first and the last hold all beyond."""
    return _asked(database, _HISTOGRAM, feature, segments, lowest=lowest, width=width, bins=bins)


def quartiles_by_segment(database: ReleaseDatabase, feature: str, segments: tuple[int, ...] = ()) -> pd.DataFrame:
    """Return how a feature is spread within each segment, on at most 200,000 customers drawn by their pseudonym.

    `lowest` and `highest` are the 5th and the 95th percentile.
    """
    return _asked(database, _BY_SEGMENT, feature, segments, most=_COMPARED)


def orders_by_worth(database: ReleaseDatabase, scope: Scope) -> pd.DataFrame:
    """Return orders by tenths of a power of ten of their worth: step 20 begins at BRL 100."""
    return database.frame(_WORTH, scope.values(), needs=["orders_by_worth"])


def _asked(
    database: ReleaseDatabase, sql: str, feature: str, segments: tuple[int, ...], **values: object
) -> pd.DataFrame:
    known, customers = _known(database, feature), features_of(segments)
    statement = sql.format(feature=known, customers=customers, of_segments=IN_SEGMENTS)
    return database.frame(statement, {"segments": list(segments), **values})


def _known(database: ReleaseDatabase, feature: str) -> str:
    """Return a column's name as it may stand in a statement: only one that the table has."""
    columns = set(database.frame("DESCRIBE customer_features")["column_name"])
    if feature not in columns:
        raise ValueError(f"{feature!r} is no column of customer_features: expected one of {sorted(columns)}")
    return feature
