"""Snapshot: the rows that models are trained and judged on, written so that the same data has the same hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.files import is_file_of, parquet_bytes, write_atomically, write_json
from eshop_dagster.shop import Shop
from eshop_dagster.stages.build import Plan
from eshop_dagster.stages.platform import Platform

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "training"
TABLES_USED = ("customer_features", "customer_spend_labels", "fct_orders", "dim_dates")

_HISTORY = """
    SELECT
        ordered_date AS date,
        -- Two names stand for the whole shop: the country's code for readers, another for the models.
        CASE WHEN state IN ($country, $nation) THEN state || ' (state)' ELSE coalesce(state, 'unknown') END AS state,
        sum(revenue_brl)::DOUBLE AS revenue_brl,
        count(*) FILTER (WHERE is_sale) AS order_count
    FROM fct_orders
    WHERE ordered_date <= $last_day
    GROUP BY ALL
    ORDER BY ALL
"""

_CALENDAR = "SELECT calendar_date AS date, is_holiday FROM dim_dates ORDER BY calendar_date"

_FEATURES = "SELECT * FROM customer_features WHERE as_of_date = $day ORDER BY customer_key LIMIT $size"

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
    cut-offs, `train.parquet` (every labelled cut-off before the holdout), `holdout.parquet` and `scoring.parquet`.

    Attributes:
        folder: where the files lie.
        description: the content of `snapshot.json`: whose shop it is, cut-offs, row counts, features, and of each table
            used the content hash of the very rows.
    """

    folder: Path
    description: Mapping[str, Any]

    def train(self) -> "pd.DataFrame":
        """Return features and label at the training cut-offs, sorted by cut-off and customer."""
        return self._labelled(self.days("training"))

    def holdout(self) -> "pd.DataFrame":
        """Return features and label at the holdout cut-off, sorted by customer."""
        return self._labelled(self.days("judging")[-1:])

    def judging(self) -> "pd.DataFrame":
        """Return features and label at the judging cut-offs, the holdout last, sorted by cut-off and customer."""
        return self._labelled(self.days("judging"))

    def scoring(self) -> "pd.DataFrame":
        """Return features at the scoring day, of at most `cutoffs.sample_customers` customers, sorted by customer."""
        return _frame(self.folder / "scoring.parquet")

    def days(self, role: str) -> list[date]:
        """Return the cut-offs of a role, `training` or `judging`, rising."""
        return [date.fromisoformat(day) for day in self.description[f"{role}_cutoffs"]]

    def at(self, day: date) -> "pd.DataFrame":
        """Return features and label at one labelled cut-off, sorted by customer."""
        return self._labelled([day])

    def _labelled(self, days: Sequence[date]) -> "pd.DataFrame":
        holdout = self.description["holdout_cutoff"]
        earlier = [day for day in days if str(day) != holdout]
        found = (
            [pq.read_table(self.folder / "train.parquet", filters=[("as_of_date", "in", earlier)])] if earlier else []
        )
        if len(earlier) < len(days):
            found.append(pq.read_table(self.folder / "holdout.parquet"))
        rows: pd.DataFrame = pa.concat_tables(found).to_pandas()
        return rows

    def history(self) -> "pd.DataFrame":
        """Return `date`, `state`, `revenue_brl` and `order_count` of each day with orders, to the last complete day."""
        return _dated(self.folder / "history.parquet")

    def calendar(self) -> "pd.DataFrame":
        """Return `date` and `is_holiday` of every day from the year of the first order to a year ahead."""
        return _dated(self.folder / "calendar.parquet")

    @property
    def last_complete_day(self) -> date:
        """The last day that has all of its orders."""
        return date.fromisoformat(self.description["last_complete_day"])

    @property
    def shop(self) -> Shop:
        """Whose rows these are; Brazil's in a snapshot of before shops had a country."""
        return Shop(**self.description.get("shop", {}))

    @property
    def obstacle(self) -> str | None:
        """Why there are no cut-offs to train and judge at; None where there are."""
        found: str | None = self.description["obstacle"]
        return found

    @property
    def label_days(self) -> int:
        """Days that the labels are of: the horizon but for a shop too young for a whole window."""
        return int(self.description["label_days"])

    @property
    def caveat(self) -> str:
        """What is to be said of every verdict on these rows; empty where the labels cover the whole horizon."""
        label, horizon = self.description["label_days"], self.description["horizon_days"]
        return "" if label == horizon else f"judged on {label} days, scaled to {horizon}"

    def tables(self) -> Mapping[str, str]:
        """Return the content hash of each table that this was read from."""
        return dict(self.description["tables"])


