"""Dirty rows: additional rows that the contract refuses, so that the clean rows alone still add up.

A bad order, line or customer has an id of its own that begins with X, since a bad line takes its order along; a bad
payment is numbered from 90 in an order that exists. A duplicate is an exact copy of a clean row and stands after it.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from eshop_dagster.adapters.sources.simulated.randomness import Array, Dice

_Bend = Callable[[pa.Table], pa.Table]


def _constant(column: str, value: object) -> _Bend:
    def bend(rows: pa.Table) -> pa.Table:
        at, field = rows.schema.get_field_index(column), rows.schema.field(column)
        return rows.set_column(at, field, pa.array([value] * len(rows), field.type))

    return bend


def _ordered_three_days_later(rows: pa.Table) -> pa.Table:
    at, field = rows.schema.get_field_index("ordered_at"), rows.schema.field("ordered_at")
    days = pc.add(pc.cast(pc.cast(rows["changed_date"], pa.int32()), pa.int64()), 3)
    # Noon in Brazil is 15:00 UTC.
    return rows.set_column(
        at, field, pc.cast(pc.multiply(pc.add(pc.multiply(days, 24), 15), 3_600_000_000), field.type)
    )


def _negative(column: str) -> _Bend:
    def bend(rows: pa.Table) -> pa.Table:
        at, field = rows.schema.get_field_index(column), rows.schema.field(column)
        return rows.set_column(at, field, pc.cast(pc.negate(rows[column]), field.type))

    return bend


def _own_id(column: str) -> _Bend:
    def bend(rows: pa.Table) -> pa.Table:
        at, field = rows.schema.get_field_index(column), rows.schema.field(column)
        return rows.set_column(at, field, pc.binary_replace_slice(rows[column], 0, 1, "X"))

    return bend


def _own_number(column: str) -> _Bend:
    def bend(rows: pa.Table) -> pa.Table:
        at, field = rows.schema.get_field_index(column), rows.schema.field(column)
        return rows.set_column(at, field, pc.cast(pc.add(rows[column], 89), field.type))

    return bend


DUPLICATE = "duplicate_key"

KINDS: Mapping[str, Mapping[str, tuple[_Bend, ...]]] = {
    "orders": {
        "unknown_status": (_own_id("order_id"), _constant("status", "em_transito")),
        "unknown_state": (_own_id("order_id"), _constant("state", "XX")),
        "unknown_channel": (_own_id("order_id"), _constant("channel", "fax")),
        "ordered_in_the_future": (_own_id("order_id"), _ordered_three_days_later),
        DUPLICATE: (),
    },
    "order_items": {
        "negative_price": (_own_id("order_id"), _negative("unit_price_brl")),
        "missing_product": (_own_id("order_id"), _constant("product_id", None)),
        "zero_quantity": (_own_id("order_id"), _constant("quantity", 0)),
        DUPLICATE: (),
    },
    "payments": {
        "missing_method": (_own_number("sequence"), _constant("method", None)),
        "missing_amount": (_own_number("sequence"), _constant("amount_brl", None)),
        "negative_sequence": (_negative("sequence"),),
        DUPLICATE: (),
    },
    "customers": {
        "unknown_state": (_own_id("customer_id"), _constant("state", "XX")),
        "bad_zip_prefix": (_own_id("customer_id"), _constant("zip_prefix", "0131O")),
        "missing_id": (_constant("customer_id", None),),
        DUPLICATE: (),
    },
}
"""By table, what is done to a copy of a clean row to make it a dirty one of each kind."""


def with_dirty_rows(dice: Dice, share: float, name: str, clean: pa.Table, key: Array) -> pa.Table:
    """Return the clean rows, and after them a dirty copy of about `share` of them.

    Args:
        dice: the shop's randomness.
        share: dirty rows per clean row.
        name: raw table.
        clean: the clean rows.
        key: shape (rows,), a number unique to each row and the same in every pull.
    """
    chosen = np.flatnonzero(dice.uniform(f"dirt/{name}", key) < share)
    kind_of = dice.below(f"dirt/{name}/kind", key[chosen], len(KINDS[name]))
    parts = [clean]
    for number, bends in enumerate(KINDS[name].values()):
        rows = clean.take(pa.array(chosen[kind_of == number]))
        for bend in bends:
            rows = bend(rows)
        parts.append(rows)
    return pa.concat_tables(parts).combine_chunks()
