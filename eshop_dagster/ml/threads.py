"""One thread for numerical libraries while a fitted model is asked.

Its answers come row by row, in any number of threads the same; where many ask at once, more threads than one would only
wait for one another.
"""

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which the libraries that were loaded at its first use take one thread.

    Finding them reads the map of the process's memory: 4 ms, more than most answers take. Fitting, whose results may
    depend on threads, looks again each time (`threadpool_limits`).
    """
    limit: AbstractContextManager[object] = _controller().limit(limits=1)
    return limit


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
