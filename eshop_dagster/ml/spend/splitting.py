"""The strict split in time: early cut-offs to fit on, a later one to choose on, the holdout to judge on once."""

from datetime import timedelta

import numpy as np
import pandas as pd

from eshop_dagster.ml.features import AS_OF_DATE, LABEL
from eshop_dagster.ml.parameters import require
from eshop_dagster.ml.spend.effects import Floats
from eshop_dagster.ml.spend.params import SpendParams


def spent_brl(frame: pd.DataFrame, name: str) -> Floats:
    """Return the label of the rows.

    Raises:
        ValueError: there is none, or one is negative or not finite.
    """
    if LABEL not in frame.columns:
        raise ValueError(f"{name} rows have no column {LABEL}; found {list(frame.columns)}. Build the snapshot again.")
    labels = frame[LABEL].to_numpy(dtype=np.float64)
    broken = labels[~(np.isfinite(labels) & (labels >= 0))]
    if broken.size:
        raise ValueError(
            f"{broken.size} {name} labels are negative, NULL or infinite, the first is {broken[0]}; expected {LABEL} "
            "of 0 or more. Count a return with the order it belongs to, not as a sale of its own."
        )
    return labels


def obstacle_in(name: str, values: Floats, params: SpendParams) -> str | None:
    """Return why nothing can be learned from or judged on such spends, or None."""
    buyers = int((values > 0).sum())
    if values.size < params.minimum_rows:
        return f"only {values.size} {name} rows; a model needs {params.minimum_rows}"
    if buyers < params.minimum_buyers:
        return f"only {buyers} of {values.size} {name} rows spent anything; a model needs {params.minimum_buyers}"
    if np.ptp(values) == 0:
        return f"all {values.size} {name} rows spent {values[0]:.2f} BRL; there is nothing to tell apart"
    return None


def require_split_in_time(train: pd.DataFrame, holdout: pd.DataFrame, horizon_days: int) -> None:
    """Raise a ValueError unless every training label window ends before the one holdout cut-off."""
    cutoffs = pd.to_datetime(holdout[AS_OF_DATE]).drop_duplicates()
    require(len(cutoffs) == 1, "number of holdout cut-offs", len(cutoffs), "1")
    window_end = pd.to_datetime(train[AS_OF_DATE]).max() + timedelta(days=horizon_days)
    if window_end > cutoffs.iloc[0]:
        raise ValueError(
            f"the last training label window ends on {window_end.date()}, after the holdout cut-off "
            f"{cutoffs.iloc[0].date()}; expected it to end before. Take the cut-offs of plan_cutoffs."
        )


def split_validation(train: pd.DataFrame, params: SpendParams) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return the rows to fit on and those of the validation cut-off, or None where the history is too short.

    The validation cut-off is the latest of training; the label windows of the rows to fit on end before it begins.
    """
    days = pd.to_datetime(train[AS_OF_DATE])
    validation = days.max()
    early, later = train[days + timedelta(days=params.horizon_days) <= validation], train[days == validation]
    for frame in (early, later):
        if obstacle_in("", frame[LABEL].to_numpy(dtype=np.float64), params):
            return None
    return early, later
