"""The files of `eshop bench report`: made of the simulated shop's lines, and read bare."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from eshop_dagster.adapters.sources.simulated import ShopConfig, SimulatedSource
from eshop_dagster.shop import BRAZIL

FIRST_DAY, LAST_DAY = date(2024, 1, 1), date(2025, 12, 31)
FORMATS = ("csv", "parquet", "xlsx")
_LINES = f"""
    SELECT order_id AS "order", strftime(timezone('{BRAZIL.time_zone}', placed_at), '%Y-%m-%d %H:%M:%S') AS date,
        customer_id AS customer, product_id AS product, quantity::INTEGER AS quantity,
        unit_price_brl::DECIMAL(18, 2) AS price, status
    FROM (SELECT *, ordered_at::TIMESTAMPTZ AS placed_at FROM orders) JOIN order_items USING (order_id, changed_date)
    -- An order comes again on each day on which it changes; its first day is enough.
    WHERE timezone('{BRAZIL.time_zone}', placed_at)::DATE = changed_date
    ORDER BY placed_at, order_id, line_number
"""


def simulated_lines(lines: int, seed: int) -> pa.Table:
    """So many order lines of the simulated shop, in the order in which they were sold."""
    return pa.concat_tables(list(_batches(lines, seed))).slice(0, lines)


def write_report(path: Path, table: pa.Table) -> None:
    """Write order lines as a report of the kind that the suffix says."""
    if path.suffix == ".csv":
        # Without quotes, as most exports write plain texts.
        arrow_csv.write_csv(table, path, arrow_csv.WriteOptions(quoting_style="none", quoting_header="none"))
    elif path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Sales")
        sheet.append(table.column_names)
        for batch in table.to_batches():
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                sheet.append(row)
        book.save(path)


def read_bare(path: Path) -> int:
    """Read a file into a typed table, and check nothing; Excel is only walked through. Return the number of lines."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
        return sum(1 for _ in sheet.iter_rows(values_only=True)) - 1
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE report AS FROM query_table([$path])", {"path": str(path)})
        [(lines,)] = connection.execute("SELECT count(*) FROM report").fetchall()
    return int(lines)


def _batches(lines: int, seed: int) -> Iterator[pa.Table]:
    shop = ShopConfig(
        seed=seed,
        customers=max(lines // 10, 500),
        orders_per_day=max(lines / 300, 20),
        first_day=FIRST_DAY,
        dirty_share=0,
    )
    found = 0
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for chunk in SimulatedSource(shop, LAST_DAY).changes(FIRST_DAY, LAST_DAY):
            for name in ("orders", "order_items"):
                connection.register(name, chunk.tables[name])
            table = connection.sql(_LINES).to_arrow_table()
            yield table
            found += table.num_rows
            if found >= lines:
                return
