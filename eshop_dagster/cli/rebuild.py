"""`eshop rebuild`: the warehouse again from raw, when its file is damaged."""

import os
import time
from typing import Annotated

import typer

from eshop_dagster.adapters.locks import home_lock
from eshop_dagster.adapters.sources import load_source_config
from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, print_json, progress_bars, say_who
from eshop_dagster.settings import Settings, activate, load_settings
from eshop_dagster.stages.at_rest import damage_at_rest
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.rebuild import Rebuilt, rebuild_warehouse


def rebuild(
    force: Annotated[bool, typer.Option(help="Set the warehouse aside and build it again, even a sound one.")] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another run on this home.")] = 600,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for damage in raw and in the warehouse; build a damaged warehouse again from raw, and publish.

    Every file of raw is held against the hash that was noted when it was pulled, every table of the warehouse is read
    whole and held against its quality record. When all is well, nothing is done.

    - a damaged file of raw is named with the command that pulls its day again; nothing else is done then
    - a warehouse that cannot be read whole is set aside as `warehouse.damaged-<time>.duckdb` and built again
    - a damaged file of the current release is written again from the warehouse
    - one that is not complete, or holds other rows than its records say, is built again in place
    - what else lies in the home is read, too (vault, quarantine, scores, snapshots with DVC's cache and remote, every
      file of every model version, older releases): damage there is named with its way back, and the exit status is 1
    """
    settings = load_settings(home)
    if load_source_config(settings.home) is None and not (settings.home / "raw").exists():
        raise CommandError(f"the home {settings.home} is empty: fill it with `eshop run`")
    activate(settings)
    began = time.monotonic()
    with (
        home_lock(settings.home, f"eshop rebuild, process {os.getpid()}", wait_seconds=wait, on_wait=say_who),
        progress_bars(is_quiet=as_json),
    ):
        platform = Platform(settings, load_params())
        done = rebuild_warehouse(platform, force=force)
        others = [f"{one.part}: {one.what}" for one in damage_at_rest(platform)]
    if as_json:
        print_json({**_document(settings, done, time.monotonic() - began), "damaged": others})
    else:
        _print(settings, done)
    if others:
        listed = "\n".join(f"- {one}" for one in others)
        raise CommandError(f"what no build can make again is damaged:\n{listed}")


def _document(settings: Settings, done: Rebuilt, seconds: float) -> dict[str, object]:
    return {
        "home": str(settings.home.resolve()),
        "is_rebuilt": done.reason is not None,
        "reason": done.reason,
        "set_aside": str(done.set_aside) if done.set_aside else None,
        "tables": done.tables,
        "release": {"name": done.release.name, "is_new": done.release.is_new} if done.release else None,
        "seconds": round(seconds, 1),
    }


def _print(settings: Settings, done: Rebuilt) -> None:
    if done.release is None:
        typer.echo(
            f"The warehouse of {settings.home} is sound: its {done.tables} tables can be read whole and hold the rows "
            "that passed their tests, and every file of raw and of the release is as it was written. Nothing was done."
        )
        return
    if done.reason and done.reason.startswith("the release"):
        typer.echo(f"The warehouse of {settings.home} is sound; {done.reason}.")
        return
    typer.echo(f"The warehouse was built again from raw: {done.reason}.")
    if done.set_aside:
        typer.echo(f"The file that was there is now {done.set_aside}: delete it when nobody needs to look at it.")
    is_new = "a new release" if done.release.is_new else "the release that was there, to the byte"
    typer.echo(f"{done.tables} tables were built and tested; published: {done.release.name} ({is_new}).")
