"""Orders of raw that a pull would take for older states of its own, though only their number is the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.raw_records import EMPTY_FILE

DAYS_OF_ONE_CUSTOMER = 31
"""A date of the same customer's order may be corrected; by more than this many days it is another order."""


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
        placed: `order_id`, `customer_key` (NULL for a guest or a new customer) and `ordered_at` of each order pulled.
        days_apart: how many days one order's times may lie apart; a time within the day may be corrected in any case.
        time_zone: the shop's.
    """
    files = list(_files(raw, source, days))
    if not files or not placed.num_rows:
        return []
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("placed", placed)
        found = connection.execute(
            """
            WITH known AS (
                SELECT order_id, min(ordered_at) AS ordered_at, min(customer_key) AS customer_key
                FROM read_parquet($files, hive_partitioning = false) SEMI JOIN placed USING (order_id) GROUP BY order_id
            )
            SELECT order_id, timezone($zone, known.ordered_at)::DATE AS known,
                timezone($zone, placed.ordered_at)::DATE AS new
            FROM placed JOIN known USING (order_id)
            WHERE abs(date_diff('hour', known.ordered_at, placed.ordered_at))
                > 24 * if(placed.customer_key = known.customer_key, $same, $apart)
            ORDER BY known, order_id
            """,
            {
                "files": files,
                "same": max(DAYS_OF_ONE_CUSTOMER, days_apart),
                "apart": max(1, days_apart),
                "zone": time_zone,
            },
        ).fetchall()
    return [ReusedNumber(*row) for row in found]


def _files(raw: Path, source: str, days: tuple[date, date]) -> Iterable[str]:
    for path in (raw / "orders").glob("changed_date=*/*.parquet"):
        day = date.fromisoformat(path.parent.name.removeprefix("changed_date="))
        if path.name != EMPTY_FILE and not (path.stem == source and days[0] <= day <= days[1]):
            yield str(path)
