"""Forecast: what the shop will take, by day and state, by the revenue champion. Nothing is fitted here."""

from typing import TYPE_CHECKING

import pyarrow as pa

from eshop_dagster.stages.champions import serving_champion
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.score_files import keep_scores
from eshop_dagster.stages.score_tables import as_table
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
        ("expected_revenue_brl", pa.float64()),
        *((f"revenue_{bound}_brl", pa.float64()) for bound in _BOUNDS),
        ("expected_order_count", pa.float64()),
        ("expected_ticket_brl", pa.float64()),
        *((f"average_ticket_{bound}_brl", pa.float64()) for bound in _BOUNDS),
        ("revenue_model_version", pa.int32()),
    ]
)
"""One row per day ahead and state, the country's code for the whole shop; a day without trade has no ticket."""

_PUBLISHED = {
    "revenue_brl": "expected_revenue_brl",
    "order_count": "expected_order_count",
    "average_ticket_brl": "expected_ticket_brl",
}
"""What is expected has another name than what was."""


def write_forecast(platform: Platform, snapshot: Snapshot) -> "tuple[LoadedModel | None, int]":
    """Write the table `revenue_forecast`: three months from the last complete day on.

    Without a champion there are no rows: a shop too young for any forecast to be judged has none, and the training says
    so.

    Returns:
        The champion that forecast, and the number of rows.

    Raises:
        RegistryError: the champion cannot be used; the forecast of before stays.
    """
    from eshop_dagster.ml.revenue import NATION

    champion = serving_champion(platform, "revenue")
    rows = FORECAST_SCHEMA.empty_table()
    if champion is not None:
        last, version = snapshot.last_complete_day, champion.version.version
        ahead = champion.pipeline.predict(snapshot.history(), snapshot.calendar(), last).rename(columns=_PUBLISHED)
        # The models know no country.
        ahead["state"] = ahead["state"].mask(ahead["state"] == NATION, platform.shop.country)
        rows = as_table(ahead.assign(last_known_date=last, revenue_model_version=version), FORECAST_SCHEMA)
    keep_scores(platform.home, {"revenue_forecast": rows}, {"revenue": champion.version if champion else None})
    return champion, rows.num_rows
