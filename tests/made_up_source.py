"""A made-up source, as a developer would add it: the tills of a store, which write a file of orders each day."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pyarrow as pa
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from eshop_dagster.adapters.sources.base import Changes, SourceError
from eshop_dagster.adapters.sources.declared import Asked, Coming, NamedPath, OpenSource, SourceConfig

ORDERS = ("order_id", "customer_id", "status", "channel", "ordered_at")
LINES = ("order_id", "line_number", "product_id", "quantity", "unit_price_brl")
CUSTOMERS = ("customer_id", "name", "email")


class TillSource:
    """A folder of `2024-03-05.jsonl`, one order a line."""

    name = "tills"

    def __init__(self, folder: Path) -> None:
        self._files = {date.fromisoformat(path.stem): path for path in sorted(folder.glob("*.jsonl"))}
        if not self._files:
            raise SourceError(f"{folder} has no day of the tills: expected files such as 2024-03-05.jsonl")

    def first_day(self) -> date:
        return min(self._files)

    def last_day(self) -> date:
        return max(self._files)

    def changes(self, first: date, last: date) -> Iterator[Changes]:
        for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
            yield Changes(day, day, self._tables(day))

    def _tables(self, day: date) -> dict[str, pa.Table]:
        path = self._files.get(day)
        orders = [json.loads(line) for line in path.read_text().splitlines()] if path else []
        return {
            "customers": _table([order["customer"] for order in orders], CUSTOMERS, day),
            "orders": _table(
                [{**order, "customer_id": order["customer"]["customer_id"]} for order in orders], ORDERS, day
            ),
            "order_items": _table(
                [{"order_id": order["order_id"], **line} for order in orders for line in order["lines"]], LINES, day
            ),
        }


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...], day: date) -> pa.Table:
    texts = {name: pa.array([str(row[name]) for row in rows], pa.string()) for name in columns}
    return pa.table({**texts, "changed_date": pa.array([day] * len(rows), pa.date32())})


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class TillConfig(SourceConfig):
    """The folder that the tills write into."""

    kind: ClassVar[str] = "tills"
    tables: ClassVar[frozenset[str]] = frozenset(("customers", "orders", "order_items"))
    coming: ClassVar[Coming] = Coming.LOADED
    newer_days: ClassVar[str] = "copy the tills' newer files and run `eshop run`"

    path: Annotated[NamedPath, Asked("--path", "the folder of the tills' files")]

    def open(self, yesterday: date) -> OpenSource:
        """Return the tills' days."""
        files = sorted(self.path.glob("*.jsonl"))
        fingerprint = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
        return OpenSource(TillSource(self.path), fingerprint)


CONFIG = TillConfig


def write_days(folder: Path, first: date, days: int) -> Path:
    """Write so many days of the tills, a few orders each, and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(days):
        day = first + timedelta(days=number)
        lines = [json.dumps(_order(number, place, day)) for place in range(1 + number % 3)]
        (folder / f"{day}.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def _order(number: int, place: int, day: date) -> dict[str, Any]:
    person = (number + place) % 7
    return {
        "order_id": f"t{number}-{place}",
        "customer": {"customer_id": f"c{person}", "name": f"Ana {person}", "email": f"ana{person}@example.com"},
        "status": "delivered",
        "channel": "store",
        "ordered_at": f"{day}T15:00:00Z",
        "lines": [{"line_number": 1, "product_id": "mug", "quantity": "2.000", "unit_price_brl": "9.5000"}],
    }
