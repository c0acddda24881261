"""The records of a delimited text, in which one broken line never takes its neighbours with it."""

import csv
from collections.abc import Iterator
from typing import TextIO

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.mapping import Format

BROKEN_QUOTES = "broken_quotes"


class Records:
    """Rows of fields, one at a time, beside the lines of which the row in hand was made.

    After a stray quote Python's reader takes all lines up to the next quote for one field. So the lines of the
    record in hand are kept, and `give_up` returns all but the first to be read again.

    Attributes:
        line: number in the file of the last line read, from 1.
        broken: why the row in hand could not be taken apart; it then has no fields.
    """

    def __init__(self, text: TextIO, form: Format, name: str) -> None:
        self.line = 0
        self.broken: str | None = None
        self._name = name
        self._form = form
        self._text = text
        self._again: list[str] = []
        self._record: list[str] = []
        if form.quote == "none":
            self._rows = csv.reader(self._lines(), delimiter=form.delimiter, quoting=csv.QUOTE_NONE, strict=True)
        else:
            self._rows = csv.reader(self._lines(), delimiter=form.delimiter, quotechar=form.quote, strict=True)

    def header(self) -> list[str]:
        """Names of the columns; their positions from 1 where the file has no header."""
        for _ in range(self._form.skip_lines):
            self._text.readline()
            self.line += 1
        first = next(iter(self), [])
        if not any(first):
            raise SourceError(
                f"{self._name} has nothing to read on line {self.line or 1}, expected the header: "
                "delete the lines above the header, or count them in format.skip_lines."
            )
        if self._form.header:
            return [name.strip() for name in first]
        self._again = self._record[::-1]
        self.line -= len(self._record)
        return [str(position) for position in range(1, len(first) + 1)]

    def __iter__(self) -> Iterator[list[str]]:
        """Yield rows; an empty line is a row without a value, a line with broken quotes is a row of one text."""
        while True:
            self._record.clear()
            self.broken = None
            try:
                row = next(self._rows, None)
            except csv.Error as error:
                if "unexpected end" in str(error):
                    raise self._never_closed() from error
                self.broken = BROKEN_QUOTES
                row = [BROKEN_QUOTES]
            if row is None:
                return
            yield row

    def give_up(self) -> None:
        """Keep the first line of the record in hand only; the others are read again as records of their own."""
        self._again.extend(reversed(self._record[1:]))
        self.line -= len(self._record) - 1
        del self._record[1:]

    def raw(self) -> str:
        """Text of the record in hand, as found, without its last line break."""
        return "".join(self._record).rstrip("\r\n")

    def _lines(self) -> Iterator[str]:
        while line := self._again.pop() if self._again else self._text.readline():
            self._record.append(line)
            self.line += 1
            yield line

    def _never_closed(self) -> SourceError:
        started = self.line - len(self._record) + 1
        return SourceError(
            f"{self._name} has a quote on line {started} that is never closed: the file is cut short, or the quote is "
            "plain text. Nothing was loaded: export the file again, or set format.quote: none."
        )
