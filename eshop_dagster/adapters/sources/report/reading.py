"""The lines of one report file, as text, each with the line as it was found.

What belongs here: taking a file apart without losing a line. What does not: what the texts mean (`values.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.files import ReportFile, file_state
from eshop_dagster.adapters.sources.report.loading import nearest
from eshop_dagster.adapters.sources.report.mapping import Format, ReportMapping
from eshop_dagster.adapters.sources.report.records import Records

BATCH_LINES = 20_000
MOST_BROKEN_SHARE = 0.01
RAW = "raw_line"
DELIMITERS = (",", ";", "\t", "|")


@dataclass
class FileLines:
    """What was counted while a file was read.

    Attributes:
        lines: data lines, broken ones included, empty ones not.
        empty: lines without any value.
        broken: reason and raw text of the lines that could not be taken apart.
    """

    lines: int = 0
    empty: int = 0
    broken: list[tuple[str, str]] = field(default_factory=list)

    def notes(self, name: str) -> list[str]:
        """What should be known about the lines of the file of that name."""
        notes = [f"{name}: {self.empty} empty lines were passed over."] if self.empty else []
        return [*notes, f"{name}: {len(self.broken)} lines could not be taken apart."] if self.broken else notes


def mapped_headers(mapping: ReportMapping) -> list[str]:
    """Each header that the mapping names, once; column `c<i>` of a batch holds the i-th."""
    return list(dict.fromkeys(header for headers in mapping.columns.headers().values() for header in headers))


def read_file(file: ReportFile, mapping: ReportMapping, counts: FileLines) -> Iterator[pa.Table]:
    """Yield the mapped columns of a file as `c0`, `c1`, … (see `mapped_headers`) and the text `raw_line`.

    Text files yield text, Parquet keeps its types; `raw_line` is then the whole row as JSON. `counts` is filled
    on the way.

    Raises:
        SourceError: a mapped header is missing, the last line is cut short, too many lines are broken, or the
            file changed while it was read.
    """
    reader = _read_parquet if file.encoding is None else _read_text
    yield from reader(file, mapping, counts)
    if file_state(file.path) != file.state:
        raise SourceError(f"{file.path} changed while it was read: wait until its export is finished, then pull again.")


def _read_parquet(file: ReportFile, mapping: ReportMapping, counts: FileLines) -> Iterator[pa.Table]:
    try:
        with pq.ParquetFile(file.path) as parquet, duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            positions = _positions(parquet.schema_arrow.names, mapping, file)
            names = [f"c{index}" for index in range(len(positions))]
            for batch in parquet.iter_batches(batch_size=BATCH_LINES):
                counts.lines += batch.num_rows
                whole = pa.table(batch)
                raw = connection.from_arrow(whole).set_alias("line").project("to_json(line)").to_arrow_table()
                mapped = whole.select(positions).rename_columns(names)
                yield mapped.append_column(RAW, raw.column(0))
    except pa.ArrowInvalid as error:
        raise SourceError(f"{file.path} is no whole Parquet file ({error}): export it again.") from error


def _read_text(file: ReportFile, mapping: ReportMapping, counts: FileLines) -> Iterator[pa.Table]:
    with file.path.open(encoding=file.encoding, newline="") as text:
        records = Records(text, mapping.format, str(file.path))
        header = records.header()
        positions = _positions(header, mapping, file)
        # Tuples of texts, unlike lists, cost Python's garbage collector nothing: half the time of a large file.
        pick = itemgetter(*positions, *positions[:1])
        width, is_cut = len(header), False
        rows: list[tuple[str, ...]] = []
        raw: list[str] = []
        for row in records:
            if not any(row):
                counts.empty += 1
                continue
            counts.lines += 1
            if len(row) == width and not records.broken:
                rows.append(pick(row))
                raw.append(records.raw())
                if len(rows) == BATCH_LINES:
                    yield _batch(rows, raw)
                    rows, raw = [], []
            else:
                records.give_up()
                counts.broken.append((records.broken or "wrong_field_count", records.raw()))
            is_cut = len(row) < width and not records.broken
        if is_cut:
            raise SourceError(
                f"{file.path} is cut short: its last line ({records.line}) has fewer fields than the header's {width}. "
                "Nothing was loaded: export or copy the file again, or delete a closing line such as a total."
            )
        _stop_if_too_many_broken(file, counts, mapping.format, width)
        if rows:
            yield _batch(rows, raw)


def _batch(rows: list[tuple[str, ...]], raw: list[str]) -> pa.Table:
    # The last column is the first one again: `itemgetter` of a single position would return no tuple.
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)][:-1]
    names = [f"c{index}" for index in range(len(columns))]
    return pa.Table.from_arrays([*columns, pa.array(raw, pa.string())], [*names, RAW])


def _stop_if_too_many_broken(file: ReportFile, counts: FileLines, form: Format, width: int) -> None:
    if len(counts.broken) > counts.lines * MOST_BROKEN_SHARE and len(counts.broken) > 1:
        raise SourceError(
            f"{file.path}: {len(counts.broken)} of {counts.lines} lines do not have the {width} fields of the header, "
            f"more than {MOST_BROKEN_SHARE:.0%}. The delimiter {form.delimiter!r} or the quote {form.quote!r} is "
            "probably not the file's: check format.delimiter and format.quote."
        )


def _positions(header: list[str], mapping: ReportMapping, file: ReportFile) -> list[int]:
    wanted = mapping.columns.headers()
    field_of = {name: key for key, names in wanted.items() for name in names}
    if len(header) == 1 and len(field_of) > 1 and file.encoding is not None:
        others = [mark for mark in DELIMITERS if mark in header[0] and mark != mapping.format.delimiter]
        guess = f"; {others[0]!r} occurs in it" if others else ""
        raise SourceError(
            f"{file.path} has one column only when split at {mapping.format.delimiter!r}{guess}: set format.delimiter."
        )
    missing = [name for name in field_of if name not in header]
    if missing:
        raise SourceError(f"{file.path} has no column {_named(missing, field_of)}.{_there_is(header, missing[0])}")
    twice = [name for name in field_of if header.count(name) > 1]
    if twice:
        raise SourceError(
            f"{file.path} has the column {_named(twice, field_of)} more than once: rename all but one in the file."
        )
    return [header.index(name) for name in mapped_headers(mapping)]


def _named(names: list[str], field_of: dict[str, str]) -> str:
    return ", ".join(f"{name!r} (mapped to {field_of[name]})" for name in names)


def _there_is(header: list[str], missing: str) -> str:
    # A file without a header has a person's data in its first line, and an error text is no place for that.
    if any("@" in name or name.replace(".", "").replace("-", "").isdigit() for name in header):
        return " Its first line looks like data: if it has no header, set format.header: no and map positions 1, 2, …."
    return f" It has: {', '.join(header)}.{nearest(missing, header)}"
