"""Score: what the champions say of customers and of the shop, as the tables that a release takes over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa

from eshop_dagster.shop import Shop, in_currency_of
from eshop_dagster.stages.champions import of_window, serving_champion
from eshop_dagster.stages.kind import CustomerScores, Kind, Scoring
from eshop_dagster.stages.kinds import KINDS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.predictions import keep_predictions
from eshop_dagster.stages.register import note_obstacle
from eshop_dagster.stages.score_files import keep_scores
from eshop_dagster.stages.score_tables import CUSTOMER_SCORES, scoring_order
from eshop_dagster.stages.snapshot import Snapshot, read_features

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.adapters.registry import LoadedModel

Champions = Mapping[str, "LoadedModel | None"]


@dataclass(frozen=True)
class Scores:
    """How many customers were scored, and what by.

    Attributes:
        rows: number of customers scored.
        as_of_date: the cut-off of the features scored.
        versions: champion version by model; 0 where there is none.
        withheld: by model why its scores are not published although there is a champion; empty where everybody has.
    """

    rows: int
    as_of_date: date
    versions: Mapping[str, int]
    withheld: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def score_customers(platform: Platform, as_of_date: date) -> Scores:
    """Write what the champions say of every customer who ordered before `as_of_date`, and why.

    The tables are `customer_scores`, `customer_features` and those that the kinds publish beside.

    Where a kind has no champion, or none of just this window, its columns are NULL: nothing serves that was not judged.
    So are they where its champion does not fit these customers. Readers see which version made each score, and the very
    features that it was made from.

    Raises:
        SnapshotError: the features at that cut-off are not in the warehouse.
        RegistryError: a champion cannot be used, such as one whose file was changed.
    """
    features = read_features(platform, as_of_date)
    window_days, order = platform.params.cutoffs.horizon_days, scoring_order()
    champions = {name: _serving(platform, KINDS[name], window_days) for name in order}
    # In parts: the memory that a model takes is that of a part, whatever the number of customers.
    parts = [features.slice(start, _ROWS_AT_ONCE) for start in range(0, features.num_rows, _ROWS_AT_ONCE)]
    scores = pa.concat_tables(_scored(part.to_pandas(), order, champions) for part in parts)
    tables: dict[str, pa.Table] = {}
    withheld: dict[str, tuple[str, ...]] = {}
    for name, kind in order.items():
        own = kind.fill(Scoring(platform, features, scores, champions[name]))
        found = kind.fit.objections(Scoring(platform, features, scores, champions[name]), own) if kind.fit else ()
        if kind.fit and found:
            note_obstacle(platform, name, f"{kind.fit.unfit}: {'; '.join(found)}")
            scores, withheld[name], champions[name] = _without(scores, kind), found, None
            own = kind.fill(Scoring(platform, features, scores, None))
        tables |= {table: _in_currency(rows, platform.shop) for table, rows in own.items()}
    # The release says which versions made its scores: after a rollback, the champion may be another one.
    made_by = {name: one.version if one else None for name, one in champions.items()}
    keep_scores(
        platform.home, {CUSTOMER_SCORES.name: scores, "customer_features": features, **tables}, made_by, window_days
    )
    keep_predictions(platform, scores, made_by["spend"])
    versions = {name: one.version if one else 0 for name, one in made_by.items()}
    return Scores(scores.num_rows, as_of_date, versions, withheld)


_ROWS_AT_ONCE = 250_000


def score_shop(platform: Platform, name: str, snapshot: Snapshot) -> "tuple[LoadedModel | None, dict[str, int]]":
    """Write the tables of a kind whose rows are no customers, such as the forecast.

    Returns:
        The champion that made them, and the number of rows by table.

    Raises:
        RegistryError: the champion cannot be used; the tables of before stay.
    """
    kind = KINDS[name]
    assert kind.own_tables is not None, f"the kind {name} publishes no tables of its own"
    champion = _serving(platform, kind, platform.params.cutoffs.horizon_days)
    tables = dict(kind.own_tables.fill(platform, snapshot, champion))
    keep_scores(platform.home, tables, {name: champion.version if champion else None})
    return champion, {table: rows.num_rows for table, rows in tables.items()}


def _serving(platform: Platform, kind: Kind, window_days: int) -> "LoadedModel | None":
    if kind.name not in platform.params.models:
        return None
    champion = serving_champion(platform, kind.name)
    return of_window(platform, champion, window_days) if kind.has_window else champion


def _scored(features: "pd.DataFrame", order: Mapping[str, CustomerScores], champions: Champions) -> pa.Table:
    scores = features[["customer_key", "as_of_date"]].copy()
    for name, kind in order.items():
        champion, [*columns, version] = champions[name], [column.name for column in kind.columns]
        values = dict.fromkeys(columns) if champion is None else kind.values(features, champion)
        scores = scores.assign(**values, **{version: champion.version.version if champion else None})
    return CUSTOMER_SCORES.of(scores)


def _without(scores: pa.Table, kind: CustomerScores) -> pa.Table:
    """Return the scores with NULL in every column of a kind."""
    for column in kind.columns:
        place, field_ = scores.schema.get_field_index(column.name), pa.field(column.name, column.type)
        scores = scores.set_column(place, field_, pa.nulls(scores.num_rows, column.type))
    return scores


def _in_currency(table: pa.Table, shop: Shop) -> pa.Table:
    """Return a table whose texts, in columns that end with a language, name the shop's currency."""
    for name in (name for name in table.column_names if name.endswith(("_pt", "_en"))):
        said = [text and in_currency_of(shop, text) for text in table[name].to_pylist()]
        table = table.set_column(table.column_names.index(name), table.schema.field(name), pa.array(said, pa.string()))
    return table
