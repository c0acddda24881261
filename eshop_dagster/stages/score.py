"""Score: every customer, by the champions, at the day after the last one known. Nothing is fitted here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from eshop_dagster.ml.spend_figures import EXPECTED, FIGURES
from eshop_dagster.shop import Shop, in_currency_of
from eshop_dagster.stages.champions import of_window, serving_champion
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.predictions import keep_predictions
from eshop_dagster.stages.register import note_obstacle
from eshop_dagster.stages.score_files import keep_scores
from eshop_dagster.stages.score_tables import REASONS_SCHEMA, SCORES_SCHEMA, as_table
from eshop_dagster.stages.segments import UNFIT, reasons_against, segment_columns, segment_table, without_segments
from eshop_dagster.stages.snapshot import read_features

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.adapters.registry import LoadedModel


@dataclass(frozen=True)
class Scores:
    """How many customers were scored, and what by.

    Attributes:
        rows: number of customers scored.
        as_of_date: the cut-off of the features scored.
        versions: champion version by model; 0 where there is none.
        withheld: why nobody has a segment although there is a champion; empty where everybody has.
    """

    rows: int
    as_of_date: date
    versions: Mapping[str, int]
    withheld: tuple[str, ...] = ()


def score_customers(platform: Platform, as_of_date: date) -> Scores:
    """Write expected spend and segment of every customer who ordered before `as_of_date`, and why.

    The tables are `customer_scores`, `customer_features`, `customer_segments` and `customer_spend_reasons`.

    Where `spend` has no champion of just this window, expected spend and version are NULL: nothing serves that was not
    judged; where `segmentation` has none, or has one that does not fit these customers, the segment is NULL. Readers
    see which version made each score, and the very features that it was made from.

    Raises:
        SnapshotError: the features at that cut-off are not in the warehouse.
        RegistryError: a champion cannot be used, such as one whose file was changed.
    """
    features = read_features(platform, as_of_date)
    window_days = platform.params.cutoffs.horizon_days
    spend = of_window(platform, serving_champion(platform, "spend"), window_days)
    segmentation = serving_champion(platform, "segmentation")
    # In parts: the memory that a model takes is that of a part, whatever the number of customers.
    parts = [features.slice(start, _ROWS_AT_ONCE) for start in range(0, features.num_rows, _ROWS_AT_ONCE)]
    scores = pa.concat_tables(_scored(platform, part.to_pandas(), spend, segmentation) for part in parts)
    segments = segment_table(platform, features, scores, segmentation)
    withheld = reasons_against(platform, scores, segments, segmentation)
    if withheld:
        note_obstacle(platform, "segmentation", f"{UNFIT}: {'; '.join(withheld)}")
        scores, segmentation = without_segments(scores), None
        segments = segment_table(platform, features, scores, None)
    tables = {
        "customer_scores": scores,
        "customer_features": features,
        "customer_segments": _in_currency(segments, ("description_pt", "description_en"), platform.shop),
        "customer_spend_reasons": _reasons(platform, features, scores, spend),
    }
    # The release says which versions made its scores: after a rollback, the champion may be another one.
    made_by = {name: one.version if one else None for name, one in (("spend", spend), ("segmentation", segmentation))}
    keep_scores(platform.home, tables, made_by, window_days)
    keep_predictions(platform, scores, made_by["spend"])
    versions = {name: one.version if one else 0 for name, one in made_by.items()}
    return Scores(scores.num_rows, as_of_date, versions, withheld)


_ROWS_AT_ONCE = 250_000


def _scored(
    platform: Platform, features: "pd.DataFrame", spend: "LoadedModel | None", segmentation: "LoadedModel | None"
) -> pa.Table:
    scores = features[["customer_key", "as_of_date"]].copy()
    scores = scores.assign(**_expected_spend(features, spend), spend_model_version=_version(spend))
    scores = scores.assign(**segment_columns(features, segmentation))
    return as_table(scores, SCORES_SCHEMA)


def _version(model: "LoadedModel | None") -> int | None:
    return model.version.version if model else None


def _expected_spend(features: "pd.DataFrame", model: "LoadedModel | None") -> "dict[str, pd.Series | None]":
    """Return the columns of `ml.spend_figures`; NULL without a model."""
    import pandas as pd

    from eshop_dagster.ml.features import FEATURES, feature_matrix

    if model is None:
        return dict.fromkeys(FIGURES)
    found = model.pipeline.figures(feature_matrix(features, FEATURES))
    return {column: pd.Series(values, index=features.index) for column, values in found.items()}


def _reasons(platform: Platform, features: pa.Table, scores: pa.Table, model: "LoadedModel | None") -> pa.Table:
    """Return the reasons of those of whom most is expected: they cost far more than the scores themselves."""
    import pyarrow.compute as pc

    from eshop_dagster.ml.spend import explain_spend, with_sentences

    if model is None:
        return REASONS_SCHEMA.empty_table()
    order = pc.sort_indices(scores, sort_keys=[(EXPECTED, "descending"), ("customer_key", "ascending")])
    explained = order.slice(0, platform.params.explained_customers)
    rows = features.take(explained).sort_by("customer_key").to_pandas()
    reasons = as_table(with_sentences(explain_spend(model.pipeline, rows)), REASONS_SCHEMA)
    return _in_currency(reasons, ("reason_pt", "reason_en"), platform.shop)


def _in_currency(table: pa.Table, columns: tuple[str, ...], shop: Shop) -> pa.Table:
    """Return a table whose texts name the shop's currency."""
    for name in columns:
        said = [text and in_currency_of(shop, text) for text in table[name].to_pylist()]
        table = table.set_column(table.column_names.index(name), table.schema.field(name), pa.array(said, pa.string()))
    return table