def write_snapshot(platform: Platform, plan: Plan) -> Snapshot:
    """Write what models learn from, read from the warehouse without changing it.

    Raises:
        SnapshotError: the features of a cut-off are not in the warehouse.
    """
    from eshop_dagster.ml.features import FEATURES
    from eshop_dagster.ml.revenue import NATION

    folder, cutoffs = platform.home / "snapshots" / FOLDER, plan.cutoffs
    last_day = plan.last_complete_day or plan.scoring - timedelta(days=1)
    names = {"country": platform.shop.country, "nation": NATION}
    tables = {
        "history": platform.warehouse.read(_HISTORY, {"last_day": last_day, **names}),
        "calendar": platform.warehouse.read(_CALENDAR),
    }
    if cutoffs:
        earlier = tuple(day for day in cutoffs.labelled if day != cutoffs.holdout)
        _refuse_other_window(platform, plan.window_days(platform.params.cutoffs.horizon_days))
        tables |= {"train": _rows(platform, earlier), "holdout": _rows(platform, (cutoffs.holdout,))}
        size = platform.params.cutoffs.sample_customers
        tables["scoring"] = read_features(platform, plan.scoring, at_most=size)
    records = platform.records.records()
    description = {
        "shop": asdict(platform.shop),
        "training_cutoffs": [str(day) for day in cutoffs.training] if cutoffs else [],
        "judging_cutoffs": [str(day) for day in cutoffs.judging] if cutoffs else [],
        "holdout_cutoff": str(cutoffs.holdout) if cutoffs else None,
        "scoring_cutoff": str(plan.scoring),
        "last_complete_day": str(last_day),
        "obstacle": plan.obstacle,
        "horizon_days": platform.params.cutoffs.horizon_days,
        "label_days": plan.window_days(platform.params.cutoffs.horizon_days),
        "features": list(FEATURES),
        "rows": {name: rows.num_rows for name, rows in tables.items()},
        "tables": {table: records[table].content for table in TABLES_USED if table in records},
    }
    for name in ("train", "holdout", "scoring"):
        # A shop whose history was cut has no such rows any more.
        (folder / f"{name}.parquet").unlink(missing_ok=True)
    description["files"] = files = {}
    for name, rows in tables.items():
        content = parquet_bytes(rows)
        files[f"{name}.parquet"] = hashlib.sha256(content).hexdigest()
        write_atomically(folder / f"{name}.parquet", content)
    return describe_snapshot(folder, description)


def describe_snapshot(folder: Path, description: Mapping[str, Any]) -> Snapshot:
    """Write `snapshot.json`, with a hash of its own, beside the files that it describes."""
    write_json(folder / "snapshot.json", {**description, "sha256": content_sha256(description)})
    return Snapshot(folder, description)


def read_snapshot(platform: Platform) -> Snapshot:
    """Return the snapshot that lies in the home.

    Raises:
        SnapshotError: there is none.
    """
    return open_snapshot(platform.home / "snapshots" / FOLDER)


def open_snapshot(folder: Path) -> Snapshot:
    """Return the snapshot in a folder, once every file of it was found to be the one that was written.

    Raises:
        SnapshotError: there is none, it is of an older platform, or a file of it is lost or was changed.
    """
    path = folder / "snapshot.json"
    if not path.exists():
        raise SnapshotError(f"there is no training snapshot in {folder}: run `eshop run` or `dvc repro snapshot` first")
    try:
        description = json.loads(path.read_bytes())
        # A snapshot of an older platform names neither.
        is_older = not {"files", "sha256"} & description.keys()
        is_whole = is_older or description.pop("sha256") == content_sha256(description)
        files = description.get("files", {})
    except (ValueError, KeyError, AttributeError, TypeError):
        is_whole, files = False, {}
    damaged = [name for name, sha256 in files.items() if not is_file_of(folder / name, sha256)]
    if not is_whole or damaged:
        raise SnapshotError(
            f"{', '.join(damaged) or path.name} of the training snapshot in {folder} is not the file that was written: "
            "write the snapshot again with `eshop run` (or `dvc repro --force snapshot`)"
        )
    if "judging_cutoffs" not in description:
        raise SnapshotError(
            f"the training snapshot in {folder} is of an older platform, and has no judging cut-offs: train again with "
            "`eshop run`"
        )
    return Snapshot(folder, description)


def content_sha256(description: Mapping[str, Any]) -> str:
    """Return one hash of a JSON document, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(description, sort_keys=True).encode()).hexdigest()


def read_features(platform: Platform, as_of_date: date, *, at_most: int | None = None) -> pa.Table:
    """Return the columns of `customer_features` at one cut-off, sorted by customer.

    Args:
        platform: the home.
        as_of_date: the cut-off.
        at_most: so many customers with the lowest keys, which are random pseudonyms; default: all.
    """
    rows = platform.warehouse.read(_FEATURES, {"day": as_of_date, "size": at_most})
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


def _refuse_other_window(platform: Platform, asked: int) -> None:
    """Raise a SnapshotError where the labels were built for another window than the parameters name."""
    if "window_days" in platform.warehouse.columns("customer_spend_labels"):
        found = platform.warehouse.read("SELECT DISTINCT window_days FROM customer_spend_labels ORDER BY window_days")
        built = found["window_days"].to_pylist()
    else:
        built = ["an unknown number of"]
    if built not in ([], [asked]):
        raise SnapshotError(
            f"the labels in the warehouse are of {built[0]} days, and params.yaml asks for {asked} "
            "(cutoffs.horizon_days): build the features again first (`eshop run`, the job retrain or `dvc repro`)"
        )


def _dated(path: Path) -> "pd.DataFrame":
    import pandas as pd

    frame = _frame(path)
    return frame.assign(date=pd.to_datetime(frame["date"]))


def _frame(path: Path) -> "pd.DataFrame":
    frame: pd.DataFrame = pq.read_table(path).to_pandas()
    return frame
