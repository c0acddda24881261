"""`eshop bench flips`: does any bit of a file at rest change without a word?"""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eshop_dagster.adapters.files import write_json
from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, explain, print_json, progress_bars
from eshop_dagster.settings import activate, load_settings, open_databases_afresh


def flips(
    flips: Annotated[int, typer.Option(min=1, help="Single bits to turn in each part of the home.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the places.")] = 1,
    part: Annotated[list[str] | None, typer.Option(help="Only this part; may be given several times.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Turn single bits of a copy of the home, one at a time, and read the part after each as its readers do.

    Detected: a reader refuses the file in a sentence. Harmless: every value is read as before. Silent: other values
    are read, and nobody says a word. Crashed: an error that no sentence explains. The last two must be 0; the command
    ends with status 1 otherwise.

    - `eshop bench flips` takes about five minutes on a small home; it needs room for a copy of the home
    - `eshop bench flips --part vault --flips 1000`

    Results go to `bench/flips.json` in the home.
    """
    from eshop_dagster.stages.bench_flip_parts import PARTS
    from eshop_dagster.stages.bench_flips import as_json as plain
    from eshop_dagster.stages.bench_flips import measure_flips

    unknown = [name for name in part or () if name not in PARTS]
    if unknown:
        raise CommandError(f"--part is {unknown[0]!r}; expected any of {', '.join(PARTS)}")
    settings = load_settings(home)
    if not (settings.home / "raw").exists():
        raise CommandError(f"the home {settings.home} is empty: fill it with `eshop run`")
    folder = settings.home / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".flips-", dir=folder) as aside:
        copy = replace(settings, home=Path(aside) / "home")
        shutil.copytree(settings.home, copy.home, symlinks=True, ignore=shutil.ignore_patterns("bench", "exports"))
        activate(copy)
        open_databases_afresh()
        with progress_bars(is_quiet=as_json):
            outcomes = measure_flips(copy, part or list(PARTS), flips, seed, explain)
    document = {"flips": flips, "seed": seed, "parts": plain(outcomes)}
    write_json(folder / "flips.json", document)
    if as_json:
        print_json(document)
    else:
        table = Table("part", "files", "detected", "harmless", "silent", "crashed")
        for one in outcomes:
            counts = (one.file_count, one.detected, one.harmless, one.silent, one.crashed)
            table.add_row(one.part, *(f"{count:,}" for count in counts))
        Console().print(table)
        for one in outcomes:
            for example in one.examples:
                typer.echo(f"{one.part}: {example}")
        typer.echo(f"written to {folder}/flips.json")
    if any(one.silent or one.crashed for one in outcomes):
        raise typer.Exit(1)
