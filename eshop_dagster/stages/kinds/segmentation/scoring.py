"""Segments of a scoring: columns of every customer, the table of segments, and what keeps both from readers.

Where the champion does not fit the customers of the day, nobody has a segment: NULL, with the reason, and never figures
that belong to other customers.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from eshop_dagster.stages.kind import CustomerScores, Fit, Scoring
from eshop_dagster.stages.kinds.segmentation.training import chosen_params
from eshop_dagster.stages.published import Column, Table

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.adapters.registry import LoadedModel

_EXPECTED = "expected_spend_brl"
_SEGMENT = "Number of the segment, which keeps its meaning from one model to the next."

SEGMENTS = Table(
    "customer_segments",
    "The champion's segments: one row per segment, with its persona and figures.",
    (
        Column("segment_id", pa.int32(), _SEGMENT),
        Column("name_pt", pa.string(), "Name of the persona in Portuguese."),
        Column("name_en", pa.string(), "Name of the persona in English."),
        Column("description_pt", pa.string(), "The persona in a few Portuguese sentences."),
        Column("description_en", pa.string(), "The persona in a few English sentences."),
        Column(
            "customer_count",
            pa.int64(),
            "Customers in the group that the row is about. All who were scored into the segment.",
        ),
        Column("net_revenue_brl_mean", pa.float64(), "Mean net_revenue_brl of its customers."),
        Column("expected_spend_brl_mean", pa.float64(), "Mean expected_spend_brl of its customers."),
        Column("recency_days_median", pa.float64(), "Median recency_days of its customers."),
        Column("order_count_mean", pa.float64(), "Mean order_count of its customers."),
    ),
)


def _assigned(features: "pd.DataFrame", champion: "LoadedModel") -> "Mapping[str, pd.Series]":
    from eshop_dagster.ml.segmentation import assign_segments

    assigned = assign_segments(champion.pipeline, features)
    return {
        "segment_id": assigned["segment_id"],
        "segment_typicality": assigned["typicality"],
        "is_outlier": assigned["is_outlier"],
    }


def _segments(scoring: Scoring) -> dict[str, pa.Table]:
    """Return one row per segment of the champion: its persona, and what its customers are like on the scoring's day."""
    import pandas as pd

    from eshop_dagster.ml.features import FEATURES
    from eshop_dagster.ml.personas import describe_personas, segment_profile

    champion, scores = scoring.champion, scoring.scores
    if champion is None:
        return {SEGMENTS.name: SEGMENTS.empty()}
    ids = scores["segment_id"].to_numpy()
    wanted = [name for name in scoring.features.column_names if name in FEATURES]
    profile = segment_profile(scoring.features.select(wanted).to_pandas(), ids)
    personas = [one for one in json.loads(champion.version.tags["personas"]) if one["segment_id"] in set(ids.tolist())]
    expected = scores.select(["segment_id", _EXPECTED]).to_pandas().groupby("segment_id")[_EXPECTED].mean()
    described = describe_personas(profile, personas, scoring.platform.shop.currency)
    rows = pd.DataFrame(personas).merge(described).merge(profile)
    rows[f"{_EXPECTED}_mean"] = rows["segment_id"].map(expected)
    return {SEGMENTS.name: SEGMENTS.of(rows)}


def _objections(scoring: Scoring, tables: Mapping[str, pa.Table]) -> tuple[str, ...]:
    """Return why the segments of a scoring must not reach readers, in words; nothing where they may."""
    from eshop_dagster.ml.segmentation import find_misfits, find_wrong_figures

    if scoring.champion is None:
        return ()
    scores, table = scoring.scores, tables[SEGMENTS.name]
    ids = scores["segment_id"].to_numpy()
    misfits = find_misfits(
        ids,
        scores["is_outlier"].to_numpy(zero_copy_only=False),
        scoring.champion.pipeline.segment_ids_.tolist(),
        most_outlier_share=chosen_params(scoring.platform.params).most_outlier_share,
    )
    # Where the shop is too young for an expectation, there is none of a segment either.
    known = table.drop_columns([f"{_EXPECTED}_mean"]) if scores[_EXPECTED].null_count else table
    return (*misfits, *find_wrong_figures(known.to_pandas(), ids))


CUSTOMERS = CustomerScores(
    columns=(
        Column("segment_id", pa.int32(), f"{_SEGMENT} NULL without a model."),
        Column(
            "segment_typicality",
            pa.float64(),
            "How typical the customer is of the segment, from 0 to 1 (its very middle).",
        ),
        Column("is_outlier", pa.bool_(), "Whether the customer is far from every segment."),
        Column(
            "segmentation_model_version",
            pa.int32(),
            "Version of the model that chose the segment; NULL without one.",
        ),
    ),
    values=_assigned,
    tables=(SEGMENTS,),
    fill=_segments,
    after=("spend",),
    fit=Fit(
        check="segments_fit",
        description="Whether the champion's segments fit the customers of the day: none is empty, few customers are "
        "outliers, and the figures are those of the customers counted. Where they do not, nobody has a segment until a "
        "retraining helps.",
        objections=_objections,
        unfit="the segments do not fit today's customers",
    ),
)
