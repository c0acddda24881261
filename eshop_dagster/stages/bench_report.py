"""What `eshop bench report` measures: a simulated report's load beside DuckDB reading the same file bare."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from openpyxl import Workbook

from eshop_dagster.adapters.sources.simulated import ShopConfig, SimulatedSource
from eshop_dagster.settings import child_environment, load_settings

FIRST_DAY, LAST_DAY = date(2024, 1, 1), date(2025, 12, 31)
FORMATS = ("csv", "parquet", "xlsx")
_LINES = """
    SELECT order_id AS "order", strftime(timezone('America/Sao_Paulo', placed_at), '%Y-%m-%d %H:%M:%S') AS date,
        customer_id AS customer, product_id AS product, quantity::INTEGER AS quantity,
        unit_price_brl::DECIMAL(18, 2) AS price, status
    FROM (SELECT *, ordered_at::TIMESTAMPTZ AS placed_at FROM orders) JOIN order_items USING (order_id, changed_date)
    -- An order comes again on each day on which it changes; its first day is enough.
    WHERE timezone('America/Sao_Paulo', placed_at)::DATE = changed_date
    ORDER BY placed_at, order_id, line_number
"""


class LoadFailed(RuntimeError):
    """A process that should have loaded the report ended otherwise."""


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
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Sales")
        sheet.append(table.column_names)
        for batch in table.to_batches():
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                sheet.append(row)
        book.save(path)


def measure_report(path: Path, folder: Path) -> dict[str, Any]:
    """Load the report in a fresh process and read it bare in another: seconds, core seconds and peak memory by step.

    Raises:
        LoadFailed: a process ended with an error.
    """
    loaded, bare = (_run(step, path, folder) for step in ("load", "bare"))
    [reading] = [step for step in loaded["steps"] if step["step"] == "read and check"]
    return {
        "file_mib": round(path.stat().st_size / 2**20, 1),
        "load": loaded,
        "bare": bare,
        "ratio_of_reading": round(reading["seconds"] / bare["steps"][0]["seconds"], 1),
        "ratio_of_core_seconds": round(reading["core_seconds"] / bare["steps"][0]["core_seconds"], 1),
    }


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


def _run(step: str, path: Path, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "eshop_dagster.stages.bench_report_load", step, str(path), str(folder)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=child_environment(load_settings(folder))
    )
    if done.returncode != 0:
        raise LoadFailed(f"the process that should {step} {path} failed: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"cores": os.cpu_count()}
