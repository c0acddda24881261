"""Which rows can be learned from and judged on at all."""

import numpy as np
import pandas as pd

from eshop_dagster.ml.features import LABEL
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
