"""The report's lines in one typed table of an in-memory DuckDB, filled file by file.

What belongs here: one line at a time. What does not: what lines make together (`orders.py`).
"""

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.sources.report.distinct import evaluate
from eshop_dagster.adapters.sources.report.file_lines import KEY_SEPARATOR, RAW
from eshop_dagster.adapters.sources.report.headers import mapped_headers
from eshop_dagster.adapters.sources.report.mapping import LineKey, OrderKey, ReportMapping
from eshop_dagster.adapters.sources.report.persons import cpf, customer, email
from eshop_dagster.adapters.sources.report.values import STATE_NAMES, UNREADABLE, Reader, literal, plain
from eshop_dagster.contract import STATES, STATUSES

IDENTIFIERS = ("customer_id", "name", "email", "cpf", "phone")
IDS = ("customer_id", "product_id", "seller_id")
TEXTS = ("product_name", "category", "city", "payment_method", "name", "email", "cpf", "phone")
NUMBERS = ("unit_price", "line_total", "discount", "control_total", "freight", "payment_amount")
INTEGERS = ("line_number", "payment_installments")
EVENTS = ("approved_at", "shipped_at", "delivered_at")
CURRENCY_WORDS = {
    "r$": "BRL", "real": "BRL", "reais": "BRL", "us$": "USD", "$": "USD", "dolar": "USD", "dollar": "USD",
    "€": "EUR", "euro": "EUR", "£": "GBP", "libra": "GBP",
}  # fmt: skip
ONE_PIECE = "'1'"
"""The quantity of every line of a report without such a column."""

NUMBER, PIECES = "DECIMAL(24, 8)", "DECIMAL(14, 3)"
"""Wide enough for amounts beyond the contract's largest, and no wider than their product can be."""
READ = ("status_word", "pieces", "given")
"""Columns that repeat what others say: the contract's status, and quantity and price (or total) as numbers."""

TYPES = {
    "line_sequence": "BIGINT",
    "file_number": "INTEGER",
    RAW: "VARCHAR",
    "order_key": "VARCHAR",
    "ordered_at": "TIMESTAMPTZ",
    "ordered_date": "DATE",
    "has_ordered_text": "BOOLEAN",
    "quantity": "VARCHAR",
    "status": "VARCHAR",
    "status_word": "VARCHAR",
    "pieces": PIECES,
    "given": NUMBER,
    "channel": "VARCHAR",
    "state": "VARCHAR",
    "zip_prefix": "VARCHAR",
    "promised_date": "VARCHAR",
    "currency": "VARCHAR",
    **dict.fromkeys((*IDS, *TEXTS, *NUMBERS, *INTEGERS), "VARCHAR"),
    **dict.fromkeys(EVENTS, "TIMESTAMPTZ"),
    **{f"{event}_unreadable": "VARCHAR" for event in EVENTS},
}


def open_lines(mapping: ReportMapping) -> duckdb.DuckDBPyConnection:
    """A database in memory with an empty `lines` table and the words for states and statuses.

    It never spills to disk: the lines hold personal data.
    """
    connection = duckdb.connect(config={"temp_directory": ""})
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute(f"CREATE TABLE lines ({', '.join(_columns(mapping))})")
    # Another country's regions are as the shop writes them.
    states = {**STATE_NAMES, **{code: code for code in STATES}} if mapping.shop.is_brazilian else {}
    _words(connection, "state_words", states)
    statuses = {
        **{status: status for status in STATUSES},
        **mapping.status,
        **dict.fromkeys(mapping.return_.statuses, "returned"),
        **dict.fromkeys(mapping.cancellation.statuses, "cancelled"),
    }
    _words(connection, "status_words", statuses)
    return connection


def add_lines(
    connection: duckdb.DuckDBPyConnection, batch: pa.Table, mapping: ReportMapping, *, file_number: int, first: int
) -> None:
    """Type one batch of `reading.read_file` into `lines`; `first` is the sequence number of its first line."""
    kinds = {name: _as_duckdb_sees(batch.schema.field(name).type) for name in batch.column_names}
    cleaned, values = _expressions(mapping, kinds)
    connection.register("batch", evaluate(connection, batch, cleaned, values).append_column(RAW, batch.column(RAW)))
    connection.execute(
        f"INSERT INTO lines BY NAME SELECT {first} + row_number() OVER () - 1 AS line_sequence, "
        f"{file_number} AS file_number, * FROM batch"
    )
    connection.unregister("batch")


