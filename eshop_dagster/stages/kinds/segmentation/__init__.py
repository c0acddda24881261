"""The segmentation: what kind of customer is this?"""

from typing import Any

from eshop_dagster.shop import Shop
from eshop_dagster.stages.kind import Kind
from eshop_dagster.stages.kinds.segmentation.scoring import CUSTOMERS
from eshop_dagster.stages.kinds.segmentation.training import chosen_params, compare, predict, train
from eshop_dagster.stages.measures import Measure, Words
from eshop_dagster.stages.model_card import Card, features_card

_MEASURES = (
    Measure(
        "silhouette",
        Words("Silhueta", "Silhouette"),
        "higher",
        Words("quão separados estão os segmentos, de -1 a 1", "how far apart the segments are, -1 to 1"),
    ),
    Measure(
        "stability",
        Words("Estabilidade (Rand ajustado)", "Stability (adjusted Rand)"),
        "higher",
        Words(
            "concordância com segmentos de amostras dos mesmos clientes, até 1",
            "agreement with segments of samples of the same customers, up to 1",
        ),
    ),
)
_OUTPUTS = (
    ("segment_id", "int64", "`assign`: the segment; the same id keeps its meaning in later versions"),
    ("typicality", "float64", "share (0-1) of the segment's customers at training that were less typical"),
    ("is_outlier", "bool", "whether the customer lies far from everybody of the segment"),
)
_EXAMPLE = """assigned = model.assign(rows)
print(assigned.assign(name=assigned["segment_id"].map(model.names("en"))).to_csv())
"""


def _card(model: Any, shop: Shop) -> Card:
    return features_card(model, shop, _OUTPUTS, _EXAMPLE)


KIND = Kind(
    name="segmentation",
    question="What kind of customer is this? K-means over each customer's behaviour; a segment keeps its id.",
    title=Words("Segmentação", "Segmentation"),
    description="K-means over each customer's behaviour: what kind of customer is this?",
    libraries=("scikitlearn",),
    measures=_MEASURES,
    tables=("customer_features",),
    needs_cutoffs=True,
    has_features=True,
    has_segments=True,
    model_class="SegmentModel",
    read_params=chosen_params,
    train=train,
    compare=compare,
    predict=predict,
    card=_card,
    customers=CUSTOMERS,
)
