"""`/forecast`: what the shop is expected to take, by day or month and state."""

from datetime import date
from typing import Annotated, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from eshop_dagster.api.access import Admitted
from eshop_dagster.api.answers import ForecastAnswer
from eshop_dagster.api.history import Day, is_state_of, wanted_state
from eshop_dagster.api.problems import documented, unfit
from eshop_dagster.api.routes.asking import json_response
from eshop_dagster.api.service import service_of
from eshop_dagster.api.state import State

router = APIRouter(dependencies=[Depends(Admitted("read"))], tags=["forecast"])

_ENDS = tuple(f"revenue_{end}_{level}_brl" for level in (80, 95) for end in ("lower", "upper"))
_SUMS = ("expected_revenue_brl", "expected_order_count")


class ForecastQuery(BaseModel):
    """What may stand after the question mark."""

    model_config = ConfigDict(extra="forbid")

    by: Literal["day", "month"] = "day"
    state: str | None = Field(
        default=None,
        min_length=1,
        max_length=60,
        description="A state, or the country's code for the whole shop, which is the default.",
    )
    first: Day | None = None
    last: Day | None = None


@router.get("/forecast", response_model=ForecastAnswer, responses=documented(401, 403, 422, 429, 503))
async def forecast(request: Request, query: Annotated[ForecastQuery, Query()]) -> Response:
    """Revenue, orders and average ticket of the days or months ahead, for the whole shop or a state.

    `first` and `last` are the first and the last day of the answer; without them it has all days that are forecast.
    """
    state = service_of(request).state()
    nation = state.release.shop.country
    if query.state is not None and query.state != nation and not is_state_of(state.release.shop, query.state):
        words = f"Input should be {nation} or {wanted_state(state.release.shop)}"
        raise unfit([{"loc": ("query", "state"), "type": "state", "msg": words}])
    query = query.model_copy(update={"state": query.state or nation})
    table = _chosen(state.release.forecast, query)
    answer = {
        "by": query.by,
        "last_known_date": table["last_known_date"][0].as_py() if len(table) else None,
        "provenance": _provenance(state),
        "forecast": _days(table) if query.by == "day" else _months(table),
    }
    return json_response(answer)


def _chosen(table: pa.Table, query: ForecastQuery) -> pa.Table:
    chosen = pc.equal(table["state"], query.state)
    if query.first:
        chosen = pc.and_(chosen, pc.greater_equal(table["date"], pa.scalar(query.first)))
    if query.last:
        chosen = pc.and_(chosen, pc.less_equal(table["date"], pa.scalar(query.last)))
    return table.filter(chosen)


def _days(table: pa.Table) -> list[dict[str, Any]]:
    names = ["date", "state", "expected_revenue_brl", *_ENDS, "expected_order_count", "expected_ticket_brl"]
    return [{**row, "day_count": 1} for row in table.select(names).to_pylist()]


def _months(table: pa.Table) -> list[dict[str, Any]]:
    """Return the days added up; ends of intervals do not add up, so that a month has none."""
    months: dict[date, dict[str, Any]] = {}
    for row in table.select(["date", "state", *_SUMS]).to_pylist():
        first = row["date"].replace(day=1)
        start = {"date": first, "state": row["state"], "day_count": 0, **dict.fromkeys(_SUMS, 0.0)}
        month = months.setdefault(first, start)
        month["day_count"] += 1
        for name in _SUMS:
            month[name] += row[name]
    for month in months.values():
        orders = month["expected_order_count"]
        ticket = month["expected_revenue_brl"] / orders if orders > 0 else None
        month |= {**dict.fromkeys(_ENDS), "expected_ticket_brl": ticket}
    return list(months.values())


def _provenance(state: State) -> dict[str, Any]:
    """Return what the forecast was made of: always the version that the release says."""
    made = state.release.manifest_models.get("revenue") or {}
    return {
        "release": state.release.name,
        "data_through": state.release.data_through,
        "currency": state.release.shop.currency,
        "model": "revenue",
        "model_version": made.get("version"),
        "model_data_version": made.get("dvc_hash"),
    }
