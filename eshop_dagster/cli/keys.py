"""`eshop keys`: who may ask the HTTP API what."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from eshop_dagster.adapters.api_keys import ROLES, ApiKey, KeyStore
from eshop_dagster.cli.output import HomeOption, JsonOption, print_json
from eshop_dagster.settings import load_settings

app = typer.Typer(help="Make, list and revoke keys of the HTTP API.", no_args_is_help=True)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Whose it is, such as the application's name.")],
    roles: Annotated[
        str, typer.Option(help=f"What it may do, separated by commas: {', '.join(ROLES)}.")
    ] = "predict,read",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key and show it, once: the home keeps its hash only.

    The key alone goes to standard output, what it is to the error output.

    - `KEY=$(eshop keys create checkout --roles predict)`
    """
    key, kept = _store(home).create(name, [role.strip() for role in roles.split(",") if role.strip()])
    if as_json:
        print_json({"key": key, **_shown(kept)})
        return
    typer.echo(f"key {kept.id} of {kept.name} may: {', '.join(kept.roles)}. It is shown this once.", err=True)
    typer.echo(key)


@app.command("list")
def list_keys(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List every key: id, name, roles, when it was made and revoked; never the key itself."""
    keys = _store(home).kept()
    if as_json:
        print_json([_shown(key) for key in keys])
        return
    table = Table("id", "name", "roles", "made", "revoked")
    for key in keys:
        table.add_row(key.id, key.name, ", ".join(key.roles), key.created_at, key.revoked_at or "")
    Console().print(table)


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="Its id; `eshop keys list` shows it.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a key; a running API refuses it within seconds."""
    revoked = _store(home).revoke(key_id)
    if as_json:
        print_json(_shown(revoked))
    else:
        typer.echo(f"key {revoked.id} of {revoked.name} is valid no more")


def _store(home: "HomeOption") -> KeyStore:
    return KeyStore(load_settings(home).home)


def _shown(key: ApiKey) -> dict[str, object]:
    return {name: value for name, value in asdict(key).items() if name != "sha256"}
