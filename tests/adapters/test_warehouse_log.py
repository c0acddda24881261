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
    connection.execute(f"CREATE TABLE t{number} AS SELECT md5(range::VARCHAR) AS x FROM range(100)")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def killed(tmp_path: Path) -> Warehouse:
    """A warehouse whose writer was killed: three tables stand in its log only."""
    warehouse = warehouse_of(tmp_path, sound_bytes(tmp_path))
    finish(start(DIE_WITH_A_LOG, warehouse.path), expected_status=-signal.SIGKILL)
    assert log_of(warehouse).stat().st_size > 100
    return warehouse


def committed(warehouse: Warehouse) -> list[str]:
    """Those of the killed writer's tables that are there."""
    return [table for table in warehouse.tables() if table in ("t0", "t1", "t2")]


def test_what_a_killed_writer_had_committed_is_there(killed: Warehouse) -> None:
    killed.verify()
    assert committed(killed) == ["t0", "t1", "t2"]


def test_of_a_torn_log_whole_commits_are_there_and_no_half_one(killed: Warehouse) -> None:
    log = log_of(killed).read_bytes()
    log_of(killed).write_bytes(log[:-3])
    killed.verify()
    assert committed(killed) == ["t0", "t1"]


def test_a_changed_log_is_refused_or_its_first_commits_are_there_whole(killed: Warehouse) -> None:
    log, before = log_of(killed).read_bytes(), contents(killed)
    refused = 0
    positions = range(0, len(log), len(log) // 60)
    for position in positions:
        log_of(killed).write_bytes(flipped(log, position))
        try:
            killed.verify()
        except WarehouseDamaged as error:
            assert "`eshop rebuild`" in str(error)
            refused += 1
        else:
            # DuckDB takes an entry of another length for one that was cut off.
            assert committed(killed) in ([], ["t0"], ["t0", "t1"], ["t0", "t1", "t2"])
            assert contents(killed).items() <= before.items()
    assert refused > 0.8 * len(positions)


def test_a_log_of_garbage_changes_nothing(tmp_path: Path) -> None:
    warehouse = warehouse_of(tmp_path, sound_bytes(tmp_path))
    before = contents(warehouse)
    log_of(warehouse).write_bytes(b"garbage" * 500)
    warehouse.verify()
    assert contents(warehouse) == before
    assert warehouse.built_days("1") == DAYS
    warehouse.mark_built("2", {})
    assert warehouse.built_days("2") == {}
