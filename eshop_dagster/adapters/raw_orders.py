"""Orders of raw that a pull would take for older states of its own, though only their number is the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.raw_records import EMPTY_FILE

DAYS_OF_ONE_CUSTOMER = 31
"""A date of the same customer's order may be corrected, if its goods are worth the same; by more than this many days it
is another order."""


@dataclass(frozen=True)
class ReusedNumber:
    """An order number that two orders have.

    Attributes:
        order_id: the number.
        known: business day of the order that raw has.
        new: business day of the order that would replace it.
    """

    order_id: str
    known: date
    new: date


def find_reused_numbers(
    raw: Path, source: str, days: tuple[date, date], placed: pa.Table, *, days_apart: int, time_zone: str
) -> list[ReusedNumber]:
    """Return the orders of a pull whose number raw knows of another order, by day.

    Args:
        raw: the raw folder.
        source: the pulled source; its own rows on the days that it replaces do not count.
        days: first and last day of the pull.
        placed: `order_id`, `customer_key` (NULL for a guest or a new customer), `ordered_at` and `goods_brl` (what its
            items are worth) of each order pulled.
        days_apart: how many days one order's times may lie apart; a time within the day may be corrected in any case.
        time_zone: the shop's.
    """
    files, items = (list(_files(raw / table, source, days)) for table in ("orders", "order_items"))
    if not files or not placed.num_rows:
        return []
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("placed", placed)
        connection.execute(_MOVED, {"files": files, "apart": max(1, days_apart), "zone": time_zone})
        goods = connection.execute(_GOODS, {"files": items}).fetchall() if items else []
        connection.execute("CREATE TABLE goods (order_id VARCHAR, known_brl DECIMAL(38, 7))")
        if goods:
            connection.executemany("INSERT INTO goods VALUES (?, ?)", goods)
        found = connection.execute(_REUSED, {"same": max(DAYS_OF_ONE_CUSTOMER, days_apart)}).fetchall()
    return [ReusedNumber(*row) for row in found]


_MOVED = """
    CREATE TABLE moved AS
    WITH known AS (
        SELECT order_id, min(ordered_at) AS ordered_at, min(customer_key) AS customer_key
        FROM read_parquet($files, hive_partitioning = false) SEMI JOIN placed USING (order_id) GROUP BY order_id
    )
    SELECT order_id, timezone($zone, known.ordered_at)::DATE AS known, timezone($zone, placed.ordered_at)::DATE AS new,
        coalesce(placed.customer_key = known.customer_key, false) AS is_same_customer, placed.goods_brl,
        abs(date_diff('hour', known.ordered_at, placed.ordered_at)) AS hours, hours > 24 * $apart AS is_far
    FROM placed JOIN known USING (order_id)
    WHERE timezone($zone, known.ordered_at)::DATE <> timezone($zone, placed.ordered_at)::DATE
"""
"""Orders whose day is no longer the known one."""

_GOODS = """
    SELECT order_id, sum(quantity::DECIMAL(18, 3) * unit_price_brl::DECIMAL(20, 4))
    FROM (
        SELECT *, rank() OVER (PARTITION BY order_id ORDER BY changed_date DESC) AS age
        FROM (
            SELECT order_id, quantity, unit_price_brl,
                regexp_extract(filename, 'changed_date=([0-9-]+)', 1) AS changed_date
            FROM read_parquet($files, hive_partitioning = false, filename = true) SEMI JOIN moved USING (order_id)
        )
    )
    WHERE age = 1 GROUP BY order_id
"""
"""What the known state of each of them is worth."""

_REUSED = """
    SELECT order_id, known, new
    FROM moved LEFT JOIN goods USING (order_id)
    WHERE CASE
        WHEN is_same_customer THEN hours > 24 * $same OR (is_far AND goods_brl IS DISTINCT FROM known_brl)
        -- Numbers that start again each day: yesterday's order was of other goods.
        ELSE is_far OR goods_brl IS DISTINCT FROM known_brl
    END
    ORDER BY known, order_id
"""


def _files(folder: Path, source: str, days: tuple[date, date]) -> Iterable[str]:
    for path in folder.glob("changed_date=*/*.parquet"):
        day = date.fromisoformat(path.parent.name.removeprefix("changed_date="))
        if path.name != EMPTY_FILE and not (path.stem == source and days[0] <= day <= days[1]):
            yield str(path)
