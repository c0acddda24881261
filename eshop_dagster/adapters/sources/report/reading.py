"""The lines of one report file, as text, each with the line as it was found.

What belongs here: taking a file apart without losing a line. What does not: what the texts mean (`values.py`).
"""

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.block_text import BlockText
from eshop_dagster.adapters.sources.report.excel import read_excel
from eshop_dagster.adapters.sources.report.file_lines import FileLines
from eshop_dagster.adapters.sources.report.files import ReportFile, file_state
from eshop_dagster.adapters.sources.report.format import Format
from eshop_dagster.adapters.sources.report.headers import mapped_headers, numbered, positions_of
from eshop_dagster.adapters.sources.report.mapping import ReportMapping
from eshop_dagster.adapters.sources.report.parquet import read_parquet
from eshop_dagster.adapters.sources.report.plain_blocks import PlainBlocks
from eshop_dagster.adapters.sources.report.records import Records
from eshop_dagster.adapters.sources.report.taking_apart import LineTaker

MOST_BROKEN_SHARE = 0.01
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
    with file.path.open(encoding=file.encoding, newline="") as lines:
        text = BlockText(lines)
        records = Records(text, mapping.format, str(file.path))
        header = numbered(records.header(), mapped_headers(mapping))
        positions = positions_of(header, mapping, file)
        width = counts.width = len(header)
        if getattr(mapping.columns.order_id, "year_of", None) is None:
            counts.order_places = [header.index(name) for name in mapping.columns.headers()["order_id"]]
        (date_header,) = mapping.columns.headers().get("ordered_at") or mapping.columns.headers()["ordered_date"]
        plain = PlainBlocks(mapping.format, width, positions)
        dated = header.index(date_header)
        taker = LineTaker(text, records, plain, positions=positions, width=width, dated=dated, counts=counts)
        rest = yield from taker.batches()
        if counts.is_cut:
            raise SourceError(
                f"{file.path} is cut short: its last line ({records.line}) has fewer fields than the header's {width}. "
                "Nothing was loaded: export or copy the file again, or delete a closing line such as a total."
            )
        _refuse_other_ending(file, mapping.format, records.line)
        _stop_if_too_many_broken(file, counts, mapping.format, width)
        if rest.num_rows:
            yield rest


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
