"""`eshop replay`, as a user runs it."""

import hashlib
import json

from .conftest import Run, eshop

FOUR_WEEKS = ("--from", "2024-09-28", "--to", "2024-10-20", "--sample", "600")


def test_the_command_walks_every_policy_writes_its_figures_and_leaves_the_warehouse_alone(small_run: Run) -> None:
    warehouse = small_run.home / "warehouse.duckdb"
    before = hashlib.sha256(warehouse.read_bytes()).hexdigest()
    done = json.loads(eshop("replay", "--home", small_run.home, *FOUR_WEEKS, "--json").stdout)

    assert hashlib.sha256(warehouse.read_bytes()).hexdigest() == before
    by_policy = {row["policy"]: row for row in done["policies"]}
    assert list(by_policy) == ["never", "monthly", "drift", "weekly", "own past rate"]
    assert [by_policy[policy]["trainings"] for policy in ("never", "monthly", "weekly")] == [1, 2, 4]
    # Of the four days only the first has its 90 days behind it.
    assert {row["weeks"] for row in done["policies"]} == {1}
    assert [row["rmse_brl"] is not None for row in done["weeks"] if row["policy"] == "never"] == [True] + [False] * 3
    assert " in 1 weeks" not in done["verdict"] and "RMSE" in done["verdict"]
    folder = small_run.home / "replay" / "2024-09-28_2024-10-19"
    assert [path.name for path in sorted(folder.iterdir())] == ["replay.csv", "replay.json", "replay.png"]
    assert (folder / "replay.png").stat().st_size > 10_000
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_range_without_room_is_refused_with_the_days_that_have_it(small_run: Run) -> None:
    done = eshop("replay", "--home", small_run.home, "--from", "2024-03-01", check=False)

    assert done.returncode == 1
    assert "no room for a replay from 2024-03-01" in done.stderr
    assert "Expected days from 2024-06-29 to 2024-10-03" in done.stderr


def test_an_unknown_policy_is_refused(small_run: Run) -> None:
    done = eshop("replay", "--home", small_run.home, "--policy", "daily", check=False)

    assert done.returncode == 1
    assert "there is no policy daily: expected some of never, monthly, drift, weekly" in done.stderr
