"""The lines of a report in Parquet, with the types that they have there."""

from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.report.file_lines import BATCH_LINES, RAW, FileLines
from eshop_dagster.adapters.sources.report.files import ReportFile
from eshop_dagster.adapters.sources.report.headers import positions_of
from eshop_dagster.adapters.sources.report.mapping import ReportMapping

KINDS = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal128,
    pa.types.is_decimal256,
    pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_null,
)
"""Types of Parquet columns whose values are texts, numbers and instants, and nothing else."""


def read_parquet(file: ReportFile, mapping: ReportMapping, counts: FileLines) -> Iterator[pa.Table]:
    """Yield the mapped columns in batches, with each row as JSON; see `reading.read_file`."""
    try:
        with (
            pq.ParquetFile(file.path, page_checksum_verification=True) as parquet,
            duckdb.connect() as connection,
        ):
            connection.execute("SET TimeZone = 'UTC'")
            positions = positions_of(parquet.schema_arrow.names, mapping, file)
            _refuse_other_types(parquet.schema_arrow, positions, mapping, file)
            names = [f"c{index}" for index in range(len(positions))]
            for batch in parquet.iter_batches(batch_size=BATCH_LINES):
                batch.validate(full=True)
                counts.lines += batch.num_rows
                whole = plain_types(pa.table(batch))
                raw = connection.from_arrow(whole).set_alias("line").project("to_json(line)").to_arrow_table()
                mapped = whole.select(positions).rename_columns(names)
                yield mapped.append_column(RAW, raw.column(0))
    # Arrow says of most damage that it is an error of the operating system.
    except (pa.ArrowInvalid, OSError) as error:
        raise SourceError(f"{file.path} is no whole Parquet file ({_first_line(error)}): export it again.") from error
    except duckdb.NotImplementedException as error:
        raise SourceError(
            f"{file.path} has a column of a type that cannot be read ({_first_line(error)}): leave it out of "
            "the export."
        ) from error


def plain_types(table: pa.Table) -> pa.Table:
    """The table with instants in microseconds and decimals of 38 digits: DuckDB's functions know no others."""
    for place, field in enumerate(table.schema):
        kind = field.type
        if pa.types.is_timestamp(kind) and kind.unit == "ns":
            # What lies below a microsecond is no part of an order's time.
            column = pc.cast(table.column(place), pa.timestamp("us", kind.tz), safe=False)
        elif pa.types.is_decimal256(kind):
            column = _narrowed(table.column(place), field)
        else:
            continue
        table = table.set_column(place, field.name, column)
    return table


def _narrowed(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    try:
        return pc.cast(column, pa.decimal128(38, min(field.type.scale, 38)))
    except pa.ArrowInvalid as error:
        raise SourceError(
            f"the column {field.name!r} is {field.type} and holds more than 38 digits: export it with fewer."
        ) from error


def _refuse_other_types(schema: pa.Schema, positions: list[int], mapping: ReportMapping, file: ReportFile) -> None:
    for position in positions:
        column = schema.field(position)
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        is_clock = pa.types.is_time(kind) and column.name == mapping.columns.ordered_time
        if not is_clock and not any(is_kind(kind) for is_kind in KINDS):
            raise SourceError(
                f"{file.path} has the column {column.name!r} as {column.type}, expected text, a number or a time: "
                "export it as one of these."
            )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
