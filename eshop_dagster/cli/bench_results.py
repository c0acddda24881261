"""What `eshop bench` has measured so far: steps run in processes of their own, kept in `bench.json` after each."""

import json
import os
import platform as machine
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Column, Table

from eshop_dagster.adapters.files import write_json
from eshop_dagster.cli.output import CommandError
from eshop_dagster.settings import child_environment, duckdb_memory, load_settings

if TYPE_CHECKING:
    from eshop_dagster.stages.bench import Size

DAY, RETRAIN = "incremental day", "weekly retrain"
RATIO_GOALS = {
    "full refresh": 2.0,
    "features": 1.5,
    "segmentation fit": 1.5,
    "segmentation assignment": 1.5,
    "spend training": 1.5,
    "spend scoring": 1.5,
}
"""Largest ratio to the floor that a step should have."""
SECONDS_GOALS = {DAY: 60, RETRAIN: 900}
"""Longest time that a step should take at E-Shop Brasil's size."""


class Results:
    """What was measured, kept in `bench.json` after each step."""

    def __init__(self, folder: Path, size: "Size", *, is_quiet: bool, again: bool) -> None:
        self._folder = folder
        self._console = Console(stderr=True, quiet=is_quiet)
        path = folder / "bench.json"
        known = json.loads(path.read_text()) if path.exists() and not again else {}
        is_same = known.get("size") == asdict(size)
        self._content: dict[str, Any] = {
            "size": asdict(size),
            "machine": {
                "cores": os.cpu_count(),
                "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
                "processor": machine.machine(),
                "python": machine.python_version(),
                "duckdb_memory": duckdb_memory(),
            },
            "steps": known["steps"] if is_same else [],
        }

    def has(self, name: str, days: int, number: int = 1) -> bool:
        """Whether this step was measured before."""
        return any(self._key(one) == (name, days, number) for one in self._content["steps"])

    def measure(self, name: str, home: Path, days: int) -> None:
        """Run a step in a process of its own, unless it was measured before."""
        if self.has(name, days):
            return
        command = [sys.executable, "-m", "eshop_dagster.cli", "bench-step", name, str(home), str(days)]
        self._run(command, home, name, days, 1)

    def measure_day(self, home: Path, days: int, number: int) -> None:
        """Run the whole daily job for the `number`-th day after the history."""
        self._run_eshop(home, DAY, days, number, "--only-refresh", days_after=number)

    def measure_retrain(self, home: Path, days: int) -> None:
        """Run the whole weekly job: features, snapshot, training, gate, scores, forecast and release."""
        if not self.has(RETRAIN, days):
            self._run_eshop(home, RETRAIN, days, 1, "--retrain", days_after=0)

    def say(self, text: str) -> None:
        """Tell how far the bench is."""
        self._console.print(text, highlight=False)

    def as_json(self) -> dict[str, Any]:
        """Return every figure, with the ratio to the floor where there is one."""
        return self._content

    def write(self) -> None:
        """Write `bench.json` and, when everything was measured, `bench.png`."""
        write_json(self._folder / "bench.json", self._content)
        from eshop_dagster.ml.plots.bench import bench_figure

        bench_figure(self._content).savefig(self._folder / "bench.png")

    def print(self) -> None:
        """Print the figures as a table."""
        table = Table(Column("step", min_width=24), "history", "seconds", "core s", "peak", "floor", "ratio", "goal")
        for one in self._content["steps"]:
            ratio = one.get("ratio")
            table.add_row(
                one["name"] + (f" #{one['number']}" if one["name"] == DAY else ""),
                f"{one['days']} days",
                f"{one['seconds']:.1f}",
                f"{one['core_seconds']:.1f}",
                f"{one['peak_mib']:,} MiB",
                f"{one['floor_seconds']:.1f}" if ratio else "",
                f"{ratio:.2f}" if ratio else "",
                _goal(one["name"]),
            )
        self._console.print(table)
        self._console.print(f"written to {self._folder}/bench.json and bench.png", highlight=False)

    def _run_eshop(self, home: Path, name: str, days: int, number: int, option: str, *, days_after: int) -> None:
        from eshop_dagster.stages.bench import FIRST_DAY

        day = str(FIRST_DAY + timedelta(days=days - 1 + days_after))
        command = [sys.executable, "-m", "eshop_dagster.cli", "run", option, "--from", day, "--to", day]
        self._run([*command, "--home", str(home), "--json"], home, name, days, number)

    def _run(self, command: Sequence[str], home: Path, name: str, days: int, number: int) -> None:
        self.say(f"{name}, {days} days of history{f', day {number}' if name == DAY else ''} …")
        log = self._folder / "bench.log"
        started = time.perf_counter()
        with log.open("w") as errors:
            environment = child_environment(load_settings(home))
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment, text=True)
            assert child.stdout is not None
            output = child.stdout.read()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
        if child.returncode != 0:
            raise CommandError(f"{name} failed: see {log}\n{log.read_text()[-2000:]}")
        details = json.loads(output) if name not in SECONDS_GOALS else {}
        # A step that compares within its own process tells of each part and its floor.
        parts = details.pop("parts", {})
        measured = {
            "name": name,
            "days": days,
            "number": number,
            "seconds": round(seconds, 2),
            "core_seconds": round(usage.ru_utime + usage.ru_stime, 2),
            "peak_mib": usage.ru_maxrss // 1024,
            "details": details,
        }
        found = [{**measured, "name": part, **figures} for part, figures in parts.items()] or [measured]
        known = {self._key(one) for one in found}
        self._content["steps"] = [*(one for one in self._content["steps"] if self._key(one) not in known), *found]
        self._compare()
        write_json(self._folder / "bench.json", self._content)
        self.say(f"  {seconds:.1f} s, {measured['peak_mib']:,} MiB")

    def _compare(self) -> None:
        """Put each step's floor beside it."""
        by_name = {(one["name"], one["days"]): one for one in self._content["steps"]}
        for (name, days), one in by_name.items():
            floor = by_name.get((f"floor of {name}", days))
            if floor:
                one["floor_seconds"] = floor["seconds"]
            if one.get("floor_seconds"):
                one["ratio"] = round(one["seconds"] / one["floor_seconds"], 2)

    @staticmethod
    def _key(one: dict[str, Any]) -> tuple[str, int, int]:
        return one["name"], one["days"], one["number"]


def _goal(name: str) -> str:
    if name in SECONDS_GOALS:
        return f"≤ {SECONDS_GOALS[name]} s"
    return f"≤ {RATIO_GOALS[name]}" if name in RATIO_GOALS else ""
