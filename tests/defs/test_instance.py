"""The Dagster instance of a home: its settings, and runs whose process died are cleared and others are not."""

import sqlite3
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import psutil
import pytest
import yaml

from eshop_dagster.adapters.locks import home_lock
from eshop_dagster.defs.event_storage import BatchingEventLogStorage
from eshop_dagster.defs.instance import clear_orphans, orphans, prepare_instance

from ..children import finish, start, wait_for_line

RUN = """
import sys
import dagster as dg

@dg.asset(pool="warehouse")
def waiting(context):
    print(context.run_id, flush=True)
    sys.stdin.readline()

with dg.DagsterInstance.from_config(sys.argv[1]) as instance:
    instance.event_log_storage.set_concurrency_slots("warehouse", 1)
    dg.materialize([waiting], instance=instance)
"""


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(prepare_instance(tmp_path))) as instance:
        yield instance


@pytest.fixture
def running(tmp_path: Path, instance: dg.DagsterInstance) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A child process in the middle of a run that holds a place in a pool, and the run's id."""
    child = start(RUN, tmp_path / "dagster")
    run_id = wait_for_line(child)
    yield child, run_id
    child.kill()
    child.communicate()


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def add_run(instance: dg.DagsterInstance, status: dg.DagsterRunStatus, age: timedelta = timedelta()) -> dg.DagsterRun:
    """A run that was recorded some time ago and of whose process nothing was heard."""
    run = instance.add_run(dg.DagsterRun(job_name="retrain", run_id=str(uuid.uuid4()), status=status))
    recorded = datetime.now(UTC).replace(tzinfo=None) - age
    with closing(sqlite3.connect(Path(instance.root_directory) / "history" / "runs.db")) as database, database:
        database.execute("UPDATE runs SET create_timestamp = ? WHERE run_id = ?", (str(recorded), run.run_id))
    return run


def test_a_killed_run_counts_as_orphaned_from_its_death_on_and_frees_what_it_held(
    tmp_path: Path, instance: dg.DagsterInstance, running: tuple[subprocess.Popen[str], str]
) -> None:
    child, run_id = running
    assert orphans(instance, tmp_path) == []
    assert clear_orphans(instance, tmp_path) == []
    child.kill()
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert [run.run_id for run in orphans(instance, tmp_path)] == [run_id]
    finish(child, expected_status=-9)
    assert [run.run_id for run in orphans(instance, tmp_path)] == [run_id]
    assert status(instance, run_id) == dg.DagsterRunStatus.STARTED
    held = instance.event_log_storage.get_concurrency_info("warehouse")
    assert held.active_run_ids == {run_id}

    assert clear_orphans(instance, tmp_path) == [run_id]
    assert status(instance, run_id) == dg.DagsterRunStatus.FAILURE
    (failure,) = instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    assert "the process that ran this died with its host" in (failure.message or "")
    freed = instance.event_log_storage.get_concurrency_info("warehouse")
    assert (freed.active_run_ids, freed.active_slot_count) == (set(), 0)
    assert clear_orphans(instance, tmp_path) == []


