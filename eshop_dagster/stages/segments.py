"""Segments of a scoring: columns of every customer, the table of segments, and what keeps both from readers.

Where the champion does not fit the customers of the day, nobody has a segment: NULL, with the reason, and never figures
that belong to other customers.
"""

import json
from typing import TYPE_CHECKING

import pyarrow as pa

from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.score_tables import SCORES_SCHEMA, SEGMENTS_SCHEMA, as_table

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.adapters.registry import LoadedModel

UNFIT = "the segments do not fit today's customers"
"""How the reason begins that a release gives where it withholds the segments of a champion."""

_COLUMNS = ("segment_id", "segment_typicality", "is_outlier", "segmentation_model_version")
_EXPECTED = "expected_spend_brl"


def segment_columns(features: "pd.DataFrame", model: "LoadedModel | None") -> "dict[str, pd.Series | int | None]":
    """Return segment, typicality (0-1), whether the customer is an outlier, and the version that says so, by column."""
    from eshop_dagster.ml.segmentation import assign_segments

    if model is None:
        return dict.fromkeys(_COLUMNS)
    assigned = assign_segments(model.pipeline, features)
    return {
        "segment_id": assigned["segment_id"],
        "segment_typicality": assigned["typicality"],
        "is_outlier": assigned["is_outlier"],
        "segmentation_model_version": model.version.version,
    }


def segment_table(platform: Platform, features: pa.Table, scores: pa.Table, model: "LoadedModel | None") -> pa.Table:
    """Return one row per segment of the champion: its persona, and what its customers are like on the scoring's day."""
    import pandas as pd

    from eshop_dagster.ml.features import FEATURES
    from eshop_dagster.ml.personas import describe_personas, segment_profile

    if model is None:
        return SEGMENTS_SCHEMA.empty_table()
    ids = scores["segment_id"].to_numpy()
    wanted = [name for name in features.column_names if name in FEATURES]
    profile = segment_profile(features.select(wanted).to_pandas(), ids)
    personas = [one for one in json.loads(model.version.tags["personas"]) if one["segment_id"] in set(ids.tolist())]
    expected = scores.select(["segment_id", _EXPECTED]).to_pandas().groupby("segment_id")[_EXPECTED].mean()
    rows = pd.DataFrame(personas).merge(describe_personas(profile, personas, platform.shop.currency)).merge(profile)
    rows[f"{_EXPECTED}_mean"] = rows["segment_id"].map(expected)
    return as_table(rows, SEGMENTS_SCHEMA)


def reasons_against(
    platform: Platform, scores: pa.Table, table: pa.Table, model: "LoadedModel | None"
) -> tuple[str, ...]:
    """Return why the segments of a scoring must not reach readers, in words; nothing where they may."""
    from eshop_dagster.ml.segmentation import find_misfits, find_wrong_figures
    from eshop_dagster.stages.kinds.segmentation import chosen_params

    if model is None:
        return ()
    ids = scores["segment_id"].to_numpy()
    misfits = find_misfits(
        ids,
        scores["is_outlier"].to_numpy(zero_copy_only=False),
        model.pipeline.segment_ids_.tolist(),
        most_outlier_share=chosen_params(platform.params).most_outlier_share,
    )
    # Where the shop is too young for an expectation, there is none of a segment either.
    known = table.drop_columns([f"{_EXPECTED}_mean"]) if scores[_EXPECTED].null_count else table
    return (*misfits, *find_wrong_figures(known.to_pandas(), ids))


def without_segments(scores: pa.Table) -> pa.Table:
    """Return the scores with NULL for everybody's segment."""
    for name in _COLUMNS:
        place = scores.schema.get_field_index(name)
        nothing = pa.nulls(scores.num_rows, SCORES_SCHEMA.field(name).type)
        scores = scores.set_column(place, SCORES_SCHEMA.field(name), nothing)
    return scores