def is_personal_order_key(mapping: ReportMapping) -> bool:
    """Whether the order's key is a customer's data or a line's place, and so must not become the order's id."""
    if isinstance(mapping.columns.order_id, LineKey):
        return True
    headers = mapping.columns.headers()
    personal = {header for name in IDENTIFIERS for header in headers.get(name, [])}
    return bool(personal & set(headers["order_id"]))


def _words(connection: duckdb.DuckDBPyConnection, table: str, meaning: dict[str, str]) -> None:
    connection.execute(f"CREATE TABLE {table} (word VARCHAR PRIMARY KEY, meaning VARCHAR)")
    # Of two words that differ in case or accents only, the later one counts.
    connection.execute(
        f"INSERT INTO {table} SELECT {plain('word')}, arg_max(meaning, place) FROM (SELECT unnest($words) AS word, "
        "unnest($meanings) AS meaning, generate_subscripts($words, 1) AS place) GROUP BY ALL",
        {"words": list(meaning), "meanings": list(meaning.values())},
    )


def known_columns(mapping: ReportMapping) -> set[str]:
    """The columns of `lines` that may differ from line to line."""
    texts = dict.fromkeys((f"c{index}" for index in range(len(mapped_headers(mapping)))), pa.string())
    return {"line_sequence", "file_number", RAW, *_expressions(mapping, texts)[1]}


def _columns(mapping: ReportMapping) -> list[str]:
    """The columns of `lines`: what is not in the report, or the same on every line, takes no memory."""
    own = known_columns(mapping)
    given = {**dict.fromkeys(TYPES, "NULL"), "quantity": ONE_PIECE, "pieces": ONE_PIECE}
    given["status_word"] = literal(mapping.default_status)
    if isinstance(mapping.columns.order_id, LineKey):
        given["order_key"] = "line_sequence"
    given |= {name: literal(word) for name, word in mapping.constants if word}
    return [
        f"{name} {kind}" + ("" if name in own else f" GENERATED ALWAYS AS ({given[name]}::{kind}) VIRTUAL")
        for name, kind in TYPES.items()
    ]


