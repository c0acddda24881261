"""Reading a CSV whose shape is known, so that no row is lost in silence."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from eshop_dagster.adapters.sources.base import SourceError


def read_strict_csv(
    path: Path, columns: tuple[str, ...], *, unbroken_end: bytes | None = None, multiline: Collection[str] = ()
) -> pa.Table:
    """Return every row of a comma-separated UTF-8 file as text; an empty field is NULL.

    Args:
        path: a file with a header line, with or without a byte-order mark.
        columns: the header that is expected, in any order.
        unbroken_end: what a file that is published without a final line break ends with. Any other file whose last line
            is not ended is refused: a cut inside its last number would go unseen.
        multiline: the columns whose texts may have line breaks. In any other one, two stray quotes made one field of
            several lines.

    Raises:
        SourceError: the header differs, a line has another number of fields, a quote stands in the middle of a field,
            the bytes are not UTF-8, or the file was cut short.
    """
    content = path.read_bytes()
    if not content:
        raise SourceError(f"{path.name} is empty: expected a header and rows; fetch the file again")
    _refuse_null_characters(path, content)
    _refuse_unended_line(path, content, unbroken_end)
    _refuse_stray_quotes(path, content)
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(content),
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
        raise SourceError(_explain(path, content, str(error))) from error
    if sorted(names) != sorted(columns):
        raise SourceError(
            f"{path.name} has the columns {names}, expected {list(columns)}: this is not the file it is named after"
        )
    _refuse_line_breaks(path, table, [name for name in columns if name not in multiline])
    return table


def _refuse_null_characters(path: Path, content: bytes) -> None:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise SourceError(f"{path.name} is UTF-16, expected UTF-8: save it as UTF-8, or fetch the original file again")
    if (place := content.find(b"\0")) >= 0:
        raise SourceError(
            f"{path.name} holds a NUL character in line {_line(content, place)} (at {place:,}), expected text: it is "
            "damaged, or UTF-16 and not UTF-8; fetch the original file again"
        )


def _refuse_unended_line(path: Path, content: bytes, unbroken_end: bytes | None) -> None:
    if not content.endswith((b"\n", b"\r")) and not (unbroken_end and content.endswith(unbroken_end)):
        raise SourceError(
            f"{path.name} ends in the middle of a line: it was cut short after {len(content):,} bytes; fetch it again"
        )


def _refuse_stray_quotes(path: Path, content: bytes) -> None:
    """Refuse a quote that neither opens nor closes a field, and a field that is never closed.

    The reader would take a field with such a quote for another text, or several lines for one field (RFC 4180, 2.5-2.7:
    a quoted field begins and ends beside a comma or a line break, and a quote inside it is doubled).
    """
    text = np.frombuffer(content, dtype=np.uint8)
    quotes = np.flatnonzero(text == ord('"'))
    if quotes.size % 2:
        raise SourceError(
            f"{path.name} has {quotes.size:,} quotation marks, expected an even number: it was cut short inside a "
            "quoted text or has a stray mark; fetch it again"
        )
    # A doubled quote closes and opens again.
    beside = np.frombuffer(b',\r\n"', dtype=np.uint8)
    opening, closing = quotes[::2], quotes[1::2]
    start = 3 if content.startswith(b"\xef\xbb\xbf") else 0
    is_stray = (opening > start) & ~np.isin(text[opening - 1], beside)
    is_stray |= (closing < text.size - 1) & ~np.isin(text[np.minimum(closing + 1, text.size - 1)], beside)
    if is_stray.any():
        line = _line(content, int(opening[is_stray][0]))
        raise SourceError(
            f"{path.name} has a stray quotation mark in line {line}, expected marks around whole fields and doubled "
            "inside of them; fetch it again"
        )


def _refuse_line_breaks(path: Path, table: pa.Table, columns: list[str]) -> None:
    for name in columns:
        if pc.any(pc.match_substring_regex(table[name], "[\r\n]")).as_py():
            raise SourceError(
                f"{path.name} has a line break inside a field of {name}, expected one line a row: two stray quotation "
                "marks made one field of several lines; fetch it again"
            )


def _line(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1


def _explain(path: Path, content: bytes, message: str) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return (
            f"{path.name} is not UTF-8: byte {content[error.start]:#04x} in line {_line(content, error.start)} (at "
            f"{error.start:,}); it looks like Latin-1 - save it as UTF-8, or fetch the original file again"
        )
    # Arrow quotes the row in its message; an order's row may hold personal data.
    what = message.split("columns, got")[0] if "columns, got" in message else "malformed line or unclosed quote"
    return (
        f"{path.name} cannot be read ({what.strip()}): a line has too few or too many fields, or the file was cut "
        "short; fetch it again"
    )
