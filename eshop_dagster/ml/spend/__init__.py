"""The spend model: expected net BRL of each customer in the next 90 days.

What belongs here: its candidates, baselines, season, tuning, choice, intervals and reasons.
"""

from eshop_dagster.ml.spend.baselines import past_rate_brl
from eshop_dagster.ml.spend.deciles import spend_deciles
from eshop_dagster.ml.spend.explain import explain_spend, with_sentences
from eshop_dagster.ml.spend.fit import fit_spend
from eshop_dagster.ml.spend.model import SpendModel
from eshop_dagster.ml.spend.params import SpendParams
from eshop_dagster.ml.spend.result import SpendResult
from eshop_dagster.ml.spend.sampling import drawn_training_rows

__all__ = [
    "SpendModel",
    "SpendParams",
    "SpendResult",
    "drawn_training_rows",
    "explain_spend",
    "fit_spend",
    "past_rate_brl",
    "spend_deciles",
    "with_sentences",
]
