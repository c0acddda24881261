"""Excel workbooks, as sheets of texts and exact numbers, row by row.

What belongs here: files and sheets by openpyxl. What does not: what a cell holds (`cells.py`), which row is the header,
what columns mean (`excel.py`).
"""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.utils.exceptions import InvalidFileException

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.cells import Value, value_of

MOST_BYTES = 1 << 30
MOST_TEXT_BYTES = 1 << 28
"""Unpacked: sheets are read row by row, but the texts that cells share are held in memory."""
MOST_ROWS = 1_048_576
DAMAGES = (
    zipfile.BadZipFile, InvalidFileException, ParseError, OSError, EOFError, RuntimeError, KeyError, ValueError,
    TypeError, AttributeError, IndexError, zlib.error,
)  # fmt: skip
"""What openpyxl raises over a workbook that is not as it should be."""
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A cell with a formula and without its value."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook.

    Attributes:
        days_off: days from the epoch of the workbook's day numbers to the usual one.
        uncalculated: by position of a column (from 0), the first cell of which the formula has no value.
    """

    path: Path
    name: str
    is_visible: bool
    days_off: int
    uncalculated: dict[int, str]
    _sheet: Any

    def rows(self) -> Iterator[tuple[Value, ...]]:
        """The values of each row, as far as it is filled."""
        self._sheet.reset_dimensions()
        cells = self._sheet.iter_rows()
        for number in count():
            try:
                with warnings.catch_warnings():
                    # Of parts that a reader of values does not need.
                    warnings.simplefilter("ignore")
                    row = next(cells, None)
                    values = None if row is None else tuple(value_of(cell) for cell in row)
            except DAMAGES as error:
                raise _damaged(self.path, error) from error
            if values is None:
                return
            if number == MOST_ROWS:
                raise SourceError(
                    f"{self.path}: the sheet {self.name!r} has more than {MOST_ROWS} rows, the most that a sheet can "
                    "have: save it as CSV, or as several workbooks."
                )
            yield values


@contextmanager
def open_workbook(path: Path) -> Iterator[list[Sheet]]:
    """The sheets of a workbook that `check_workbook` found whole, in its order, to be read while it is open.

    Raises:
        SourceError: it has parts that are missing or cannot be understood.
    """
    book: Workbook | None = None
    try:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                reader = ExcelReader(path, read_only=True, data_only=True, keep_links=False)
                reader.read()
            book = reader.wb
            parts = {sheet.name: relation.target for sheet, relation in reader.parser.find_sheets()}
            sheets = [_sheet(path, book, sheet, parts[sheet.title]) for sheet in book.worksheets]
        except DAMAGES as error:
            raise _damaged(path, error) from error
        yield sheets
    finally:
        if book is not None:
            book.close()


def check_workbook(path: Path) -> None:
    """Read every byte of a workbook once.

    Raises:
        SourceError: it is no workbook, is locked by a password, is damaged, or is too large.
    """
    with path.open("rb") as file:
        head = file.read(8)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            is_locked = "EncryptedPackage".encode("utf-16-le") in head + file.read()
            remedy = "take the password off" if is_locked else "open it and save it as .xlsx, or as CSV"
            kind = "a workbook that a password protects" if is_locked else "an old Excel workbook (.xls)"
            raise SourceError(f"{path} is {kind}, expected .xlsx without one: {remedy}.")
    if not head.startswith(b"PK\x03\x04"):
        raise SourceError(
            f"{path} is no Excel workbook (it starts with {head!r}): save it as .xlsx, or give it the name of what it "
            "is, such as .csv."
        )
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {part.filename: part.file_size for part in archive.infolist()}
            whole, texts = sum(sizes.values()), sizes.get("xl/sharedStrings.xml", 0)
            if whole > MOST_BYTES or texts > MOST_TEXT_BYTES:
                raise SourceError(
                    f"{path} holds {whole >> 20} MiB unpacked, {texts >> 20} of them texts, expected at most "
                    f"{MOST_BYTES >> 20} and {MOST_TEXT_BYTES >> 20}: save the sheet as CSV, or as several workbooks."
                )
            if (broken := archive.testzip()) is not None:
                raise zipfile.BadZipFile(f"its part {broken} is damaged")
    except SourceError:
        raise
    except DAMAGES as error:
        raise _damaged(path, error) from error


def _sheet(path: Path, book: Workbook, sheet: Any, part: str) -> Sheet:
    days_off = 1462 if book.epoch == MAC_EPOCH else 0
    return Sheet(path, sheet.title, sheet.sheet_state == "visible", days_off, _uncalculated(path, part), sheet)


def _uncalculated(path: Path, part: str) -> dict[int, str]:
    """The columns of a sheet with formulas that no program has calculated yet: openpyxl calls such cells empty."""
    found: dict[int, str] = {}
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        rest = b""
        while chunk := stream.read(1 << 20):
            rest += chunk
            whole = rest.rfind(b"</row>") + 1
            for match in _FORMULA.finditer(rest, 0, whole) if b"<f" in rest or b":f" in rest else ():
                place = re.search(rb"\br=[\"']([A-Z]+)(\d+)[\"']", match[1])
                # A formula that gave an empty text has none either, but its cell is called a text.
                if place and not re.search(rb"\bt=[\"']str[\"']", match[1]):
                    found.setdefault(_position(place[1]), (place[1] + place[2]).decode())
            rest = rest[whole:]
    return found


def _position(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _damaged(path: Path, error: Exception) -> SourceError:
    text = (str(error).strip() or type(error).__name__).splitlines()[0]
    return SourceError(
        f"{path} is no whole Excel workbook ({text}): open it in a spreadsheet program and save it again."
    )
