"""The smallest valid posted orders; keywords override or add fields."""

from datetime import date
from typing import Any

from eshop_dagster.api.bodies import Days

Row = dict[str, Any]

DAYS = Days(release=date(2024, 7, 1), latest=date(2024, 7, 10))


def item(**values: Any) -> Row:
    return {"quantity": 1, "unit_price_brl": 10.0, **values}


def order(order_id: str = "o1", *, items: list[Row] | None = None, **values: Any) -> Row:
    lines = [item()] if items is None else items
    return {"order_id": order_id, "ordered_at": "2024-06-01T12:00:00-03:00", "items": lines, **values}
