"""`eshop quarantine`: which rows broke the contract, why, and what they say."""

from itertools import islice
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from eshop_dagster.adapters.locks import home_lock
from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, print_json, say_who
from eshop_dagster.contract import TABLES
from eshop_dagster.settings import activate, load_settings
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform

_WAIT_SECONDS = 600.0


def quarantine(
    table: Annotated[str | None, typer.Option(help="Only of this raw table, such as `orders`.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only with this reason, as `eshop status` counts it.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Show at most so many rows, the newest day first.")] = 20,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show quarantined rows as they were found.

    They may hold personal data in any column, so that they lie sealed in the vault: this opens them on the screen and
    writes them nowhere. It needs the master key.
    """
    if table is not None and table not in TABLES:
        raise CommandError(f"there is no raw table {table!r}: expected one of {', '.join(TABLES)}")
    settings = load_settings(home)
    activate(settings)
    with home_lock(settings.home, "eshop quarantine", wait_seconds=_WAIT_SECONDS, on_wait=say_who):
        rows = list(islice(Platform(settings, load_params()).raw.quarantined(table, reason), most))
    if as_json:
        print_json(rows)
        return
    if not rows:
        typer.echo("No row is in quarantine." if table is None and reason is None else "No such row is in quarantine.")
        return
    shown = Table("table", "day", "reason", "row")
    for row in rows:
        shown.add_row(*(escape(str(row[name])) for name in ("table", "day", "reason", "row")))
    Console().print(shown)
    typer.echo("Mend the source or its mapping, then pull these days again: `eshop run --from DAY --to DAY --repull`.")
