"""The tables that scoring publishes: their columns, and how a frame becomes one."""

from typing import TYPE_CHECKING

import pyarrow as pa

from eshop_dagster.ml.spend_figures import FIGURES

if TYPE_CHECKING:
    import pandas as pd

SCORES_SCHEMA = pa.schema(
    [
        ("customer_key", pa.string()),
        ("as_of_date", pa.date32()),
        *((name, pa.float64()) for name in FIGURES),
        ("spend_model_version", pa.int32()),
        ("segment_id", pa.int32()),
        ("segment_typicality", pa.float64()),
        ("is_outlier", pa.bool_()),
        ("segmentation_model_version", pa.int32()),
    ]
)
"""One row per customer who ordered before `as_of_date`."""

REASONS_SCHEMA = pa.schema(
    [
        ("customer_key", pa.string()),
        ("rank", pa.int32()),
        ("feature", pa.string()),
        ("value", pa.float64()),
        ("effect_brl", pa.float64()),
        ("reason_pt", pa.string()),
        ("reason_en", pa.string()),
    ]
)
"""Why so much is expected of a customer: one row per customer and reason, 1 the weightiest."""

SEGMENTS_SCHEMA = pa.schema(
    [
        ("segment_id", pa.int32()),
        ("name_pt", pa.string()),
        ("name_en", pa.string()),
        ("description_pt", pa.string()),
        ("description_en", pa.string()),
        ("customer_count", pa.int64()),
        ("net_revenue_brl_mean", pa.float64()),
        ("expected_spend_brl_mean", pa.float64()),
        ("recency_days_median", pa.float64()),
        ("order_count_mean", pa.float64()),
    ]
)
"""One row per segment of the champion."""


def as_table(frame: "pd.DataFrame", schema: pa.Schema) -> pa.Table:
    """Return the columns of `schema`, NaN and None as NULL; other columns of the frame are left out."""
    columns = {field.name: pa.array(frame[field.name], type=field.type, from_pandas=True) for field in schema}
    return pa.table(columns, schema=schema)
