"""Forecast: what the shop will take, by day and state, by the revenue champion. Nothing is fitted here."""

from typing import TYPE_CHECKING

import pyarrow as pa

from eshop_dagster.stages.kind import OwnTables
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.published import Column, Table, bounds
from eshop_dagster.stages.snapshot import Snapshot

if TYPE_CHECKING:
    from eshop_dagster.adapters.registry import LoadedModel

REVENUE_FORECAST = Table(
    "revenue_forecast",
    "Revenue and average ticket by the champion: one row per day ahead and state; the whole shop's has its country.",
    (
        Column("date", pa.date32(), "Business date that is forecast."),
        Column(
            "state",
            pa.string(),
            "Code of the state (SP), or name of the region outside Brazil, of delivery. "
            "The country's code (BR) is the whole shop.",
        ),
        Column("last_known_date", pa.date32(), "Last business date whose sales the forecast knows."),
        Column("horizon_days", pa.int32(), "Days from last_known_date to the date."),
        Column(
            "expected_revenue_brl",
            pa.float64(),
            "Revenue to expect of the day, as revenue_brl counts it: before returns.",
        ),
        *bounds("revenue", "revenues of such days"),
        Column("expected_order_count", pa.float64(), "Sales to expect of the day, as order_count counts them."),
        Column("expected_ticket_brl", pa.float64(), "Revenue to expect of a single sale; NULL on a day without trade."),
        *bounds("average_ticket", "average tickets of such days"),
        Column("revenue_model_version", pa.int32(), "Version of the model that forecast this; NULL without one."),
    ),
)

_PUBLISHED = {
    "revenue_brl": "expected_revenue_brl",
    "order_count": "expected_order_count",
    "average_ticket_brl": "expected_ticket_brl",
}
"""What is expected has another name than what was."""


def _forecast(platform: Platform, snapshot: Snapshot, champion: "LoadedModel | None") -> dict[str, pa.Table]:
    """Return three months from the last complete day on.

    Without a champion there are no rows: a shop too young for any forecast to be judged has none, and the training says
    so.
    """
    from eshop_dagster.ml.revenue import NATION

    if champion is None:
        return {REVENUE_FORECAST.name: REVENUE_FORECAST.empty()}
    last, version = snapshot.last_complete_day, champion.version.version
    ahead = champion.pipeline.predict(snapshot.history(), snapshot.calendar(), last).rename(columns=_PUBLISHED)
    # The models know no country.
    ahead["state"] = ahead["state"].mask(ahead["state"] == NATION, platform.shop.country)
    rows = REVENUE_FORECAST.of(ahead.assign(last_known_date=last, revenue_model_version=version))
    return {REVENUE_FORECAST.name: rows}


FORECAST = OwnTables(tables=(REVENUE_FORECAST,), fill=_forecast)
