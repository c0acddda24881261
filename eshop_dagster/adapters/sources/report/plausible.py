"""Days that no order of this report can have: in the future, or years away from all others."""

from datetime import date, timedelta

import duckdb

LONGEST_GAP = timedelta(days=3 * 365)
"""A shop that sells nothing for longer has most probably a wrong year on one side of the gap."""
FEW_LINES = 2
FEW_SHARE = 0.1


def find_odd_days(connection: duckdb.DuckDBPyConnection, newest: date | None) -> list[str]:
    """Make the table `odd_days` (`ordered_date`, `reason`); return notes on gaps of which neither side is odd.

    Args:
        connection: has `lines`.
        newest: the last day on which an order can have been placed; None to take any.
    """
    counts = connection.execute(
        "SELECT ordered_date, count(*) FROM lines WHERE ordered_date IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    odd = {day: "future:ordered_at" for day, _ in counts if newest is not None and day > newest}
    days = [(day, lines) for day, lines in counts if day not in odd]
    notes: list[str] = []
    for part, others in _sides(days):
        few = sum(lines for _, lines in part)
        total = few + sum(lines for _, lines in others)
        if few <= max(FEW_LINES, FEW_SHARE * total) and few < total / 2:
            odd |= {day: "implausible:ordered_at" for day, _ in part}
        else:
            notes.append(
                f"There are no lines for years before {others[0][0]} and {few} of {total} lines before that: check "
                "that the years are right."
            )
    connection.execute("CREATE TABLE odd_days (ordered_date DATE PRIMARY KEY, reason VARCHAR)")
    if odd:
        connection.executemany("INSERT INTO odd_days VALUES (?, ?)", list(odd.items()))
    return list(dict.fromkeys(notes))


def _sides(days: list[tuple[date, int]]) -> list[tuple[list[tuple[date, int]], list[tuple[date, int]]]]:
    """The smaller and the larger side of each long gap."""
    gaps = [place for place in range(1, len(days)) if days[place][0] - days[place - 1][0] > LONGEST_GAP]
    sides = [(days[:place], days[place:]) for place in gaps]
    return [tuple(sorted(pair, key=lambda side: sum(n for _, n in side))) for pair in sides]  # type: ignore[misc]
