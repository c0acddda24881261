"""Runs days of a home in forked children that can be killed: the imports are paid once, each child begins clean.

Reads one order a line (JSON) and answers each with one line: `{"start": {...}}` with the child's process id,
`{"wait": pid, "kill_after": seconds}` with its exit status (negative: the signal) and what it said, and
`{"shell": [...]}` the same of a command.
"""

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from datetime import date
from pathlib import Path
from typing import Any

import dbt.adapters.duckdb
import dbt.cli.main
import dbt.task.build
import dbt.task.test  # noqa: F401
import psutil

from eshop_dagster import faults
from eshop_dagster.adapters.locks import home_lock
from eshop_dagster.adapters.sources import open_source, save_source_config
from eshop_dagster.adapters.sources.kinds.simulated import SimulatedConfig
from eshop_dagster.cli.output import explain
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.build import build_warehouse
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform, yesterday
from eshop_dagster.stages.publish import publish
from eshop_dagster.stages.pull import clip_days, pull

SHOP = SimulatedConfig(customers=1000, orders_per_day=60)


def daily(home: Path, last: date, steps: list[str], wait_seconds: float = 0) -> None:
    """Pull up to a day, build and publish, as the daily run's stages do, in this process."""
    platform = Platform(load_settings(home), Params(releases_kept=1))
    with home_lock(home, f"daily run, process {os.getpid()}", wait_seconds=wait_seconds):
        if "pull" in steps:
            save_source_config(home, SHOP)
            opened = open_source(SHOP, yesterday())
            pull(platform, opened, *clip_days(opened, None, last), only_new=True)
        if "build" in steps:
            report = build_warehouse(platform)
            assert all(result.is_ok for result in report.tests), report.tests
        if "publish" in steps:
            publish(platform)


def job(home: Path, last: date) -> None:
    """Run the job `refresh_warehouse` on a day, as `eshop run` does."""
    import dagster as dg

    from eshop_dagster.definitions import defs
    from eshop_dagster.defs.instance import clear_orphans, prepare_instance

    prepare_instance(home)
    with dg.DagsterInstance.get() as instance:
        clear_orphans(instance, home)
        result = defs.resolve_job_def("refresh_warehouse").execute_in_process(
            run_config={"ops": {}, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            instance=instance,
            tags={"dagster/partition": str(last)},
        )
    failed = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert result.success, [data.user_failure_data or data.error for data in failed]


def report(home: Path) -> str:
    """Return the state of a home that only this process and its children can see, as JSON."""
    sys.path.insert(0, str(Path(__file__).parent))
    import daily_run

    return json.dumps({"state": daily_run.state(home), "seen": daily_run.seen(home)})


def run_child(order: dict[str, Any]) -> None:
    """Do what an order asks and end this process: 0 when it is done, 1 with what went wrong as its last words."""
    home = Path(order["home"])
    words, status = "", 0
    with Path(order["log"]).open("a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.environ.update(ESHOP_HOME=str(home), DAGSTER_HOME=str(home / "dagster"), ESHOP_PSEUDONYM_SEED=order["seed"])
    try:
        for attempt in order["attempts"]:
            try:
                faults.arm(attempt.get("fault"))
                if attempt["what"] == "report":
                    words += report(home)
                elif attempt["what"] == "job":
                    job(home, date.fromisoformat(order["last"]))
                else:
                    daily(home, date.fromisoformat(order["last"]), attempt["what"].split(), order.get("wait", 0))
            except Exception as error:
                if not attempt.get("may_fail"):
                    raise
                words += f"{type(error).__name__}: {error}\n"
    except Exception as error:  # noqa: BLE001
        # Whatever went wrong is for the test to judge; nothing may climb into the parent's code.
        traceback.print_exc()
        words, status = words + (explain(error) or f"{type(error).__name__}: {error}"), 1
    Path(order["words"]).write_text(words)
    sys.stdout.flush()
    os._exit(status)


def wait(pid: int, kill_after: float | None) -> int:
    """Return a child's exit status, killing it when it takes longer than it is given."""
    end = None if kill_after is None else time.monotonic() + kill_after
    while end is not None and time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    if end is not None:
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Follow orders until there are no more; with an argument, children that run jobs find Dagster imported."""
    if sys.argv[1:]:
        import eshop_dagster.definitions
        import eshop_dagster.defs.instance  # noqa: F401
    # A thread's locks stay locked in a child. The one more that is let pass is jemalloc's, which knows of forks.
    assert psutil.Process().num_threads() <= 2, "an import has started threads: a child could hang for ever"
    orders: dict[int, dict[str, Any]] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if "start" in order:
            pid = os.fork()
            if pid == 0:
                run_child(order["start"])
            orders[pid] = order["start"]
            answer: dict[str, Any] = {"pid": pid}
        elif "shell" in order:
            done = subprocess.run(order["shell"], capture_output=True, text=True, check=False)
            answer = {"status": done.returncode, "words": done.stdout + done.stderr}
        else:
            pid = order["wait"]
            status = wait(pid, order.get("kill_after"))
            words = Path(orders.pop(pid)["words"])
            answer = {"status": status, "words": words.read_text() if words.exists() else ""}
            words.unlink(missing_ok=True)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
