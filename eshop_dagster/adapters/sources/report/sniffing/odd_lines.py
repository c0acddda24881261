"""Lines that make a text file no plain table, each refused with what to do."""

import re
from pathlib import Path

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.sniffing.dates import is_instant
from eshop_dagster.adapters.sources.report.sniffing.roles import role_of
from eshop_dagster.adapters.sources.report.sniffing.styles import is_number

LEAST_NAMES = 2
"""A line with so many known names of columns is a header."""


def refuse_odd_lines(path: Path, lines: list[str], widths: list[int], usual: int, delimiter: str) -> None:
    """Refuse comments, Markdown tables and lines with a field more than their header.

    Args:
        path: of the file.
        lines: its first ones.
        widths: fields of each.
        usual: fields of most of them.
        delimiter: that splits them.

    Raises:
        SourceError: as it says.
    """
    filled = [(place, line.strip()) for place, line in enumerate(lines) if line.strip()]
    if len(filled) > 1 and re.fullmatch(r"[-:|+ ]{3,}", filled[1][1]):
        raise SourceError(f"{path} is a table for reading (Markdown), expected plain lines: export it as CSV.")
    comments = [place + 1 for place, line in filled if line.startswith("#") and widths[place : place + 1] != [usual]]
    if comments:
        raise SourceError(
            f"{path} has a comment on line {comments[0]} (it starts with '#'), expected order lines: take the "
            f"{len(comments)} lines that start so out of the file."
        )
    if not filled or delimiter == "blanks" or len(widths) != len(lines):
        return
    place, header = filled[0]
    names = [name.strip(' "') for name in header.split(delimiter)]
    if widths[place] != usual - 1 or sum(role_of(name) is not None for name in names) < LEAST_NAMES:
        return
    data = [line for at, line in filled[1:] if widths[at] == usual]
    if all(line.endswith(delimiter) for line in data):
        raise SourceError(
            f"{path} ends its lines with {delimiter!r}, and its header without: they have {usual} fields and it has "
            f"{usual - 1}. Take the {delimiter!r} out of the ends of the lines, or write one behind the header."
        )
    raise SourceError(
        f"{path} has lines of {usual} fields below a header of {usual - 1}: some field holds {delimiter!r} itself, "
        "such as a decimal comma without quotes. Export the report with another delimiter, or with quotes."
    )


def refuse_two_encodings(files: dict[str, tuple[str, dict[str, list[str]]]]) -> None:
    """Refuse files of one folder, each with its encoding and columns, that write accents in two encodings.

    Raises:
        SourceError: as it says.
    """
    written = {name: encoding for name, (encoding, columns) in files.items() if _has_accents(columns)}
    if len(set(written.values())) > 1:
        told = " and ".join(f"{name} in {encoding}" for name, encoding in written.items())
        raise SourceError(
            f"{told}: these files write their accents in two encodings, and a mapping has one format.encoding. Save "
            "all files of the folder in one, such as utf-8."
        )


def second_header(rows: list[tuple[str, ...]]) -> bool:
    """Whether the first line below the header is words only, such as units, and the next is not."""

    def has_values(row: tuple[str, ...]) -> bool:
        return any(is_number(text) or is_instant(text) for text in row)

    return len(rows) > 1 and not has_values(rows[0]) and has_values(rows[1])


def _has_accents(texts: dict[str, list[str]]) -> bool:
    return any(not name.isascii() or any(not text.isascii() for text in column) for name, column in texts.items())
