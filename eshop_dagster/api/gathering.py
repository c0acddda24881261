"""Work off the event loop: what waits at the same time is computed together, and no more than can be waited for.

A model's call costs about as much for fifty customers as for one: most of it is building a frame, and planning SQL.
"""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

from eshop_dagster.api.problems import Problem

TOGETHER = 64
MOST_WAITING = 512
MOST_CUSTOMERS_WAITING = 100_000
MOST_LARGE_BODIES = 4


def busy() -> Problem:
    """Return the 503 for work that would wait too long."""
    return Problem(
        *(503, "busy", "Too many requests are waiting"), "Try again in a second.", headers={"Retry-After": "1"}
    )


class Gatherer:
    """Computes single answers in groups, on one thread.

    Args:
        compute: returns one answer for each job of a group; called on the thread.
    """

    def __init__(self, compute: Callable[[Any, Sequence[Any]], Sequence[Any]]) -> None:
        self._compute = compute
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="single")
        self._waiting: dict[Hashable, list[tuple[Any, asyncio.Future[Any]]]] = {}
        self._count = 0
        self._task: asyncio.Task[None] | None = None

    async def ask(self, group: Hashable, job: Any) -> Any:
        """Return the answer to one job; those of the same group that wait meanwhile share its call.

        Raises:
            Problem: 503 where too many wait already.
        """
        if self._count >= MOST_WAITING:
            raise busy()
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(group, []).append((job, future))
        self._count += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        try:
            return await future
        finally:
            self._count -= 1

    async def _drain(self) -> None:
        while self._waiting:
            group, jobs = next(iter(self._waiting.items()))
            now, later = jobs[:TOGETHER], jobs[TOGETHER:]
            del self._waiting[group]
            if later:
                # To the end of the line: other groups wait, too.
                self._waiting[group] = later
            await self._answer(group, now)

    async def _answer(self, group: Hashable, jobs: list[tuple[Any, "asyncio.Future[Any]"]]) -> None:
        loop = asyncio.get_running_loop()
        try:
            answers = await loop.run_in_executor(self._pool, self._compute, group, [job for job, _ in jobs])
        except Exception as error:  # noqa: BLE001 - every error belongs to the caller that asked
            if len(jobs) == 1:
                _fail(jobs[0][1], error)
            else:
                # One of them is at fault: the others must not pay for it.
                for job in jobs:
                    await self._answer(group, [job])
            return
        for (_, future), answer in zip(jobs, answers, strict=True):
            if not future.done():
                future.set_result(answer)

    def close(self) -> None:
        """End the thread once its work is done."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Batches:
    """Computes whole batches, one after the other, on a thread of their own: single answers do not wait for them."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="batch")
        self._size = 0

    async def run(self, size: int, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what the function returns.

        Args:
            size: customers that it is about, or what costs as much.
            function: called on the thread.
            arguments: of the function.

        Raises:
            Problem: 503 where too many customers wait already.
        """
        if self._size + size > MOST_CUSTOMERS_WAITING:
            raise busy()
        self._size += size
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
        finally:
            self._size -= size

    def close(self) -> None:
        """End the thread once its work is done."""
        self._pool.shutdown(wait=False, cancel_futures=True)


class Elsewhere:
    """Runs one function at a time in a process of its own, which starts with the first."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._count = 0

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what the function returns; function, arguments and answer are pickled.

        Raises:
            Problem: 503 where too many wait already, or where the process was ended from outside.
        """
        if self._count >= MOST_LARGE_BODIES:
            raise busy()
        if self._pool is None:
            # Not forked: the threads of this process may hold locks, which a copy would never see released.
            self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
        self._count += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *arguments)
        except BrokenProcessPool:
            self._pool = None
            raise busy() from None
        finally:
            self._count -= 1

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


def _fail(future: "asyncio.Future[Any]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