def _as_duckdb_sees(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _expressions(mapping: ReportMapping, kinds: dict[str, pa.DataType]) -> tuple[dict[str, str], dict[str, str]]:
    """Cleaning expressions for the batch's columns, and the value of each column of `lines` over the cleaned ones."""
    reader = Reader(mapping.format)
    place = {header: f"c{index}" for index, header in enumerate(mapped_headers(mapping))}
    column = {name: [place[header] for header in headers] for name, headers in mapping.columns.headers().items()}
    cleaned = {name: reader.text(name, kinds[name]) for name in place.values()}
    at = {name: columns[0] for name, columns in column.items() if columns}
    values = {}
    if not isinstance(mapping.columns.order_id, LineKey):
        values["order_key"] = _order_key(reader, column["order_id"], mapping, kinds)
    values |= {name: reader.identifier(at[name]) for name in IDS if name in at}
    if "customer_id" in at:
        values["customer_id"] = customer(values["customer_id"], mapping, at.get("name"))
    values |= {name: f"{at[name]}::VARCHAR" for name in (*TEXTS, "status") if name in at}
    values |= {name: read(at[name]) for name, read in (("email", email), ("cpf", cpf)) if name in at}
    values |= {name: reader.number(at[name], kinds[at[name]]) for name in NUMBERS if name in at}
    values["given"] = f"TRY_CAST({values.get('unit_price') or values['line_total']} AS {NUMBER})"
    if "currency" in at:
        values["currency"] = _currency(at["currency"])
    values |= {name: reader.integer(at[name], kinds[at[name]]) for name in INTEGERS if name in at}
    if "quantity" in at:
        values["quantity"] = reader.quantity(at["quantity"], kinds[at["quantity"]])
        values["pieces"] = f"TRY_CAST({values['quantity']} AS {PIECES})"
    values |= _instants(reader, at, kinds, mapping.shop.time_zone)
    if "channel" in at:
        values["channel"] = f"lower({at['channel']}::VARCHAR)"
    if "status" in at:
        # A word that the mapping does not know stays as it is, to be quarantined.
        text = f"{at['status']}::VARCHAR"
        values["status_word"] = f"coalesce((SELECT meaning FROM status_words WHERE word = {plain(text)}), {text})"
    if "cancelled_at" in at:
        word = values.get("status_word", literal(mapping.default_status))
        values["status_word"] = f"if({at['cancelled_at']} IS NOT NULL, 'cancelled', {word})"
    if "state" in at:
        text = f"{at['state']}::VARCHAR"
        values["state"] = f"coalesce((SELECT meaning FROM state_words WHERE word = {plain(text)}), {text})"
    if "zip_prefix" in at:
        text = f"{at['zip_prefix']}::VARCHAR"
        full = rf"regexp_full_match({text}, '\d{{5}}-?\d{{3}}')"
        values["zip_prefix"] = f"CASE WHEN {full} THEN left({text}, 5) ELSE {text} END"
        if not mapping.shop.is_brazilian:
            # The part before the blank or dash: of `SW1A 1AA` the district, not the street.
            values["zip_prefix"] = f"left(regexp_extract({text}, '^[^ -]+'), 5)"
    return cleaned, values | (_turned(values) if mapping.return_.credit_notes else {})


def _turned(values: dict[str, str]) -> dict[str, str]:
    """The amounts of lines of which the positive ones are negative where their order is a credit note."""
    pieces = values.get("pieces", ONE_PIECE)
    is_back = f"({values['status_word']}) = 'returned' AND TRY_CAST({pieces} AS {PIECES}) > 0"
    turned = {
        "quantity": f"if({is_back}, '-' || ltrim({values.get('quantity', ONE_PIECE)}, '+'), "
        f"{values.get('quantity', ONE_PIECE)})",
        "pieces": f"if({is_back}, -TRY_CAST({pieces} AS {PIECES}), TRY_CAST({pieces} AS {PIECES}))",
    }
    if "line_total" in values:
        is_positive = f"{is_back} AND {values['given']} > 0"
        turned["line_total"] = f"if({is_positive}, '-' || ltrim({values['line_total']}, '+'), {values['line_total']})"
        turned["given"] = f"if({is_positive}, -({values['given']}), {values['given']})"
    return turned


def _order_key(reader: Reader, columns: list[str], mapping: ReportMapping, kinds: dict[str, pa.DataType]) -> str:
    key = mapping.columns.order_id
    if not isinstance(key, OrderKey):
        return reader.identifier(columns[0])
    parts = []
    for header, name in zip(key.from_, columns, strict=False):
        part = reader.identifier(name)
        if header == mapping.columns.customer_id:
            # A guest's order has the text itself in its key.
            part = f"coalesce({customer(part, mapping, None)}, {part})"
        parts.append(part)
    if key.year_of:
        instant = reader.instant(columns[-1], kinds[columns[-1]])
        parts.append(f"year(timezone({literal(mapping.shop.time_zone)}, {instant}))::VARCHAR")
    # `||` is NULL where a part is: an order that lacks a part of its key is not known from another one.
    return f" || {literal(KEY_SEPARATOR)} || ".join(parts)


def _currency(text: str) -> str:
    """The currency's code; signs and Portuguese words for one are known."""
    codes = " ".join(f"WHEN {literal(word)} THEN {literal(code)}" for word, code in CURRENCY_WORDS.items())
    return f"CASE {plain(f'{text}::VARCHAR')} {codes} ELSE upper({text}::VARCHAR) END"


def _instants(reader: Reader, at: dict[str, str], kinds: dict[str, pa.DataType], time_zone: str) -> dict[str, str]:
    ordered, kind = at.get("ordered_at") or at["ordered_date"], kinds[at.get("ordered_at") or at["ordered_date"]]
    if "ordered_time" in at:
        day = f"strftime({ordered}, {literal(_date_part(reader))})" if pa.types.is_temporal(kind) else ordered
        ordered, kind = f"concat_ws(' ', {day}, {at['ordered_time']}::VARCHAR)", pa.string()
    instant = reader.instant(ordered, kind)
    values = {
        "ordered_at": instant,
        "ordered_date": f"timezone({literal(time_zone)}, {instant})::DATE",
        "has_ordered_text": f"{at.get('ordered_at') or at['ordered_date']} IS NOT NULL",
    }
    for event in (name for name in EVENTS if name in at):
        read = reader.instant(at[event], kinds[at[event]])
        values[event] = read
        values[f"{event}_unreadable"] = f"CASE WHEN {read} IS NULL THEN {literal(UNREADABLE)} || {at[event]} END"
    if "promised_date" in at:
        name = at["promised_date"]
        read = reader.local_date(name, kinds[name])
        values["promised_date"] = f"coalesce(({read})::VARCHAR, {literal(UNREADABLE)} || {name}::VARCHAR)"
    return values


def _date_part(reader: Reader) -> str:
    return reader.form.date_formats[0].split(" ")[0].split("T")[0]
