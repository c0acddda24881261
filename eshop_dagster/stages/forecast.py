"""Forecast: what the shop will take, by day and state, by the revenue champion. Nothing is fitted here."""

from typing import TYPE_CHECKING

import pyarrow as pa

from eshop_dagster.adapters.files import parquet_bytes, write_atomically
from eshop_dagster.stages.champions import serving_champion
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.score import note_origins
from eshop_dagster.stages.snapshot import Snapshot

if TYPE_CHECKING:
    from eshop_dagster.adapters.registry import LoadedModel

_BOUNDS = tuple(f"{end}_{level}" for level in (80, 95) for end in ("lower", "upper"))

FORECAST_SCHEMA = pa.schema(
    [
        ("date", pa.date32()),
        ("state", pa.string()),
        ("last_known_date", pa.date32()),
        ("horizon_days", pa.int32()),
        ("revenue_brl", pa.float64()),
        *((f"revenue_{bound}_brl", pa.float64()) for bound in _BOUNDS),
        ("order_count", pa.float64()),
        ("average_ticket_brl", pa.float64()),
        *((f"average_ticket_{bound}_brl", pa.float64()) for bound in _BOUNDS),
        ("revenue_model_version", pa.int32()),
    ]
)
"""One row per day ahead and state, `BR` for the nation; a day without trade has no ticket."""


def write_forecast(platform: Platform, snapshot: Snapshot) -> "tuple[LoadedModel | None, int]":
    """Write `scores/revenue_forecast.parquet`: three months from the last complete day on.

    Without a champion the table has no rows: the seasonal naive forecast is nobody's promise.

    Returns:
        The champion that forecast, and the number of rows.

    Raises:
        RegistryError: the champion cannot be used; the forecast of before stays.
    """
    champion = serving_champion(platform, "revenue")
    rows = FORECAST_SCHEMA.empty_table()
    if champion is not None:
        last = snapshot.last_complete_day
        ahead = champion.pipeline.predict(snapshot.history(), snapshot.calendar(), last)
        ahead = ahead.assign(last_known_date=last, revenue_model_version=champion.version.version)
        rows = pa.table(
            {field.name: pa.array(ahead[field.name], from_pandas=True).cast(field.type) for field in FORECAST_SCHEMA},
            schema=FORECAST_SCHEMA,
        )
    write_atomically(platform.home / "scores" / "revenue_forecast.parquet", parquet_bytes(rows))
    note_origins(platform.home / "scores", {"revenue": champion})
    return champion, rows.num_rows
