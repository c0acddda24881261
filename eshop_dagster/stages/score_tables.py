"""Every table that the kinds of model publish: the only place that says so of tables outside dbt."""

from collections.abc import Mapping
from graphlib import TopologicalSorter

import pyarrow as pa

from eshop_dagster.stages.kind import CustomerScores
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.published import CUSTOMER_KEY, Column, Table


def scoring_order() -> dict[str, CustomerScores]:
    """Return how each kind scores customers, those first whose columns another one reads."""
    scores = {name: kind.customers for name, kind in KINDS.items() if kind.customers is not None}
    order = TopologicalSorter({name: one.after for name, one in scores.items()}).static_order()
    return {name: scores[name] for name in order}


CUSTOMER_SCORES = Table(
    "customer_scores",
    "What the champions say of each customer: one row per customer who ordered before `as_of_date`.",
    (
        CUSTOMER_KEY,
        Column(
            "as_of_date",
            pa.date32(),
            "Cut-off: the first business date of which nothing is known. Spending counts from it on.",
        ),
        *(column for one in scoring_order().values() for column in one.columns),
    ),
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        CUSTOMER_SCORES,
        *(table for one in scoring_order().values() for table in one.tables),
        *(table for kind in KINDS.values() if kind.own_tables for table in kind.own_tables.tables),
    )
}
"""The published tables that no dbt model makes, by name."""
