"""The records of a delimited text, in which one broken line never takes its neighbours with it."""

import csv
import re
from collections.abc import Iterator
from typing import Protocol

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.format import Format

BROKEN_QUOTES = "broken_quotes"
DIGITS = re.compile(r"\d+")


class Lines(Protocol):
    """A text that is read line by line."""

    def readline(self) -> str:
        """The next line with its line break, or an empty text at the end."""


class Records:
    """Rows of fields, one at a time, beside the lines of which the row in hand was made.

    After a stray quote Python's reader takes all lines up to the next quote for one field. So the lines of the
    record in hand are kept, and `give_up` returns all but the first to be read again.

    Attributes:
        line: number in the file of the last line read, from 1.
        broken: why the row in hand could not be taken apart; it then has no fields.
    """

    def __init__(self, text: Lines, form: Format, name: str) -> None:
        self.line = 0
        self.broken: str | None = None
        self._name = name
        self._form = form
        self._text = text
        self._again: list[str] = []
        self._record: list[str] = []
        self._has_given_up = self._is_again = False
        if form.quote == "none":
            self._rows = csv.reader(self._lines(), delimiter=form.mark, quoting=csv.QUOTE_NONE, strict=True)
        else:
            self._rows = csv.reader(self._lines(), delimiter=form.mark, quotechar=form.quote, strict=True)

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
            self._is_again = False
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
        self._has_given_up = True
        self._again.extend(reversed(self._record[1:]))
        self.line -= len(self._record) - 1
        del self._record[1:]

    @property
    def has_again(self) -> bool:
        """Whether the next line is one that is read again."""
        return bool(self._again)

    def has_stray_quote(self, width: int, dated: int) -> bool:
        """Whether a stray quote damaged the row in hand, though it has `width` fields.

        Two stray quotes make one field of all that stands between them. A line so swallowed has `width` fields and, at
        the position `dated`, a date of the same shape. Of the lines that are then read again, the one with the second
        quote has an odd number of them.
        """
        if self._form.quote == "none" or (len(self._record) == 1 and not self._is_again):
            return False
        if self._is_again and sum(line.count(self._form.quote) for line in self._record) % 2:
            return True
        first, *others = (self._shapes(line) for line in self._record)
        whole = [shapes for shapes in others if len(shapes) >= width <= len(first)]
        return any(shapes[dated] and shapes[dated] == first[dated] for shapes in whole)

    def raw(self) -> str:
        """Text of the record in hand, as found, without its last line break."""
        return "".join(self._record).rstrip("\r\n")

    def _lines(self) -> Iterator[str]:
        while True:
            # The first line of a file without a header is read again too, but no quote is the reason.
            self._is_again |= self._has_given_up and bool(self._again)
            line = self._again.pop() if self._again else self._text.readline()
            if not line:
                return
            self._record.append(line)
            self.line += 1
            yield self._form.plain_line(line)

    def _shapes(self, line: str) -> list[str]:
        fields = self._form.plain_line(DIGITS.sub("0", line)).split(self._form.mark)
        return [field.strip(f"{self._form.quote} \r\n") for field in fields]

    def _never_closed(self) -> SourceError:
        started = self.line - len(self._record) + 1
        return SourceError(
            f"{self._name} has a quote on line {started} that is never closed: the file is cut short, or the quote is "
            "plain text. Nothing was loaded: export the file again, or set format.quote: none."
        )
