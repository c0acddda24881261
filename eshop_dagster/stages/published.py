"""Tables that kinds of model publish: what each column is and means, and how a frame becomes such a table.

Amounts are in the shop's currency. A name that dbt's tables have too means what it means there: its description begins
with the words of dbt's own, and a remark about the rows may follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd


class Column(NamedTuple):
    """One column: its name, its type, and what it means."""

    name: str
    type: pa.DataType
    description: str


@dataclass(frozen=True)
class Table:
    """A table that readers see.

    Attributes:
        name: as the release has it.
        description: what it is, and of what a row is.
        columns: in their order.
    """

    name: str
    description: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pa.Schema:
        """Names and types."""
        return pa.schema([(column.name, column.type) for column in self.columns])

    @property
    def descriptions(self) -> Mapping[str, str]:
        """What each column means, in their order."""
        return {column.name: column.description for column in self.columns}

    def of(self, frame: "pd.DataFrame") -> pa.Table:
        """Return the table's columns of a frame, NaN and None as NULL; other columns of the frame are left out."""
        columns = {
            column.name: pa.array(frame[column.name], type=column.type, from_pandas=True) for column in self.columns
        }
        return pa.table(columns, schema=self.schema)

    def empty(self) -> pa.Table:
        """Return the table without rows."""
        return self.schema.empty_table()


CUSTOMER_KEY = Column(
    "customer_key", pa.string(), "Random pseudonym of the customer, which only the vault can link to a person."
)


def bounds(prefix: str, what: str) -> tuple[Column, ...]:
    """Return the ends of the intervals that should hold 80 and 95 % of something, lower before upper ends."""
    return tuple(
        Column(
            f"{prefix}_{end}_{level}_brl",
            pa.float64(),
            f"{word} end of the interval that should hold {level} % of the {what}; NULL without one.",
        )
        for level in (80, 95)
        for end, word in (("lower", "Lower"), ("upper", "Upper"))
    )
