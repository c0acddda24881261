"""The bytes of a warehouse file, and ways to break them."""

from datetime import date
from pathlib import Path

import duckdb

from eshop_dagster.adapters.table_records import TableRecords
from eshop_dagster.adapters.warehouse import Warehouse

HEADERS, BLOCK = 3 * 4096, 262_144
DAYS = {date(2024, 3, 5): "aa"}

BUILD = """
    CREATE TABLE fct_orders AS SELECT range AS order_id, md5(range::VARCHAR) AS city FROM range(15000);
    CREATE TABLE dim_customers AS SELECT range AS customer_key, 'SP' AS state FROM range(2000);
    CREATE TABLE gone AS FROM range(2000);
    DROP TABLE gone;
"""


def sound_bytes(folder: Path) -> bytes:
    """A warehouse with two tables, the platform's own notes, and blocks that nothing uses any more."""
    warehouse = Warehouse(folder)
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute(BUILD)
    warehouse.mark_building("1")
    records = TableRecords(warehouse, [])
    records.update(["fct_orders", "dim_customers"], None)
    records.record({"fct_orders": {"a test": "pass"}})
    warehouse.mark_built("1", DAYS)
    return warehouse.path.read_bytes()


def warehouse_of(folder: Path, content: bytes) -> Warehouse:
    warehouse = Warehouse(folder)
    warehouse.path.write_bytes(content)
    return warehouse


def flipped(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


def zeroed(content: bytes, start: int, length: int) -> bytes:
    return content[:start] + bytes(length) + content[start + length :]


def last_block(warehouse: Warehouse, *tables: str) -> int:
    """The number of the last block that holds rows of these tables."""
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        sql = "SELECT coalesce(max(block_id), 0) FROM pragma_storage_info('{table}')"
        found = [connection.execute(sql.format(table=table)).fetchall()[0][0] for table in tables]
    return max(found)


def contents(warehouse: Warehouse) -> dict[str, str]:
    return {table: warehouse.content_hash(table) for table in warehouse.tables()}


def log_of(warehouse: Warehouse) -> Path:
    return Path(f"{warehouse.path}.wal")
