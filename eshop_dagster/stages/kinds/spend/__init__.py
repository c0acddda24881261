"""The spend model: how much will this customer spend in the window ahead?"""

from typing import Any

from eshop_dagster.shop import Shop
from eshop_dagster.stages.kind import Kind
from eshop_dagster.stages.kinds.spend.measures import MEASURES
from eshop_dagster.stages.kinds.spend.scoring import CUSTOMERS
from eshop_dagster.stages.kinds.spend.training import compare, predict, spend_params, train
from eshop_dagster.stages.measures import Words
from eshop_dagster.stages.model_card import Card, features_card

_OUTPUTS = (
    ("expected_spend_brl", "float64", "`figures`: expected net spend in the window from the day of the features on"),
    ("purchase_probability", "float64", "probability (0-1) that the customer spends anything in the window"),
    ("spend_if_buying_brl", "float64", "expected spend of the customer who buys: the first over the second"),
    ("spend_if_buying_lower_80_brl", "float64", "8 of 10 who buy spend between this and the upper end"),
    ("spend_if_buying_upper_80_brl", "float64", "its upper end; `..._95_brl` likewise for 95 of 100"),
)
_NOT_KNOWN = "; NaN in this version, which was judged on a window shorter than the one it predicts"
_EXAMPLE = """figures = model.figures(rows)
print(pd.DataFrame(figures).to_csv())
"""


def _card(model: Any, shop: Shop) -> Card:
    card = features_card(model, shop, _OUTPUTS, _EXAMPLE)
    for column in card.outputs[1:] if model.outlook_ is None else []:
        column["description"] += _NOT_KNOWN
    return card


KIND = Kind(
    name="spend",
    question="How much will this customer spend in the window ahead? Expected net spend, in the shop's currency.",
    title=Words("Gasto em {window} dias", "Spend in {window} days"),
    description="Regression on each customer's behaviour: how much will this customer spend in the label's window?",
    libraries=("scikitlearn", "xgboost"),
    measures=MEASURES,
    tables=("customer_features", "customer_spend_labels"),
    needs_cutoffs=True,
    has_features=True,
    has_segments=False,
    model_class="SpendMean",
    read_params=spend_params,
    train=train,
    compare=compare,
    predict=predict,
    card=_card,
    customers=CUSTOMERS,
)
