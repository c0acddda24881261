"""The lines of one report file, as text, each with the line as it was found.

What belongs here: taking a file apart without losing a line. What does not: what the texts mean (`values.py`).
"""

from collections import Counter
from collections.abc import Generator, Iterator
from operator import itemgetter

import pyarrow as pa

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.excel import read_excel
from eshop_dagster.adapters.sources.report.file_lines import BATCH_LINES, RAW, FileLines
from eshop_dagster.adapters.sources.report.files import ReportFile, file_state
from eshop_dagster.adapters.sources.report.format import Format
from eshop_dagster.adapters.sources.report.headers import mapped_headers, numbered, positions_of
from eshop_dagster.adapters.sources.report.mapping import ReportMapping
from eshop_dagster.adapters.sources.report.parquet import read_parquet
from eshop_dagster.adapters.sources.report.records import BROKEN_QUOTES, Records

MOST_BROKEN_SHARE = 0.01
WRONG_FIELD_COUNT = "wrong_field_count"
STRAY_LINE_BREAK = "stray_line_break"
PIECE = "a line of one field"
READERS = {".parquet": read_parquet, ".xlsx": read_excel}
"""Readers of files that are no text, by their suffix."""


def read_file(file: ReportFile, mapping: ReportMapping, counts: FileLines) -> Iterator[pa.Table]:
    """Yield the mapped columns of a file as `c0`, `c1`, … (see `headers.mapped_headers`) and the text `raw_line`.

    Text files and Excel sheets yield text, Parquet keeps its types; of the last two `raw_line` is the whole row as
    JSON. `counts` is filled on the way.

    Raises:
        SourceError: a mapped header is missing, the last line is cut short, too many lines are broken, or the
            file changed while it was read.
    """
    yield from READERS.get(file.path.suffix.lower(), _read_text)(file, mapping, counts)
    if file_state(file.path) != file.state:
        raise SourceError(f"{file.path} changed while it was read: wait until its export is finished, then pull again.")


def _read_text(file: ReportFile, mapping: ReportMapping, counts: FileLines) -> Iterator[pa.Table]:
    with file.path.open(encoding=file.encoding, newline="") as text:
        records = Records(text, mapping.format, str(file.path))
        header = numbered(records.header(), mapped_headers(mapping))
        positions = positions_of(header, mapping, file)
        width = counts.width = len(header)
        if getattr(mapping.columns.order_id, "year_of", None) is None:
            counts.order_places = [header.index(name) for name in mapping.columns.headers()["order_id"]]
        (date_header,) = mapping.columns.headers().get("ordered_at") or mapping.columns.headers()["ordered_date"]
        rest = yield from _take_apart(records, positions, width, header.index(date_header), counts)
        if counts.is_cut:
            raise SourceError(
                f"{file.path} is cut short: its last line ({records.line}) has fewer fields than the header's {width}. "
                "Nothing was loaded: export or copy the file again, or delete a closing line such as a total."
            )
        _refuse_other_ending(file, mapping.format, records.line)
        _stop_if_too_many_broken(file, counts, mapping.format, width)
        if rest.num_rows:
            yield rest


def _take_apart(
    records: Records, positions: list[int], width: int, dated: int, counts: FileLines
) -> Generator[pa.Table, None, pa.Table]:
    """Yield the lines in batches, return the last batch, and fill `counts`.

    A line of one field is most probably a piece of the first field of the next line, or of the last field of the line
    before, which a stray line break tore apart: what is left of these is no whole line either.
    """
    # Tuples of texts, unlike lists, cost Python's garbage collector nothing: half the time of a large file.
    pick = itemgetter(*positions, *positions[:1])
    rows: list[tuple[str, ...]] = []
    raw: list[str] = []
    before: str | None = "the header"
    for row in records:
        if not any(row):
            counts.empty += 1
            continue
        counts.lines += 1
        reason = _damage(records, row, width, dated)
        if reason is None and before == PIECE:
            reason = STRAY_LINE_BREAK
            counts.broken.append((reason, records.raw()))
        elif reason is None:
            rows.append(pick(row))
            raw.append(records.raw())
            if len(rows) > BATCH_LINES:
                yield _batch(rows[:-1], raw[:-1])
                rows, raw = rows[-1:], raw[-1:]
        else:
            if before is None and reason == PIECE:
                rows.pop()
                counts.broken.append((STRAY_LINE_BREAK, raw.pop()))
            records.give_up()
            counts.broken.append((WRONG_FIELD_COUNT if reason == PIECE else reason, records.raw()))
        counts.is_cut = len(row) < width and not records.broken
        before = reason
    return _batch(rows, raw) if rows else pa.table({})


def _damage(records: Records, row: list[str], width: int, dated: int) -> str | None:
    """Why the row in hand cannot be trusted, or None."""
    if records.broken or len(row) != width:
        return records.broken or (PIECE if len(row) == 1 else WRONG_FIELD_COUNT)
    return BROKEN_QUOTES if records.has_stray_quote(width, dated) else None


def _batch(rows: list[tuple[str, ...]], raw: list[str]) -> pa.Table:
    # The last column is the first one again: `itemgetter` of a single position would return no tuple.
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)][:-1]
    names = [f"c{index}" for index in range(len(columns))]
    return pa.Table.from_arrays([*columns, pa.array(raw, pa.string())], [*names, RAW])


def _refuse_other_ending(file: ReportFile, form: Format, last_line: int) -> None:
    """Refuse a last line that does not end as the export's last lines do: a cut inside its last value goes unseen."""
    if file.ends_in_newline == form.last_line_break:
        return
    if form.last_line_break:
        raise SourceError(
            f"{file.path} ends in the middle of a line: its last line ({last_line}) has no line break, so its last "
            "value may be cut short. Nothing was loaded: export or copy the file again, or set "
            "format.last_line_break: false if this export never ends its last line."
        )
    raise SourceError(
        f"{file.path} ends in a line break, but format.last_line_break is false: this export leaves its last line "
        f"open, so lines are missing after line {last_line}. Nothing was loaded: export or copy the file again, or "
        "take last_line_break out of the mapping if the export has changed."
    )


def _stop_if_too_many_broken(file: ReportFile, counts: FileLines, form: Format, width: int) -> None:
    if len(counts.broken) > counts.lines * MOST_BROKEN_SHARE and len(counts.broken) > 1:
        reasons = Counter(reason for reason, _ in counts.broken).most_common()
        raise SourceError(
            f"{file.path}: {len(counts.broken)} of {counts.lines} lines cannot be taken apart into the header's "
            f"{width} fields ({', '.join(f'{reason} {lines}x' for reason, lines in reasons)}), more than "
            f"{MOST_BROKEN_SHARE:.0%}. Either the delimiter {form.delimiter!r} or the quote {form.quote!r} is not the "
            "file's: check format.delimiter and format.quote; or the file is damaged: export it again."
        )
