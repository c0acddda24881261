"""Customers and orders that people added to the simulated shop by a form, as a source beside it.

The register is a folder of one JSON file an entry, written once and never changed. It knows a customer by
`customer_key`: the personal data went to the vault before the entry was written.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from eshop_dagster.adapters.files import json_bytes, write_atomically
from eshop_dagster.adapters.sources.base import Changes, SourceError
from eshop_dagster.contract import BUSINESS_TIME_ZONE

DAYS_TO_SHIP = 1
DAYS_TO_DELIVER = 5
DAYS_PROMISED = 10
"""Days after that of the order on which it is shipped and delivered, and for which delivery is promised; an order in a
store is delivered at once."""

Entry = dict[str, Any]
"""`customer_key`, `business_date` (ISO); `customer` (a row of the raw contract without identifiers) or None; `order`
(with its `lines`, `method` and `installments`) or None."""


class AlreadyRegistered(ValueError):
    """The register has an entry of this name."""


class Register:
    """The entries of one home, which together are a source: a pure function of the day and of what was registered."""

    name = "registered"

    def __init__(self, home: Path) -> None:
        self._folder = home / "registered"

    def add(self, name: str, entry: Entry) -> None:
        """Keep an entry: whole or not at all, and never in the place of another.

        Raises:
            AlreadyRegistered: there is an entry of that name.
        """
        aside = self._folder / f".{uuid.uuid4().hex}.part"
        write_atomically(aside, json_bytes(entry))
        try:
            os.link(aside, self._folder / f"{name}.json")
        except FileExistsError as error:
            raise AlreadyRegistered(name) from error
        finally:
            aside.unlink()

    def find(self, name: str) -> Entry | None:
        """Return the entry of that name, if there is one."""
        with suppress(FileNotFoundError):
            entry: Entry = json.loads((self._folder / f"{name}.json").read_bytes())
            return entry
        return None

    def fingerprints(self) -> dict[date, str]:
        """Return a hash of what is registered for each day on which something changes."""
        return {
            day: hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:16]
            for day, rows in sorted(self._days.items())
        }

    def changes(self, first: date, last: date) -> Iterator[Changes]:
        """Yield the changes of each day from `first` to `last`, inclusive, as they were known when first asked."""
        for offset in range((last - first).days + 1):
            day = first + timedelta(days=offset)
            yield Changes(day, day, {name: _table(rows, day) for name, rows in self._days.get(day, {}).items()})

    @cached_property
    def _days(self) -> Mapping[date, dict[str, list[dict[str, Any]]]]:
        """Rows by day and table, in the order of the entries' names. Read once: a pull sees one register."""
        days: dict[date, dict[str, list[dict[str, Any]]]] = {}
        for path in sorted(self._folder.glob("*.json")):
            try:
                _spread(json.loads(path.read_bytes()), days)
            except (ValueError, KeyError) as error:
                raise SourceError(
                    f"{path} cannot be read as an entry of the register ({type(error).__name__}): bring it back from "
                    "a backup, or move it away and register it again"
                ) from error
        return days


def _spread(entry: Entry, days: dict[date, dict[str, list[dict[str, Any]]]]) -> None:
    """Put an entry's rows to the days on which they belong into the change log."""
    placed, key = date.fromisoformat(entry["business_date"]), entry["customer_key"]
    if entry["customer"]:
        days.setdefault(placed, {}).setdefault("customers", []).append({"customer_key": key, **entry["customer"]})
    if not entry["order"]:
        return
    # A change is the whole order, with its lines and payments, on each day on which it changed.
    for day, known in _life(entry["order"], placed):
        for table, row in _order_rows(entry["order"], key, known):
            days.setdefault(day, {}).setdefault(table, []).append(row)


def _life(order: Mapping[str, Any], placed: date) -> Iterator[tuple[date, dict[str, str]]]:
    """Yield each day on which an order changes and what is known of it by then."""
    known = {"status": "approved", "approved_at": order["ordered_at"]}
    if order["channel"] == "store":
        at_once = {"status": "delivered", "shipped_at": order["ordered_at"], "delivered_at": order["ordered_at"]}
        yield placed, {**known, **at_once, "promised_date": str(placed)}
        return
    known["promised_date"] = str(placed + timedelta(days=DAYS_PROMISED))
    yield placed, known
    for status, days, hour in (("shipped", DAYS_TO_SHIP, 15), ("delivered", DAYS_TO_DELIVER, 11)):
        day = placed + timedelta(days=days)
        at = datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(BUSINESS_TIME_ZONE))
        known = {**known, "status": status, f"{status}_at": at.isoformat()}
        yield day, known


def _order_rows(
    order: Mapping[str, Any], key: str, known: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, str | int | None]]]:
    order_id, total = order["order_id"], Decimal(0)
    told = {name: order[name] for name in ("channel", "ordered_at", "state", "city")}
    blank = dict.fromkeys(("shipped_at", "delivered_at"))
    yield "orders", {"order_id": order_id, "customer_key": key, **told, **blank, **known}
    for number, line in enumerate(order["lines"], 1):
        total += Decimal(line["unit_price_brl"]) * line["quantity"]
        priced = {"quantity": str(line["quantity"]), "unit_price_brl": line["unit_price_brl"], "freight_brl": "0"}
        yield "order_items", {"order_id": order_id, "line_number": number, "product_id": line["product_id"], **priced}
    paid = {"method": order["method"], "installments": order["installments"], "amount_brl": str(total)}
    yield "payments", {"order_id": order_id, "sequence": 1, **paid}


def _table(rows: list[dict[str, Any]], day: date) -> pa.Table:
    table = pa.Table.from_pylist(rows)
    return table.append_column("changed_date", pa.array([day] * len(rows), pa.date32()))
