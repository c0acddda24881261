"""Reading a CSV whose shape is known, so that no row is lost in silence."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from eshop_dagster.adapters.sources.base import SourceError


def read_strict_csv(path: Path, columns: tuple[str, ...], *, unbroken_end: bytes | None = None) -> pa.Table:
    """Return every row of a comma-separated UTF-8 file as text; an empty field is NULL.

    Args:
        path: a file with a header line, with or without a byte-order mark.
        columns: the header that is expected, in any order.
        unbroken_end: what a file that is published without a final line break ends with. Any other file whose last line
            is not ended is refused: a cut inside its last number would go unseen.

    Raises:
        SourceError: the header differs, a line has another number of fields, the bytes are not UTF-8, or the file was
        cut short.
    """
    if path.stat().st_size == 0:
        raise SourceError(f"{path.name} is empty: expected a header and rows; fetch the file again")
    _refuse_unended_line(path, unbroken_end)
    _refuse_open_quote(path)
    try:
        table = pyarrow.csv.read_csv(
            path,
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
        names = table.column_names
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise SourceError(_explain(path, str(error))) from error
    if sorted(names) != sorted(columns):
        raise SourceError(
            f"{path.name} has the columns {names}, expected {list(columns)}: this is not the file it is named after"
        )
    return table


def _refuse_unended_line(path: Path, unbroken_end: bytes | None) -> None:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - max(len(unbroken_end or b""), 1), 0))
        end = file.read()
        if not end.endswith((b"\n", b"\r")) and end != unbroken_end:
            raise SourceError(
                f"{path.name} ends in the middle of a line: it was cut short after {path.stat().st_size:,} "
                "bytes; fetch it again"
            )


def _refuse_open_quote(path: Path) -> None:
    """Refuse a file cut inside a quoted text: the reader would take what is left of it for the whole."""
    quotes = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            quotes += block.count(b'"')
    if quotes % 2:
        raise SourceError(
            f"{path.name} has {quotes:,} quotation marks, expected an even number: it was cut short inside a "
            "quoted text or has a stray mark; fetch it again"
        )


def _explain(path: Path, message: str) -> str:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return (
            f"{path.name} is not UTF-8: byte {error.object[error.start]:#04x} in line {line} (at "
            f"{error.start:,}); it looks like "
            "Latin-1 - save it as UTF-8, or fetch the original file again"
        )
    # Arrow quotes the row in its message; an order's row may hold personal data.
    what = message.split("columns, got")[0] if "columns, got" in message else "malformed line or unclosed quote"
    return (
        f"{path.name} cannot be read ({what.strip()}): a line has too few or too many fields, or the file was cut "
        "short; fetch it again"
    )
