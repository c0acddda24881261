"""The features of a customer at a cut-off, and the one gate through which a frame becomes a model's input."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

CUSTOMER_KEY = "customer_key"
AS_OF_DATE = "as_of_date"
KEY = (CUSTOMER_KEY, AS_OF_DATE)
LABEL = "spend_in_window_brl"

FEATURES: dict[str, str] = {
    "recency_days": "days from the last order to the cut-off",
    "tenure_days": "days from the first order to the cut-off",
    "order_count": "orders before the cut-off",
    "order_last_30_days_count": "orders in the 30 days before the cut-off",
    "order_last_90_days_count": "orders in the 90 days before the cut-off",
    "order_last_365_days_count": "orders in the 365 days before the cut-off",
    "net_revenue_brl": "lifetime worth, net of cancellations and returns",
    "net_revenue_last_90_days_brl": "net worth of the 90 days before the cut-off",
    "net_revenue_last_365_days_brl": "net worth of the 365 days before the cut-off",
    "net_revenue_same_season_last_year_brl": "net worth of the 90 days that began 365 days before the cut-off",
    "average_ticket_brl": "mean revenue of an order before returns",
    "largest_ticket_brl": "revenue of the largest order before returns",
    "last_ticket_brl": "revenue of the latest order before returns; of several on its day the largest",
    "ticket_spread_brl": "standard deviation of the revenue of an order; 0 with one order",
    "item_count": "order lines bought",
    "average_item_count": "mean order lines of an order",
    "category_count": "different product categories bought",
    "favourite_category_share": "share (0-1) of order lines in the category bought most",
    "category_mix_share": "chance (0-1) that two order lines are of different categories",
    "freight_share": "share (0-1) of freight in what was paid",
    "app_share": "share (0-1) of orders placed in the app",
    "store_share": "share (0-1) of orders placed in a shop",
    "cancelled_order_count": "orders cancelled",
    "returned_item_count": "order lines of worth that came back",
    "late_delivery_count": "orders delivered after the promised date",
    "cancelled_order_share": "share (0-1) of all orders that were cancelled",
    "returned_order_share": "share (0-1) of all orders with a line returned",
    "late_delivery_share": "share (0-1) of all orders delivered after the promised date",
    "interpurchase_days": "mean days between orders; the tenure of a customer with one order",
    "interpurchase_spread_days": "standard deviation of the days between orders; 0 with fewer than two gaps",
    "silence_share": "recency in recency plus mean days between orders (0-1); 0.5 with one order",
    "net_revenue_trend_share": "worth of the last 90 days in it plus past worth per 90 days (0-1); 0.5 for newcomers",
    "day_of_year_sin": "season at the cut-off: sine of the day of the year",
    "day_of_year_cos": "season at the cut-off: cosine of the day of the year",
}
"""Every feature by name, with its meaning and unit; `_brl` is in the shop's currency. None is ever NULL."""

SEASON_FEATURES = ("day_of_year_sin", "day_of_year_cos")
"""Features that are the same for every customer at a cut-off."""

SKEWED_FEATURES = tuple(name for name in FEATURES if name.endswith(("_days", "_count", "_brl")))
"""Features with a long tail, which a model that adds or measures distances sees on a logarithmic scale."""


