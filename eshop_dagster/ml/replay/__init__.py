"""How often should the spend model be trained again? Policies walked over past weeks, each knowing only what was known.

What belongs here: when a policy trains, which model is then in place, and what that was worth. Where rows come from
and how a model is trained is the caller's.
"""

from eshop_dagster.ml.replay.policies import DRIFT, MONTHLY, NEVER, POLICIES, WEEKLY, DriftRule, weeks_between
from eshop_dagster.ml.replay.scores import PAST_RATE, Scores, measure
from eshop_dagster.ml.replay.verdict import compare_policies, verdict
from eshop_dagster.ml.replay.walk import Option, Place, Shop, Step, Training, walk

__all__ = [
    "DRIFT",
    "MONTHLY",
    "NEVER",
    "PAST_RATE",
    "POLICIES",
    "WEEKLY",
    "DriftRule",
    "Option",
    "Place",
    "Scores",
    "Shop",
    "Step",
    "Training",
    "compare_policies",
    "measure",
    "verdict",
    "walk",
    "weeks_between",
]
