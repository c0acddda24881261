"""What a source is: it answers what changed on a business day, as Arrow tables of the raw contract."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import pyarrow as pa

REJECTED_SCHEMA = pa.schema(
    [
        ("table", pa.string()),
        ("changed_date", pa.date32()),
        ("reason", pa.string()),
        ("row", pa.string()),
    ]
)


class SourceError(ValueError):
    """The source as a whole cannot be read; the message says what, the value, what was expected and what to do."""


@dataclass(frozen=True)
class Changes:
    """All that changed on a run of consecutive business days.

    Attributes:
        first_day: first business day covered (inclusive).
        last_day: last business day covered (inclusive).
        tables: by raw table name; the contract's columns that the source knows, in any order, plus `changed_date`
            (date32) between `first_day` and `last_day`. Each column has the contract's type, or is text: a value
            that DuckDB cannot cast to the contract's type goes to quarantine with its text. A column or table
            that is left out is unknown (NULL). Pass a bad row on as it is: the raw layer quarantines it. A source
            that asked the vault itself yields `customer_key` in place of `customer_id`, and no identifier.
        rejected: rows that the source could not even take apart (`REJECTED_SCHEMA`); `row` is the text or JSON as found
            and is sealed in the vault, as it may hold personal data.
    """

    first_day: date
    last_day: date
    tables: Mapping[str, pa.Table]
    rejected: pa.Table = field(default_factory=REJECTED_SCHEMA.empty_table)


class Source(Protocol):
    """A shop's order system, seen as a change log.

    Errors: the constructor and the methods raise `SourceError` for input that cannot be read.
    """

    name: str
    """Letters, digits and dashes: names the source's file in each day's raw folder."""

    def first_day(self) -> date:
        """First business day on which something changed."""
        ...

    def last_day(self) -> date:
        """Last business day that can be pulled."""
        ...

    def changes(self, first: date, last: date) -> Iterator[Changes]:
        """Yield the changes of `first` to `last` (both inclusive) in day order, in chunks of bounded size.

        Every day is covered by exactly one chunk, also a day on which nothing changed. The same call yields the
        same rows, whatever else was pulled before.
        """
        ...
