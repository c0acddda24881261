"""The raw contract: every table, column, type and rule that a source must keep.

What belongs here: names, Arrow types, and row rules as DuckDB SQL predicates. What does not: reading,
checking or writing rows (`adapters/raw_store.py`).

Money is decimal in the shop's currency, instants are UTC, `_date` columns are business dates in the shop's time zone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import pyarrow as pa

from eshop_dagster.shop import BRAZIL, Shop

BUSINESS_TIME_ZONE = BRAZIL.time_zone
"""The time zone of a shop that says nothing else; where a home is at hand, its shop's counts."""

INSTANT = pa.timestamp("us", tz="UTC")
MONEY = pa.decimal128(18, 2)
UNIT_PRICE = pa.decimal128(18, 4)
QUANTITY = pa.decimal128(18, 3)

LARGEST_AMOUNT = 100_000_000_000
"""The largest amount of a line, a freight or a payment, either way, and the largest price, in the shop's currency.

Within it every table's decimals hold what is made of it: a month of 90,000 such lines, an order of 100 of them, and the
squares of a thousand such orders of one customer.
"""

STATES = [
    "AC",
    "AL",
    "AM",
    "AP",
    "BA",
    "CE",
    "DF",
    "ES",
    "GO",
    "MA",
    "MG",
    "MS",
    "MT",
    "PA",
    "PB",
    "PE",
    "PI",
    "PR",
    "RJ",
    "RN",
    "RO",
    "RR",
    "RS",
    "SC",
    "SE",
    "SP",
    "TO",
]
STATUSES = (
    "created",
    "approved",
    "processing",
    "invoiced",
    "shipped",
    "delivered",
    "cancelled",
    "unavailable",
    "returned",
)
CHANNELS = ("web", "app", "store")

DIRECT_IDENTIFIERS = ("name", "email", "cpf", "phone")
"""Columns that only the vault may hold, beside `customer_id`."""


@dataclass(frozen=True)
class Column:
    """One column of a raw table.

    Attributes:
        type: the Arrow type written to raw. A source may yield this type, or text that DuckDB casts to it.
        is_required: NULL sends the row to quarantine as `missing:<column>`.
        rule: SQL predicate over the row that must not be false; NULL passes.
        is_identifier: goes to the vault and to no other place.
    """

    type: pa.DataType
    is_required: bool = False
    rule: str | None = None
    is_identifier: bool = False


@dataclass(frozen=True)
class Table:
    """One raw table.

    Attributes:
        description: what its rows are; without identifiers, as raw keeps it.
        key: the columns that name a row.
        columns: in order.
        is_required: whether a source must have it.
        parent: the table of the row that it travels with.
        row_rules: SQL predicates over a row by their names in quarantine; NULL passes.
    """

    description: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    is_required: bool = False
    parent: str | None = None
    row_rules: Mapping[str, str] = field(default_factory=dict)


