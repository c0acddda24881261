"""The OpenAPI document: schemas of the bodies that we read ourselves, and examples that run as they stand."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from eshop_dagster.api.history import STATES_OF_BRAZIL
from eshop_dagster.api.problems import ProblemDetails
from eshop_dagster.api.requests import SEGMENT, SEGMENT_BATCH, SPEND, SPEND_BATCH
from eshop_dagster.api.state import State
from eshop_dagster.shop import BRAZIL, Shop, name_of

_REFERENCE = "#/components/schemas/{model}"
_ADAPTERS = (SPEND, SEGMENT, SPEND_BATCH, SEGMENT_BATCH, TypeAdapter(ProblemDetails))
_OPEN = ("/health/live", "/health/ready", "/version")
_FAR_KEY, _FAR_DAY = "0" * 20, date(2024, 6, 1)


def body_of(name: str, adapter: TypeAdapter[Any]) -> dict[str, Any]:
    """Return what a route adds to its OpenAPI entry for a body; `name` says whose examples it shows."""
    schema = {key: part for key, part in adapter.json_schema(ref_template=_REFERENCE).items() if key != "$defs"}
    content = {"application/json": {"schema": schema, "examples": {"of": name}}}
    return {"requestBody": {"required": True, "content": content}}


def document(app: FastAPI, state: State | None, shop: Shop) -> dict[str, Any]:
    """Return the document of a shop's API; its examples name a customer and days of the release that is served."""
    return _document(app, *_known(state), shop)


@lru_cache(maxsize=2)
def _document(app: FastAPI, key: str, day: date, shop: Shop) -> dict[str, Any]:
    """Return the document of one release: making it takes 35 ms, in which the event loop stands still."""
    found = get_openapi(title=name_of(shop), version=app.version, description=app.description, routes=app.routes)
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    for adapter in _ADAPTERS:
        schema = adapter.json_schema(ref_template=_REFERENCE)
        schemas.update(schema.pop("$defs", {}))
    if shop.is_brazilian:
        _name_states(schemas["Order"]["properties"]["state"], STATES_OF_BRAZIL)
    schemas["ProblemDetails"] = _ADAPTERS[-1].json_schema(ref_template=_REFERENCE)
    schemas["ProblemDetails"].pop("$defs", None)
    found["components"]["securitySchemes"] = {
        "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
        "Bearer": {"type": "http", "scheme": "bearer"},
    }
    for path, methods in found["paths"].items():
        for operation in methods.values():
            if path not in _OPEN:
                operation["security"] = [{"ApiKey": []}, {"Bearer": []}]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["examples"] = examples(content["examples"]["of"], key, day, shop)
            for parameter in operation.get("parameters", []):
                if parameter["name"] == "customer_key":
                    parameter["example"] = key
                if parameter["name"] == "state" and shop.is_brazilian:
                    wanted = {**STATES_OF_BRAZIL, "enum": [shop.country, *STATES_OF_BRAZIL["enum"]]}
                    _name_states(parameter["schema"], wanted)
    return found


def examples(name: str, key: str, day: date, shop: Shop = BRAZIL) -> Mapping[str, Any]:
    """Return the examples of a body by name: a customer of the release, and orders shortly before its day."""
    orders = _orders(day, shop)
    if name.endswith("_batch"):
        by_key: dict[str, Any] = {"customer_keys": [key, _FAR_KEY]}
        by_history: dict[str, Any] = {"histories": [{"orders": orders}, {"orders": []}]}
    else:
        by_key, by_history = {"customer_key": key}, {"orders": orders, "as_of_date": str(day)}
    explained = {"reasons": True} if name.startswith("spend") else {}
    return {
        "by_key": {"summary": "A customer of the release", "value": {**by_key, **explained}},
        "by_history": {"summary": "An order history", "value": {**by_history, **explained}},
    }


def _known(state: State | None) -> tuple[str, date]:
    if state is None or not len(state.release.customers.keys):
        return _FAR_KEY, _FAR_DAY
    return state.release.customers.keys[0].decode(), state.release.as_of_date


def _name_states(property_: dict[str, Any], states: dict[str, Any]) -> None:
    """Put the states that there are in the place of any text."""
    property_["anyOf"] = [states if one.get("type") == "string" else one for one in property_["anyOf"]]


def _orders(day: date, shop: Shop) -> list[dict[str, Any]]:
    first, second = day - timedelta(days=70), day - timedelta(days=20)
    state = "SP" if shop.is_brazilian else None

    def at(business_date: date, hour: int, minute: int) -> str:
        return datetime.combine(business_date, time(hour, minute), ZoneInfo(shop.time_zone)).isoformat()

    item = {"category": "books", "quantity": 2, "unit_price_brl": 39.9, "freight_brl": 12.5}
    returned = {"category": "toys", "quantity": -1, "unit_price_brl": 89.0}
    return [
        {
            "order_id": "A-1001",
            "ordered_at": at(first, 10, 15),
            "channel": "web",
            "state": state,
            "promised_date": str(first + timedelta(days=8)),
            "delivered_at": at(first + timedelta(days=6), 16, 40),
            "items": [item],
        },
        {
            "order_id": "A-1002",
            "ordered_at": at(second, 21, 5),
            "channel": "app",
            "state": state,
            "items": [{**returned, "quantity": 1, "freight_brl": 9.9}, returned],
        },
    ]
