"""The smallest valid rows of each raw table, as a source yields them; keywords override a value or add a column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from eshop_dagster.adapters.sources.base import REJECTED_SCHEMA, Changes
from eshop_dagster.contract import Column

Row = dict[str, Any]

DAY = date(2024, 3, 5)


def customer(customer_id: str = "c1", **values: Any) -> Row:
    return {"customer_id": customer_id, "state": "SP", **values}


def product(product_id: str = "p1", **values: Any) -> Row:
    return {"product_id": product_id, **values}


def seller(seller_id: str = "s1", **values: Any) -> Row:
    return {"seller_id": seller_id, **values}


def order(order_id: str = "o1", **values: Any) -> Row:
    return {
        "order_id": order_id,
        "customer_id": "c1",
        "status": "created",
        "ordered_at": "2024-03-05 10:00:00-03:00",
        **values,
    }


def order_item(order_id: str = "o1", line_number: Any = 1, **values: Any) -> Row:
    return {
        "order_id": order_id,
        "line_number": line_number,
        "product_id": "p1",
        "quantity": "1",
        "unit_price_brl": "9.50",
        **values,
    }


def payment(order_id: str = "o1", sequence: Any = 1, **values: Any) -> Row:
    return {"order_id": order_id, "sequence": sequence, "method": "pix", "amount_brl": "9.50", **values}


def review(review_id: str = "r1", order_id: str = "o1", **values: Any) -> Row:
    return {"review_id": review_id, "order_id": order_id, "score": 5, **values}


def table(rows: Sequence[Row], day: date = DAY) -> pa.Table:
    """Rows as Arrow, each with its `changed_date` (the given day unless the row has its own)."""
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: pa.array([row.get(name) for row in rows]) for name in names if name != "changed_date"}
    days = pa.array([row.get("changed_date", day) for row in rows], pa.date32())
    return pa.table({**columns, "changed_date": days})


def changes(
    day: date = DAY, *, last_day: date | None = None, rejected: Sequence[Row] = (), **tables: Sequence[Row]
) -> Changes:
    """What changed on a day (or up to `last_day`): rows by raw table name, `changes(day, orders=[order()])`."""
    lines = [{"table": "orders", "changed_date": day, "reason": "unreadable_line", **row} for row in rejected]
    return Changes(
        first_day=day,
        last_day=last_day or day,
        tables={name: table(rows, day) for name, rows in tables.items()},
        rejected=pa.Table.from_pylist(lines, schema=REJECTED_SCHEMA),
    )


def valid_rows() -> Mapping[str, Row]:
    """One valid row of each raw table that belong together."""
    return {
        "customers": customer(),
        "products": product(),
        "sellers": seller(),
        "orders": order(),
        "order_items": order_item(),
        "payments": payment(),
        "reviews": review(),
    }


FORBIDDEN = {
    ("customers", "zip_prefix"): "0131",
    ("customers", "state"): "XX",
    ("products", "weight_kg"): "-0.1",
    ("products", "list_price_brl"): "-0.01",
    ("sellers", "zip_prefix"): "0131O",
    ("sellers", "state"): "sp",
    ("orders", "status"): "canceled",
    ("orders", "channel"): "phone",
    ("orders", "state"): "",
    ("order_items", "line_number"): "0",
    ("order_items", "quantity"): "0",
    ("order_items", "unit_price_brl"): "-0.0001",
    ("order_items", "freight_brl"): "-100000000000.01",
    ("payments", "amount_brl"): "100000000000.01",
    ("payments", "sequence"): "-1",
    ("payments", "installments"): "-1",
    ("reviews", "score"): "6",
}
"""A value that the rule of each column with a rule forbids."""

UNREADABLE = {"double": "1,5", "bool": "sim", "int32": "one", "date32[day]": "05/03/2024"}


@dataclass(frozen=True)
class Breach:
    """One way to break the contract: a value for one column of a valid row, and the reason it must be given."""

    table: str
    column: str
    value: str | None
    reason: str


def breaches(name: str, columns: Mapping[str, Column]) -> Iterator[Breach]:
    """Yield at least one breach of every rule of a table."""
    for column, rule in columns.items():
        if rule.is_required:
            yield Breach(name, column, None, f"missing:{column}")
            if rule.type == pa.string():
                yield Breach(name, column, "  ", f"missing:{column}")
        if rule.type != pa.string():
            yield Breach(name, column, UNREADABLE.get(str(rule.type), "1.234,56"), f"unreadable:{column}")
        if pa.types.is_temporal(rule.type):
            yield Breach(name, column, "infinity", f"unreadable:{column}")
        if pa.types.is_decimal(rule.type) or pa.types.is_integer(rule.type):
            scale = rule.type.scale if pa.types.is_decimal(rule.type) else 0
            yield Breach(name, column, f"1.{'0' * scale}5", f"too_many_decimals:{column}")
        if rule.rule:
            yield Breach(name, column, FORBIDDEN[name, column], f"rule:{column}")