def _one_of(column: str, values: tuple[str, ...] | list[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _within(column: str) -> str:
    return f"abs({column}) <= {LARGEST_AMOUNT}"


def _text(**options: object) -> Column:
    return Column(pa.string(), **options)  # type: ignore[arg-type]


def _key() -> Column:
    return _text(is_required=True)


def _state() -> Column:
    return _text(rule=_one_of("state", STATES))


def _placed_before_known(time_zone: str) -> dict[str, str]:
    return {"ordered_after_changed_date": f"timezone('{time_zone}', ordered_at)::DATE <= changed_date"}


TABLES: dict[str, Table] = {
    "customers": Table(
        "Customers without their direct identifiers: one row per customer and day of a change.",
        key=("customer_id",),
        columns={
            "customer_id": _text(is_required=True, is_identifier=True),
            "name": _text(is_identifier=True),
            "email": _text(is_identifier=True),
            "cpf": _text(is_identifier=True),
            "phone": _text(is_identifier=True),
            "zip_prefix": _text(rule="regexp_full_match(zip_prefix, '[0-9]{5}')"),
            "city": _text(),
            "state": _state(),
            "registered_at": Column(INSTANT),
            "consent_marketing": Column(pa.bool_()),
        },
    ),
    "products": Table(
        "The catalogue: one row per product and day of a change.",
        key=("product_id",),
        columns={
            "product_id": _key(),
            "name": _text(),
            "category": _text(),
            "category_english": _text(),
            "weight_kg": Column(pa.float64(), rule="weight_kg >= 0 AND isfinite(weight_kg)"),
            "list_price_brl": Column(MONEY, rule=f"list_price_brl BETWEEN 0 AND {LARGEST_AMOUNT}"),
        },
    ),
    "sellers": Table(
        "Sellers of the marketplace: one row per seller and day of a change.",
        key=("seller_id",),
        columns={
            "seller_id": _key(),
            "zip_prefix": _text(rule="regexp_full_match(zip_prefix, '[0-9]{5}')"),
            "city": _text(),
            "state": _state(),
        },
    ),
    "orders": Table(
        "Orders as known by the end of each day on which they changed.",
        key=("order_id",),
        is_required=True,
        columns={
            "order_id": _key(),
            "customer_id": _text(is_identifier=True),
            "status": _text(is_required=True, rule=_one_of("status", STATUSES)),
            "channel": _text(rule=_one_of("channel", CHANNELS)),
            "ordered_at": Column(INSTANT, is_required=True),
            "approved_at": Column(INSTANT),
            "shipped_at": Column(INSTANT),
            "delivered_at": Column(INSTANT),
            "promised_date": Column(pa.date32()),
            "state": _state(),
            "city": _text(),
        },
        row_rules=_placed_before_known(BRAZIL.time_zone),
    ),
    "order_items": Table(
        "Lines of each order, whole, on each day on which the order changed; a returned line is negative.",
        key=("order_id", "line_number"),
        is_required=True,
        parent="orders",
        columns={
            "order_id": _key(),
            "line_number": Column(pa.int32(), is_required=True, rule="line_number >= 1"),
            "product_id": _key(),
            "seller_id": _text(),
            "quantity": Column(QUANTITY, is_required=True, rule="quantity <> 0"),
            "unit_price_brl": Column(
                UNIT_PRICE,
                is_required=True,
                rule=f"unit_price_brl BETWEEN 0 AND {LARGEST_AMOUNT} "
                f"AND abs(quantity::DECIMAL(38, 3) * unit_price_brl) <= {LARGEST_AMOUNT}",
            ),
            "freight_brl": Column(MONEY, rule=_within("freight_brl")),
        },
    ),
    "payments": Table(
        "Payments of each order, whole, on each day on which the order changed.",
        key=("order_id", "sequence"),
        parent="orders",
        columns={
            "order_id": _key(),
            "sequence": Column(pa.int32(), is_required=True, rule="sequence >= 0"),
            "method": _text(is_required=True),
            "installments": Column(pa.int32(), rule="installments >= 0"),
            "amount_brl": Column(MONEY, is_required=True, rule=_within("amount_brl")),
        },
    ),
    "reviews": Table(
        "Reviews of orders, on the day on which they came in.",
        key=("review_id", "order_id"),
        columns={
            "review_id": _key(),
            "order_id": _key(),
            "score": Column(pa.int32(), is_required=True, rule="score BETWEEN 1 AND 5"),
            "created_at": Column(INSTANT),
        },
    ),
}
"""Raw tables by name. An `order_items` or `payments` row travels with its order: on each day on which an
order changes, the order appears whole, with all its lines and payments."""


@cache
def tables_of(shop: Shop) -> Mapping[str, Table]:
    """Return the raw tables with the rules of a shop: states, postal codes and business dates are its country's."""
    tables = dict(TABLES)
    tables["orders"] = replace(TABLES["orders"], row_rules=_placed_before_known(shop.time_zone))
    if shop.is_brazilian:
        return tables
    # Other regions are as the shop writes them; the country's own code stands for all of them in the forecast.
    rules = {
        "state": f"length(trim(state)) BETWEEN 1 AND 60 AND state <> '{shop.country}'",
        "zip_prefix": "regexp_full_match(zip_prefix, '[0-9A-Za-z]{1,5}')",
    }
    for name, table in tables.items():
        columns = {
            column: replace(spec, rule=rules[column]) if column in rules else spec
            for column, spec in table.columns.items()
        }
        tables[name] = replace(table, columns=columns)
    return tables
