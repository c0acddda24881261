"""Expressions are evaluated once for each distinct text, and every row gets its own value."""

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.sources.report.distinct import evaluate

CLEANED = {"c0": "trim(c0)", "c1": "nullif(c1, '')", "c10": "c10"}


def test_each_row_has_the_value_of_its_own_texts() -> None:
    batch = pa.table(
        {"c0": ["a", " a", "b", "a", None], "c1": ["x", "", "x", "", "y"], "c10": ["1", "2", "1", "3", "4"]}
    )
    values = {"one": "upper(c0)", "two": "c0 || coalesce(c1, '-')", "three": "c10 || c1 || c0", "four": "c10"}
    with duckdb.connect() as connection:
        found = evaluate(connection, batch, CLEANED, values)
    assert found.to_pydict() == {
        "one": ["A", "A", "B", "A", None],
        "two": ["ax", "a-", "bx", "a-", None],
        "three": ["1xa", None, "1xb", None, None],
        "four": ["1", "2", "1", "3", "4"],
    }


def test_numbers_that_arrow_takes_for_one_keep_their_own_texts() -> None:
    batch = pa.table({"c0": pa.array([0.0, -0.0, 0.0])})
    with duckdb.connect() as connection:
        found = evaluate(connection, batch, {"c0": "c0::VARCHAR"}, {"text": "c0"})
    assert found.to_pydict() == {"text": ["0.0", "-0.0", "0.0"]}
