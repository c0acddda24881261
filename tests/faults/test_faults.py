"""The daily run is stopped at each named point, by a kill or by an error; run again once, it leaves no trace of that.

A pull touches raw, quarantine and vault only, and a publication touches `published/` only: what they interrupt is run
again alone, from a home in which the steps before are done.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from eshop_dagster import faults
from eshop_dagster.settings import PROJECT_DIR

from .daily_run import DAY, STEPS, Driver, Stand, driver, filled_stand, keep_steps, seen, state

PULL = ("pull", "vault.commit", "validate", "raw.aside@3", "quarantine", "raw.commit", "raw.rename@4", "raw.record")
BUILD = ("dbt.start", "dbt.middle@12", "build.records", "build.mark_built", "tests.recorded")
PUBLISH = ("publish.files@4", "publish.manifest", "publish.swap", "publish.delete_old")

POINTS = [*((point, "before", "pull") for point in PULL), *((point, "pulled", "build") for point in BUILD)]
POINTS += [(point, "built", "publish") for point in PUBLISH]


@pytest.fixture(scope="module", autouse=True)
def children(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    with driver(tmp_path_factory.mktemp("driver")) as children:
        yield children


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory, children: Driver) -> Stand:
    """A home before its daily run, and after each of its steps."""
    stand = filled_stand(children, tmp_path_factory.mktemp("place"), tmp_path_factory.mktemp("kept") / "homes")
    keep_steps(children, stand)
    return stand


@pytest.fixture(scope="module")
def expected(stand: Stand, children: Driver) -> dict[str, dict[str, Any]]:
    """What an uninterrupted run leaves after each step."""
    return {step: state(stand.put_up(name)) for step, name in STEPS.items()}


def test_every_fault_point_is_tried_and_stands_in_the_code() -> None:
    code = "\n".join(path.read_text() for path in (PROJECT_DIR / "eshop_dagster").rglob("*.py"))
    calls = re.findall(r"fault_point\((.*)\)$", code, flags=re.MULTILINE)
    in_code = {name for call in calls for name in re.findall(r'"([a-z_.]+)"', call) if name in faults.POINTS}
    assert in_code == set(faults.POINTS)
    # Those of a retraining are walked in tests/stages: test_register.py and test_score_files.py.
    daily = {name for name in in_code if not name.startswith(("retrain.", "registry.", "scores."))}
    assert daily == {point.partition("@")[0] for point, _, _ in POINTS}


def test_a_day_brings_something_for_every_step(stand: Stand, expected: dict[str, dict[str, Any]]) -> None:
    before = state(stand.put_up("before"))
    for part in ("raw", "quarantine", "persons"):
        assert before[part] != expected["pull"][part]
    assert before["tables"] == expected["pull"]["tables"] != expected["build"]["tables"]
    assert before["release"] == expected["build"]["release"] != expected["publish"]["release"]
    # The release before is deleted.
    assert len(expected["publish"]["release"]["all"]) == 2


@pytest.mark.parametrize(("point", "before", "step"), POINTS)
def test_a_run_that_is_killed_is_made_good_by_the_next(
    stand: Stand, children: Driver, expected: dict[str, dict[str, Any]], point: str, before: str, step: str
) -> None:
    home = stand.put_up(before)
    assert children.run(home, step, f"{point}:kill").status == -9
    # Whichever release readers see now, they see a whole one.
    assert seen(home) in (expected["build"]["release"]["files"], expected["publish"]["release"]["files"])
    children.succeed(home, step)
    assert state(home) == expected[step]


@pytest.mark.parametrize(("point", "before", "step"), POINTS)
def test_a_run_that_fails_says_why_and_is_made_good_by_the_next(
    stand: Stand,
    children: Driver,
    expected: dict[str, dict[str, Any]],
    tmp_path: Path,
    point: str,
    before: str,
    step: str,
) -> None:
    home = stand.put_up(before)
    name = point.partition("@")[0]
    # It fails as often as it is run, and readers keep a whole release.
    ended = children.run(home, step, f"{point}:raise")
    assert ended.status == 1
    assert f"the run was made to fail at {name}: {faults.POINTS[name]}" in ended.words
    assert seen(home) in (expected["build"]["release"]["files"], expected["publish"]["release"]["files"])
    once = {"what": step, "fault": f"{point}:raise-once:{tmp_path / 'failed'}"}
    ended = children.wait(children.start(home, {**once, "may_fail": True}, once))
    assert (ended.status, (tmp_path / "failed").exists()) == (0, True)
    assert f"the run was made to fail at {name}" in ended.words
    assert state(home) == expected[step]


def test_rows_that_have_not_passed_are_tested_however_many_days_come_after(stand: Stand, children: Driver) -> None:
    home = stand.put_up("pulled")
    assert children.run(home, "build", "tests.recorded:kill").status == -9
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        oldest = "SELECT arg_min(order_id, changed_date) FROM fct_orders"
        connection.execute(f"UPDATE fct_orders SET state = 'XX' WHERE order_id = ({oldest})")
    ended = children.run(home, "pull build", last=DAY + timedelta(days=1))
    assert ended.status == 1
    assert "fct_orders_state_is_one_of_the_country" in ended.words
