"""Posted order histories as the tables that the features' SQL reads, with the meaning that the warehouse gives them."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyarrow as pa

from eshop_dagster.adapters.feature_sql import INPUTS, LINES, ORDERS, PRODUCTS
from eshop_dagster.api.history import FIRST_DAY, Item, Order, business_date
from eshop_dagster.shop import BRAZIL, Shop

_CENT, _THOUSANDTH, _UNIT = Decimal("0.01"), Decimal("0.001"), Decimal("0.0001")
_ZERO = Decimal("0.00")


def tables_of(histories: Sequence[Sequence[Order]], shop: Shop = BRAZIL) -> dict[str, pa.Table]:
    """Return `orders`, `lines` and `products` as `FeatureSql.features` takes them; customer i has the key `i`, padded.

    As in `int_orders__versions`: a cancelled order has neither revenue nor returns; `item_count` counts lines
    bought, `returned_item_count` lines of worth that came back: all of them where the order was returned and no line
    says what came back; late is after the promised date, unknown without both.
    What is posted is what is known now, so that each order has one version, known since its day.
    """
    orders: dict[str, list[Any]] = {name: [] for name in INPUTS[ORDERS].names}
    lines: dict[str, list[Any]] = {name: [] for name in INPUTS[LINES].names}
    categories: set[str] = set()
    for number, history in enumerate(histories):
        for order in history:
            day = business_date(order.ordered_at, shop)
            order_id = f"{number}/{order.order_id}"
            _add_order(orders, order, order_id, key_of(number), day, shop)
            for item in order.items:
                _append(lines, (order_id, day, item.category or "", item.quantity < 0))
                categories.add(item.category or "")
    # A product stands for its category: no feature knows products apart.
    products = [(name, FIRST_DAY, name) for name in sorted(categories - {""})]
    return {
        "orders": pa.table(orders, schema=INPUTS[ORDERS]),
        "lines": pa.table(lines, schema=INPUTS[LINES]),
        "products": pa.table(
            dict(zip(INPUTS[PRODUCTS].names, _columns(products, 3), strict=True)), schema=INPUTS[PRODUCTS]
        ),
    }


def key_of(number: int) -> str:
    """Return the key under which the history at a place is computed; the keys sort as the places do."""
    return f"{number:09d}"


def _add_order(columns: dict[str, list[Any]], order: Order, order_id: str, key: str, day: date, shop: Shop) -> None:
    bought = [item for item in order.items if item.quantity > 0]
    returned = [item for item in order.items if item.quantity < 0] or (bought if order.is_returned else [])
    counts = not order.is_cancelled
    is_late: bool | None = None
    if order.delivered_at is not None and order.promised_date is not None:
        is_late = business_date(order.delivered_at, shop) > order.promised_date
    _append(
        columns,
        (
            *(order_id, day, None, key, day, order.channel, order.state, order.is_cancelled),
            *(len(bought), sum(_total(item) != 0 for item in returned)),
            sum((_total(item) for item in bought), _ZERO) if counts else _ZERO,
            sum((abs(_total(item)) for item in returned), _ZERO) if counts else _ZERO,
            sum((_cents(item.freight_brl) for item in order.items), _ZERO),
            is_late,
        ),
    )


def _total(item: Item) -> Decimal:
    """Return a line's worth, rounded as the warehouse does: the parts to their scale first, then halves away from 0."""
    quantity = item.quantity.quantize(_THOUSANDTH, ROUND_HALF_UP)
    return _cents(quantity * item.unit_price_brl.quantize(_UNIT, ROUND_HALF_UP))


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)


def _append(columns: dict[str, list[Any]], row: Sequence[Any]) -> None:
    for column, value in zip(columns.values(), row, strict=True):
        column.append(value)


def _columns(rows: Sequence[Sequence[Any]], count: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(count)]
