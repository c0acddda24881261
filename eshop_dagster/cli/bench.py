"""`eshop bench`: how fast the platform is at a given size, beside the bare machine in the same run."""

import os
from pathlib import Path
from typing import Annotated

import typer

from eshop_dagster.cli.bench_results import DAY, RETRAIN, Results
from eshop_dagster.cli.output import CommandError, JsonOption, print_json
from eshop_dagster.settings import load_settings

FIRST_POINT = 30
FLOORS = ("floor of full refresh", "floor of features")
LEAST_RETRAINED_DAYS = 271
"""A shorter history has no room for a training and a holdout cut-off."""


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
    """Measure simulating, pulling, a full refresh, one more day, features, publishing and retraining, beside floors.

    The floor of tables is the same rows by bare DuckDB SQL over the same Parquet, that of models the bare scikit-learn
    and XGBoost calls on the same arrays, in the same run. Every step is a process of its own; the incremental day is
    the whole `eshop run --only-refresh`, start-up, pull, checks and publishing included, after 30 days of history and
    after all of them; the weekly retrain is `eshop run --retrain`, from 271 days on. Results go to `bench.json` and
    `bench.png` in the folder; a bench that was stopped goes on where it was.

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
    if is_last and point >= LEAST_RETRAINED_DAYS:
        results.measure_retrain(home, point)
        results.measure("take-up", home, point)
        for name, part in (("segmentation", "segmentation fit"), ("spend", "spend training")):
            if not results.has(part, point):
                results.measure(name, home, point)
    elif is_last:
        results.say(f"{RETRAIN}: {point} days leave no room for cut-offs; --days {LEAST_RETRAINED_DAYS} or more do")
    # The days come last: they add to the history that the other steps are about.
    for number in range(1, repeat + 1):
        if not results.has(DAY, point, number):
            results.measure_day(home, point, number)
