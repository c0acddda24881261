"""From the formula of a candidate to estimators, fitted once however many candidates share them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from eshop_dagster.ml.spend.bg_nbd import BuyTillYouDieSpend
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.linear import TweedieSpend, TwoPartSpend
from eshop_dagster.ml.spend.model import SpendModel
from eshop_dagster.ml.spend.params import (
    BG_NBD,
    LINEAR,
    LINEAR_FEATURES,
    PARTS,
    RANDOM_FOREST,
    TWO_PART,
    XGBOOST,
    SpendParams,
    is_seasonal,
    parts_of,
)
from eshop_dagster.ml.spend.season import SeasonalSpend
from eshop_dagster.ml.spend.trees import DAY_FEATURES, BoostedSpend, ForestSpend


def build_part(name: str, params: SpendParams, *, names: Sequence[str], seasonal: bool, seed: int) -> Any:
    """Return an unfitted part.

    Args:
        names: features that the trees read; without the day of the year where a season factor stands for it.
        seasonal: whether its predictions are multiplied by a season factor.
    """
    read = tuple(one for one in names if not (seasonal and one in DAY_FEATURES))
    builders: dict[str, Callable[[], Any]] = {
        LINEAR: lambda: TweedieSpend(LINEAR_FEATURES, **asdict(params.linear)),
        TWO_PART: lambda: TwoPartSpend(LINEAR_FEATURES, **asdict(params.two_part)),
        RANDOM_FOREST: lambda: ForestSpend(read, asdict(params.random_forest), seed),
        XGBOOST: lambda: BoostedSpend(read, asdict(params.xgboost), seed),
        BG_NBD: lambda: BuyTillYouDieSpend(params.horizon_days),
    }
    if name not in builders:
        raise ValueError(f"part {name!r} is unknown; expected one of {PARTS}.")
    part = builders[name]()
    return SeasonalSpend(part) if seasonal else part


def build_candidate(name: str, params: SpendParams, *, names: Sequence[str], seed: int) -> SpendModel:
    """Return the unfitted model of a formula."""
    return SpendModel(
        [build_part(part, params, names=names, seasonal=is_seasonal(name), seed=seed) for part in parts_of(name)]
    )


def fit_candidates(params: SpendParams, frame: pd.DataFrame, spent: Floats, seed: int) -> dict[str, SpendModel]:
    """Return every candidate of the parameters, fitted; a part that several share is fitted once."""
    fitted: dict[tuple[str, bool], SpendModel] = {}
    models: dict[str, SpendModel] = {}
    for name in params.candidates:
        keys = [(part, is_seasonal(name)) for part in parts_of(name)]
        for part, seasonal in keys:
            if (part, seasonal) not in fitted:
                built = build_part(part, params, names=tuple(frame.columns), seasonal=seasonal, seed=seed)
                fitted[part, seasonal] = SpendModel([built]).fit(frame, spent)
        models[name] = SpendModel([fitted[key].parts[0] for key in keys])
        models[name].feature_names_, models[name].bands_ = tuple(frame.columns), None
    return models
