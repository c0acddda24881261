"""What each column means that scoring and forecasting publish: the only place that says so of tables outside dbt.

Amounts are in the shop's currency. A name that dbt's tables have too means what it means there: its description begins
with the words of dbt's own, and a remark about the rows may follow.
"""

from collections.abc import Mapping

import pyarrow as pa

from eshop_dagster.stages.forecast import FORECAST_SCHEMA
from eshop_dagster.stages.score_tables import REASONS_SCHEMA, SCORES_SCHEMA, SEGMENTS_SCHEMA

SCHEMAS: Mapping[str, pa.Schema] = {
    "customer_scores": SCORES_SCHEMA,
    "customer_spend_reasons": REASONS_SCHEMA,
    "customer_segments": SEGMENTS_SCHEMA,
    "revenue_forecast": FORECAST_SCHEMA,
}
"""The published tables that no dbt model makes."""

_KEY = "Random pseudonym of the customer, which only the vault can link to a person."
_SEGMENT = "Number of the segment, which keeps its meaning from one model to the next."
_ENDS = {
    "lower": "Lower end of the interval that should hold {level} % of the {what}; NULL without one.",
    "upper": "Upper end of the interval that should hold {level} % of the {what}; NULL without one.",
}


def _ends(prefix: str, what: str) -> dict[str, str]:
    return {
        f"{prefix}_{end}_{level}_brl": text.format(level=level, what=what)
        for level in (80, 95)
        for end, text in _ENDS.items()
    }


DESCRIPTIONS: Mapping[str, Mapping[str, str]] = {
    "customer_scores": {
        "customer_key": _KEY,
        "as_of_date": "Cut-off: the first business date of which nothing is known. Spending counts from it on.",
        "expected_spend_brl": "Net spend to expect of the customer in the window that the manifest names.",
        "purchase_probability": "Probability (0 to 1) that the customer buys in the window that the manifest names. "
        "NULL where the model was judged on a shorter one.",
        "spend_if_buying_brl": "Net spend to expect of the customer in the window, if the customer buys. "
        "NULL with purchase_probability.",
        **_ends("spend_if_buying", "amounts that such customers spend in the window if they buy"),
        "spend_model_version": "Version of the model that expects this; NULL without one.",
        "segment_id": f"{_SEGMENT} NULL without a model.",
        "segment_typicality": "How typical the customer is of the segment, from 0 to 1 (its very middle).",
        "is_outlier": "Whether the customer is far from every segment.",
        "segmentation_model_version": "Version of the model that chose the segment; NULL without one.",
    },
    "customer_spend_reasons": {
        "customer_key": _KEY,
        "rank": "Place of the reason among the customer's, 1 for the weightiest.",
        "feature": "Column of customer_features that the reason is about.",
        "value": "The customer's value of that feature.",
        "effect_brl": "By how much the feature raises what is expected of the customer; below 0 it lowers it.",
        "reason_pt": "The reason as a phrase in Portuguese.",
        "reason_en": "The reason as a phrase in English.",
    },
    "customer_segments": {
        "segment_id": _SEGMENT,
        "name_pt": "Name of the persona in Portuguese.",
        "name_en": "Name of the persona in English.",
        "description_pt": "The persona in a few Portuguese sentences.",
        "description_en": "The persona in a few English sentences.",
        "customer_count": "Customers in the group that the row is about. All who were scored into the segment.",
        "net_revenue_brl_mean": "Mean net_revenue_brl of its customers.",
        "expected_spend_brl_mean": "Mean expected_spend_brl of its customers.",
        "recency_days_median": "Median recency_days of its customers.",
        "order_count_mean": "Mean order_count of its customers.",
    },
    "revenue_forecast": {
        "date": "Business date that is forecast.",
        "state": "Code of the state (SP), or name of the region outside Brazil, of delivery. "
        "The country's code (BR) is the whole shop.",
        "last_known_date": "Last business date whose sales the forecast knows.",
        "horizon_days": "Days from last_known_date to the date.",
        "expected_revenue_brl": "Revenue to expect of the day, as revenue_brl counts it: before returns.",
        **_ends("revenue", "revenues of such days"),
        "expected_order_count": "Sales to expect of the day, as order_count counts them.",
        "expected_ticket_brl": "Revenue to expect of a single sale; NULL on a day without trade.",
        **_ends("average_ticket", "average tickets of such days"),
        "revenue_model_version": "Version of the model that forecast this; NULL without one.",
    },
}
"""Descriptions by table and column, in the tables' own order."""
