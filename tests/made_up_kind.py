"""A made-up kind of model, as a person who adds one writes it: this file, its name, its section in `params.yaml`.

It expects a customer's spend by ridge regression on three features. Tests put it into the package of kinds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.evidence import Comparison
from eshop_dagster.ml.parameters import Parameters, require
from eshop_dagster.shop import Shop
from eshop_dagster.stages.feature_profile import with_profile
from eshop_dagster.stages.kind import CustomerScores, Kind, OwnTables, parameters_report, seed_of, without_seed
from eshop_dagster.stages.measures import Measure, Words
from eshop_dagster.stages.model_card import FEATURES_READ, OPENED, Card, column
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.published import Column, Table
from eshop_dagster.stages.snapshot import Snapshot
from eshop_dagster.stages.trained import Trained

if TYPE_CHECKING:
    import pandas as pd

    from eshop_dagster.adapters.registry import LoadedModel

_FEATURES = ("net_revenue_last_365_days_brl", "order_last_365_days_count", "recency_days")


@dataclass(frozen=True)
class ThriftParams(Parameters):
    """Parameters of the made-up kind: `alpha` is the ridge penalty."""

    alpha: float = 1.0

    def __post_init__(self) -> None:
        require(self.alpha > 0, "ThriftParams.alpha", self.alpha, "above 0")


def _chosen(params: Params) -> ThriftParams:
    return ThriftParams.from_mapping(without_seed(params.of("thrift")))


def _rows(frame: "pd.DataFrame") -> "pd.DataFrame":
    return frame[list(_FEATURES)].astype("float64")


def _said(model: Any, frame: "pd.DataFrame") -> Any:
    """Return the model's expectation by sums of its own: a matrix product rounds by where in the matrix a row lies."""
    rows = _rows(frame)
    return model.intercept_ + sum(
        rows[name].to_numpy() * weight for name, weight in zip(rows, model.coef_, strict=True)
    )


def _error(said: Any, rows: "pd.DataFrame") -> float:
    from eshop_dagster.ml.features import LABEL

    return float((rows[LABEL].astype("float64") - said).abs().mean())


def _train(snapshot: Snapshot, params: Params, champion: Any | None) -> Trained:
    from sklearn.linear_model import Ridge

    from eshop_dagster.ml.features import LABEL

    chosen, seed = _chosen(params), seed_of(params.of("thrift"))
    learned, judged = snapshot.train(), snapshot.holdout()
    model = Ridge(alpha=chosen.alpha).fit(_rows(learned), learned[LABEL].astype("float64"))
    error, naive = _error(_said(model, judged), judged), _error(learned[LABEL].astype("float64").mean(), judged)
    trained = Trained(
        model="thrift",
        candidate="ridge",
        pipeline=model,
        metrics={"thrift_mae_brl": error},
        baseline_metrics={"thrift_mae_brl": naive},
        reason=f"its mean absolute error is {error:.2f} BRL, that of the mean {naive:.2f}.",
        feature_names=_FEATURES,
        reports={"parameters": parameters_report(chosen, seed)},
    )
    return with_profile(trained, snapshot)


def _compare(trained: Trained, champion: Any | None, snapshot: Snapshot, params: Params) -> Comparison:
    own, naive = trained.metrics["thrift_mae_brl"], trained.baseline_metrics["thrift_mae_brl"]
    against = Interval(own - naive, own - naive, own - naive)
    if champion is None:
        return Comparison(against_baseline=against, baseline_name="mean")
    judged = snapshot.holdout()
    other = _error(_said(champion, judged), judged)
    return Comparison(
        champion=other,
        difference=Interval(own - other, own - other, own - other),
        against_baseline=against,
        champion_against_baseline=Interval(other - naive, other - naive, other - naive),
        baseline_name="mean",
    )


def _predict(model: Any, snapshot: Snapshot) -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame({"expected_brl": _said(model, snapshot.scoring())})


def _card(model: Any, shop: Shop) -> Card:
    from eshop_dagster.ml.features import FEATURES, sample_input

    inputs = [column(shop, name, "float64", FEATURES[name]) for name in _FEATURES]
    outputs = [column(shop, "thrift_brl", "float64", "expected spend in the window")]
    return Card(inputs, outputs, sample_input(_FEATURES), OPENED + FEATURES_READ + "print(model.predict(rows))\n")


def _values(features: "pd.DataFrame", champion: "LoadedModel") -> "Mapping[str, pd.Series]":
    import pandas as pd

    return {"thrift_brl": pd.Series(_said(champion.pipeline, features), index=features.index)}


COEFFICIENTS = Table(
    "thrift_coefficients",
    "What a unit of each feature adds to the made-up expectation: one row per feature.",
    (
        Column("feature", pa.string(), "Column of customer_features that the reason is about."),
        Column("coefficient_brl", pa.float64(), "Spend that a unit more of it adds."),
    ),
)


def _coefficients(platform: Platform, snapshot: Snapshot, champion: "LoadedModel | None") -> dict[str, pa.Table]:
    import pandas as pd

    if champion is None:
        return {COEFFICIENTS.name: COEFFICIENTS.empty()}
    rows = pd.DataFrame({"feature": _FEATURES, "coefficient_brl": champion.pipeline.coef_})
    return {COEFFICIENTS.name: COEFFICIENTS.of(rows)}


KIND = Kind(
    name="thrift",
    question="How thrifty is this customer? Expected spend in the window, in the shop's currency.",
    title=Words("Parcimônia", "Thrift"),
    description="Ridge regression on three features: how thrifty is this customer?",
    libraries=("scikitlearn",),
    measures=(
        Measure(
            "thrift_mae_brl",
            Words("Erro absoluto médio ({currency})", "Mean absolute error ({currency})"),
            "lower",
            Words("distância média até o gasto real", "mean distance to the true spend"),
        ),
    ),
    tables=("customer_features", "customer_spend_labels"),
    needs_cutoffs=True,
    has_features=True,
    has_segments=False,
    model_class="Ridge",
    read_params=_chosen,
    train=_train,
    compare=_compare,
    predict=_predict,
    card=_card,
    customers=CustomerScores(
        columns=(
            Column("thrift_brl", pa.float64(), "Spend that the made-up model expects."),
            Column("thrift_model_version", pa.int32(), "Version of the model that expects it; NULL without one."),
        ),
        values=_values,
    ),
    own_tables=OwnTables(tables=(COEFFICIENTS,), fill=_coefficients),
)
