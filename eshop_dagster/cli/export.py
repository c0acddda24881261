"""`eshop export`: files to take away. Segments for analysis or advertising, a champion without the platform."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, print_json
from eshop_dagster.settings import activate, load_settings
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform

app = typer.Typer(
    help="Files to take away: segments with scores, audiences for Google Ads and Meta, a model without the platform.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

ToOption = Annotated[Path, typer.Option("--to", help="The file to write; one that is there is replaced.")]


@app.command()
def segments(
    to: ToOption,
    form: Annotated[str, typer.Option("--format", help="csv, parquet, google-ads or meta.")] = "csv",
    segment: Annotated[
        list[int] | None, typer.Option(help="Id of a segment; may be repeated. Default: every customer.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; kept in the register. Must be given for google-ads and meta.")] = "",
    excel: Annotated[bool, typer.Option("--excel", help="csv for Excel in Portuguese: `;`, decimal comma.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the customers of segments to a file, and note who took them and why.

    `csv` and `parquet` hold pseudonyms, segments and scores, no personal data. `google-ads` and `meta` hold SHA-256
    hashes of the e-mail address and the telephone, normalised as each asks for, of customers who agreed to marketing
    and of nobody else. Hashes of addresses are personal data still: delete the file once it is uploaded.

    - `eshop export segments --to segments.csv --excel`
    - `eshop export segments --format parquet --segment 0 --segment 3 --to best.parquet`
    - `eshop export segments --format meta --segment 2 --to win-back.csv --reason "win-back campaign"`
    """
    from eshop_dagster.adapters.export_register import ExportRegister
    from eshop_dagster.adapters.release import NoRelease, ReleaseDamaged
    from eshop_dagster.stages.exports import ExportError, export_segments

    platform = _platform(home)
    try:
        entry = export_segments(platform, form, to, segments=segment or (), reason=reason, is_excel=excel)
    except (ExportError, NoRelease, ReleaseDamaged) as error:
        raise CommandError(str(error)) from error
    if not ExportRegister(platform.home).can_be_written():
        typer.echo(f"not noted in the export register: the home {platform.home} is read-only", err=True)
    if as_json:
        print_json(asdict(entry))
        return
    left_out = ""
    if form in ("google-ads", "meta"):
        left_out = f"; left out: {entry.without_consent_count} without consent, {entry.unreachable_count} unreachable"
    typer.echo(f"{to}: {entry.customer_count} customers of release {entry.release}{left_out}")


@app.command()
def model(
    name: Annotated[str, typer.Argument(help="segmentation, spend or revenue.")],
    to: ToOption,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the champion as one zip that needs Python, scikit-learn, XGBoost and skops only.

    It holds the model file (no pickle), its columns with types and units, the few modules of ours that it is made of,
    pinned requirements, hashes, made-up rows, and a README with an example in ten lines.

    - `eshop export model spend --to spend.zip`, then `unzip spend.zip -d spend && python spend/example.py`
    """
    from eshop_dagster.stages.model_export import export_model

    if not to.absolute().parent.is_dir() or to.is_dir():
        raise CommandError(f"{to} cannot be written: expected a file in a folder that is there")
    done = export_model(_platform(home), name, to)
    if as_json:
        print_json(asdict(done))
        return
    typer.echo(f"{to}: {done.model} version {done.version}, {len(done.files)} files, SHA-256 {done.sha256}")


@app.command()
def register(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every file of customers that was taken away: when, by whom, why, how many."""
    from eshop_dagster.adapters.export_register import ExportRegister

    register = ExportRegister(load_settings(home).home)
    entries, unreadable = register.entries(), register.unreadable()
    if unreadable:
        lines = ", ".join(map(str, unreadable))
        typer.echo(f"line {lines} of exports/register.jsonl cannot be read: an export was killed there", err=True)
    if as_json:
        print_json([asdict(entry) for entry in entries])
        return
    table = Table("when (UTC)", "who", "format", "segments", "customers", "file", "why")
    table.columns[0].no_wrap = True
    for entry in entries:
        ids = ", ".join(map(str, entry.segments)) or "all"
        cells = (entry.exported_at, entry.who, entry.format, ids, str(entry.customer_count), entry.file)
        table.add_row(*cells, entry.reason)
    Console().print(table)


def _platform(home: Path | None) -> Platform:
    settings = load_settings(home)
    activate(settings)
    return Platform(settings, load_params())
