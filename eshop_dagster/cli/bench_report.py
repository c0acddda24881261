"""`eshop bench report`: how fast a sales report is loaded, beside DuckDB reading the same file bare."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from eshop_dagster.adapters.files import write_json
from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, print_json
from eshop_dagster.settings import load_settings

HIGHEST_RATIO, MOST_MIB = 3, 1024
"""What reading and checking may cost beside the bare reading, and the memory of a load of a million lines."""


def report(
    lines: Annotated[int, typer.Option(min=1, help="Order lines of the report.")] = 1_000_000,
    form: Annotated[str, typer.Option("--format", help="csv, parquet or xlsx.")] = "csv",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the simulated shop.")] = 1,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load a report of the simulated shop in a fresh process, and read the same file bare in another.

    Bare is DuckDB's own reader into a typed table, without any check; of Excel, openpyxl going through the rows.
    Reading and checking stand apart from making orders of the lines and writing the raw days.

    - `eshop bench report` takes about a minute
    - `eshop bench report --lines 20000 --format xlsx`

    Results go to `bench/report-FORMAT.json` in the home.
    """
    from eshop_dagster.adapters.bench_reports import FORMATS, simulated_lines, write_report
    from eshop_dagster.stages.bench_report import LoadFailed, measure_report

    if form not in FORMATS:
        raise CommandError(f"--format is {form!r}; expected any of {', '.join(FORMATS)}")
    folder: Path = load_settings(home).home / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as aside:
        path = Path(aside) / f"sales.{form}"
        write_report(path, simulated_lines(lines, seed))
        try:
            content = {"lines": lines, "format": form, "seed": seed, **measure_report(path, Path(aside) / "home")}
        except LoadFailed as error:
            raise CommandError(str(error)) from error
    write_json(folder / f"report-{form}.json", content)
    if as_json:
        print_json(content)
    else:
        _print(content, folder)


def _print(content: dict[str, Any], folder: Path) -> None:
    console = Console()
    table = Table("step", "seconds", "core s", "peak so far")
    for step in [*content["load"]["steps"], *content["bare"]["steps"]]:
        seconds, cores = f"{step['seconds']:.2f}", f"{step['core_seconds']:.2f}"
        table.add_row(step["step"], seconds, cores, f"{step['peak_mib']:,} MiB")
    console.print(table)
    console.print(f"the process has {content['load']['peak_mib_at_start']:,} MiB before it begins")
    console.print(
        f"{content['lines']:,} lines, {content['file_mib']} MiB: reading and checking takes × "
        f"{content['ratio_of_reading']} of the bare reading (core seconds × {content['ratio_of_core_seconds']}); goals "
        f"× {HIGHEST_RATIO}, and {MOST_MIB:,} MiB for a million lines"
    )
    console.print(f"written to {folder}/report-{content['format']}.json", highlight=False)
