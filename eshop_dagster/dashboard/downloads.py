"""CSV files as a Brazilian Excel opens them by a double click."""

import math
from datetime import date, datetime
from decimal import Decimal

import pandas as pd

MIME = "text/csv"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(frame: pd.DataFrame, *, language: str) -> bytes:
    """Return a frame as CSV: `;` between cells, UTF-8 with a byte order mark, lines ended by CR and LF.

    Numbers have a decimal comma in Portuguese and a point in English, no thousands separator and all their digits.
    A text that a spreadsheet would run as a formula is led by an apostrophe.
    """
    comma = language == "pt"
    lines = [[_cell(str(name), comma=comma) for name in frame.columns]]
    for row in frame.itertuples(index=False, name=None):
        lines.append([_cell(value, comma=comma) for value in row])
    return "\ufeff".encode() + "".join(";".join(line) + "\r\n" for line in lines).encode()


def _cell(value: object, *, comma: bool) -> str:
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (int, float, Decimal)) or hasattr(value, "dtype"):
        return _number(value, comma=comma)
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        value = value.date()
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    text = str(value)
    if text.startswith(_FORMULA_STARTS):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ';"\r\n') else text


def _number(value: object, *, comma: bool) -> str:
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        return ""
    text = str(value) if isinstance(value, Decimal) else f"{number:.15g}" if abs(number) < 1e15 else f"{number:.2f}"
    return text.replace(".", ",") if comma else text
