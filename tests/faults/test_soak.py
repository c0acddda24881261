"""A small soak: `make soak` is the same with a hundred kills of Dagster's job."""

from pathlib import Path

from .daily_run import WHOLE
from .soak import soak


def test_days_whose_runs_are_killed_at_random_times_equal_uninterrupted_days(tmp_path: Path) -> None:
    done = soak(tmp_path, kills=3, seed=1, what=WHOLE)
    assert done.kills == 3
    assert done.days >= 2
