"""What the shop knew on any past day, computed beside the warehouse: a scratch copy, and no write to the home.

The scratch file holds every version of the orders of some customers. Features and labels come from it by the very
statements that dbt builds the tables from, so that what a replay learns is what a training of that day would have seen.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from eshop_dagster.adapters.feature_sql import INPUTS, LINES, MODEL, ORDERS, PRODUCTS, compiled_at_cutoff
from eshop_dagster.adapters.files import parquet_bytes, write_atomically
from eshop_dagster.settings import duckdb_memory

LABELS = "customer_spend_labels"

# The statements name the database that they read; a DuckDB file is named by its stem.
_DATABASE = "warehouse"

# A draw by a hash of the key takes the same customers on every day, and nothing that comes later changes it.
_COPY_ORDERS = """
    CREATE TABLE scratch.{orders} AS
    SELECT {columns} FROM {database}.{orders}
    WHERE md5_number_lower(customer_key) <= $highest
"""

# The label's statement asks which day is the last one known, for any draw of customers.
_LAST_DAY = """
    INSERT INTO scratch.{orders}
    SELECT {columns} FROM (SELECT * REPLACE (NULL AS customer_key) FROM {database}.{orders})
    ORDER BY known_from_date DESC, order_id LIMIT 1
"""

_NOBODYS_ORDER = """
    INSERT INTO scratch.{orders}
    SELECT {columns} FROM (
        SELECT * REPLACE (NULL AS customer_key, $day AS known_from_date, NULL AS known_until_date)
        FROM scratch.{orders} LIMIT 1
    )
"""

_COPY_LINES = """
    CREATE TABLE scratch.{lines} AS
    SELECT {columns} FROM {database}.{lines} WHERE order_id IN (SELECT order_id FROM scratch.{orders})
"""

_COPY_PRODUCTS = "CREATE TABLE scratch.{products} AS SELECT {columns} FROM {database}.{products}"

_KNOWN_ORDERS = """
    CREATE TABLE scratch.known_orders AS
    SELECT ordered_date, known_date, count(*) AS order_count
    FROM (
        SELECT arg_min(ordered_date, known_from_date) AS ordered_date, min(known_from_date) AS known_date
        FROM {database}.{orders} GROUP BY order_id
    )
    GROUP BY ALL ORDER BY ALL
"""

_DRAW = "CREATE OR REPLACE TABLE {model} AS SELECT * FROM ({statement}) ORDER BY md5(customer_key) LIMIT {sample}"

_ROWS = """
    SELECT features.*, labels.* EXCLUDE (customer_key, as_of_date, window_days)
    FROM {model} AS features
    LEFT JOIN ({statement}) AS labels USING (customer_key, as_of_date)
    ORDER BY customer_key
