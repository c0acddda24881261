"""SQL expressions over the columns of a batch, evaluated once for each distinct text.

A report says the same dates, products and statuses over and over; to read each of them once takes a fraction of the
time.
"""

import re
from functools import reduce

import duckdb
import pyarrow as pa
import pyarrow.compute as pc


def evaluate(
    connection: duckdb.DuckDBPyConnection, batch: pa.Table, cleaned: dict[str, str], values: dict[str, str]
) -> pa.Table:
    """The value of each expression on each row of the batch.

    Args:
        connection: has the tables that the expressions name.
        batch: texts, or the types of Parquet.
        cleaned: each column of the batch that the expressions use, and the expression that cleans it.
        values: expressions over cleaned columns, by name; each uses one column at least.
    """
    groups: dict[tuple[str, ...], dict[str, str]] = {}
    for name, expression in values.items():
        used = tuple(column for column in cleaned if re.search(rf"\b{column}\b", expression))
        groups.setdefault(used, {})[name] = expression
    found: dict[str, pa.ChunkedArray] = {}
    for used, expressions in groups.items():
        distinct, places = _distinct(batch.select(used))
        connection.register("distinct_values", distinct)
        read = connection.sql(
            f"SELECT {_listed(expressions)} FROM "
            f"(SELECT {_listed({column: cleaned[column] for column in used})} FROM distinct_values)"
        ).to_arrow_table()
        connection.unregister("distinct_values")
        found |= {name: read.column(name) if places is None else read.column(name).take(places) for name in expressions}
    return pa.table(found)


def _listed(expressions: dict[str, str]) -> str:
    return ", ".join(f"{expression} AS {name}" for name, expression in expressions.items())


def _distinct(table: pa.Table) -> tuple[pa.Table, pa.Array | None]:
    """The distinct rows, and the place of each row among them; the table itself and None where it holds no texts only.

    Numbers stay as they are: Arrow takes 0.0 and -0.0 for one.
    """
    if not all(pa.types.is_string(kind) for kind in table.schema.types):
        return table, None
    encoded = [column.combine_chunks().dictionary_encode(null_encoding="encode") for column in table.columns]
    if len(encoded) == 1:
        return pa.table([encoded[0].dictionary], table.column_names), encoded[0].indices
    rows = reduce(
        lambda left, right: pc.add(pc.multiply(left, len(right.dictionary)), right.indices.cast(pa.int64())),
        encoded[1:],
        encoded[0].indices.cast(pa.int64()),
    ).dictionary_encode()
    columns, rest = [], rows.dictionary
    for column in reversed(encoded):
        before = pc.divide(rest, len(column.dictionary))
        columns.append(column.dictionary.take(pc.subtract(rest, pc.multiply(before, len(column.dictionary)))))
        rest = before
    return pa.table(columns[::-1], table.column_names), rows.indices
