"""The first lines of a report's files, column by column, as texts."""

import csv
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import reduce
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.files import EXCEL, check_file, list_files, spread
from eshop_dagster.adapters.sources.report.format import Format
from eshop_dagster.adapters.sources.report.headers import numbered
from eshop_dagster.adapters.sources.report.parquet import plain_types
from eshop_dagster.adapters.sources.report.records import Records
from eshop_dagster.adapters.sources.report.sniffing.odd_lines import refuse_odd_lines, refuse_two_encodings
from eshop_dagster.adapters.sources.report.sniffing.sheets import read_sheet
from eshop_dagster.adapters.sources.report.sniffing.styles import delimiter_of, encoding_of

SAMPLE_LINES = 200_000
SHEET_LINES = 30_000
"""Of a workbook, which takes ten times as long to read."""
LOOK_LINES = 200
MOST_FILES = 400
NO_TEXT = "none"
"""The encoding of a sample whose file brings its own types."""


@dataclass(frozen=True)
class Sample:
    """What a report's file, or files, hold.

    Attributes:
        path: the file or folder.
        columns: texts by header, all of one length, without blanks around them; of several files those that all have.
        form: encoding, delimiter, sheet and lines above the header; nothing for Parquet.
        repeated: lines that are equal to an earlier one of their file.
        is_whole: whether all files ended within the sample.
        files: how many were looked at.
        missing: columns that some of the files lack.
        typed: by header, the lines whose number was typed, and is no text of the file: its mark tells nothing.
    """

    path: Path
    columns: dict[str, list[str]]
    form: Format
    repeated: int
    is_whole: bool
    files: int = 1
    missing: dict[str, str] = field(default_factory=dict)
    typed: dict[str, set[int]] = field(default_factory=dict)

    @property
    def is_text(self) -> bool:
        """Whether the file is a text, and none that brings its own types."""
        return self.form.encoding != NO_TEXT

    @property
    def lines(self) -> int:
        return len(next(iter(self.columns.values())))

    def filled(self, header: str) -> list[str]:
        """The column's texts that are not empty."""
        return [value for value in self.columns.get(header, []) if value]

    def kept(self, header: str) -> list[str]:
        """The column's texts that are not empty and were no typed numbers."""
        typed = self.typed.get(header, set())
        return [text for line, text in enumerate(self.columns.get(header, [])) if text and line not in typed]

    def mark_typed(self, header: str, mark: str) -> None:
        """Write the column's typed numbers with a decimal mark, as its texts have it."""
        texts = self.columns.get(header, [])
        for line in self.typed.get(header, ()):
            texts[line] = texts[line].replace(".", mark)


