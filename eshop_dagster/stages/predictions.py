"""Predictions that are kept of each scoring, and what became of them once their days have passed."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.files import parquet_bytes, write_atomically
from eshop_dagster.ml.drift_alarm import DriftParams
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.record import RECORD

if TYPE_CHECKING:
    from eshop_dagster.adapters.registry import ModelVersion

_EXPECTED = "expected_spend_brl"

_SCHEMA = pa.schema(
    [
        ("customer_key", pa.string()),
        ("as_of_date", pa.date32()),
        (_EXPECTED, pa.float64()),
        ("spend_model_version", pa.int32()),
        ("holdout_rmse_brl", pa.float64()),
        ("window_days", pa.int32()),
    ]
)

# As `customer_spend_labels` counts it: what was known when the window ended.
_SPENT = """
    SELECT
        asked.customer_key,
        greatest(coalesce(sum(versions.revenue_brl - versions.returned_brl), 0), 0)::DOUBLE AS brl
    FROM (SELECT unnest($keys) AS customer_key) AS asked
    LEFT JOIN int_orders__versions AS versions
        ON versions.customer_key = asked.customer_key
        AND versions.ordered_date >= $first AND versions.ordered_date < $until AND versions.known_from_date < $until
        AND (versions.known_until_date IS NULL OR versions.known_until_date >= $until)
    GROUP BY asked.customer_key
    ORDER BY asked.customer_key
"""

_KEPT_AFTER_DAYS = 90
"""Days for which predictions are kept once they could be judged."""


@dataclass(frozen=True)
class Realised:
    """What became of the predictions of one scoring.

    Attributes:
        as_of_date: the cut-off at which they were made.
        version: of the model that made them.
        customers: number of them.
        rmse_brl: root mean squared error.
        holdout_rmse_brl: the same of the model on its holdout rows; None where it was not measured.
        calibration: what they spent in all, over what was expected of them; None where nothing was expected.
    """

    as_of_date: date
    version: int
    customers: int
    rmse_brl: float
    holdout_rmse_brl: float | None
    calibration: float | None

    @property
    def error_ratio(self) -> float | None:
        """Realised over holdout RMSE."""
        return self.rmse_brl / self.holdout_rmse_brl if self.holdout_rmse_brl else None


def keep_predictions(platform: Platform, scores: pa.Table, version: "ModelVersion | None") -> Path | None:
    """Keep a sample of fixed size of a scoring, the same customers each time; None where no champion made it.

    Args:
        platform: the home.
        scores: one row per customer, of one cut-off.
        version: the champion of `spend` that made them.
    """
    if version is None or not scores.num_rows:
        return None
    size = DriftParams.from_mapping(platform.params.drift).sample_customers
    # Keys are random pseudonyms: the lowest of them are a random sample.
    sample = scores.sort_by("customer_key").slice(0, size).to_pandas()
    metrics = (platform.registry.report(version, RECORD) or {}).get("metrics", {})
    rmse = metrics.get("rmse_brl")
    sample = sample.assign(
        holdout_rmse_brl=rmse if isinstance(rmse, float) else None,
        window_days=platform.params.cutoffs.horizon_days,
    )
    table = pa.table({name: pa.array(sample[name], kind, from_pandas=True) for name, kind in _fields()}, schema=_SCHEMA)
    path = _folder(platform) / f"as_of_date={sample['as_of_date'].iloc[0]:%Y-%m-%d}.parquet"
    write_atomically(path, parquet_bytes(table))
    return path


def realised(platform: Platform, day: date) -> Realised | None:
    """Return what became of the latest predictions whose window was over by `day`; None where there are none.

    Predictions that have been judged for long are deleted.
    """
    import numpy as np

    kept = _kept(platform)
    due = {at: until for at, (_, until) in kept.items() if until <= day}
    for at, until in due.items():
        if until + timedelta(days=_KEPT_AFTER_DAYS) < day and at != max(due):
            kept[at][0].unlink(missing_ok=True)
    if not due:
        return None
    as_of = max(due)
    rows = pq.read_table(kept[as_of][0]).sort_by("customer_key")
    limits = {"keys": rows["customer_key"].to_pylist(), "first": as_of, "until": due[as_of]}
    actual = platform.warehouse.read(_SPENT, limits)["brl"].to_numpy()
    expected = rows[_EXPECTED].to_numpy()
    holdout = rows["holdout_rmse_brl"][0].as_py()
    return Realised(
        as_of,
        int(rows["spend_model_version"][0].as_py()),
        rows.num_rows,
        float(np.sqrt(((actual - expected) ** 2).mean())),
        holdout,
        float(actual.sum() / expected.sum()) if expected.sum() > 0 else None,
    )


def _kept(platform: Platform) -> dict[date, tuple[Path, date]]:
    """Return each file by its cut-off, with the day on which its own window is over; older platforms' are left out."""
    found = {}
    for path in sorted(_folder(platform).glob("as_of_date=*.parquet")):
        at = date.fromisoformat(path.stem.removeprefix("as_of_date="))
        if pq.read_schema(path).names == _SCHEMA.names:
            [days] = pq.read_table(path, columns=["window_days"]).slice(0, 1)["window_days"].to_pylist()
            found[at] = (path, at + timedelta(days=days))
    return found


def _folder(platform: Platform) -> Path:
    return platform.home / "drift" / "predictions"


def _fields() -> list[tuple[str, pa.DataType]]:
    return [(field.name, field.type) for field in _SCHEMA]
