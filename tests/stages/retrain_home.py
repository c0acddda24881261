"""A home in which the retraining finds what it reads: small tables, tested, and made-up customers who buy again."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from eshop_dagster.ml.cutoffs import Cutoffs
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import Plan
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.preparation import prepare_snapshot
from eshop_dagster.stages.snapshot import TABLES_USED, Snapshot

from ..builders import changes, order
from ..ml.builders import (
    JUDGING,
    SCORING,
    SMALL_SEGMENTATION,
    SMALL_SPEND,
    TRAINING,
    features_at,
    shop_orders,
)

PARAMS: dict[str, Any] = {
    "segmentation": {**SMALL_SEGMENTATION, "seed": 7},
    "spend": {**SMALL_SPEND, "seed": 7},
    "revenue": {"origins": 8, "spacing_days": 28, "seed": 7},
}


def retrain_home(home: Path, *, customers: int = 900, seed: int = 5, **params: Any) -> Platform:
    """A platform whose warehouse holds features, labels, orders and a calendar, each with a passed quality record."""
    platform = platform_of(home, **params)
    platform.raw.write("shop", "1", [changes(orders=[order()])])
    fill(platform, customers=customers, seed=seed)
    return platform


def platform_of(home: Path, **params: Any) -> Platform:
    """The platform of a home that was filled, with the parameters that it was trained with unless given others."""
    return Platform(Settings(home=home, pseudonym_seed="test"), Params(**{"models": PARAMS, **params}))


def fill(platform: Platform, *, customers: int = 900, seed: int = 5) -> None:
    """Write the tables and their records again."""
    orders = shop_orders(customers, seed)
    days = (*TRAINING, *JUDGING, SCORING)
    rows = pd.concat([features_at(orders, day) for day in days], ignore_index=True).assign(state="SP")
    label = "spend_in_window_brl"
    features, labels = rows.drop(columns=label), rows[["customer_key", "as_of_date", label]]
    labels = labels[labels["as_of_date"] != SCORING]
    labels = labels.assign(window_days=platform.params.cutoffs.horizon_days)
    orders, calendar = daily_orders(), days_of_years()
    assert len(features) and len(labels) and len(orders) and len(calendar)
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        for table, content in (
            ("customer_features", "features"),
            ("customer_spend_labels", "labels"),
            ("fct_orders", "orders"),
            ("dim_dates", "calendar"),
        ):
            connection.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {content}")
    platform.records.update(TABLES_USED, None)
    platform.records.record({table: {"a_rule": "pass"} for table in TABLES_USED})


def daily_orders() -> pd.DataFrame:
    """Two years of a shop that is closed on Sundays: three orders a day in SP, one in RJ, more on Saturdays."""
    rows = []
    for day in pd.date_range(SCORING - timedelta(days=730), SCORING - timedelta(days=1)):
        if day.day_of_week == 6:
            continue
        for number in range(4 + 2 * (day.day_of_week == 5)):
            brl = 80.0 + 5 * day.day_of_week + (day.day * 7 + number) % 11
            state = "RJ" if number == 3 else "SP"
            rows.append(
                {"order_id": f"{day:%y%m%d}-{number}", "ordered_date": day.date(), "state": state, "revenue_brl": brl}
            )
    return pd.DataFrame(rows).assign(is_sale=True)


def days_of_years() -> pd.DataFrame:
    days = pd.date_range("2023-01-01", "2027-12-31")
    return pd.DataFrame({"calendar_date": days.date, "is_holiday": [(day.month, day.day) == (12, 25) for day in days]})


def snapshot_of(platform: Platform, training: tuple[date, ...] = TRAINING) -> Snapshot:
    """The snapshot of the tables as they are now."""
    cutoffs = Cutoffs(training=training, judging=JUDGING, scoring=SCORING)
    return prepare_snapshot(platform, Plan(SCORING, cutoffs, last_complete_day=SCORING - timedelta(days=1)))
