"""Progress of long work: stages report it, and their caller may listen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str, int, int], None]
"""Called with the stage's name, the steps done so far and the steps in all."""

_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send progress to `listener` for the time of the block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def tell(stage: str, done: int, total: int) -> None:
    """Tell every listener how far a stage is."""
    for listener in _listeners:
        listener(stage, done, total)


class Counter:
    """Counts steps of one stage and tells after each."""

    def __init__(self, stage: str, total: int) -> None:
        self._stage, self._total, self._done = stage, total, 0
        tell(stage, 0, total)

    def advance(self, steps: int = 1) -> None:
        """Note that some steps are done."""
        self._done += steps
        tell(self._stage, min(self._done, self._total), self._total)
