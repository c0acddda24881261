"""One run at a time on a home: a second waits and says for whom, and a dead one holds nothing."""

import os
import re
from pathlib import Path

import pytest

from eshop_dagster.adapters.locks import Holder, HomeIsBusy, holder, home_lock

from ..children import finish, start, wait_for_line

HOLD = """
import sys
from pathlib import Path
from eshop_dagster.adapters.locks import home_lock

with home_lock(Path(sys.argv[1]), "retrain 3fa9c1d2", wait_seconds=0):
    print("held", flush=True)
    sys.stdin.readline()
"""

ASK_ON_AND_ON = """
import sys, threading
from pathlib import Path
from eshop_dagster.adapters.locks import holder

threading.Thread(target=sys.stdin.readline).start()
print("asking", flush=True)
while threading.active_count() > 1:
    holder(Path(sys.argv[1]))
"""


def test_nobody_holds_a_new_home(tmp_path: Path) -> None:
    assert holder(tmp_path) is None


def test_the_holder_is_named_while_the_lock_is_held_and_not_after(tmp_path: Path) -> None:
    with home_lock(tmp_path, "pull 2024-03-05", wait_seconds=0):
        present = holder(tmp_path)
    assert present is not None
    assert (present.pid, present.what) == (os.getpid(), "pull 2024-03-05")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", present.since)
    assert holder(tmp_path) is None


def test_a_process_may_hold_its_home_again_inside(tmp_path: Path) -> None:
    with home_lock(tmp_path, "outer", wait_seconds=0):
        with home_lock(tmp_path, "inner", wait_seconds=0):
            pass
        present = holder(tmp_path)
    assert present is not None
    assert present.what == "outer"


def test_a_run_that_fails_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), home_lock(tmp_path, "failing", wait_seconds=0):
        raise ZeroDivisionError
    assert holder(tmp_path) is None


def test_two_homes_do_not_know_of_each_other(tmp_path: Path) -> None:
    child = start(HOLD, tmp_path / "a")
    assert wait_for_line(child) == "held"
    with home_lock(tmp_path / "b", "pull", wait_seconds=0):
        pass
    finish(child)


def test_a_second_process_is_refused_with_the_holders_name_when_its_time_is_up(tmp_path: Path) -> None:
    child = start(HOLD, tmp_path)
    assert wait_for_line(child) == "held"
    waited_for: list[Holder | None] = []
    expected = (
        rf"the home {tmp_path} is held by process {child.pid} \(retrain 3fa9c1d2, since \d{{4}}-.*Z\); waited 0 s\. "
        r"Let it end, or stop that process, and run again\."
    )
    lock = home_lock(tmp_path, "pull", wait_seconds=0.3, on_wait=waited_for.append)
    with pytest.raises(HomeIsBusy, match=expected), lock:
        pass
    assert [(who.pid, who.what) for who in waited_for if who] == [(child.pid, "retrain 3fa9c1d2")]
    finish(child)


def test_a_second_process_waits_until_the_first_has_ended(tmp_path: Path) -> None:
    child = start(HOLD, tmp_path)
    assert wait_for_line(child) == "held"
    assert child.stdin is not None
    told: list[Holder | None] = []

    def let_go(present: Holder | None) -> None:
        told.append(present)
        child.stdin.write("\n")
        child.stdin.flush()

    with home_lock(tmp_path, "pull", wait_seconds=60, on_wait=let_go):
        present = holder(tmp_path)
    assert len(told) == 1
    assert present is not None
    assert present.pid == os.getpid()
    finish(child)


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    child = start(HOLD, tmp_path)
    assert wait_for_line(child) == "held"
    child.kill()
    finish(child, expected_status=-9)
    assert holder(tmp_path) is None
    with home_lock(tmp_path, "pull", wait_seconds=0):
        present = holder(tmp_path)
    assert present is not None
    assert present.what == "pull"


def test_asking_who_holds_a_home_never_turns_a_run_away(tmp_path: Path) -> None:
    with home_lock(tmp_path, "first", wait_seconds=0):
        pass
    child = start(ASK_ON_AND_ON, tmp_path)
    assert wait_for_line(child) == "asking"
    for _ in range(500):
        with home_lock(tmp_path, "pull", wait_seconds=0):
            pass
    finish(child)
