"""What a load of a sales report would bring, without a home: nothing is written."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from eshop_dagster.adapters.raw_intake import Limits, RawStoreError, check_chunk, refuse_too_many_bad_rows
from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.adapters.sources.report import ReportSource, load_mapping
from eshop_dagster.adapters.sources.report.balance import Balance
from eshop_dagster.adapters.sources.report.remedies import remedy
from eshop_dagster.adapters.validation import QUARANTINE_SCHEMA, Checked
from eshop_dagster.contract import DIRECT_IDENTIFIERS, TABLES
from eshop_dagster.shop import BRAZIL, Shop
from eshop_dagster.stages.platform import yesterday

QUESTION = re.compile("GUESS(?! or TODO)|(?<!GUESS or )TODO")
WITHOUT_COLUMN = re.compile(r"TODO (\w+): no column was found")
MOST_LETTERS = 200
"""Of an example: a line of a wide export fills the screen."""


@dataclass(frozen=True)
class Bad:
    """Rows that would go to quarantine for one reason.

    Attributes:
        example: the first of them as found, cut to 200 letters.
        remedy: what to do, with the file's column and the mapping's key.
    """

    table: str
    reason: str
    rows: int
    example: str
    remedy: str


@dataclass(frozen=True)
class Question:
    """A line of the mapping with `GUESS` or `TODO`, and the key that stands below it."""

    line: int
    text: str
    key: str


@dataclass(frozen=True)
class ReportCheck:
    """What a load would bring.

    Attributes:
        shop: whose amounts and days they are.
        first_day: of the first order; None where no order would be loaded.
        last_day: of the last order.
        guests: orders without a customer.
        balance: lines and money.
        without_column: fields of the mapping that no column was found for.
        refusal: why a load would be refused as a whole; empty if it would not.
    """

    shop: Shop
    first_day: date | None
    last_day: date | None
    orders: int
    customers: int
    guests: int
    balance: Balance
    bad: tuple[Bad, ...]
    questions: tuple[Question, ...]
    without_column: tuple[str, ...]
    notes: tuple[str, ...]
    refusal: str

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON, money as text."""
        return {**asdict(self), "balance": self.balance.as_dict()}


def check_report(path: Path, mapping_path: Path, limits: Limits) -> ReportCheck:
    """Read a report with a mapping as a load into an empty home would, and write nothing.

    Args:
        path: the report's file or folder.
        mapping_path: its mapping.
        limits: how many bad rows a load takes.

    Raises:
        SourceError: the report or its mapping cannot be read.
    """
    mapping = load_mapping(mapping_path)
    shop = mapping.shop if mapping.says_shop else BRAZIL
    # Today's orders wait for the end of the day; what is dated later than that is a wrong date.
    source = ReportSource(path, mapping, newest=yesterday(shop) + timedelta(1))
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], str] = {}
    refusal = ""
    for chunk in source.changes(source.first_day(), source.last_day()):
        checked = {table: _with_rejected(table, result, chunk) for table, result in _checked(chunk, shop).items()}
        for table, reason, row in _bad_rows(checked):
            counts[table, reason] += 1
            examples.setdefault((table, reason), row[:MOST_LETTERS])
        try:
            refuse_too_many_bad_rows(checked, limits)
        except RawStoreError as error:
            refusal = refusal or str(error).replace(": nothing of these days was written", "")
    placed = source.placed_orders(source.first_day(), source.last_day())
    days = pc.min_max(placed["ordered_at"]).as_py()
    text = mapping_path.read_text(encoding="utf-8-sig")
    bad = [
        Bad(table, reason, count, examples[table, reason], remedy(reason, mapping))
        for (table, reason), count in counts.most_common()
    ]
    return ReportCheck(
        shop=shop,
        first_day=_day(days["min"], shop),
        last_day=_day(days["max"], shop),
        orders=placed.num_rows,
        customers=pc.count_distinct(placed["customer_id"]).as_py(),
        guests=placed["customer_id"].null_count,
        balance=source.balance,
        bad=tuple(bad),
        questions=tuple(open_questions(text)),
        without_column=tuple(WITHOUT_COLUMN.findall(text)),
        notes=tuple(source.notes),
        refusal=refusal or ("" if placed.num_rows else "no order would be loaded: every line is in quarantine."),
    )


def open_questions(text: str) -> Iterator[Question]:
    """The comments of a mapping that a person must still look at, whole, with the key that stands below or before."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        before, _, comment = line.partition("#")
        if not QUESTION.search(comment) or WITHOUT_COLUMN.search(comment):
            continue
        said, below = comment.strip(), number + 1
        # A sentence goes on in the comments below it.
        while not before.strip() and said[-1] not in ".)" and lines[below : below + 1] and _is_comment(lines[below]):
            said += " " + lines[below].lstrip(" #")
            below += 1
        key = before if before.strip() else "".join(lines[below : below + 1])
        is_key = not _is_comment(key) and not key.startswith("name:")
        yield Question(number + 1, said, key.split(" #")[0].strip() if is_key else "")


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _checked(chunk: Changes, shop: Shop) -> dict[str, Checked]:
    """The chunk's rows as raw would take them, each customer's id in place of the pseudonym."""
    nothing = pa.table({"changed_date": pa.array([], pa.date32())})
    rows = {}
    for name in TABLES:
        table = chunk.tables.get(name, nothing)
        table = table.drop_columns([column for column in DIRECT_IDENTIFIERS if _is_personal(name, column, table)])
        rows[name] = table.rename_columns(
            ["customer_key" if column == "customer_id" else column for column in table.column_names]
        )
    return check_chunk(rows, shop)


def _is_personal(name: str, column: str, table: pa.Table) -> bool:
    return name == "customers" and column in table.column_names


def _with_rejected(table: str, result: Checked, chunk: Changes) -> Checked:
    rejected = chunk.rejected.filter(pc.equal(chunk.rejected["table"], table)).select(QUARANTINE_SCHEMA.names)
    rows = pa.concat_tables([result.quarantined, rejected.cast(QUARANTINE_SCHEMA)])
    return Checked(result.accepted, rows.sort_by("changed_date"))


def _bad_rows(checked: dict[str, Checked]) -> Iterator[tuple[str, str, str]]:
    for table, result in checked.items():
        for row in result.quarantined.select(["reason", "row"]).to_pylist():
            yield table, row["reason"], row["row"]


def _day(instant: datetime | None, shop: Shop) -> date | None:
    return instant.astimezone(ZoneInfo(shop.time_zone)).date() if instant else None