def test_a_run_that_names_itself_at_the_homes_lock_is_alive(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    run = add_run(instance, dg.DagsterRunStatus.STARTED, age=timedelta(hours=1))
    with home_lock(tmp_path, f"run {run.run_id}", wait_seconds=0):
        assert orphans(instance, tmp_path) == []
    with home_lock(tmp_path, "run of another", wait_seconds=0):
        assert [found.run_id for found in orphans(instance, tmp_path)] == [run.run_id]


@pytest.mark.parametrize("beginning", [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
def test_a_run_without_a_process_is_given_a_minute_to_get_one(
    tmp_path: Path, instance: dg.DagsterInstance, beginning: dg.DagsterRunStatus
) -> None:
    add_run(instance, beginning)
    old = add_run(instance, beginning, age=timedelta(seconds=61))
    assert [run.run_id for run in orphans(instance, tmp_path)] == [old.run_id]


def test_a_run_that_was_being_cancelled_when_its_host_died_is_an_orphan(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    run = add_run(instance, dg.DagsterRunStatus.CANCELING, age=timedelta(hours=1))
    assert clear_orphans(instance, tmp_path) == [run.run_id]
    assert status(instance, run.run_id) == dg.DagsterRunStatus.FAILURE


@pytest.mark.parametrize(
    "settled",
    [
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.SUCCESS,
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.CANCELED,
    ],
)
def test_a_run_that_has_not_begun_or_has_ended_is_no_orphan(
    tmp_path: Path, instance: dg.DagsterInstance, settled: dg.DagsterRunStatus
) -> None:
    add_run(instance, settled, age=timedelta(days=1))
    assert clear_orphans(instance, tmp_path) == []


def test_a_process_that_began_after_the_run_is_another_with_the_same_number(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    alive = add_run(instance, dg.DagsterRunStatus.STARTED)
    older_than_this_process = datetime.now().timestamp() - psutil.Process().create_time() + 60
    dead = add_run(instance, dg.DagsterRunStatus.STARTED, age=timedelta(seconds=older_than_this_process))
    for run in (alive, dead):
        instance.report_engine_event("Executing steps in this process.", run)
    assert [run.run_id for run in orphans(instance, tmp_path)] == [dead.run_id]


def test_a_new_home_gets_settings_without_telemetry_and_with_one_run_at_a_time(tmp_path: Path) -> None:
    folder = prepare_instance(tmp_path)
    settings = yaml.safe_load((folder / "dagster.yaml").read_text())
    assert folder == tmp_path / "dagster"
    assert settings["telemetry"] == {"enabled": False}
    assert settings["concurrency"] == {"runs": {"max_concurrent_runs": 1}}
    assert settings["python_logs"] == {"python_log_level": "INFO"}
    assert (folder / "workspace.yaml").exists()


def test_the_homes_instance_stores_events_in_batches_inside_the_home(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    assert isinstance(instance.event_log_storage, BatchingEventLogStorage)
    assert not instance.telemetry_enabled
    add_run(instance, dg.DagsterRunStatus.SUCCESS)
    assert {path.name for path in tmp_path.iterdir()} == {"dagster"}
    assert (tmp_path / "dagster" / "history" / "runs.db").exists()


def test_settings_that_eshop_wrote_are_brought_up_to_date(tmp_path: Path) -> None:
    path = prepare_instance(tmp_path) / "dagster.yaml"
    content = path.read_text()
    path.write_text(content.replace("INFO", "DEBUG"))
    prepare_instance(tmp_path)
    assert path.read_text() == content


def test_settings_that_are_up_to_date_are_left_alone(tmp_path: Path) -> None:
    path = prepare_instance(tmp_path) / "dagster.yaml"
    before = path.stat().st_mtime_ns
    prepare_instance(tmp_path)
    assert path.stat().st_mtime_ns == before


def test_an_instance_that_production_brings_is_left_alone(tmp_path: Path) -> None:
    for name in ("dagster.yaml", "workspace.yaml"):
        (tmp_path / "dagster").mkdir(exist_ok=True)
        (tmp_path / "dagster" / name).write_text("# ours\n")
    prepare_instance(tmp_path)
    assert (tmp_path / "dagster" / "dagster.yaml").read_text() == "# ours\n"
    assert (tmp_path / "dagster" / "workspace.yaml").read_text() == "# ours\n"


def test_a_home_with_blanks_and_marks_in_its_name_has_an_instance(tmp_path: Path) -> None:
    folder = prepare_instance(tmp_path / "loja: Joana d'Arc #2")
    settings = yaml.safe_load((folder / "dagster.yaml").read_text())
    assert settings["run_storage"]["config"]["base_dir"] == str(folder / "history")
