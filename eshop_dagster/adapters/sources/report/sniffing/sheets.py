"""Where an Excel workbook has its table: the sheet, and the row of its header."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.cells import Value
from eshop_dagster.adapters.sources.report.excel import Writer, header_of
from eshop_dagster.adapters.sources.report.format import Format
from eshop_dagster.adapters.sources.report.sniffing.dates import is_instant
from eshop_dagster.adapters.sources.report.sniffing.styles import is_number
from eshop_dagster.adapters.sources.report.workbook import Sheet, open_workbook

LOOK_ROWS = 60
MOST_OF_COLUMNS = 0.8
FEWEST_COLUMNS = 3


Typed = dict[int, set[int]]
"""Of each column that has some, by position, the places of the lines whose cell is a typed number."""


def read_sheet(path: Path, most_lines: int) -> tuple[Format, list[str], list[tuple[str, ...]], Typed]:
    """The format, header and first lines, as texts, of the first sheet of a workbook that holds a table.

    The last part says which texts were typed numbers: those have a decimal point, and tell nothing of the others.

    Raises:
        SourceError: no sheet has a table.
    """
    with open_workbook(path) as sheets:
        for sheet in (sheet for sheet in sheets if sheet.is_visible):
            skipped = _rows_above([*islice(sheet.rows(), LOOK_ROWS)])
            if skipped is not None:
                is_only = sum(other.is_visible for other in sheets) == 1
                form = Format(sheet=None if is_only else sheet.name, skip_lines=skipped)
                header = header_of([*islice(sheet.rows(), skipped + 1)], form)
                return form, header, *_texts(sheet, skipped, len(header), most_lines)
    names = ", ".join(sheet.name for sheet in sheets)
    raise SourceError(
        f"{path} has no sheet with a table: expected a row of at least {FEWEST_COLUMNS} headers with lines below it "
        f"(its sheets: {names}). Give a workbook whose first {LOOK_ROWS} rows show it."
    )


def _rows_above(rows: list[tuple[Value, ...]]) -> int | None:
    """How many rows stand above the header: the first row of words that names most columns which are filled below."""
    for place, row in enumerate(rows):
        above = rows[place - 1] if place else ()
        below = [found for found in rows[place + 1 :] if any(found)]
        used = {at for at, count in _filled_counts(below).items() if 2 * count >= len(below)}
        named, words = _words(row), _words(row) | _words(above)
        if len(used) < FEWEST_COLUMNS or not named or len(named) < sum(map(bool, row)):
            continue
        if len(used & words) < MOST_OF_COLUMNS * len(used) or len(used & words) < FEWEST_COLUMNS:
            continue
        second = rows[place + 1]
        # Headers over two rows: the second has words just where the first has none.
        is_first = bool(used - named) and used - named <= _words(second) and len(_words(second)) < len(used)
        return place + 1 if is_first else place
    return None


def _filled_counts(rows: list[tuple[Value, ...]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for row in rows:
        for place, value in enumerate(row):
            if value != "":
                counts[place] = counts.get(place, 0) + 1
    return counts


def _words(row: tuple[Value, ...]) -> set[int]:
    """The places of texts that are neither numbers nor dates."""
    return {
        place
        for place, value in enumerate(row)
        if isinstance(value, str) and value and not is_number(value) and not is_instant(value)
    }


def _texts(sheet: Sheet, skipped: int, width: int, most_lines: int) -> tuple[list[tuple[str, ...]], Typed]:
    """The lines as texts, and where their typed numbers stand."""
    rows = [row for row in islice(sheet.rows(), skipped + 1, skipped + 1 + most_lines) if any(v != "" for v in row)]
    typed: Typed = {}
    for line, row in enumerate(rows):
        for place, value in enumerate(row):
            if not isinstance(value, str):
                typed.setdefault(place, set()).add(line)
    write = Writer(".", "", 0, set(), is_sample=True)
    return [tuple(_written(row, width, write)) for row in rows], typed


def _written(row: tuple[Value, ...], width: int, write: Writer) -> Iterator[str]:
    for place in range(width):
        yield write(row[place], place) if place < len(row) else ""
