"""Blocks of plain lines, taken apart by Arrow many times faster than line by line.

What belongs here: which lines are so plain that Arrow reads them as Python's reader does. All others are read by
`taking_apart.py`, one by one.
"""

import re

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from eshop_dagster.adapters.sources.report.file_lines import RAW
from eshop_dagster.adapters.sources.report.format import BLANKS_BETWEEN, Format

LONGEST_LINE = 100_000
"""Bytes; Python's reader refuses a field of more than 131,072 characters."""


class PlainBlocks:
    """Takes whole blocks of lines apart, if every line of the block is plain.

    Plain is a line with all its fields, of which at least one has a value, and with quotes around whole fields only.

    Args:
        form: of the file.
        width: fields of the header.
        positions: of the fields to keep, as `c0`, `c1`, ….
    """

    def __init__(self, form: Format, width: int, positions: list[int]) -> None:
        self._mark = form.mark
        self._quote = "" if form.quote == "none" else form.quote
        self.can_read = form.delimiter != BLANKS_BETWEEN and (form.mark + self._quote).isascii()
        names = [f"f{place}" for place in range(width)]
        self._kept = [names[position] for position in positions]
        self._reading = csv.ReadOptions(column_names=names)
        self._conversion = csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=self._kept,
            null_values=[],
            strings_can_be_null=False,
        )
        mark, quote = re.escape(self._mark), re.escape(self._quote)
        one = f"(?:[^{mark}{quote}]*|{quote}(?:[^{quote}]|{quote}{quote})*{quote})"
        self._quoted_line = f"^{one}(?:{mark}{one})*$"

    def take(self, block: str) -> pa.Table | None:
        """The mapped columns and the text `raw_line` of a block of whole lines; None if a line of it is not plain."""
        returns = block.count("\r")
        if not self.can_read or block.startswith("\ufeff") or returns != block.count("\r\n"):
            return None
        lines = pc.split_pattern(pa.array([block.removesuffix("\n")], pa.string()), "\n").values
        if returns:
            lines = pc.ascii_rtrim(lines, "\r")
        if not self._are_plain(lines, has_quotes=bool(self._quote) and self._quote in block):
            return None
        try:
            table = csv.read_csv(
                pa.BufferReader(block.encode()), self._reading, self._parsing(), convert_options=self._conversion
            )
        except pa.ArrowInvalid:
            # A line with more or fewer fields.
            return None
        if table.num_rows != len(lines):
            return None
        return table.rename_columns([f"c{index}" for index in range(len(self._kept))]).append_column(RAW, lines)

    def _are_plain(self, lines: pa.StringArray, *, has_quotes: bool) -> bool:
        if pc.max(pc.binary_length(lines)).as_py() > LONGEST_LINE:
            return False
        if pc.min(pc.binary_length(pc.ascii_trim(lines, self._mark + self._quote))).as_py() == 0:
            return False
        return not has_quotes or pc.all(pc.match_substring_regex(lines, self._quoted_line)).as_py()

    def _parsing(self) -> csv.ParseOptions:
        return csv.ParseOptions(
            delimiter=self._mark, quote_char=self._quote or False, double_quote=True, ignore_empty_lines=False
        )
