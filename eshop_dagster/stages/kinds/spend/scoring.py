"""What a release says of each customer's spend, and why."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from eshop_dagster.ml.spend_figures import EXPECTED, IF_BUYING, PROBABILITY
from eshop_dagster.stages.kind import CustomerScores, Scoring
from eshop_dagster.stages.published import CUSTOMER_KEY, Column, Table, bounds

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.adapters.registry import LoadedModel

REASONS = Table(
    "customer_spend_reasons",
    "Why so much is expected of a customer: one row per customer and reason.",
    (
        CUSTOMER_KEY,
        Column("rank", pa.int32(), "Place of the reason among the customer's, 1 for the weightiest."),
        Column("feature", pa.string(), "Column of customer_features that the reason is about."),
        Column("value", pa.float64(), "The customer's value of that feature."),
        Column(
            "effect_brl",
            pa.float64(),
            "By how much the feature raises what is expected of the customer; below 0 it lowers it.",
        ),
        Column("reason_pt", pa.string(), "The reason as a phrase in Portuguese."),
        Column("reason_en", pa.string(), "The reason as a phrase in English."),
    ),
)


def _figures(features: "pd.DataFrame", champion: "LoadedModel") -> "Mapping[str, pd.Series]":
    """Return the columns of `ml.spend_figures`."""
    import pandas as pd

    from eshop_dagster.ml.features import FEATURES, feature_matrix

    found = champion.pipeline.figures(feature_matrix(features, FEATURES))
    return {column: pd.Series(values, index=features.index) for column, values in found.items()}


def _reasons(scoring: Scoring) -> dict[str, pa.Table]:
    """Return the reasons of those of whom most is expected: they cost far more than the scores themselves."""
    import pyarrow.compute as pc

    from eshop_dagster.ml.spend import explain_spend, with_sentences

    if scoring.champion is None:
        return {REASONS.name: REASONS.empty()}
    order = pc.sort_indices(scoring.scores, sort_keys=[(EXPECTED, "descending"), ("customer_key", "ascending")])
    explained = order.slice(0, scoring.platform.params.explained_customers)
    rows = scoring.features.take(explained).sort_by("customer_key").to_pandas()
    return {REASONS.name: REASONS.of(with_sentences(explain_spend(scoring.champion.pipeline, rows)))}


CUSTOMERS = CustomerScores(
    columns=(
        Column(EXPECTED, pa.float64(), "Net spend to expect of the customer in the window that the manifest names."),
        Column(
            PROBABILITY,
            pa.float64(),
            "Probability (0 to 1) that the customer buys in the window that the manifest names. NULL where the "
            "model was judged on a shorter one.",
        ),
        Column(
            IF_BUYING,
            pa.float64(),
            "Net spend to expect of the customer in the window, if the customer buys. NULL with purchase_probability.",
        ),
        *bounds("spend_if_buying", "amounts that such customers spend in the window if they buy"),
        Column("spend_model_version", pa.int32(), "Version of the model that expects this; NULL without one."),
    ),
    values=_figures,
    tables=(REASONS,),
    fill=_reasons,
)
