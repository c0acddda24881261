"""Reading a CSV whose shape is known, so that no row is lost in silence."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from eshop_dagster.adapters.sources.base import SourceError


def read_strict_csv(path: Path, columns: tuple[str, ...], *, ends_with_line_break: bool = True) -> pa.Table:
    """Return every row of a comma-separated UTF-8 file as text; an empty field is NULL.

    Args:
        path: a file with a header line, with or without a byte-order mark.
        columns: the header that is expected, in any order.
        ends_with_line_break: refuse a file whose last line is not ended: a cut inside its last number would go unseen.

    Raises:
        SourceError: the header differs, a line has another number of fields, the bytes are not UTF-8, or the file was
        cut short.
    """
    if path.stat().st_size == 0:
        raise SourceError(f"{path.name} is empty: expected a header and rows; fetch the file again")
    if ends_with_line_break:
        _refuse_missing_line_break(path)
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
    except pa.ArrowInvalid as error:
        raise SourceError(_explain(path, str(error))) from error
    if sorted(table.column_names) != sorted(columns):
        raise SourceError(
            f"{path.name} has the columns {table.column_names}, expected {list(columns)}: this is not the file "
            "it is named after"
        )
    return table


def _refuse_missing_line_break(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(-1, 2)
        if file.read(1) not in (b"\n", b"\r"):
            raise SourceError(
                f"{path.name} ends in the middle of a line: it was cut short after {path.stat().st_size:,} "
                "bytes; fetch it again"
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
        f"{path.name} cannot be read ({what.strip()}): a line has too few or too many fields, or the file was cut short; "
        "fetch it again"
    )
