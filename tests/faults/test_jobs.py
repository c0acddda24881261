"""Dagster's job `refresh_warehouse`: killed and run again, and run twice at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from eshop_dagster.adapters.locks import holder
from eshop_dagster.defs.instance import orphans

from .daily_run import Driver, Stand, await_true, state


@pytest.fixture(scope="module")
def expected(stand_of_jobs: Stand) -> dict[str, Any]:
    """What an uninterrupted job leaves."""
    return state(stand_of_jobs.put_up("after"))


@contextmanager
def instance_of(home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        yield instance


def runs(home: Path) -> dict[dg.DagsterRunStatus, int]:
    with instance_of(home) as instance:
        assert orphans(instance, home) == []
        found = [run.status for run in instance.get_runs()]
    return {status: found.count(status) for status in found}


@pytest.mark.parametrize("point", ["raw.rename@4", "dbt.middle@12", "publish.swap"])
def test_a_job_that_is_killed_is_made_good_by_the_next(
    stand_of_jobs: Stand, children_of_jobs: Driver, expected: dict[str, Any], point: str
) -> None:
    home = stand_of_jobs.put_up("before")
    assert children_of_jobs.run(home, "job", f"{point}:kill").status == -9
    with instance_of(home) as instance:
        assert [run.status for run in orphans(instance, home)] == [dg.DagsterRunStatus.STARTED]
    children_of_jobs.succeed(home, "job")
    assert state(home) == expected
    assert runs(home) == {dg.DagsterRunStatus.FAILURE: 1, dg.DagsterRunStatus.SUCCESS: 1}


def test_of_two_jobs_at_once_the_second_waits_and_says_for_whom(
    stand_of_jobs: Stand, children_of_jobs: Driver, expected: dict[str, Any], tmp_path: Path
) -> None:
    home, held = stand_of_jobs.put_up("before"), tmp_path / "held"
    first = children_of_jobs.start(home, {"what": "job", "fault": f"publish.swap:hold:{held}"})
    await_true(held.exists, "the first is about to swap")
    present = holder(home)
    assert present is not None
    assert present.pid == first
    second = children_of_jobs.start(home, {"what": "job"})
    waiting = f"waiting for process {first} ({present.what}, since {present.since}) to let go of {home}"
    await_true(lambda: has_said(home, waiting), "the second says for whom it waits")
    impatient = children_of_jobs.run(home, "publish")
    assert impatient.status == 1
    assert f"is held by process {first} ({present.what}, since {present.since})" in impatient.words
    held.unlink()
    assert (children_of_jobs.wait(first).status, children_of_jobs.wait(second).status) == (0, 0)
    assert state(home) == expected
    assert runs(home) == {dg.DagsterRunStatus.SUCCESS: 2}


def has_said(home: Path, words: str) -> bool:
    """Whether some run of a home has said these words."""
    with instance_of(home) as instance:
        return any(words in log.user_message for run in instance.get_runs() for log in instance.all_logs(run.run_id))
