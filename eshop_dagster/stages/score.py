"""Score: every customer, by the champions, at the day after the last one known. Nothing is fitted here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from eshop_dagster.adapters.files import parquet_bytes, write_atomically, write_json
from eshop_dagster.stages.champions import serving_champion
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.predictions import keep_predictions
from eshop_dagster.stages.snapshot import read_features

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.adapters.registry import LoadedModel


@dataclass(frozen=True)
class Scores:
    """Where the scores lie and what made them.

    Attributes:
        folder: holds `customer_scores.parquet` and `customer_segments.parquet`.
        rows: number of customers scored.
        as_of_date: the cut-off of the features scored.
        versions: champion version by model; 0 where the baseline stood in.
    """

    folder: Path
    rows: int
    as_of_date: date
    versions: Mapping[str, int]


def score_customers(platform: Platform, as_of_date: date) -> Scores:
    """Write expected spend and segment of every customer who ordered before `as_of_date`.

    Where `spend` has no champion, the customer's own past rate stands in, without an interval, and the version is NULL;
    where `segmentation` has none, the segment is NULL. Readers see which version made each score.

    Raises:
        SnapshotError: the features at that cut-off are not in the warehouse.
        RegistryError: a champion cannot be used, such as one whose file was changed.
    """
    features = read_features(platform, as_of_date)
    spend = serving_champion(platform, "spend")
    segmentation = serving_champion(platform, "segmentation")
    scores = features[["customer_key", "as_of_date"]].copy()
    scores = scores.assign(**_expected_spend(platform, features, spend), spend_model_version=_version(spend))
    scores = scores.assign(**_segments(features, segmentation), segmentation_model_version=_version(segmentation))
    folder = platform.home / "scores"
    write_atomically(
        folder / "customer_scores.parquet", parquet_bytes(pa.table(_columns(scores), schema=SCORES_SCHEMA))
    )
    write_atomically(
        folder / "customer_segments.parquet", parquet_bytes(_segment_table(features, scores, segmentation))
    )
    keep_predictions(platform, scores, spend.version if spend else None)
    # The release says which versions made its scores: after a rollback, the champion may be another one.
    origin = {"spend": spend, "segmentation": segmentation}
    note_origins(folder, origin)
    versions = {
        "spend": spend.version.version if spend else 0,
        "segmentation": segmentation.version.version if segmentation else 0,
    }
    return Scores(folder, len(scores), as_of_date, versions)


def note_origins(folder: Path, models: "Mapping[str, LoadedModel | None]") -> None:
    """Note beside the scores which versions made them; those of other models stay."""
    path = folder / MODELS_FILE
    known = json.loads(path.read_text()) if path.exists() else {}
    write_json(path, {**known, **{name: _origin(model) for name, model in models.items()}})


MODELS_FILE = "models.json"
"""Beside the scores: the version and the snapshot's DVC hash of each model that made them, or null."""

SCORES_SCHEMA = pa.schema(
    [
        ("customer_key", pa.string()),
        ("as_of_date", pa.date32()),
        ("expected_spend_next_90_days_brl", pa.float64()),
        *((f"spend_{end}_{level}_brl", pa.float64()) for level in (80, 95) for end in ("lower", "upper")),
        ("spend_model_version", pa.int32()),
        ("segment_id", pa.int32()),
        ("segment_typicality", pa.float64()),
        ("is_outlier", pa.bool_()),
        ("segmentation_model_version", pa.int32()),
    ]
)

SEGMENTS_SCHEMA = pa.schema(
    [
        ("segment_id", pa.int32()),
        ("name_pt", pa.string()),
        ("name_en", pa.string()),
        ("description_pt", pa.string()),
        ("description_en", pa.string()),
        ("customer_count", pa.int64()),
        ("revenue_brl_mean", pa.float64()),
        ("expected_spend_next_90_days_brl_mean", pa.float64()),
        ("recency_days_median", pa.float64()),
        ("order_count_mean", pa.float64()),
    ]
)


def _origin(model: "LoadedModel | None") -> dict[str, object] | None:
    return {"version": model.version.version, "dvc_hash": model.version.tags.get("dvc_hash")} if model else None


def _version(model: "LoadedModel | None") -> int | None:
    return model.version.version if model else None


def _expected_spend(
    platform: Platform, features: "pd.DataFrame", model: "LoadedModel | None"
) -> "dict[str, pd.Series | None]":
    """Return expected spend and the ends of its intervals by column, BRL."""
    import pandas as pd

    from eshop_dagster.ml.features import FEATURES, feature_matrix
    from eshop_dagster.ml.spend import past_rate_brl

    ends = {f"spend_{end}_{level}_brl": None for level in (80, 95) for end in ("lower", "upper")}
    name = "expected_spend_next_90_days_brl"
    if model is None:
        rate = past_rate_brl(features, horizon_days=platform.params.cutoffs.horizon_days)
        return {name: pd.Series(rate, index=features.index), **ends}
    matrix = feature_matrix(features, FEATURES)
    found = {name: model.pipeline.predict(matrix)}
    for level in (80, 95):
        lower, upper = model.pipeline.interval_of(found[name], level / 100)
        found |= {f"spend_lower_{level}_brl": lower, f"spend_upper_{level}_brl": upper}
    return {column: pd.Series(values, index=features.index) for column, values in found.items()}


def _segments(features: "pd.DataFrame", model: "LoadedModel | None") -> "dict[str, pd.Series | None]":
    """Return segment, typicality (0-1) and whether the customer is an outlier, by column."""
    from eshop_dagster.ml.segmentation import assign_segments

    if model is None:
        return {"segment_id": None, "segment_typicality": None, "is_outlier": None}
    assigned = assign_segments(model.pipeline, features)
    return {
        "segment_id": assigned["segment_id"],
        "segment_typicality": assigned["typicality"],
        "is_outlier": assigned["is_outlier"],
    }


def _segment_table(features: "pd.DataFrame", scores: "pd.DataFrame", model: "LoadedModel | None") -> pa.Table:
    """Return one row per segment of the champion, with its persona and what its customers are like today."""
    if model is None:
        return SEGMENTS_SCHEMA.empty_table()
    joined = features.assign(segment_id=scores["segment_id"], expected=scores["expected_spend_next_90_days_brl"])
    profile = joined.groupby("segment_id").agg(
        customer_count=("customer_key", "size"),
        revenue_brl_mean=("revenue_brl", "mean"),
        expected_spend_next_90_days_brl_mean=("expected", "mean"),
        recency_days_median=("recency_days", "median"),
        order_count_mean=("order_count", "mean"),
    )
    rows = []
    for persona in json.loads(model.version.tags["personas"]):
        segment_id = persona["segment_id"]
        figures = profile.loc[segment_id].to_dict() if segment_id in profile.index else {"customer_count": 0}
        rows.append({**persona, **figures, "customer_count": int(figures["customer_count"])})
    return pa.Table.from_pylist(rows, schema=SEGMENTS_SCHEMA)


def _columns(frame: "pd.DataFrame") -> dict[str, pa.Array]:
    return {
        name: pa.array(frame[name], type=SCORES_SCHEMA.field(name).type, from_pandas=True)
        for name in SCORES_SCHEMA.names
    }
