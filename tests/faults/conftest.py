"""Homes for the tests of Dagster's own job: one before its daily run, and after it."""

from collections.abc import Iterator

import pytest

from .daily_run import Driver, Stand, driver, filled_stand


@pytest.fixture(scope="module")
def children_of_jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    with driver(tmp_path_factory.mktemp("driver"), jobs=True) as children:
        yield children


@pytest.fixture(scope="module")
def stand_of_jobs(tmp_path_factory: pytest.TempPathFactory, children_of_jobs: Driver) -> Stand:
    """A home before its daily run, and after it."""
    stand = filled_stand(children_of_jobs, tmp_path_factory.mktemp("place"), tmp_path_factory.mktemp("kept") / "homes")
    children_of_jobs.succeed(stand.home, "job")
    stand.keep("after")
    return stand