"""


class PointInTime:
    """A scratch copy from which features and labels of any cut-off are computed, each once.

    Args:
        folder: where `copy_history` has put the copy; files of cut-offs are added to it.
        sample: most customers of a cut-off.
        window_days: length of the label's window.
    """

    def __init__(self, folder: Path, sample: int, window_days: int) -> None:
        self._folder, self._sample, self._window_days = folder, sample, window_days

    def known_orders(self) -> pa.Table:
        """Return `ordered_date`, `known_date` (the day on which the shop first knew of them) and `order_count`."""
        with duckdb.connect(str(self._path), read_only=True) as connection:
            return connection.sql("FROM known_orders ORDER BY ALL").to_arrow_table()

    def rows(self, as_of_date: date, window_days: int | None = None) -> Path:
        """Return a Parquet file of the features at a cut-off and the label, NULL where days of it are still to come.

        One row per drawn customer, sorted by key.

        Args:
            as_of_date: the cut-off.
            window_days: length of the label's window; default: that of the copy.
        """
        days = window_days or self._window_days
        path = self._folder / f"{as_of_date}-{days}.parquet"
        if path.exists():
            return path
        features, labels = compiled_at_cutoff(MODEL), compiled_at_cutoff(LABELS)
        with duckdb.connect(str(self._path)) as connection:
            connection.execute(f"SET memory_limit = '{duckdb_memory()}'; SET TimeZone = 'UTC'")
            wanted: dict[str, object] = {"as_of_date": as_of_date}
            connection.execute(_DRAW.format(model=MODEL, statement=features, sample=self._sample), wanted)
            wanted |= {"window_days": days}
            rows = connection.sql(_ROWS.format(model=MODEL, statement=labels), params=wanted).to_arrow_table()
        write_atomically(path, parquet_bytes(rows))
        return path

    @property
    def _path(self) -> Path:
        return self._folder / f"{_DATABASE}.duckdb"


def copy_history(warehouse: Path, folder: Path, *, sample: int, known_before: date, window_days: int) -> PointInTime:
    """Return a copy of what features and labels are computed from, for customers drawn by a hash of their key.

    Args:
        warehouse: the home's DuckDB file; opened for reading only. The caller holds the home's lock.
        folder: where the copy goes.
        sample: about so many of the customers known before `known_before` are drawn, and the same share of all others.
        known_before: the share is set by what was known then, so that no later day changes who is drawn.
        window_days: length of the label's window.

    Raises:
        ValueError: no customer was known before that day.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"SET memory_limit = '{duckdb_memory()}'; SET TimeZone = 'UTC'")
        connection.execute(f"ATTACH '{_quoted(warehouse)}' AS {_DATABASE} (READ_ONLY)")
        connection.execute(f"ATTACH '{_quoted(folder / f'{_DATABASE}.duckdb')}' AS scratch")
        # Views of the warehouse name their tables without a database.
        connection.execute(f"USE {_DATABASE}")
        known = connection.execute(
            f"SELECT count(DISTINCT customer_key) FROM {ORDERS} WHERE known_from_date < $day", {"day": known_before}
        ).fetchall()[0][0]
        if not known:
            raise ValueError(f"no customer was known before {known_before}; expected some. Begin on a later day.")
        highest = min(2**64 - 1, int(2**64 * min(1.0, sample / known)))
        connection.execute(_filled(_COPY_ORDERS, ORDERS), {"highest": highest})
        connection.execute(_filled(_LAST_DAY, ORDERS))
        connection.execute(_filled(_COPY_LINES, LINES))
        connection.execute(_filled(_COPY_PRODUCTS, PRODUCTS))
        connection.execute(_filled(_KNOWN_ORDERS, ORDERS))
    return PointInTime(folder, sample, window_days)


def store_history(
    folder: Path, tables: Mapping[str, pa.Table], *, last_day: date, sample: int, window_days: int
) -> PointInTime:
    """Return a history that was made rather than copied: one of the simulated shops of a benchmark.

    Args:
        folder: where it goes.
        tables: rows by the names and with the columns of `INPUTS`.
        last_day: the last day known, with an order or without.
        sample: most customers of a cut-off.
        window_days: length of the label's window.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"ATTACH '{_quoted(folder / f'{_DATABASE}.duckdb')}' AS scratch")
        for table, schema in INPUTS.items():
            connection.register("given", tables[table].select(schema.names).cast(schema))
            connection.execute(f"CREATE TABLE scratch.{table} AS FROM given")
            connection.unregister("given")
        connection.execute(_filled(_KNOWN_ORDERS, ORDERS, database="scratch"))
        connection.execute(_filled(_NOBODYS_ORDER, ORDERS), {"day": last_day})
    return PointInTime(folder, sample, window_days)


def _filled(sql: str, table: str, *, database: str = f"{_DATABASE}.main") -> str:
    columns: Sequence[str] = INPUTS[table].names
    names = {"orders": ORDERS, "lines": LINES, "products": PRODUCTS, "database": database}
    return sql.format(columns=", ".join(columns), **names)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