def read_sample(path: Path) -> Sample:
    """The sample of a report file, or of the files of a folder, evenly spread where there are many.

    Raises:
        SourceError: a file cannot be read, or the files of a folder are written in different ways.
    """
    found = list_files(path)[0]
    chosen = spread(found, MOST_FILES)
    lines = max(SAMPLE_LINES // len(chosen), 1)
    parts = [{".parquet": _parquet, EXCEL: _excel}.get(file.suffix.lower(), _text)(file, lines) for file in chosen]
    filled = [part for part in parts if part.lines]
    if not filled:
        raise SourceError(f"{path} has no line below its header: give a report with some order lines.")
    whole = reduce(_beside, filled)
    return replace(
        whole,
        path=path,
        is_whole=whole.is_whole and len(chosen) == len(found),
        columns={name: texts for name, texts in whole.columns.items() if name not in whole.missing},
    )


def _beside(left: Sample, right: Sample) -> Sample:
    """Two samples as one."""
    if left.is_text and right.is_text and left.form.delimiter != right.form.delimiter:
        raise SourceError(
            f"{right.path} is split at {right.form.delimiter!r}, and {left.path.name} at {left.form.delimiter!r}: give "
            "each kind of file a folder and a mapping of its own."
        )
    if left.is_text and right.is_text:
        refuse_two_encodings({one.path.name: (one.form.encoding, one.columns) for one in (left, right)})
    both = [name for name in left.columns if name in right.columns]
    if not both:
        raise SourceError(
            f"{right.path} has no column in common with {left.path.name}: put only files of one report into a folder."
        )
    lacking = {
        **dict.fromkeys((name for name in left.columns if name not in right.columns), right.path.name),
        **dict.fromkeys((name for name in right.columns if name not in left.columns), left.path.name),
    }
    form = left.form if left.is_text else right.form
    if form.encoding == "utf-8" and right.is_text:
        # A file of ASCII letters only is of any encoding.
        form = form.model_copy(update={"encoding": right.form.encoding})
    return Sample(
        left.path,
        {name: left.columns[name] + right.columns[name] for name in both},
        form,
        left.repeated + right.repeated,
        left.is_whole and right.is_whole,
        left.files + right.files,
        {**lacking, **left.missing},
        {name: left.typed.get(name, set()) | {left.lines + at for at in right.typed.get(name, ())} for name in both},
    )


def _text(path: Path, most: int) -> Sample:
    if path.stat().st_size == 0:
        raise SourceError(f"{path} is empty (0 bytes), expected a header and order lines: export the report again.")
    encoding = encoding_of(path)
    file = check_file(path, encoding)
    with path.open(encoding=file.encoding, newline="") as text:
        look = [line for line, _ in zip(text, range(LOOK_LINES), strict=False)]
    delimiter = delimiter_of(look)
    split = Format(delimiter=delimiter)
    widths = [len(row) for row in csv.reader(map(split.plain_line, look), delimiter=split.mark)]
    usual = Counter(width for width in widths if width).most_common(1)[0][0] if any(widths) else 0
    refuse_odd_lines(path, look, widths, usual, delimiter)
    form = Format(
        delimiter=delimiter,
        encoding=encoding,
        last_line_break=file.ends_in_newline,
        skip_lines=widths.index(usual),
    )
    rows: list[tuple[str, ...]] = []
    seen: set[str] = set()
    repeated = 0
    with path.open(encoding=file.encoding, newline="") as text:
        records = Records(text, form, str(path))
        header = numbered(records.header())
        for row in records:
            if len(row) == len(header) and any(row) and not records.broken:
                rows.append(tuple(map(_text_of, row)))
                repeated += records.raw() in seen
                seen.add(records.raw())
            if len(rows) == most:
                break
    _refuse_no_header(path, header)
    texts = zip(*rows, strict=True) if rows else [()] * len(header)
    columns = {name: list(values) for name, values in zip(header, texts, strict=True) if name}
    return Sample(path, columns, form, repeated, len(rows) < most)


def _text_of(value: str) -> str:
    """A field's text without blanks around it, and out of Excel's formula of a text (`="0012"`)."""
    value = value.strip()
    return value[2:-1] if value.startswith('="') and value.endswith('"') and len(value) > 2 else value


def _excel(path: Path, most: int) -> Sample:
    check_file(path, "utf-8")
    most = min(most, SHEET_LINES)
    form, header, rows, typed = read_sheet(path, most)
    header = numbered(header)
    _refuse_no_header(path, header)
    texts = zip(*rows, strict=True) if rows else [()] * len(header)
    columns = {name: list(values) for name, values in zip(header, texts, strict=True) if name}
    own = form.model_copy(update={"encoding": NO_TEXT})
    of = {header[place]: lines for place, lines in typed.items() if place < len(header)}
    return Sample(path, columns, own, len(rows) - len(set(rows)), len(rows) < most, typed=of)


def _parquet(path: Path, most: int) -> Sample:
    check_file(path, "utf-8")
    try:
        with pq.ParquetFile(path) as file:
            table = pa.table(next(file.iter_batches(batch_size=most), pa.record_batch({}, schema=pa.schema([]))))
            lines = file.metadata.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceError(f"{path} is no whole Parquet file ({error}): export it again.") from error
    _refuse_no_header(path, table.column_names)
    table = plain_types(table)
    with duckdb.connect() as connection:
        # Instants with a zone are told in UTC, as `…+00`.
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.from_arrow(table).project("COLUMNS(*)::VARCHAR").fetchall()
    texts = [tuple("" if value is None or value == "nan" else value for value in row) for row in rows]
    values = zip(*texts, strict=True) if texts else [()] * table.num_columns
    columns = {name: list(column) for name, column in zip(table.column_names, values, strict=True)}
    numbers = [field.name for field in table.schema if _is_typed_number(field.type)]
    return Sample(
        path,
        columns,
        Format().model_copy(update={"encoding": NO_TEXT}),
        len(texts) - len(set(texts)),
        lines <= most,
        typed={name: set(range(len(texts))) for name in numbers},
    )


def _is_typed_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _refuse_no_header(path: Path, header: list[str]) -> None:
    if not any(header):
        raise SourceError(f"{path} has no line below its header: give a report with some order lines.")
