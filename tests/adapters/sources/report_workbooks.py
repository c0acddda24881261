"""Small Excel workbooks."""

from pathlib import Path
from typing import Any

from openpyxl import Workbook


def save(path: Path, rows: list[list[Any]], *, sheet: str = "Vendas", **others: list[list[Any]]) -> Path:
    """A workbook with a sheet of rows, and other sheets by name behind it."""
    book = Workbook()
    assert book.active is not None
    book.active.title = sheet
    for name, lines in {sheet: rows, **others}.items():
        page = book[name] if name in book.sheetnames else book.create_sheet(name)
        for line in lines:
            page.append(line)
    book.save(path)
    return path
