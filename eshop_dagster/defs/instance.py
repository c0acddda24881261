"""The Dagster instance of a home: its settings file, and the clean-up after a host that died."""

import time
from pathlib import Path

import dagster as dg
import psutil

from eshop_dagster.adapters.files import write_atomically
from eshop_dagster.adapters.locks import holder

_SETTINGS = """\
# Written by `eshop`; edit `eshop_dagster/defs/instance.py` instead.
telemetry:
  enabled: false
nux:
  # No sign-up window over the first page.
  enabled: false
python_logs:
  python_log_level: INFO
event_log_storage:
  module: eshop_dagster.defs.event_storage
  class: BatchingEventLogStorage
  config:
    base_dir: '{folder}/history/runs'
run_storage:
  module: dagster._core.storage.runs
  class: SqliteRunStorage
  config:
    base_dir: '{folder}/history'
schedule_storage:
  module: dagster._core.storage.schedules
  class: SqliteScheduleStorage
  config:
    base_dir: '{folder}/schedules'
concurrency:
  runs:
    # The home has one writer at a time; a second run waits in the queue, where people see it.
    max_concurrent_runs: 1
run_retries:
  # A run whose process died is run again from the step that it was in; what fails for a reason waits for a person.
  enabled: true
  max_retries: 3
  retry_on_asset_or_op_failure: false
"""

_WORKSPACE = """\
load_from:
  - python_module:
      module_name: eshop_dagster.definitions
      location_name: eshop
"""

_BEGINNING = (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)


def prepare_instance(home: Path) -> Path:
    """Write the home's `dagster.yaml` and `workspace.yaml` unless production brings its own; return their folder."""
    folder = home / "dagster"
    path = folder / "dagster.yaml"
    if not path.exists() or path.read_text().startswith(_SETTINGS.splitlines()[0]):
        # In YAML's single quotes only the quote itself means anything.
        content = _SETTINGS.format(folder=str(folder).replace("'", "''"))
        if not path.exists() or path.read_text() != content:
            write_atomically(path, content.encode())
    workspace = folder / "workspace.yaml"
    if not workspace.exists():
        write_atomically(workspace, _WORKSPACE.encode())
    return folder


def clear_orphans(instance: dg.DagsterInstance, home: Path) -> list[str]:
    """Mark runs whose process is gone as failed and free what they held; return their ids.

    Dagster itself leaves such a run STARTED for ever after the whole host died, and it blocks the queue.
    """
    cleared = orphans(instance, home)
    for run in cleared:
        instance.report_run_failed(
            run, "the process that ran this died with its host; `eshop` cleared it at its next start"
        )
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    return [run.run_id for run in cleared]


def orphans(instance: dg.DagsterInstance, home: Path) -> list[dg.DagsterRun]:
    """Return the runs that count as under way though the process that ran them is gone."""
    present = holder(home)
    return [
        record.dagster_run
        for record in instance.get_run_records(dg.RunsFilter(statuses=list(_BEGINNING)))
        if not (present is not None and record.dagster_run.run_id in present.what)
        and not _is_alive(instance, record.dagster_run.run_id, record.start_time or record.create_timestamp.timestamp())
    ]


def _is_alive(instance: dg.DagsterInstance, run_id: str, started: float) -> bool:
    events = instance.all_logs(run_id, of_type={dg.DagsterEventType.ENGINE_EVENT, dg.DagsterEventType.RUN_START})
    pids = {entry.dagster_event.pid for entry in events if entry.dagster_event and entry.dagster_event.pid}
    for pid in pids:
        try:
            # A process that began after the run is another one, which was given the same number.
            process = psutil.Process(pid)
            # A killed process that its parent has not asked about yet still has an entry.
            if process.create_time() <= started + 1 and process.status() != psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            continue
    # A run that has no process yet is given a minute to get one, unless the host has restarted since.
    return not pids and time.time() - started < 60 and psutil.boot_time() < started
