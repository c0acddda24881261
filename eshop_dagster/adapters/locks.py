"""One run at a time on a home, by a lock of the operating system: it ends with its process, however that dies."""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from eshop_dagster.adapters.files import can_write

RESTORING = ".restoring"
"""The folder in a home whose parts a restore is putting in their places."""


class HomeIsReadOnly(RuntimeError):
    """Nothing can be run on a home that cannot be written."""


class HomeIsBusy(RuntimeError):
    """Another run holds the home and did not end in time; the message says which."""


@dataclass(frozen=True)
class Holder:
    """Who holds the home: a process, what it does, and since when (ISO instant)."""

    pid: int
    what: str
    since: str


@contextmanager
def home_lock(
    home: Path,
    what: str,
    *,
    wait_seconds: float,
    on_wait: Callable[[Holder | None], None] = lambda holder: None,
    is_restore: bool = False,
) -> Iterator[None]:
    """Hold the home for the time of one run; the same process may hold it again inside.

    Args:
        home: the data home.
        what: says to others what is going on, such as `retrain 3fa9c1d2`.
        wait_seconds: how long to wait for another run to end.
        on_wait: told once who is waited for.
        is_restore: go on where a restore was cut short, to end it; anybody else is refused.

    Raises:
        HomeIsBusy: the other run did not end in time, or the home is half restored.
        HomeIsReadOnly: the home cannot be written.
    """
    path = _path(home)
    if str(path) in _held:
        yield
        return
    if not can_write(home) or not can_write(path.parent) or not can_write(path):
        raise HomeIsReadOnly(
            f"the home {home} is read-only: it can be read (`eshop status`, `models`, `export`, `api`, `dashboard`), "
            "and nothing can be run on it. Make it writable, or take a copy."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait_seconds
    has_told = False
    with path.open("a+") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                present = holder(home)
                if present is None:  # somebody only asked who holds it
                    time.sleep(0.001)
                    continue
                if time.monotonic() >= deadline:
                    raise HomeIsBusy(_busy(home, present, wait_seconds)) from error
                if not has_told:
                    on_wait(present)
                    has_told = True
                time.sleep(0.2)
        if not is_restore and (home / RESTORING).exists():
            raise HomeIsBusy(
                f"the home {home} is half restored: a restore was cut short. End it with `eshop restore`, of the same "
                "backup, and run again."
            )
        file.truncate(0)
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        file.write(json.dumps(asdict(Holder(os.getpid(), what, since))))
        file.flush()
        _held.add(str(path))
        try:
            yield
        finally:
            _held.discard(str(path))
            file.truncate(0)


def holder(home: Path) -> Holder | None:
    """Return who holds the home now, or None when nobody does."""
    path = _path(home)
    if not path.exists():
        return None
    with path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.read()
            return Holder(**json.loads(text)) if text else Holder(0, "a run that has just begun", "")
    return None


_held: set[str] = set()


def _path(home: Path) -> Path:
    return home / "locks" / "home.lock"


def _busy(home: Path, present: Holder, waited_seconds: float) -> str:
    who = f"process {present.pid} ({present.what}, since {present.since})"
    return (
        f"the home {home} is held by {who}; waited {waited_seconds:.0f} s. "
        "Let it end, or stop that process, and run again."
    )
