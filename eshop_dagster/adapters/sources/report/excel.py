"""The lines of a report in an Excel sheet: its typed cells become texts as the mapping's format writes them.

So a typed cell and the same value kept as text mean the same, and one reader takes both.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

import pyarrow as pa

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.cells import Amount, Value
from eshop_dagster.adapters.sources.report.file_lines import BATCH_LINES, RAW, FileLines
from eshop_dagster.adapters.sources.report.files import ReportFile
from eshop_dagster.adapters.sources.report.format import EXCEL_DAYS, Format
from eshop_dagster.adapters.sources.report.headers import mapped_headers, numbered, positions_of
from eshop_dagster.adapters.sources.report.lines import CURRENCY_WORDS
from eshop_dagster.adapters.sources.report.loading import nearest
from eshop_dagster.adapters.sources.report.mapping import ReportMapping
from eshop_dagster.adapters.sources.report.workbook import Sheet, open_workbook

INSTANTS = ("ordered_at", "ordered_date", "approved_at", "shipped_at", "delivered_at", "promised_date")
DAYS, TIMES = "%Y-%m-%d", ("%H:%M:%S", "%H:%M:%S.%f")
"""How a typed date and time are written."""


def read_excel(file: ReportFile, mapping: ReportMapping, counts: FileLines) -> Iterator[pa.Table]:
    """Yield the mapped columns in batches of texts, with each row as JSON; see `reading.read_file`."""
    form = mapping.format
    with open_workbook(file.path) as sheets:
        sheet = choose_sheet(sheets, form, file)
        rows = sheet.rows()
        header = header_of([*islice(rows, form.skip_lines + 1)], form)
        if not form.header:
            rows = islice(sheet.rows(), form.skip_lines, None)
        named, header = header, numbered(header, mapped_headers(mapping))
        positions = positions_of(header, mapping, file)
        _refuse_uncalculated(sheet, header, positions)
        counts.left_aside = [other.name for other in sheets if other is not sheet and _is_alike(other, named, form)]
        days = {header.index(name) for key in INSTANTS for name in mapping.columns.headers().get(key, [])}
        days_off = sheet.days_off if EXCEL_DAYS in form.date_formats else 0
        marks: dict[int, str] = {
            header.index(name): form.of_quantities.decimal for name in mapping.columns.headers().get("quantity", [])
        }
        write = Writer(form.decimal, mapping.currency.code, days_off, days, marks=marks)
        names = _unique(header)
        batch: list[list[str]] = []
        raw: list[str] = []
        for row in _filled(rows, counts):
            texts = [write(value, place) for place, value in enumerate(row)]
            names += [f"#{place + 1}" for place in range(len(names), len(texts))]
            raw.append(json.dumps({names[at]: text for at, text in enumerate(texts) if text}, ensure_ascii=False))
            texts += [""] * (len(header) - len(texts))
            batch.append([texts[position] for position in positions])
            if len(batch) == BATCH_LINES:
                yield _batch(batch, raw)
                batch, raw = [], []
        if batch:
            yield _batch(batch, raw)


class Writer:
    """Writes values as the mapping's format has them.

    Args:
        decimal: mark of the numbers.
        marks: by position, the mark of columns that have another one.
        currency: code of the mapping's; its sign is left out, any other sign stays.
        days_off: added to day numbers.
        day_places: positions of the columns that may hold day numbers.
        is_sample: for a look at the style of numbers: all signs stay.
    """

    def __init__(
        self,
        decimal: str,
        currency: str,
        days_off: int,
        day_places: set[int],
        *,
        marks: dict[int, str] | None = None,
        is_sample: bool = False,
    ) -> None:
        self._mark = decimal
        self._marks = marks or {}
        self._is_sample = is_sample
        self._currency = currency
        self._days_off = days_off
        self._day_places = day_places

    def __call__(self, value: Value, place: int) -> str:
        """The text of a value in the column of that position."""
        if isinstance(value, str):
            return value
        if isinstance(value, Amount):
            # The mapping's own currency says nothing new; another one must not be summed with it.
            return (
                ("" if self._is_own(value.before.strip()) else value.before)
                + self._plain(value.number, place)
                + value.behind
            )
        return self._plain(value + self._days_off if self._days_off and place in self._day_places else value, place)

    def _is_own(self, sign: str) -> bool:
        code = CURRENCY_WORDS.get(sign.lower(), sign.upper())
        if self._is_sample:
            return False
        if self._currency in CURRENCY_WORDS.values():
            return code == self._currency
        return sign == "$" or code not in CURRENCY_WORDS.values()

    def _plain(self, number: Decimal, place: int) -> str:
        text = f"{number:f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace(".", self._marks.get(place, self._mark))


def with_typed_dates(mapping: ReportMapping) -> ReportMapping:
    """The mapping with the formats of typed dates behind its own.

    Raises:
        SourceError: it has a format that reads them otherwise.
    """
    own = mapping.format.date_formats
    if odd := [form for form in own if form.startswith("%Y-%d")]:
        raise SourceError(
            f"format.date_formats has {odd[0]!r}, which reads day and month of typed dates in their wrong order: "
            "expected %Y-%m-%d; make the column of dates typed throughout, or save the sheet as CSV."
        )
    halves = [form.partition(" ") for form in own]
    typed = [DAYS, *(f"{DAYS} {clock}" for clock in TIMES)]
    mixed = [f"{day} {clock}" for day, _, _ in halves for clock in TIMES] + [f"{DAYS} {rest}" for _, _, rest in halves]
    formats = [*own, *typed, *(mixed if mapping.columns.ordered_time else [])]
    form = mapping.format.model_copy(update={"date_formats": list(dict.fromkeys(form.strip() for form in formats))})
    return mapping.model_copy(update={"format": form})


def choose_sheet(sheets: list[Sheet], form: Format, file: ReportFile) -> Sheet:
    """The sheet that the format names, or else the first visible one with a header and a row below it."""
    names = [sheet.name for sheet in sheets]
    if form.sheet is not None:
        if form.sheet not in names:
            raise SourceError(
                f"{file.path} has no sheet {form.sheet!r} (format.sheet). It has: {', '.join(names)}."
                f"{nearest(form.sheet, names)}"
            )
        return sheets[names.index(form.sheet)]
    for sheet in sheets:
        head = list(islice(sheet.rows(), form.skip_lines + 2)) if sheet.is_visible else []
        if len(head) == form.skip_lines + 2 and sum(map(bool, header_of(head[:-1], form))) > 1:
            return sheet
    raise SourceError(
        f"{file.path} has no sheet with a header in row {form.skip_lines + 1} and a line below it (its sheets: "
        f"{', '.join(names)}): count the rows above the header in format.skip_lines, or name the sheet in format.sheet."
    )


def header_of(rows: list[tuple[Value, ...]], form: Format) -> list[str]:
    """Names of the columns from the rows down to the header; a header that is merged over two rows stands in the upper.

    Their positions from 1 where the sheet has no header.
    """
    if len(rows) <= form.skip_lines:
        return []
    *_, above, last = [(), *rows]
    if not form.header:
        return [str(position) for position in range(1, len(last) + 1)]
    texts, upper = ([value if isinstance(value, str) else str(value) for value in row] for row in (last, above))
    upper += [""] * (len(texts) - len(upper))
    names = [text or over for text, over in zip(texts, upper[: len(texts)], strict=True)]
    names += upper[len(texts) :]
    while names and not names[-1]:
        names.pop()
    return names


def _is_alike(sheet: Sheet, header: list[str], form: Format) -> bool:
    """Whether a sheet that is not read holds lines with the same header."""
    head = [*islice(sheet.rows(), form.skip_lines + 2)]
    return len(head) == form.skip_lines + 2 and form.header and header_of(head[:-1], form) == header


def _filled(rows: Iterator[tuple[Value, ...]], counts: FileLines) -> Iterator[tuple[Value, ...]]:
    """The rows with a value; empty ones behind the last are no lines of the table."""
    empty = 0
    for row in rows:
        if any(value != "" for value in row):
            counts.empty += empty
            counts.lines += 1
            empty = 0
            yield row
        else:
            empty += 1


def _refuse_uncalculated(sheet: Sheet, header: list[str], positions: list[int]) -> None:
    found = [(header[place], sheet.uncalculated[place]) for place in positions if place in sheet.uncalculated]
    if found:
        raise SourceError(
            f"{sheet.path}: the column {found[0][0]!r} has formulas that were never calculated, such as in cell "
            f"{found[0][1]}: open the workbook in a spreadsheet program and save it."
        )


def _unique(header: list[str]) -> list[str]:
    """A name for each column that no other one has."""
    return [name if name and header.count(name) == 1 else f"{name}#{place + 1}" for place, name in enumerate(header)]


def _batch(rows: list[list[str]], raw: list[str]) -> pa.Table:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.Table.from_arrays(
        [*columns, pa.array(raw, pa.string())], [*(f"c{place}" for place in range(len(columns))), RAW]
    )
