"""A training of the spend model as the benchmark looks at it: every part and baseline by itself, and their mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from eshop_dagster.ml.bootstrap import Interval
from eshop_dagster.ml.features import feature_matrix
from eshop_dagster.ml.spend import SpendMean, SpendResult
from eshop_dagster.ml.spend.parts import BG_NBD_DAY, NAMES
from eshop_dagster.ml.spend.walk import WalkForward

Floats = npt.NDArray[np.float64]
Predictions = Mapping[str, Floats]

MODEL = "weighted_mean"
"""What the platform trains: the parts' mean by the weights of that training."""


@dataclass(frozen=True)
class Trained:
    """What a training of one day brought.

    Attributes:
        day: the first day that it did not know.
        walk: what each part and each baseline said of the judging rows, trained before their windows.
        models: what can serve, fitted on everything known by `day`: the `MODEL`, and the best baseline by its name.
        rival: that name.
        predict: by name what each part and baseline, fitted on as much, and the `MODEL` say of rows.
        bg_nbd_chance: BG/NBD's own probability to buy, fitted on as much; None where it could not be fitted.
        compared: differences already measured on the judging rows.
    """

    day: date
    walk: WalkForward
    models: Mapping[str, SpendMean]
    rival: str
    predict: Callable[[pd.DataFrame], Predictions]
    bg_nbd_chance: Callable[[pd.DataFrame], Floats] | None = None
    compared: dict[tuple[object, ...], Interval] = field(default_factory=dict, compare=False, repr=False)

    def formula(self, name: str) -> Mapping[str, float]:
        """Return the weights of one of the models."""
        return self.models[name].weights_by_name()


def trained_of(day: date, result: SpendResult) -> Trained | None:
    """Return a training as the platform's own function gives it; None where it has no model."""
    mean, stand_in, walk, fitted = result.mean, result.stand_in, result.walk, result.fitted
    if mean is None or stand_in is None or walk is None or fitted is None:
        return None

    def predict(rows: pd.DataFrame) -> Predictions:
        matrix = feature_matrix(rows, NAMES)
        return {**fitted.predict(matrix), MODEL: mean.pipeline.predict(matrix)}

    models = {MODEL: mean.pipeline, stand_in.name: stand_in.pipeline}
    own = fitted.parts.get(BG_NBD_DAY)
    chance = None if own is None else lambda rows: own.chance(feature_matrix(rows, NAMES))
    return Trained(day, walk, models, stand_in.name, predict, chance)
