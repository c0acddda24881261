"""The gate's own benchmark: simulated shops with a known future, policies that decide what serves, and their regret.

What belongs here: shops, policies and arithmetic. Where features come from and how a model is trained is the caller's.
"""

from eshop_dagster.ml.gate_bench.afterwards import Afterwards, afterwards_of, joined
from eshop_dagster.ml.gate_bench.chain import Shop, walk_origins
from eshop_dagster.ml.gate_bench.policies import (
    BASELINE,
    NEVER,
    NEWEST,
    POLICIES,
    RULE,
    Place,
    Policy,
    next_place,
)
from eshop_dagster.ml.gate_bench.regret import OriginRegret, mean_difference, origin_regret, summary
from eshop_dagster.ml.gate_bench.shops import DESIGN, SETS, TEST, ShopSpec
from eshop_dagster.ml.gate_bench.simulate import simulate
from eshop_dagster.ml.gate_bench.trained import MODEL, Trained, trained_of

__all__ = [
    "BASELINE",
    "DESIGN",
    "MODEL",
    "NEVER",
    "NEWEST",
    "POLICIES",
    "RULE",
    "SETS",
    "TEST",
    "Afterwards",
    "OriginRegret",
    "Place",
    "Policy",
    "Shop",
    "ShopSpec",
    "Trained",
    "afterwards_of",
    "joined",
    "mean_difference",
    "next_place",
    "origin_regret",
    "simulate",
    "summary",
    "trained_of",
    "walk_origins",
]
