"""Jobs that wait at the same time share a call; one that fails harms no other; too many are refused."""

import asyncio
import os
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from eshop_dagster.api.gathering import MOST_CUSTOMERS_WAITING, MOST_WAITING, TOGETHER, Batches, Elsewhere, Gatherer
from eshop_dagster.api.problems import Problem


def test_jobs_of_one_group_that_wait_together_are_computed_in_one_call_and_answered_each() -> None:
    calls: list[tuple[Any, int]] = []

    def doubled(group: Any, jobs: Sequence[int]) -> list[int]:
        calls.append((group, len(jobs)))
        return [2 * job for job in jobs]

    async def ask() -> list[int]:
        gatherer = Gatherer(doubled)
        found = await asyncio.gather(*(gatherer.ask(number % 2, number) for number in range(100)))
        gatherer.close()
        return found

    assert asyncio.run(ask()) == [2 * number for number in range(100)]
    assert sorted(calls) == [(0, 50), (1, 50)]


def test_a_call_takes_no_more_than_so_many_jobs() -> None:
    sizes: list[int] = []

    def noted(_group: Any, jobs: Sequence[int]) -> Sequence[int]:
        sizes.append(len(jobs))
        return jobs

    async def ask() -> None:
        gatherer = Gatherer(noted)
        await asyncio.gather(*(gatherer.ask("g", number) for number in range(2 * TOGETHER + 1)))
        gatherer.close()

    asyncio.run(ask())
    assert sizes == [TOGETHER, TOGETHER, 1]


def test_a_job_that_fails_fails_alone() -> None:
    def refuse_seven(_group: Any, jobs: Sequence[int]) -> Sequence[int]:
        if 7 in jobs:
            raise ValueError("seven")
        return jobs

    async def ask() -> list[Any]:
        gatherer = Gatherer(refuse_seven)
        found = await asyncio.gather(*(gatherer.ask("g", number) for number in range(10)), return_exceptions=True)
        gatherer.close()
        return found

    found = asyncio.run(ask())
    assert str(found.pop(7)) == "seven"
    assert found == [0, 1, 2, 3, 4, 5, 6, 8, 9]


def test_what_would_wait_too_long_is_refused_with_503() -> None:
    release = threading.Event()

    def wait(_group: Any, jobs: Sequence[int]) -> Sequence[int]:
        release.wait(30)
        return jobs

    async def ask() -> tuple[Problem, Problem]:
        gatherer, batches = Gatherer(wait), Batches()
        singles = [asyncio.create_task(gatherer.ask("g", number)) for number in range(MOST_WAITING)]
        whole = [
            asyncio.create_task(batches.run(MOST_CUSTOMERS_WAITING // 2, wait, "g", [number])) for number in range(2)
        ]
        await asyncio.sleep(0)
        with pytest.raises(Problem) as single:
            await gatherer.ask("g", 0)
        with pytest.raises(Problem) as batch:
            await batches.run(1, wait, "g", [0])
        release.set()
        await asyncio.gather(*singles, *whole)
        gatherer.close()
        batches.close()
        return single.value, batch.value

    for problem in asyncio.run(ask()):
        assert problem.status == 503 and problem.headers["Retry-After"] == "1"


def test_another_process_does_the_work_and_one_that_dies_is_replaced() -> None:
    async def ask() -> tuple[int, int]:
        elsewhere = Elsewhere()
        with pytest.raises(Problem) as found:
            await elsewhere.run(os._exit, 1)
        pid = await elsewhere.run(os.getpid)
        elsewhere.close()
        return found.value.status, pid

    status, pid = asyncio.run(ask())
    assert status == 503
    assert pid != os.getpid()
