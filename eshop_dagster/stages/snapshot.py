"""Snapshot: the rows that models are trained and judged on, written so that the same data has the same hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.files import parquet_bytes, write_atomically, write_json
from eshop_dagster.stages.build import Plan
from eshop_dagster.stages.platform import Platform

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "training"
TABLES_USED = ("customer_features", "customer_spend_labels", "fct_orders", "dim_dates")

_HISTORY = """
    SELECT ordered_date AS date, coalesce(state, 'unknown') AS state, sum(revenue_brl)::DOUBLE AS revenue_brl,
        count(*) FILTER (WHERE is_sale) AS order_count
    FROM fct_orders
    WHERE ordered_date <= $last_day
    GROUP BY ALL
    ORDER BY ALL
"""

_CALENDAR = "SELECT calendar_date AS date, is_holiday FROM dim_dates ORDER BY calendar_date"

_ROWS = """
    SELECT features.*, labels.{label}
    FROM customer_features AS features
    JOIN customer_spend_labels AS labels USING (customer_key, as_of_date)
    WHERE as_of_date IN ({dates})
    ORDER BY as_of_date, customer_key
"""


class SnapshotError(ValueError):
    """The warehouse does not hold what a snapshot needs."""


@dataclass(frozen=True)
class Snapshot:
    """A folder with `history.parquet`, `calendar.parquet`, `snapshot.json` and, where the history leaves room for
    cut-offs, `train.parquet` and `holdout.parquet`.

    Attributes:
        folder: where the files lie.
        description: the content of `snapshot.json`: cut-offs, row counts, features, and of each table used the content
            hash of the very rows.
    """

    folder: Path
    description: Mapping[str, Any]

    def train(self) -> "pd.DataFrame":
        """Return features and label at the training cut-offs, sorted by cut-off and customer."""
        return _frame(self.folder / "train.parquet")

    def latest_training(self) -> "pd.DataFrame":
        """Return the rows of the last training cut-off, sorted by customer."""
        day = date.fromisoformat(self.description["training_cutoffs"][-1])
        rows: pd.DataFrame = pq.read_table(
            self.folder / "train.parquet", filters=[("as_of_date", "=", day)]
        ).to_pandas()
        return rows

    def holdout(self) -> "pd.DataFrame":
        """Return features and label at the holdout cut-off, sorted by customer."""
        return _frame(self.folder / "holdout.parquet")

    def history(self) -> "pd.DataFrame":
        """Return `date`, `state`, `revenue_brl` and `order_count` of each day with orders, to the last complete day."""
        return _dated(self.folder / "history.parquet")

    def calendar(self) -> "pd.DataFrame":
        """Return `date` and `is_holiday` of every day from long before the shop to years ahead."""
        return _dated(self.folder / "calendar.parquet")

    @property
    def last_complete_day(self) -> date:
        """The last day that has all of its orders."""
        return date.fromisoformat(self.description["last_complete_day"])

    @property
    def obstacle(self) -> str | None:
        """Why there are no cut-offs to train and judge at; None where there are."""
        found: str | None = self.description["obstacle"]
        return found

    def tables(self) -> Mapping[str, str]:
        """Return the content hash of each table that this was read from."""
        return dict(self.description["tables"])


def write_snapshot(platform: Platform, plan: Plan) -> Snapshot:
    """Write what models learn from, read from the warehouse without changing it.

    Raises:
        SnapshotError: the features of a cut-off are not in the warehouse.
    """
    from eshop_dagster.ml.features import FEATURES

    folder, cutoffs = platform.home / "snapshots" / FOLDER, plan.cutoffs
    last_day = plan.last_complete_day or plan.scoring - timedelta(days=1)
    tables = {
        "history": platform.warehouse.read(_HISTORY, {"last_day": last_day}),
        "calendar": platform.warehouse.read(_CALENDAR),
    }
    if cutoffs:
        tables |= {"train": _rows(platform, cutoffs.training), "holdout": _rows(platform, (cutoffs.holdout,))}
    records = platform.records.records()
    description = {
        "training_cutoffs": [str(day) for day in cutoffs.training] if cutoffs else [],
        "holdout_cutoff": str(cutoffs.holdout) if cutoffs else None,
        "last_complete_day": str(last_day),
        "obstacle": plan.obstacle,
        "horizon_days": platform.params.cutoffs.horizon_days,
        "features": list(FEATURES),
        "rows": {name: rows.num_rows for name, rows in tables.items()},
        "tables": {table: records[table].content for table in TABLES_USED if table in records},
    }
    for name in ("train", "holdout"):
        # A shop whose history was cut has no such rows any more.
        (folder / f"{name}.parquet").unlink(missing_ok=True)
    for name, rows in tables.items():
        write_atomically(folder / f"{name}.parquet", parquet_bytes(rows))
    write_json(folder / "snapshot.json", description)
    return Snapshot(folder, description)


def read_snapshot(platform: Platform) -> Snapshot:
    """Return the snapshot that lies in the home.

    Raises:
        SnapshotError: there is none.
    """
    return open_snapshot(platform.home / "snapshots" / FOLDER)


def open_snapshot(folder: Path) -> Snapshot:
    """Return the snapshot in a folder.

    Raises:
        SnapshotError: there is none.
    """
    path = folder / "snapshot.json"
    if not path.exists():
        raise SnapshotError(f"there is no training snapshot in {folder}: run `eshop run` or `dvc repro snapshot` first")
    return Snapshot(folder, json.loads(path.read_text()))


def read_features(platform: Platform, as_of_date: date) -> pa.Table:
    """Return the features of every customer at one cut-off, sorted by customer: the columns of `customer_features`."""
    rows = platform.warehouse.read(
        "SELECT * FROM customer_features WHERE as_of_date = $day ORDER BY customer_key", {"day": as_of_date}
    )
    if rows.num_rows == 0:
        raise SnapshotError(f"customer_features holds nobody at {as_of_date}: build the features at that cut-off first")
    return rows


def _rows(platform: Platform, dates: tuple[date, ...]) -> pa.Table:
    from eshop_dagster.ml.features import LABEL

    listed = ", ".join(f"DATE '{day}'" for day in dates)
    rows = platform.warehouse.read(_ROWS.format(label=LABEL, dates=listed))
    found = set(rows["as_of_date"].to_pylist())
    if found != set(dates):
        missing = sorted(str(day) for day in set(dates) - found)
        raise SnapshotError(
            f"customer_features and customer_spend_labels hold nobody at {', '.join(missing)}: build the "
            "features at these "
            "cut-offs first, or check that customers ordered before them"
        )
    return rows


def _dated(path: Path) -> "pd.DataFrame":
    import pandas as pd

    frame = _frame(path)
    return frame.assign(date=pd.to_datetime(frame["date"]))


def _frame(path: Path) -> "pd.DataFrame":
    frame: pd.DataFrame = pq.read_table(path).to_pandas()
    return frame
