"""Kills a home's daily run at random times, again and again, and compares each day with an uninterrupted one.

`make soak` kills Dagster's job a hundred times; the tests kill its stages a few times.
"""

import base64
import os
import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from eshop_dagster.settings import apply_telemetry_switches

from .daily_run import DAY, Driver, Stand, driver, filled_stand, left_behind, seen, state

SHARE_KILLED_AGAIN = 0.4
"""Of the runs that follow a kill, so many are killed, too."""


@dataclass
class Soaked:
    """What a soak did: kills, days compared, and how often a killed run left each kind of thing aside."""

    kills: int = 0
    days: int = 0
    seconds_a_run: float = 0
    found_aside: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Return a line for people."""
        found = ", ".join(f"{kind} {count}x" for kind, count in self.found_aside.most_common())
        return (
            f"{self.kills} kills in {self.days} days (an uninterrupted run takes {self.seconds_a_run:.1f} s); every "
            f"day equals that of an uninterrupted home. Killed runs had left aside: {found or 'nothing'}"
        )


def soak(folder: Path, *, kills: int, seed: int, what: str) -> Soaked:
    """Run days until so many runs were killed; raise AssertionError where a home is not what it should be."""
    done, generator = Soaked(), random.Random(seed)
    with driver(folder, jobs=what == "job") as children:
        place = folder / "place"
        place.mkdir()
        stand = filled_stand(children, place, folder / "kept")
        reference = Reference(children, stand, what)
        last = DAY
        while done.kills < kills:
            expected = reference.after(last)
            home = stand.put_up("soaked" if done.days else "before")
            run_and_kill(children, home, last, done, kills, generator, (reference, what))
            found = state(home)
            differing = [name for name in expected if found[name] != expected[name]]
            assert not differing, f"{last} after {done.kills} kills (seed {seed}): {differing} differ"
            stand.keep("soaked")
            done.days += 1
            last += timedelta(days=1)
        done.seconds_a_run = reference.seconds
    return done


class Reference:
    """What an uninterrupted home is like after each day, made at the very place of the one that is killed."""

    def __init__(self, children: Driver, stand: Stand, what: str) -> None:
        self._children, self._stand, self._what, self._kept = children, stand, what, "before"
        self.seconds = 0.0
        self.releases: list[dict[str, str]] = []

    def after(self, day: date) -> dict[str, Any]:
        """Run the next day, and return what the home is like."""
        home = self._stand.put_up(self._kept)
        before, started = seen(home), time.monotonic()
        self._children.succeed(home, self._what, last=day)
        self.seconds = time.monotonic() - started
        self.releases = [before, seen(home)]
        self._kept = "reference"
        self._stand.keep(self._kept)
        return state(home)


def run_and_kill(
    children: Driver,
    home: Path,
    last: date,
    done: Soaked,
    kills: int,
    generator: random.Random,
    reference: tuple[Reference, str],
) -> None:
    """Run a day until it ends, killing it at random times on the way."""
    uninterrupted, what = reference
    is_to_be_killed = True
    while True:
        after = generator.uniform(0, uninterrupted.seconds) if is_to_be_killed and done.kills < kills else None
        ended = children.wait(children.start(home, {"what": what}, last=last), kill_after=after)
        if ended.status == 0:
            return
        assert after is not None, f"{last} after {done.kills} kills: {ended}"
        assert ended.status == -9, ended
        done.kills += 1
        assert seen(home) in uninterrupted.releases, f"{last} after {done.kills} kills: readers see half a release"
        done.found_aside.update({kind_of(name) for name in left_behind(home)} or {"nothing"})
        is_to_be_killed = generator.random() < SHARE_KILLED_AGAIN


def kind_of(name: str) -> str:
    """Return a leftover's name without what differs each time."""
    return "/".join(part.split("-")[0] if part.startswith(".") else part for part in Path(name).parts[:2])


def main() -> None:
    """Kill the daily job as often as the first argument says, with the second as seed."""
    kills, seed = int(sys.argv[1]), int(sys.argv[2])
    apply_telemetry_switches()
    os.environ["ESHOP_MASTER_KEY"] = base64.b64encode(secrets.token_bytes(32)).decode()
    with tempfile.TemporaryDirectory() as folder:
        done = soak(Path(folder), kills=kills, seed=seed, what="job")
    sys.stdout.write(f"{done}\n")


if __name__ == "__main__":
    main()
