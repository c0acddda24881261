"""Releases of a few rows: the smallest valid row of each table, with overrides."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.dashboard_queries import ReleaseDatabase, Scope
from eshop_dagster.adapters.release import open_release

ALL = Scope(date(2025, 1, 1), date(2025, 12, 31))


def sale(**changed: Any) -> dict[str, Any]:
    """One row of agg_daily_sales."""
    row = {"ordered_date": date(2025, 3, 5), "state": "SP", "channel": "web", "category": "bebes", "order_count": 1}
    return {**row, "revenue_brl": Decimal("10.10"), "returned_brl": Decimal("0.00"), **changed}


def order(**changed: Any) -> dict[str, Any]:
    """One row of fct_orders."""
    row = {"ordered_date": date(2025, 3, 5), "state": "SP", "channel": "web", "is_sale": True}
    return {**row, "revenue_brl": Decimal("10.10"), **changed}


def delivery(**changed: Any) -> dict[str, Any]:
    """One row of fct_deliveries."""
    row = {"ordered_date": date(2025, 3, 5), "seller_state": "SP", "state": "SP", "channel": "web"}
    row |= {"is_remote_region": False, "is_cancelled": False, "delivery_days": 8.0, "handling_days": 2.0}
    return {**row, "transit_days": 6.0, "late_days": -3, "is_late": False, "is_late_by_instant": False, **changed}


def customer(key: str, **changed: Any) -> dict[str, Any]:
    """One row of dim_customers, who last ordered late in the evening of 5 March, São Paulo's time."""
    row = {
        "customer_key": key,
        "customer_state": "SP",
        "customer_city": "Campinas",
        "placed_order_count": 3,
        "cancelled_order_count": 1,
    }
    last = datetime(2025, 3, 6, 2, 30, tzinfo=UTC)
    return {**row, "net_revenue_brl": Decimal("50.00"), "last_ordered_at": last, **changed}


def score(key: str, **changed: Any) -> dict[str, Any]:
    """One row of customer_scores."""
    row = {"customer_key": key, "segment_id": 0, "expected_spend_brl": 5.0}
    row |= {"purchase_probability": 0.25, "spend_if_buying_brl": 20.0}
    return {**row, "segment_typicality": 0.5, "is_outlier": False, **changed}


def publish(home: Path, **tables: list[dict[str, Any]]) -> ReleaseDatabase:
    """Publish tables as the only release of a home, and open it."""
    folder = home / "published" / "2025-12-31-abc"
    folder.mkdir(parents=True)
    entries = {}
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
        entries[name] = {"rows": len(rows), "files": {f"{name}.parquet": {}}}
    manifest = {
        "release": folder.name,
        "data_through": "2025-12-31",
        "tables": entries,
        "models": {},
        "window_days": 90,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (home / "published" / "current").symlink_to(folder.name)
    return ReleaseDatabase(open_release(home))
