"""`eshop report`: help with sales reports as a source."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from eshop_dagster.cli.output import JsonOption, print_json

app = typer.Typer(help="Sales reports (CSV, Excel or Parquet) as a source.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Sales reports (CSV, Excel or Parquet) as a source."""


@app.command()
def sniff(
    file: Annotated[Path, typer.Argument(help="A sales report: one line per order line.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the draft here instead of printing it.")
    ] = None,
) -> None:
    """Write a draft of the mapping for a report, from the file itself, with comments.

    Read it through, then `eshop report check FILE DRAFT` says what a load would bring.
    """
    from eshop_dagster.adapters.sources.report import sniff as draft_mapping

    draft = draft_mapping(file)
    if output is None:
        say(draft)
        return
    # A name with an accent may come in as bytes that no text file could hold.
    output.write_bytes(draft.encode("utf-8", "backslashreplace"))
    # A terminal that knows ASCII only must not stop at an accent in a file's name.
    questions = sum(draft.count(f"# {word}") for word in ("GUESS", "TODO"))
    say(f"wrote {output}, with {questions} lines to decide on (GUESS, TODO): read it through, then")
    say(f"  eshop report check {file} {output}")
    say(f"  eshop run --source report --path {file} --mapping {output} --home HOME")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The report's file or folder.")],
    mapping: Annotated[Path, typer.Argument(help="Its mapping, as `eshop report sniff` drafts one.")],
    as_json: JsonOption = False,
) -> None:
    """Say what a load of a report would bring, and write nothing.

    Reads the file with the mapping as `eshop run` would: orders, customers, days and sums to hold against the shop's
    own; the lines that would go to quarantine, by reason, with an example as found and what to do; and what is still
    to decide in the mapping. Exits with 1 if a load would be refused.

    Not looked at: what the home holds already (order numbers that come again, days that shrink).
    """
    from eshop_dagster.cli.report_check import print_check
    from eshop_dagster.stages.check_report import check_report
    from eshop_dagster.stages.parameters import load_params

    found = check_report(file, mapping, load_params().raw)
    if as_json:
        print_json(found.as_dict())
    else:
        print_check(found)
    if found.refusal:
        raise typer.Exit(1)


def say(text: str) -> None:
    """Print a text, with marks in place of the letters that the terminal does not know."""
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(text.encode(encoding, "replace").decode(encoding))
