"""The first lines of a report file, column by column, as texts."""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.files import check_file, list_files
from eshop_dagster.adapters.sources.report.format import Format
from eshop_dagster.adapters.sources.report.parquet import plain_types
from eshop_dagster.adapters.sources.report.records import Records
from eshop_dagster.adapters.sources.report.sniffing.styles import delimiter_of, encoding_of

SAMPLE_LINES = 200_000
LOOK_LINES = 200


@dataclass(frozen=True)
class Sample:
    """What a report's first file holds.

    Attributes:
        columns: texts by header, all of one length, without blanks around them.
        form: encoding, delimiter and lines above the header; nothing for Parquet.
        repeated: lines that are equal to an earlier one.
        is_whole: whether the file ended within the sample.
    """

    path: Path
    columns: dict[str, list[str]]
    form: Format
    repeated: int
    is_whole: bool

    @property
    def lines(self) -> int:
        return len(next(iter(self.columns.values())))

    def filled(self, header: str) -> list[str]:
        """The column's texts that are not empty."""
        return [value for value in self.columns.get(header, []) if value]


def read_sample(path: Path) -> Sample:
    """The sample of a report file, or of the first file of a folder."""
    first = list_files(path)[0][0]
    return _parquet(first) if first.suffix.lower() == ".parquet" else _text(first)


def _text(path: Path) -> Sample:
    if path.stat().st_size == 0:
        raise SourceError(f"{path} is empty (0 bytes), expected a header and order lines: export the report again.")
    encoding = encoding_of(path)
    file = check_file(path, encoding)
    with path.open(encoding=file.encoding, newline="") as text:
        look = [line for line, _ in zip(text, range(LOOK_LINES), strict=False)]
    delimiter = delimiter_of(look)
    widths = [len(row) for row in csv.reader(look, delimiter=delimiter)]
    usual = Counter(widths).most_common(1)[0][0]
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
        header = records.header()
        for row in records:
            if len(row) == len(header) and any(row) and not records.broken:
                rows.append(tuple(value.strip() for value in row))
                repeated += records.raw() in seen
                seen.add(records.raw())
            if len(rows) == SAMPLE_LINES:
                break
    _refuse_nothing(path, header, len(rows))
    columns = {name: list(values) for name, values in zip(header, zip(*rows, strict=True), strict=True) if name}
    return Sample(path, columns, form, repeated, len(rows) < SAMPLE_LINES)


def _parquet(path: Path) -> Sample:
    check_file(path, "utf-8")
    try:
        with pq.ParquetFile(path) as file:
            table = pa.table(
                next(file.iter_batches(batch_size=SAMPLE_LINES), pa.record_batch({}, schema=pa.schema([])))
            )
            lines = file.metadata.num_rows
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceError(f"{path} is no whole Parquet file ({error}): export it again.") from error
    _refuse_nothing(path, table.column_names, table.num_rows)
    table = plain_types(table)
    with duckdb.connect() as connection:
        # Instants with a zone are told in UTC, as `…+00`.
        connection.execute("SET TimeZone = 'UTC'")
        rows = connection.from_arrow(table).project("COLUMNS(*)::VARCHAR").fetchall()
    texts = [tuple("" if value is None or value == "nan" else value for value in row) for row in rows]
    columns = {name: list(values) for name, values in zip(table.column_names, zip(*texts, strict=True), strict=True)}
    return Sample(path, columns, Format(), len(texts) - len(set(texts)), lines <= SAMPLE_LINES)


def _refuse_nothing(path: Path, header: list[str], lines: int) -> None:
    if not lines or not any(header):
        raise SourceError(f"{path} has no line below its header: give a report with some order lines.")
