"""`eshop bench`: how fast the platform is at a given size, beside the bare machine in the same run."""

import json
import os
import platform as machine
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from eshop_dagster.adapters.files import write_json
from eshop_dagster.cli.output import CommandError, JsonOption, print_json
from eshop_dagster.settings import child_environment, duckdb_memory, load_settings

if TYPE_CHECKING:
    from eshop_dagster.stages.bench import Size

FIRST_POINT = 30
DAY = "incremental day"
FLOORS = ("floor of full refresh", "floor of features")
GOALS = {"full refresh": 2.0, "features": 1.5}
"""Largest ratio to the floor that a step should have."""


def bench(
    days: Annotated[int, typer.Option(min=3, help="Business days of history.")] = 60,
    orders_per_day: Annotated[float, typer.Option(help="Mean daily orders over these days.")] = 1000,
    customers: Annotated[int, typer.Option(help="Customers registered by the last of these days.")] = 50_000,
    repeat: Annotated[int, typer.Option(min=1, help="Incremental days to run at each point; the median counts.")] = 3,
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder for the bench's homes. Default: bench/ in the data home.")
    ] = None,
    again: Annotated[bool, typer.Option(help="Measure again what this folder holds a figure of.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure simulating, pulling, a full refresh, one more day, features and publishing, each beside its floor.

    The floor is the same tables by bare DuckDB SQL over the same Parquet, in the same run. Every step is a process of
    its own; the incremental day is the whole `eshop run --only-refresh`, start-up, pull, checks and publishing
    included, after 30 days of history and after all of them. Results go to `bench.json` and `bench.png` in the folder;
    a bench that was stopped goes on where it was.

    - `eshop bench` takes a minute or two
    - `eshop bench --days 365 --orders-per-day 100000 --customers 5000000` is E-Shop Brasil's year: about an hour and
      60 GB of disk
    """
    from eshop_dagster.stages.bench import Size, prepare

    folder = (home or load_settings().home / "bench").resolve()
    size = Size(days, orders_per_day, customers)
    results = Results(folder, size, is_quiet=as_json, again=again)
    try:
        prepare(folder / "shop", size)
    except FileExistsError as error:
        raise CommandError(str(error)) from error
    results.measure("simulate", folder / "shop", days)
    results.measure("pull", folder / "shop", days)
    for point in sorted({min(FIRST_POINT, days), days}):
        _measure_point(results, folder, point, is_last=point == days, repeat=repeat)
    results.write()
    if as_json:
        print_json(results.as_json())
    else:
        results.print()


def step(name: str, home: Path, days: int) -> None:
    """Run one step of the bench and print what it did as JSON."""
    from eshop_dagster.stages.bench import STEPS

    # Whatever a library prints, DuckDB's progress bar in a long query above all, goes to the log.
    output = os.dup(1)
    os.dup2(2, 1)
    done = STEPS[name](home, days)
    os.dup2(output, 1)
    print_json(done)


def _measure_point(results: "Results", folder: Path, point: int, *, is_last: bool, repeat: int) -> None:
    """Measure everything that needs a home of `point` days; a home that was built goes on being used."""
    from eshop_dagster.stages.bench import home_after

    home = folder / f"after-{point}-days"
    if not results.has("full refresh", point):
        results.say(f"a home of {point} days: linking raw, copying the vault")
        home_after(folder / "shop", home, point)
    for name in ("full refresh", "publish", *(["features", *FLOORS] if is_last else [])):
        results.measure(name, home, point)
    # The days come last: they add to the history that the other steps are about.
    for number in range(1, repeat + 1):
        if not results.has(DAY, point, number):
            results.measure_day(home, point, number)


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
        day = str(date.fromisoformat("2024-01-01") + timedelta(days=days - 1 + number))
        command = [sys.executable, "-m", "eshop_dagster.cli", "run", "--only-refresh", "--from", day, "--to", day]
        self._run([*command, "--home", str(home), "--json"], home, DAY, days, number)

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
        table = Table("step", "history", "seconds", "core seconds", "peak memory", "floor", "ratio", "goal")
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
                f"≤ {GOALS[one['name']]}" if ratio else "",
            )
        self._console.print(table)
        self._console.print(f"written to {self._folder}/bench.json and bench.png", highlight=False)

    def _run(self, command: list[str], home: Path, name: str, days: int, number: int) -> None:
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
        measured = {
            "name": name,
            "days": days,
            "number": number,
            "seconds": round(seconds, 2),
            "core_seconds": round(usage.ru_utime + usage.ru_stime, 2),
            "peak_mib": usage.ru_maxrss // 1024,
            "details": json.loads(output) if name != DAY else {},
        }
        kept = [one for one in self._content["steps"] if self._key(one) != self._key(measured)]
        self._content["steps"] = [*kept, measured]
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
                one["ratio"] = round(one["seconds"] / floor["seconds"], 2)

    @staticmethod
    def _key(one: dict[str, Any]) -> tuple[str, int, int]:
        return one["name"], one["days"], one["number"]
