"""`eshop bench api`: how fast the HTTP API is, beside `mlflow models serve` in the same run."""

import functools
import os
from pathlib import Path
from typing import Annotated, Any

import click
import typer
from rich.console import Console
from rich.table import Table

from eshop_dagster.adapters.files import write_json
from eshop_dagster.cli import bench as platform_bench
from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, print_json
from eshop_dagster.settings import activate, load_settings

app = typer.Typer(rich_markup_mode="markdown")

LEAST_RATIO, LONGEST_P99_MS, LONGEST_BATCH_MS, LONGEST_LIVE_MS = 10, 25, 150, 100
"""What a single prediction by key, a batch and `/health/live` should keep to."""


@app.callback(invoke_without_command=True)
@functools.wraps(platform_bench.bench)
def whole(*arguments: Any, **options: Any) -> None:
    """Run the platform's bench unless a part is named."""
    if click.get_current_context().invoked_subcommand is None:
        platform_bench.bench(*arguments, **options)


@app.command("api")
def api(
    seconds: Annotated[float, typer.Option(help="Length of each measurement.")] = 10,
    connections: Annotated[int, typer.Option(help="Connections that ask at once.")] = 32,
    requests: Annotated[int, typer.Option(help="Requests over which memory should stay flat.")] = 100_000,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load the running API, then `mlflow models serve` with the same champion, from a process outside both.

    Saturation: every connection asks again at once. Half: requests are due at fixed instants at half that rate, and
    their time counts from when they were due. Results go to `bench/api.json` in the home.

    - `eshop bench api` takes about two minutes; `--requests 1000000` a few more
    """
    from eshop_dagster.stages.bench_api import Load, ServerDown, measure_api, measure_mlflow
    from eshop_dagster.stages.parameters import load_params
    from eshop_dagster.stages.platform import Platform

    settings = load_settings(home)
    activate(settings)
    platform = Platform(settings, load_params())
    champion = platform.registry.champion("spend")
    if champion is None:
        raise CommandError(f"the home {settings.home} has no champion of spend to serve: train one with `eshop run`")
    folder: Path = settings.home / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    load = Load(seconds, connections, requests)
    try:
        content: dict[str, Any] = {
            "cores": os.cpu_count(),
            "model": f"spend {champion.version}",
            "api": measure_api(platform, folder, load),
            "mlflow": measure_mlflow(platform, folder, load, champion.version),
        }
    except ServerDown as error:
        raise CommandError(str(error)) from error
    content["ratio_by_question"] = {
        name: round(found["saturated"]["per_second"] / content["mlflow"]["saturated"]["per_second"], 1)
        for name, found in content["api"]["single"].items()
    }
    write_json(folder / "api.json", content)
    if as_json:
        print_json(content)
    else:
        _print(content)


def _print(content: dict[str, Any]) -> None:
    console = Console()
    table = Table("single predictions", "per second", "× mlflow", "p50 at half, ms", "p99 at half, ms")
    rows = {**content["api"]["single"], "mlflow models serve": content["mlflow"]}
    for name, found in rows.items():
        half = found["at_half"]
        ratio = content["ratio_by_question"].get(name, 1)
        table.add_row(name, str(found["saturated"]["per_second"]), str(ratio), str(half["p50_ms"]), str(half["p99_ms"]))
    console.print(table)
    measured = content["api"]
    batch, live, memory = (measured[name] for name in ("batch_of_10000_by_key", "live_during_largest_body", "memory"))
    console.print(f"batch of 10,000 by key: {batch['p50_ms']} ms (median), {batch['largest_ms']} ms (largest)")
    console.print(f"/health/live while a body of {live['body_mib']} MiB is answered: at most {live['largest_ms']} ms")
    console.print(
        f"memory over {memory['requests']:,} requests: {memory['mib_after_a_tenth']} MiB after a tenth, "
        f"{memory['mib_after_all']} MiB after all"
    )
    console.print(
        f"goals, by key: × {LEAST_RATIO}, p99 below {LONGEST_P99_MS} ms, batch below {LONGEST_BATCH_MS} ms, "
        f"/health/live below {LONGEST_LIVE_MS} ms"
    )
