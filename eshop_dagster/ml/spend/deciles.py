"""Tenths of the customers by predicted spend: whether those expected to spend most do."""

import numpy as np
import pandas as pd

DECILES = 10


def spend_deciles(holdout: pd.DataFrame) -> pd.DataFrame:
    """Return one row per tenth of the customers, the highest predictions first.

    Customers predicted alike are ordered by their key, so that their place does not change with the order of rows.

    Args:
        holdout: `customer_key`, `actual_brl`, `predicted_brl`, `baseline_brl` by customer.

    Returns:
        `decile` (1 to 10), `customer_count`, `predicted_mean_brl`, `actual_mean_brl`, `lift` (its mean spend over that
        of all; NaN where nobody spent), and the cumulated shares (0-1) of true spend: `gain_share` in this order,
        `baseline_gain_share` in that of the baseline, `perfect_gain_share` in that of the truth.
    """
    actual = holdout["actual_brl"].to_numpy(dtype=np.float64)
    total = actual.sum()
    rows = pd.DataFrame({"decile": np.arange(1, DECILES + 1)})
    for name, column in (("gain", "predicted_brl"), ("baseline_gain", "baseline_brl"), ("perfect_gain", "actual_brl")):
        order = np.lexsort((holdout["customer_key"].to_numpy(dtype=str), -holdout[column].to_numpy(dtype=np.float64)))
        parts = np.array_split(order, DECILES)
        if name == "gain":
            rows["customer_count"] = [len(part) for part in parts]
            predicted = holdout["predicted_brl"].to_numpy(dtype=np.float64)
            rows["predicted_mean_brl"] = [_mean(predicted[part]) for part in parts]
            rows["actual_mean_brl"] = [_mean(actual[part]) for part in parts]
            rows["lift"] = rows["actual_mean_brl"] / (actual.mean() if total > 0 else np.nan)
        spent = np.array([actual[part].sum() for part in parts])
        rows[f"{name}_share"] = np.cumsum(spent) / total if total > 0 else np.nan
    return rows


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")
