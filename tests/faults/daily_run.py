"""A small home one day before its next daily run, children that run it, and what there is to compare afterwards."""

import hashlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from eshop_dagster.adapters.dbt import ensure_manifest
from eshop_dagster.adapters.warehouse import Warehouse
from eshop_dagster.stages.publish import current_release

LAST_BUILT = date(2024, 1, 16)
DAY = LAST_BUILT + timedelta(days=1)
"""The day that is run: it brings new orders, changes of old ones and a row for the quarantine."""

WHOLE = "pull build publish"

SEED = "the same in every home"
"""Of the customers' pseudonyms: two homes can be compared."""


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit status (negative: the signal that killed it) and what went wrong."""

    status: int
    words: str


class Driver:
    """The process of `daily_driver.py`, whose children run days of a home."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process, self._folder = process, folder
        self.log = folder / "log.txt"

    def start(self, home: Path, *attempts: dict[str, Any], last: date = DAY, **order: Any) -> int:
        """Start the attempts one after the other in one child; return its process id."""
        words = self._folder / f"words-{os.urandom(4).hex()}.txt"
        paths = {"home": str(home), "log": str(self.log), "words": str(words)}
        started = self._ask(start={**order, **paths, "last": str(last), "attempts": attempts, "seed": SEED})
        return int(started["pid"])

    def wait(self, pid: int, kill_after: float | None = None) -> Ended:
        """Wait for a child to end, or kill it after some seconds."""
        return Ended(**self._ask(wait=pid, kill_after=kill_after))

    def run(self, home: Path, what: str = WHOLE, fault: str | None = None, **order: Any) -> Ended:
        """Do some steps in a child and wait for it."""
        return self.wait(self.start(home, {"what": what, "fault": fault}, **order))

    def succeed(self, home: Path, what: str = WHOLE, **order: Any) -> None:
        """Do some steps in a child; they must succeed."""
        ended = self.run(home, what, **order)
        assert ended.status == 0, f"{ended}\n{self.log.read_text()[-5000:]}"

    def shell(self, *command: str | Path) -> Ended:
        """Run a command where the driver runs."""
        return Ended(**self._ask(shell=[*map(str, command)]))

    def report(self, home: Path) -> dict[str, Any]:
        """Return the state of a home that lies where only the driver sees it, and what its readers see."""
        ended = self.run(home, "report")
        assert ended.status == 0, ended
        found: dict[str, Any] = json.loads(ended.words)
        return found

    def _ask(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def driver(folder: Path, *, jobs: bool = False, prefix: tuple[str, ...] = ()) -> Iterator[Driver]:
    """Start a driver that works in the environment of the test; it ends with the block."""
    # Or the driver parsed the project, with dbt's threads, and its children could hang for ever.
    ensure_manifest()
    with (folder / "driver.txt").open("a") as errors:
        process = subprocess.Popen(
            [*prefix, sys.executable, str(Path(__file__).with_name("daily_driver.py")), *(["jobs"] if jobs else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            # Threads do not survive a fork, and some libraries start theirs when they are imported.
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
    try:
        yield Driver(process, folder)
    finally:
        process.communicate()


class Stand:
    """One place at which a home is put up again and again as it once was: a build remembers where its home lies.

    Args:
        driver: moves the files, as only it may see the place.
        place: where the home lies.
        kept: where its copies lie.
    """

    def __init__(self, driver: Driver, place: Path, kept: Path) -> None:
        self._driver, self.home, self._kept = driver, place / "home", kept
        self._kept.mkdir()

    def keep(self, name: str) -> None:
        """Remember the home as it is now."""
        assert self._driver.shell("cp", "-a", self.home, self._kept / name).status == 0

    def put_up(self, name: str) -> Path:
        """Make the home what it was when it was kept under this name."""
        self._driver.shell("rm", "-rf", self.home)
        assert self._driver.shell("cp", "-a", self._kept / name, self.home).status == 0
        return self.home


STEPS = {"pull": "pulled", "build": "built", "publish": "published"}
"""The steps of a daily run, and the name under which the home is kept after each."""


def filled_stand(driver: Driver, place: Path, kept: Path) -> Stand:
    """Return a stand with the home `before` its daily run: all days until then are pulled, built and published."""
    stand = Stand(driver, place, kept)
    driver.succeed(stand.home, last=LAST_BUILT)
    stand.keep("before")
    return stand


def keep_steps(driver: Driver, stand: Stand) -> None:
    """Run the day step by step and keep the home after each of `STEPS`."""
    for step, name in STEPS.items():
        driver.succeed(stand.home, step)
        stand.keep(name)


def state(home: Path) -> dict[str, Any]:
    """Everything that must not depend on how often a run was stopped on its way."""
    return {
        "raw": files(home / "raw"),
        "quarantine": files(home / "quarantine"),
        "persons": persons(home),
        "tables": tables(home),
        "release": release(home),
        "left behind": left_behind(home),
    }


def files(folder: Path) -> dict[str, str]:
    """The hash of each file of a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def persons(home: Path) -> dict[str, str]:
    """Whom the vault knows; what it seals is sealed again each time, under another nonce."""
    with closing(sqlite3.connect(home / "vault" / "vault.db")) as connection:
        return dict(connection.execute("SELECT customer_key, hex(fingerprint) FROM persons ORDER BY 1"))


def tables(home: Path) -> dict[str, str]:
    """The content of each table; what one build touched, and when its tests ran, is not about the shop."""
    warehouse = Warehouse(home)
    names = [name for name in warehouse.tables() if not name.endswith(("__touched", "__recategorised", "test_results"))]
    return {name: warehouse.content_hash(name) for name in names}


def release(home: Path) -> dict[str, Any]:
    """What readers see, and which older releases are there."""
    current = current_release(home)
    assert current is not None
    return {
        "name": current.name,
        "files": seen(home),
        "all": sorted(path.name for path in (home / "published").iterdir()),
    }


def seen(home: Path) -> dict[str, str]:
    """The files that a reader finds by `published/current`."""
    return files((home / "published" / "current").resolve(strict=True))


def left_behind(home: Path) -> list[str]:
    """Names of what a stopped run left aside: files, and tables of dbt's."""
    names = [str(path.relative_to(home)) for path in sorted(home.rglob("*")) if is_aside(path)]
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        names += [row[0] for row in connection.execute("FROM duckdb_tables() SELECT table_name").fetchall()]
    return [name for name in names if "/" in name or "__dbt_" in name]


def is_aside(path: Path) -> bool:
    """Whether a path is one under which something is written before it takes its place, or a database's log."""
    return (
        path.name.startswith((".building-", ".deleted-", ".current-", "_aside"))
        or path.suffix in (".part", ".wal", ".tmp")
        or path.name.endswith(("-journal", "-wal", "-shm"))
    )


def await_true(is_so: Callable[[], bool], what: str, seconds: float = 240) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"waited {seconds:.0f} s in vain until {what}"
        time.sleep(0.1)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
