"""Snapshot: the rows that models are trained and judged on, written so that the same data has the same hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
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
TABLES_USED = ("customer_features", "customer_spend_labels")

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
    """A folder with `train.parquet`, `holdout.parquet` and `snapshot.json`.

    Attributes:
        folder: where the files lie.
        description: the content of `snapshot.json`: cut-offs, row counts, features and the content hash of each table
        used.
    """

    folder: Path
    description: Mapping[str, Any]

    def train(self) -> "pd.DataFrame":
        """Return features and label at the training cut-offs, sorted by cut-off and customer."""
        return _frame(self.folder / "train.parquet")

    def holdout(self) -> "pd.DataFrame":
        """Return features and label at the holdout cut-off, sorted by customer."""
        return _frame(self.folder / "holdout.parquet")


def write_snapshot(platform: Platform, plan: Plan) -> Snapshot:
    """Write the training and holdout rows of the feature tables, read from the warehouse without changing it.

    Raises:
        SnapshotError: the history is too short for any, or the features of a cut-off are not in the warehouse.
    """
    from eshop_dagster.ml.features import FEATURES

    cutoffs = plan.cutoffs
    if cutoffs is None:
        raise SnapshotError(f"there is nothing to train on: {plan.obstacle}")
    folder = platform.home / "snapshots" / FOLDER
    train = _rows(platform, cutoffs.training)
    holdout = _rows(platform, (cutoffs.holdout,))
    description = {
        "training_cutoffs": [str(day) for day in cutoffs.training],
        "holdout_cutoff": str(cutoffs.holdout),
        "horizon_days": platform.params.cutoffs.horizon_days,
        "features": list(FEATURES),
        "rows": {"train": train.num_rows, "holdout": holdout.num_rows},
    }
    write_atomically(folder / "train.parquet", parquet_bytes(train))
    write_atomically(folder / "holdout.parquet", parquet_bytes(holdout))
    write_json(folder / "snapshot.json", description)
    return Snapshot(folder, description)


def read_snapshot(platform: Platform) -> Snapshot:
    """Return the snapshot that lies in the home.

    Raises:
        SnapshotError: there is none.
    """
    folder = platform.home / "snapshots" / FOLDER
    path = folder / "snapshot.json"
    if not path.exists():
        raise SnapshotError(f"there is no training snapshot in {folder}: run `eshop run` or `dvc repro snapshot` first")
    return Snapshot(folder, json.loads(path.read_text()))


def read_features(platform: Platform, as_of_date: date) -> "pd.DataFrame":
    """Return the features of every customer at one cut-off, sorted by customer."""
    rows = platform.warehouse.read(
        "SELECT * FROM customer_features WHERE as_of_date = $day ORDER BY customer_key", {"day": as_of_date}
    )
    if rows.num_rows == 0:
        raise SnapshotError(f"customer_features holds nobody at {as_of_date}: build the features at that cut-off first")
    frame: pd.DataFrame = rows.to_pandas()
    return frame


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


def _frame(path: Path) -> "pd.DataFrame":
    frame: pd.DataFrame = pq.read_table(path).to_pandas()
    return frame
