"""The smallest valid rows, and a made-up shop whose customers buy again."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from eshop_dagster.ml.features import FEATURES, LABEL

FIRST_DAY = date(2024, 1, 1)
TRAINING = (date(2025, 3, 6), date(2025, 4, 5), date(2025, 5, 5))
JUDGING = (date(2025, 6, 4), date(2025, 7, 4), date(2025, 8, 3))
HOLDOUT = JUDGING[-1]
SCORING = date(2025, 11, 1)
HORIZON_DAYS = 90
SMALL_SPEND: dict[str, Any] = {
    "horizon_days": HORIZON_DAYS,
    "xgboost": {"n_estimators": 30, "learning_rate": 0.2},
    "bootstrap_draws": 20,
}
SMALL_SEGMENTATION: dict[str, Any] = {"most_segments": 5, "bootstraps": 2, "n_init": 3, "judged_rows": 500}


def customer(customer_key: str = "c1", as_of_date: date = HOLDOUT, **columns: Any) -> dict[str, Any]:
    """One customer who bought once, for 100 BRL, ten days before the cut-off."""
    row: dict[str, Any] = dict.fromkeys(FEATURES, 0.0)
    once = ("order_count", "order_last_90_days_count", "order_last_365_days_count", "item_count", "category_count")
    spent = [name for name in FEATURES if name.endswith("_brl")]
    row |= dict.fromkeys(once, 1.0) | dict.fromkeys(spent, 100.0)
    row |= {"recency_days": 10.0, "tenure_days": 10.0, "interpurchase_days": 10.0}
    row |= {"favourite_category_share": 1.0, "day_of_year_cos": 1.0, LABEL: 0.0}
    return {"customer_key": customer_key, "as_of_date": as_of_date, **row, **columns}


def customers(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def shop_orders(n_customers: int, seed: int) -> pd.DataFrame:
    """Orders of a shop over 22 months: customers arrive, buy at rates and tickets of their own, and lapse."""
    rng = np.random.default_rng(seed)
    days = (SCORING - FIRST_DAY).days
    first = rng.integers(0, days, n_customers)
    rate = rng.gamma(0.9, 1 / 60, n_customers)
    lifetime = rng.exponential(400.0, n_customers)
    ticket = rng.lognormal(4.8, 0.6, n_customers)
    active = np.minimum(lifetime, days - first)
    repeats = rng.poisson(rate * active)
    owner = np.concatenate([np.arange(n_customers), np.repeat(np.arange(n_customers), repeats)])
    later = first[owner[n_customers:]] + rng.random(repeats.sum()) * active[owner[n_customers:]]
    orders = pd.DataFrame({"owner": owner, "day": np.concatenate([first, later.astype(int)])})
    orders["revenue_brl"] = (ticket[owner] * rng.lognormal(0, 0.4, len(owner))).round(2)
    orders["is_app"] = rng.random(len(owner)) < 0.4
    orders["is_late"] = rng.random(len(owner)) < 0.08
    orders["items"] = 1 + rng.poisson(1.0, len(owner))
    return orders


def features_at(orders: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Features and label of every customer known before `as_of`."""
    cutoff = (as_of - FIRST_DAY).days
    known = orders[orders["day"] < cutoff]
    by = known.groupby("owner")
    frame = pd.DataFrame({"recency_days": cutoff - by["day"].max(), "tenure_days": cutoff - by["day"].min()})
    frame["order_count"] = by.size()
    frame["net_revenue_brl"] = by["revenue_brl"].sum()
    for window in (90, 365):
        recent = known[known["day"] >= cutoff - window].groupby("owner")
        frame[f"order_last_{window}_days_count"] = recent.size()
        frame[f"net_revenue_last_{window}_days_brl"] = recent["revenue_brl"].sum()
    frame["average_ticket_brl"] = frame["net_revenue_brl"] / frame["order_count"]
    frame["largest_ticket_brl"] = by["revenue_brl"].max()
    frame["item_count"] = by["items"].sum()
    frame["category_count"] = np.minimum(frame["item_count"], 5)
    frame["favourite_category_share"] = 1 / frame["category_count"]
    frame["freight_share"] = 15 / (15 + frame["average_ticket_brl"])
    frame["app_share"] = by["is_app"].mean()
    frame["late_delivery_count"] = by["is_late"].sum()
    gaps = (frame["tenure_days"] - frame["recency_days"]) / (frame["order_count"] - 1).clip(lower=1)
    frame["interpurchase_days"] = gaps.where(frame["order_count"] > 1, frame["tenure_days"])
    angle = 2 * np.pi * as_of.timetuple().tm_yday / 365.25
    frame["day_of_year_sin"], frame["day_of_year_cos"] = np.sin(angle), np.cos(angle)
    window = orders[(orders["day"] >= cutoff) & (orders["day"] < cutoff + HORIZON_DAYS)]
    frame[LABEL] = window.groupby("owner")["revenue_brl"].sum()
    frame = frame.reindex(columns=[*FEATURES, LABEL]).fillna(0.0).astype("float64")
    keys = [f"c{owner:07d}" for owner in frame.index]
    frame.insert(0, "customer_key", keys)
    frame.insert(1, "as_of_date", as_of)
    return frame.reset_index(drop=True)


@dataclass(frozen=True)
class SpendRows:
    """What the spend model's training takes."""

    learned: pd.DataFrame
    judging: pd.DataFrame
    scoring: pd.DataFrame


def spend_rows_of(orders: pd.DataFrame) -> SpendRows:
    """Rows of a shop at the training and judging cut-offs, and at the day of scoring."""
    at = {day: features_at(orders, day) for day in (*TRAINING, *JUDGING, SCORING)}
    learned = pd.concat([at[day] for day in (*TRAINING, *JUDGING)], ignore_index=True)
    judging = pd.concat([at[day] for day in JUDGING], ignore_index=True)
    return SpendRows(learned, judging, at[SCORING].drop(columns=LABEL))


def shop_frames(
    n_customers: int = 1500, seed: int = 7, training: tuple[date, ...] = TRAINING
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training rows of the cut-offs and the holdout rows after them."""
    orders = shop_orders(n_customers, seed)
    train = pd.concat([features_at(orders, cutoff) for cutoff in training], ignore_index=True)
    return train, features_at(orders, HOLDOUT)
