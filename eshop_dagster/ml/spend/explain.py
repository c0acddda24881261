"""Why a customer is expected to spend what is expected: the features that move it most, as an amount and in words."""

import numpy as np
import pandas as pd

from eshop_dagster.ml.features import CUSTOMER_KEY, FEATURES, feature_matrix
from eshop_dagster.ml.spend.effects import SEASON
from eshop_dagster.ml.spend.model import CHUNK_ROWS, SpendMean
from eshop_dagster.ml.spend.phrases import sentences

REASON_COLUMNS = (CUSTOMER_KEY, "rank", "feature", "value", "effect_brl")


def explain_spend(pipeline: SpendMean, frame: pd.DataFrame, top: int = 3) -> pd.DataFrame:
    """Return the features with the largest effects on each customer's prediction, the largest first.

    The effects of all features and the model's base add up to the prediction exactly (`SpendMean.effects`); which
    effects those are depends on the part: Shapley values for boosted trees, BG/NBD and the past rate, terms of the sum
    for linear models; the mean has their weighted sum.

    Args:
        frame: `customer_key` and the model's features.
        top: reasons for each customer.

    Returns:
        `customer_key`, `rank` (1 is the largest), `feature` (or `season`), `value` of the feature (NaN for the season)
        and `effect_brl`: what it adds to the prediction, or takes away.
    """
    if top < 1:
        raise ValueError(f"top is {top}; expected 1 or more. Ask for at least one reason for each customer.")
    matrix = feature_matrix(frame, pipeline.feature_names_)
    keys = frame[CUSTOMER_KEY].to_numpy()
    found = [
        _largest(pipeline, matrix.iloc[start : start + CHUNK_ROWS], keys[start : start + CHUNK_ROWS], top)
        for start in range(0, len(matrix), CHUNK_ROWS)
    ]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(REASON_COLUMNS))


def with_sentences(reasons: pd.DataFrame) -> pd.DataFrame:
    """Return the reasons with `reason_pt` and `reason_en`: a sentence each that needs no knowledge of the model."""
    written = [
        sentences(str(feature), float(value), float(effect))
        for feature, value, effect in zip(reasons["feature"], reasons["value"], reasons["effect_brl"], strict=True)
    ]
    return reasons.assign(reason_pt=[pt for pt, _ in written], reason_en=[en for _, en in written])


def _largest(pipeline: SpendMean, matrix: pd.DataFrame, keys: np.ndarray, top: int) -> pd.DataFrame:
    effects = pipeline.effects(matrix)
    count = min(top, len(effects.names))
    order = np.argsort(-np.abs(effects.values_brl), axis=1, kind="stable")[:, :count]
    names = np.asarray(effects.names, dtype=object)[order]
    places = {name: place for place, name in enumerate(matrix.columns) if name in FEATURES and name != SEASON}
    # The last column is the value of what is no feature.
    values = np.column_stack([matrix.to_numpy(dtype=np.float64), np.full(len(matrix), np.nan)])
    known = values[:, [places.get(name, -1) for name in effects.names]]
    return pd.DataFrame(
        {
            CUSTOMER_KEY: np.repeat(keys, count),
            "rank": np.tile(np.arange(1, count + 1), len(matrix)),
            "feature": names.ravel(),
            "value": np.take_along_axis(known, order, axis=1).ravel(),
            "effect_brl": np.take_along_axis(effects.values_brl, order, axis=1).ravel(),
        }
    )
