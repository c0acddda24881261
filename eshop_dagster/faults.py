"""Fault points: named places of the daily run at which a test can kill it, make it fail or hold it.

`ESHOP_FAULT=POINT[@N]:MODE[:MARKER]` arms one point; nothing is armed in production. `publish.swap:kill` kills the
process there, `raw.rename@5:raise` fails at the fifth file and each later one. The marker is a file: `raise-once` and
`kill-once` make it and do nothing where it is already, `hold` makes it and goes on when somebody has removed it.
"""

import os
import signal
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from eshop_dagster.settings import SettingsError, armed_fault

POINTS = {
    "pull": "the source has not been asked for its days",
    "validate": "a chunk of days has been read and not been checked",
    "vault.commit": "new pseudonyms are written, the vault's transaction is open",
    "raw.aside": "a file of the day is about to be written aside",
    "quarantine": "a file of rows that broke the contract is about to be written aside",
    "raw.commit": "a day's files lie aside, the day is still as it was",
    "raw.rename": "a day counts as replaced, a file of it has not taken its place",
    "raw.record": "a day's files have taken their places, its record has not",
    "dbt.start": "the build is noted as begun, dbt has not started",
    "dbt.middle": "a model or a test has ended, others have not",
    "build.records": "every model has ended, what the tables hold is not noted",
    "build.mark_built": "what the tables hold is noted, the build still counts as unfinished",
    "tests.recorded": "each table's checks are noted, the build does not count as passed",
    "publish.files": "a table of the new release is about to be written",
    "publish.manifest": "the new release's tables are written, its manifest is not",
    "publish.swap": "the new release has its name, readers still see the one before",
    "publish.delete_old": "readers see the new release, an old one is about to be deleted",
    "retrain.trained": "a model is fitted and not judged yet",
    "retrain.log": "the gate has spoken, nothing is in the registry",
    "retrain.alias": "the version is in the registry, no alias has moved",
    "registry.previous": "`previous` has moved, `champion` has not",
    "scores.swap": "the tables of a new scoring are written, those of before count",
}
"""Each point, and what a stop there interrupts."""

MODES = ("kill", "kill-once", "raise", "raise-once", "hold")


class InjectedFault(RuntimeError):
    """An armed fault point was reached."""


@dataclass(frozen=True)
class Fault:
    """An armed point: what happens at the n-th time that it is reached, and (unless once only) each later time."""

    point: str
    mode: str
    passes: int = 1
    marker: Path | None = None


def fault_point(point: str) -> None:
    """Return at once, unless a test has armed this point."""
    faults = _armed if _armed is not None else arm(armed_fault())
    if point in faults:
        _reach(faults[point])


def arm(text: str | None) -> dict[str, Fault]:
    """Arm the point that a setting names, or none; return what is armed.

    Raises:
        SettingsError: the point or the mode is unknown, or a mode that needs a marker has none.
    """
    global _armed
    fault = parse_fault(text) if text else None
    _passes.clear()
    _armed = {fault.point: fault} if fault else {}
    return _armed


def parse_fault(text: str) -> Fault:
    """Return the fault that a setting names (see the module's text)."""
    where, _, rest = text.partition(":")
    mode, _, marker = rest.partition(":")
    point, at, passes = where.partition("@")
    if point not in POINTS:
        _refuse(text, f"there is no fault point {point!r}, expected one of {', '.join(POINTS)}")
    if mode not in MODES:
        _refuse(text, f"there is no mode {mode!r}, expected one of {', '.join(MODES)}")
    if at and not (passes.isdecimal() and int(passes) > 0):
        _refuse(text, f"{passes!r} is not a count, expected a whole number from 1 on")
    if (mode not in ("kill", "raise")) != bool(marker):
        _refuse(text, f"the mode {mode} {'takes no marker' if marker else 'needs a marker, a path after a colon'}")
    return Fault(point, mode, int(passes or 1), Path(marker) if marker else None)


_armed: dict[str, Fault] | None = None
_passes: Counter[str] = Counter()


def _reach(fault: Fault) -> None:
    _passes[fault.point] += 1
    if _passes[fault.point] < fault.passes:
        return
    if fault.marker is not None:
        if fault.marker.exists():
            return
        fault.marker.touch()
    if fault.mode.startswith("kill"):
        # Nothing of Python runs any more: no `finally`, no exit handler, no buffer is written.
        os.kill(os.getpid(), signal.SIGKILL)
    if fault.mode.startswith("raise"):
        raise InjectedFault(f"the run was made to fail at {fault.point}: {POINTS[fault.point]}")
    while fault.marker is not None and fault.marker.exists():
        time.sleep(0.02)


def _refuse(text: str, problem: str) -> NoReturn:
    raise SettingsError(
        f"ESHOP_FAULT is {text!r}: {problem}. It is for tests only, as POINT[@N]:MODE[:MARKER]; unset it otherwise"
    )
