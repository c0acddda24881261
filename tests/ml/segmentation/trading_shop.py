"""A made-up shop like a CD seller's or a wholesaler's: few buyers return, amounts have heavy tails, and it grows."""

import numpy as np
import pandas as pd

from eshop_dagster.ml.features import FEATURES


def trading_shop(
    day: int, *, customers: int = 6000, days: int = 540, returning: float = 0.35, growth: float = 2.0, seed: int = 11
) -> pd.DataFrame:
    """Features of everybody who ordered in the shop's first `day` days; the same seed is the same shop at any day.

    Args:
        day: age of the shop.
        customers: who ever buy in `days` days.
        days: how long customers arrive.
        returning: share of customers who ever come back.
        growth: how much later arrivals outnumber earlier ones; 1 is a shop that does not grow.
        seed: of the shop.
    """
    rng = np.random.default_rng(seed)
    first = np.sort(np.floor(days * rng.random(customers) ** (1 / growth)).astype(int))
    repeats = np.where(rng.random(customers) < returning, 1 + rng.geometric(0.25, customers), 0)
    pace = rng.lognormal(4.5, 1.0, customers)
    ticket = 30.0 * (1 + rng.pareto(1.6, customers))
    owner = np.repeat(np.arange(customers), 1 + repeats)
    number = np.concatenate([np.arange(1 + count) for count in repeats])
    bought = first[owner] + np.floor(number * pace[owner] * rng.lognormal(0, 0.3, owner.size)).astype(int)
    orders = pd.DataFrame(
        {"owner": owner, "day": bought, "brl": (ticket[owner] * rng.lognormal(0, 0.5, owner.size)).round(2)}
    )
    known = orders[orders["day"] < day]
    by = known.groupby("owner")
    frame = pd.DataFrame({"recency_days": day - by["day"].max(), "tenure_days": day - by["day"].min()})
    frame["order_count"] = by.size()
    frame["net_revenue_brl"] = by["brl"].sum()
    frame["net_revenue_last_365_days_brl"] = known[known["day"] >= day - 365].groupby("owner")["brl"].sum()
    frame["average_ticket_brl"] = frame["net_revenue_brl"] / frame["order_count"]
    frame = frame.reindex(columns=list(FEATURES)).fillna(0.0).astype("float64")
    frame.insert(0, "customer_key", [f"c{one:06d}" for one in frame.index])
    frame.insert(1, "as_of_date", pd.Timestamp("2024-01-01") + pd.Timedelta(days=day))
    return frame.reset_index(drop=True)
