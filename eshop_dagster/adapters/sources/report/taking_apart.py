"""A text file's lines as fields: in whole blocks where they are plain, else one by one."""

from collections.abc import Generator, Iterator
from operator import itemgetter

import pyarrow as pa

from eshop_dagster.adapters.sources.report.block_text import BlockText
from eshop_dagster.adapters.sources.report.file_lines import BATCH_LINES, RAW, FileLines
from eshop_dagster.adapters.sources.report.plain_blocks import PlainBlocks
from eshop_dagster.adapters.sources.report.records import BROKEN_QUOTES, Records

WRONG_FIELD_COUNT = "wrong_field_count"
STRAY_LINE_BREAK = "stray_line_break"
PIECE = "a line of one field"
FIRST_BLOCK, LARGEST_BLOCK, SMALLEST_PART = 1 << 20, 1 << 23, 1 << 16
"""Characters: a short try needs few lines, a large file has few blocks, and a broken line costs few others."""


class LineTaker:
    """Takes the records of one file apart.

    A line of one field is most probably a piece of the first field of the next line, or of the last field of the line
    before, which a stray line break tore apart: what is left of these is no whole line either. So the last line of
    each batch waits for the next one.

    Args:
        text: of the file.
        records: of the same text, with the header read.
        plain: takes blocks of its lines apart.
        positions: of the fields to keep.
        width: fields of the header.
        dated: position of the date.
        counts: filled on the way.
    """

    def __init__(
        self,
        text: BlockText,
        records: Records,
        plain: PlainBlocks,
        *,
        positions: list[int],
        width: int,
        dated: int,
        counts: FileLines,
    ) -> None:
        self._text = text
        self._records = records
        self._plain = plain
        self._width = width
        self._dated = dated
        self._counts = counts
        # Tuples of texts, unlike lists, cost Python's garbage collector nothing: half the time of a large file.
        self._pick = itemgetter(*positions, *positions[:1])
        self._rows: list[tuple[str, ...]] = []
        self._raw: list[str] = []
        self._block = pa.table({})
        self._before: str | None = "the header"

    def batches(self) -> Generator[pa.Table, None, pa.Table]:
        """Yield the lines in batches, and return the last batch."""
        size = FIRST_BLOCK
        is_over = not self._plain.can_read and (yield from self._one_by_one())
        while not is_over:
            is_between = self._is_between_blocks()
            block = self._text.block(size) if is_between else ""
            if is_between and not block:
                break
            table = self._plain.take(block) if block else None
            if table is not None:
                yield from self._waiting()
                self._take_block(table)
                size = min(2 * size, LARGEST_BLOCK)
            elif len(block) <= SMALLEST_PART or not self._text.halve(block):
                self._text.read_again(block)
                is_over = yield from self._one_by_one()
        return _batch(self._rows, self._raw) if self._rows else self._block

    def _is_between_blocks(self) -> bool:
        """Whether the next line is read from the text, and its fate depends on no line before."""
        return self._before != PIECE and not self._records.has_again and not self._text.has_lines

    def _waiting(self) -> Iterator[pa.Table]:
        if self._block.num_rows:
            yield self._block
        elif self._rows:
            yield _batch(self._rows, self._raw)
            self._rows, self._raw = [], []

    def _take_block(self, table: pa.Table) -> None:
        self._block = table
        self._records.line += table.num_rows
        self._counts.lines += table.num_rows
        self._counts.is_cut, self._before = False, None

    def _one_by_one(self) -> Generator[pa.Table, None, bool]:
        """Read records until the next block can be tried; True at the end of the file."""
        if self._block.num_rows:
            *columns, raw = self._block.slice(self._block.num_rows - 1).to_pylist()[0].values()
            yield self._block.slice(0, self._block.num_rows - 1)
            self._rows, self._raw, self._block = [(*columns, columns[0])], [raw], pa.table({})
        for row in self._records:
            if any(row):
                self._take(row)
            else:
                self._counts.empty += 1
            if len(self._rows) > BATCH_LINES:
                yield _batch(self._rows[:-1], self._raw[:-1])
                self._rows, self._raw = self._rows[-1:], self._raw[-1:]
            if self._plain.can_read and self._is_between_blocks():
                return False
        return True

    def _take(self, row: list[str]) -> None:
        counts, records = self._counts, self._records
        counts.lines += 1
        reason = self._damage(row)
        if reason is None and self._before == PIECE:
            reason = STRAY_LINE_BREAK
            counts.broken.append((reason, records.raw()))
        elif reason is None:
            self._rows.append(self._pick(row))
            self._raw.append(records.raw())
        else:
            if self._before is None and reason == PIECE:
                self._rows.pop()
                counts.broken.append((STRAY_LINE_BREAK, self._raw.pop()))
            records.give_up()
            counts.broken.append((WRONG_FIELD_COUNT if reason == PIECE else reason, records.raw()))
        counts.is_cut = len(row) < self._width and not records.broken
        self._before = reason

    def _damage(self, row: list[str]) -> str | None:
        """Why the row in hand cannot be trusted, or None."""
        records = self._records
        if records.broken or len(row) != self._width:
            return records.broken or (PIECE if len(row) == 1 else WRONG_FIELD_COUNT)
        return BROKEN_QUOTES if records.has_stray_quote(self._width, self._dated) else None


def _batch(rows: list[tuple[str, ...]], raw: list[str]) -> pa.Table:
    # The last column is the first one again: `itemgetter` of a single position would return no tuple.
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)][:-1]
    names = [f"c{index}" for index in range(len(columns))]
    return pa.Table.from_arrays([*columns, pa.array(raw, pa.string())], [*names, RAW])
