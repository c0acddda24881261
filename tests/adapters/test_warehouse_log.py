"""DuckDB's log beside the warehouse's file: whole commits count, and a changed log is noticed."""

import signal
from pathlib import Path

import pytest

from eshop_dagster.adapters.warehouse import Warehouse, WarehouseDamaged

from ..children import finish, start
from .warehouse_files import DAYS, contents, flipped, log_of, sound_bytes, warehouse_of

DIE_WITH_A_LOG = """
import os, signal, sys
import duckdb

connection = duckdb.connect(sys.argv[1])
for number in range(3):
    connection.execute(f"CREATE TABLE t{number} AS FROM range(10)")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def killed(tmp_path: Path) -> Warehouse:
    """A warehouse whose writer was killed: three tables stand in its log only."""
    warehouse = warehouse_of(tmp_path, sound_bytes(tmp_path))
    finish(start(DIE_WITH_A_LOG, warehouse.path), expected_status=-signal.SIGKILL)
    assert log_of(warehouse).stat().st_size > 100
    return warehouse


def test_what_a_killed_writer_had_committed_is_there(killed: Warehouse) -> None:
    killed.verify()
    assert {"t0", "t1", "t2"} < {*killed.tables()}


def test_a_changed_log_is_refused(killed: Warehouse) -> None:
    log = log_of(killed).read_bytes()
    log_of(killed).write_bytes(flipped(log, len(log) // 2))
    with pytest.raises(WarehouseDamaged, match=r"replaying WAL.*`eshop rebuild`"):
        killed.verify()


def test_of_a_torn_log_whole_commits_are_there_and_no_half_one(killed: Warehouse) -> None:
    log = log_of(killed).read_bytes()
    log_of(killed).write_bytes(log[:-3])
    killed.verify()
    assert {"t0", "t1", "t2"} & {*killed.tables()} == {"t0", "t1"}


def test_a_log_of_garbage_changes_nothing(tmp_path: Path) -> None:
    warehouse = warehouse_of(tmp_path, sound_bytes(tmp_path))
    before = contents(warehouse)
    log_of(warehouse).write_bytes(b"garbage" * 500)
    warehouse.verify()
    assert contents(warehouse) == before
    assert warehouse.built_days("1") == DAYS
    warehouse.mark_built("2", {})
    assert warehouse.built_days("2") == {}
