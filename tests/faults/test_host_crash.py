"""The host dies in the middle of a run: after a restart that run is over, its place is free, and its day is done."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import psutil

from .daily_run import DAY, SEED, Stand, await_true, free_port, state

ESHOP = Path(sys.executable).parent / "eshop"

LAUNCH = """
mutation ($day: String!) {
  launchRun(executionParams: {
    selector: {repositoryLocationName: "eshop", repositoryName: "__repository__", pipelineName: "refresh_warehouse"},
    executionMetadata: {tags: [{key: "dagster/partition", value: $day}]},
    runConfigData: {}
  }) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } }
}
"""


def test_a_run_whose_host_died_is_over_and_its_day_is_done_without_a_hand(stand_of_jobs: Stand, tmp_path: Path) -> None:
    expected = state(stand_of_jobs.put_up("after"))
    home, held = stand_of_jobs.put_up("before"), tmp_path / "held"
    with platform_up(home, ESHOP_FAULT=f"dbt.middle@12:hold:{held}") as first:
        launched = launch(first.port)
        await_true(held.exists, "the run is in the middle of its build")
        kill_tree(first.process)
    assert runs(home) == {launched: dg.DagsterRunStatus.STARTED}
    held.unlink()

    restarted = time.monotonic()
    with platform_up(home) as second:
        assert f"cleared run {launched}: its process had died" in second.said
        await_true(lambda: dg.DagsterRunStatus.SUCCESS in runs(home).values(), "the day is done")
        assert time.monotonic() - restarted < 120
    assert sorted(status.value for status in runs(home).values()) == ["FAILURE", "SUCCESS"]
    assert runs(home)[launched] == dg.DagsterRunStatus.FAILURE
    assert state(home) == expected


class Up:
    """`eshop up --only dagster` on a home, in a session of its own."""

    def __init__(self, home: Path, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [ESHOP, "up", "--home", home, "--only", "dagster", "--port", str(self.port)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "ESHOP_PSEUDONYM_SEED": SEED, **environment},
        )
        self.said = ""
        assert self.process.stdout is not None
        while "press Ctrl-C" not in self.said:
            line = self.process.stdout.readline()
            assert line, f"`eshop up` ended: {self.said}"
            self.said += line


@contextmanager
def platform_up(home: Path, **environment: str) -> Iterator[Up]:
    up = Up(home, environment)
    try:
        yield up
        if up.process.poll() is None:
            up.process.send_signal(signal.SIGINT)
            up.process.wait(60)
    finally:
        kill_tree(up.process)


def kill_tree(process: "subprocess.Popen[str]") -> None:
    """Kill a process and all that it started, at once, as a host does that dies."""
    everyone = [psutil.Process(process.pid)] if process.poll() is None else []
    everyone += [child for one in everyone for child in one.children(recursive=True)]
    for one in everyone:
        one.kill()
    psutil.wait_procs(everyone[1:], timeout=30)
    process.wait(30)
    assert process.stdout is not None
    process.stdout.close()


def launch(port: int) -> str:
    """Launch the day's run as the web UI does; return its id."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": LAUNCH, "variables": {"day": str(DAY)}}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
    return str(answer["data"]["launchRun"]["run"]["runId"])


def runs(home: Path) -> dict[str, dg.DagsterRunStatus]:
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        return {run.run_id: run.status for run in instance.get_runs()}
