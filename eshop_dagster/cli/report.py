"""`eshop report`: help with sales reports as a source."""

import sys
from pathlib import Path
from typing import Annotated

import typer

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

    Read it through, then `eshop run --source report --path FILE --mapping DRAFT --home HOME`.
    """
    from eshop_dagster.adapters.sources.report import sniff as draft_mapping

    draft = draft_mapping(file)
    if output is None:
        say(draft)
        return
    # A name with an accent may come in as bytes that no text file could hold.
    output.write_bytes(draft.encode("utf-8", "backslashreplace"))
    # A terminal that knows ASCII only must not stop at an accent in a file's name.
    say(f"wrote {output}: read it through, then eshop run --source report --path {file} --mapping {output} --home HOME")


def say(text: str) -> None:
    """Print a text, with marks in place of the letters that the terminal does not know."""
    encoding = sys.stdout.encoding or "utf-8"
    typer.echo(text.encode(encoding, "replace").decode(encoding))
