"""The spend model: expected net spend of each customer in the window ahead.

What belongs here: its parts, their weights, baselines, season, intervals and reasons.
"""

from eshop_dagster.ml.spend.apart import rmse_apart
from eshop_dagster.ml.spend.champion import champion_says
from eshop_dagster.ml.spend.comparison import compare_spend
from eshop_dagster.ml.spend.deciles import spend_deciles
from eshop_dagster.ml.spend.explain import explain_spend, with_sentences
from eshop_dagster.ml.spend.fit import fit_spend
from eshop_dagster.ml.spend.model import SpendMean
from eshop_dagster.ml.spend.params import SpendParams
from eshop_dagster.ml.spend.past import past_rate_brl
from eshop_dagster.ml.spend.result import SpendResult
from eshop_dagster.ml.spend.sampling import drawn_training_rows

__all__ = [
    "SpendMean",
    "SpendParams",
    "SpendResult",
    "champion_says",
    "compare_spend",
    "drawn_training_rows",
    "explain_spend",
    "fit_spend",
    "past_rate_brl",
    "rmse_apart",
    "spend_deciles",
    "with_sentences",
]