def feature_matrix(frame: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return the named features as float64 columns in the order of `names`, index kept.

    Args:
        frame: one row per customer and cut-off. Keys, text, the label and other known features may be there.
        names: a subset of `FEATURES`.

    Raises:
        ValueError: a named column is missing, a numeric column is no known feature, a column is not numeric, or a
            value is NULL or infinite. Nothing is filled in and nothing is dropped in silence.
    """
    wanted = list(names)
    missing = [name for name in wanted if name not in frame.columns]
    known = {*FEATURES, *KEY, LABEL}
    # By columns at once: the API asks for a few customers at a time, and each look into a frame costs as much as a row.
    kinds = dict(zip(frame.columns, frame.dtypes, strict=True))
    extra = [str(name) for name, kind in kinds.items() if name not in known and pd.api.types.is_numeric_dtype(kind)]
    if missing or extra:
        raise ValueError(
            f"feature columns do not fit the model: missing {missing}, unexpected {extra}; "
            f"expected {wanted}. Build the frame from the customer_features table of the model's release."
        )
    text = [name for name in wanted if not pd.api.types.is_numeric_dtype(kinds[name])]
    if text:
        found = {name: str(kinds[name]) for name in text}
        raise ValueError(f"feature columns are not numeric: {found}; expected float. Cast them where they are read.")
    matrix = frame[wanted].astype("float64")
    is_finite = np.isfinite(matrix.to_numpy()).all(axis=0)
    bad = [name for name, is_good in zip(wanted, is_finite, strict=True) if not is_good]
    if bad:
        counts = {name: int((~np.isfinite(matrix[name].to_numpy())).sum()) for name in bad}
        raise ValueError(
            f"feature values are NULL or infinite, rows by column: {counts}; expected finite numbers. "
            "Repair customer_features: a feature has a value for every customer."
        )
    return matrix


def sorted_by_key(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows sorted by `customer_key` and `as_of_date`, index renewed: row order can then change no model.

    Raises:
        ValueError: a key column is missing, NULL or repeated.
    """
    missing = [name for name in KEY if name not in frame.columns]
    if missing:
        raise ValueError(f"key columns are missing: {missing}; expected {list(KEY)}. Found {list(frame.columns)}.")
    if frame[list(KEY)].isna().to_numpy().any():
        raise ValueError(f"key columns hold NULL; expected a value in {list(KEY)} of every row. Repair the snapshot.")
    repeated = int(frame.duplicated(list(KEY)).sum())
    if repeated:
        raise ValueError(
            f"{repeated} rows repeat a key; expected one row per {' and '.join(KEY)}. Build the snapshot again."
        )
    return frame.sort_values(list(KEY), kind="stable", ignore_index=True)


def sample_input(names: Iterable[str] = tuple(FEATURES)) -> pd.DataFrame:
    """Return three made-up customers (a newcomer, a regular, a dormant one) as an input example for a model."""
    rows = {
        "recency_days": [5, 21, 400],
        "tenure_days": [5, 720, 650],
        "order_count": [1, 24, 3],
        "order_last_30_days_count": [1, 1, 0],
        "order_last_90_days_count": [1, 3, 0],
        "order_last_365_days_count": [1, 12, 0],
        "net_revenue_brl": [150.0, 4800.0, 360.0],
        "net_revenue_last_90_days_brl": [150.0, 600.0, 0.0],
        "net_revenue_last_365_days_brl": [150.0, 2400.0, 0.0],
        "net_revenue_same_season_last_year_brl": [0.0, 450.0, 0.0],
        "average_ticket_brl": [150.0, 200.0, 120.0],
        "largest_ticket_brl": [150.0, 520.0, 180.0],
        "last_ticket_brl": [150.0, 240.0, 60.0],
        "ticket_spread_brl": [0.0, 95.0, 2400.0**0.5],
        "item_count": [2, 60, 4],
        "average_item_count": [2.0, 2.5, 4 / 3],
        "category_count": [1, 6, 2],
        "favourite_category_share": [1.0, 0.4, 0.75],
        "category_mix_share": [0.0, 0.75, 0.375],
        "freight_share": [0.12, 0.05, 0.15],
        "app_share": [1.0, 0.5, 0.0],
        "store_share": [0.0, 0.25, 0.0],
        "cancelled_order_count": [0, 1, 0],
        "returned_item_count": [0, 2, 1],
        "late_delivery_count": [0, 1, 1],
        "cancelled_order_share": [0.0, 0.04, 0.0],
        "returned_order_share": [0.0, 0.04, 1 / 3],
        "late_delivery_share": [0.0, 0.04, 1 / 3],
        "interpurchase_days": [5.0, 699 / 23, 125.0],
        "interpurchase_spread_days": [0.0, 12.0, 75.0],
        "silence_share": [0.5, 21 / (21 + 699 / 23), 400 / 525],
        "net_revenue_trend_share": [0.5, 600 * 630 / (600 * 630 + 4200 * 90), 0.0],
        "day_of_year_sin": [0.5, 0.5, 0.5],
        "day_of_year_cos": [0.75**0.5] * 3,
    }
    return pd.DataFrame({name: rows[name] for name in names}, dtype="float64")
