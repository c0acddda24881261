"""A small published release, written by hand."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.customer_index import SCORE_COLUMNS
from eshop_dagster.ml.features import FEATURES

AS_OF = date(2024, 7, 1)
Row = dict[str, Any]


def key(number: int) -> str:
    return f"{number:020x}"


def customer(number: int, **values: Any) -> Row:
    registered = {"registered_at": datetime(2024, 1, 2, 1, tzinfo=UTC), "last_ordered_at": None}
    numbers = {"placed_order_count": 1, "cancelled_order_count": 0, "net_revenue_brl": 10.0}
    return {
        "customer_key": key(number),
        "customer_state": "SP",
        "first_sale_date": None,
        **registered,
        **numbers,
        **values,
    }


def score(number: int, **values: Any) -> Row:
    figures = dict.fromkeys(SCORE_COLUMNS, float(number))
    segment = {"segment_id": 1, "segment_typicality": 0.5, "is_outlier": False}
    return {"customer_key": key(number), "as_of_date": AS_OF, **figures, **segment, **values}


def features(number: int, **values: Any) -> Row:
    return {"customer_key": key(number), "as_of_date": AS_OF, **dict.fromkeys(FEATURES, float(number)), **values}


def publish(home: Path, name: str, *, window_days: int = 90, **tables: list[Row]) -> Path:
    """Write a release of these tables, each in one file, and make it the current one."""
    folder = home / "published" / name
    folder.mkdir(parents=True)
    for table, rows in tables.items():
        pq.write_table(_table(rows), folder / f"{table}.parquet")
    entries = {table: {"rows": len(rows), "files": {f"{table}.parquet": {}}} for table, rows in tables.items()}
    manifest = {
        "release": name,
        "data_through": "2024-06-30",
        "models": {},
        "tables": entries,
        "window_days": window_days,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    link = home / "published" / ".next"
    link.symlink_to(name)
    link.rename(home / "published" / "current")
    return folder


def _table(rows: list[Row]) -> pa.Table:
    instants = ("registered_at", "last_ordered_at")
    names = list(rows[0])
    types = {name: pa.timestamp("us", tz="UTC") for name in instants} | {"first_sale_date": pa.date32()}
    return pa.table({name: pa.array([row[name] for row in rows], types.get(name)) for name in names})
