"""A source's whole pull into a home of its own: validation, quarantine and vault, read back as rows."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from eshop_dagster.adapters.raw_store import Limits, RawStore, RawStoreError
from eshop_dagster.adapters.sources.base import Source, SourceError

from ..raw_home import vault_of

Row = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Refused:
    """Nothing was loaded, and the message says why."""

    message: str


@dataclass(frozen=True)
class Pulled:
    """What a home holds after a pull.

    Attributes:
        accepted: each table's rows with their day, and how often each is there.
        quarantined: rows by table and reason.
        persons: what the vault knows of each customer, by pseudonym.
    """

    accepted: dict[str, Counter[Row]]
    quarantined: Counter[tuple[str, str]]
    persons: dict[str, dict[str, str | None]]

    def rows_in(self, table: str) -> int:
        """Rows of a table that came in: accepted or quarantined."""
        refused = sum(rows for (name, _), rows in self.quarantined.items() if name == table)
        return self.accepted[table].total() + refused

    def column(self, table: str, column: str) -> list[Any]:
        return sorted(dict(row)[column] for row in self.accepted[table].elements())

    def is_content_of(self, other: "Pulled | Refused") -> bool:
        """Whether both hold the same rows and persons, and neither has any in quarantine."""
        return self == other and not self.quarantined


def pull(open_source: Callable[[], Source], home: Path, limits: Limits | None = None) -> Pulled | Refused:
    """Open a source and pull all of its days into `home`."""
    try:
        source = open_source()
        days = source.changes(source.first_day(), source.last_day())
        vault = vault_of(home)
        report = RawStore(home, vault, limits).write(source.name, "1", days)
    except (SourceError, RawStoreError) as refusal:
        return Refused(str(refusal))
    accepted = {table: _rows(home / "raw" / table, source.name) for table in report.accepted}
    keys = {dict(row)["customer_key"] for row in accepted["customers"]}
    return Pulled(accepted, +report.quarantined, {key: vault.reveal(key) for key in keys})


def pulled(open_source: Callable[[], Source], home: Path, limits: Limits | None = None) -> Pulled:
    """The same for a pull that must not be refused."""
    outcome = pull(open_source, home, limits)
    assert isinstance(outcome, Pulled), outcome
    return outcome


def _rows(folder: Path, source: str) -> Counter[Row]:
    return Counter(
        (("changed_date", path.parent.name.partition("=")[2]), *row.items())
        for path in folder.glob(f"*/{source}.parquet")
        for row in pq.ParquetFile(path).read().to_pylist()
    )
