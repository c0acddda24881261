"""Faults that cost a line one field, and its order nothing: what is not money of the sale."""

import duckdb

from eshop_dagster.adapters.sources.report.lines import EVENTS
from eshop_dagster.adapters.sources.report.mapping import ReportMapping
from eshop_dagster.adapters.sources.report.values import UNREADABLE, literal
from eshop_dagster.contract import tables_of

_UNREADABLE_TEXT = f"starts_with({{field}}, {literal(UNREADABLE)})"
_FAULTS: dict[str, str] = {
    "freight": "TRY_CAST(freight AS DECIMAL(20, 8)) IS NULL",
    "control_total": "TRY_CAST(control_total AS DECIMAL(20, 8)) IS NULL",
    "payment_installments": "coalesce(TRY_CAST(payment_installments AS INTEGER), -1) < 0",
    "promised_date": _UNREADABLE_TEXT.format(field="promised_date"),
}
"""SQL over a line that is true where a field's text is none of the contract's, by field."""


def clear_unreadable_details(connection: duckdb.DuckDBPyConnection, mapping: ReportMapping) -> list[str]:
    """Empty the fields of `lines` that no contract takes, and say how many; the order is loaded without them."""
    columns = tables_of(mapping.shop)["orders"].columns
    tests = {**_FAULTS, **{field: f"NOT ({columns[field].rule})" for field in ("state", "channel")}}
    faults = {field: test for field, test in tests.items() if getattr(mapping.columns, field)}
    faults |= {event: f"{event}_unreadable IS NOT NULL" for event in EVENTS if getattr(mapping.columns, event)}
    notes = []
    for field, test in faults.items():
        column = f"{field}_unreadable" if field in EVENTS else field
        (count, first), *_ = connection.execute(
            f"SELECT count(*), min(line_sequence) + 1 FROM lines WHERE {column} IS NOT NULL AND ({test})"
        ).fetchall()
        if count:
            connection.execute(f"UPDATE lines SET {column} = NULL WHERE {column} IS NOT NULL AND ({test})")
            header = getattr(mapping.columns, field)
            notes.append(
                f"{count} lines have no readable {field} in column {header!r} (the first is line {first} of the "
                "data): they are loaded without it."
            )
    return notes
