"""`eshop backup` and `eshop restore`: a home, its vault and its registry into a folder, and back."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from eshop_dagster.adapters.backup_store import BackupError, BackupStore
from eshop_dagster.adapters.locks import home_lock
from eshop_dagster.adapters.sources import load_source_config
from eshop_dagster.adapters.vault import VaultError
from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, print_json, progress_bars, say_who
from eshop_dagster.settings import Settings, SettingsError, activate, has_master_key, load_settings, master_key_place
from eshop_dagster.stages.backup import BackedUp, back_up
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.restore import OTHER_PARAMS, Restored, restore

WaitOption = Annotated[float, typer.Option(help="Seconds to wait for another run on this home.")]

_KEY = "The master key is not in it: keep a copy of {where} elsewhere, or the backup cannot be used."


def backup(
    destination: Annotated[Path, typer.Argument(metavar="DEST", help="A folder of backups, on another disk.")],
    keep: Annotated[int | None, typer.Option(min=1, help="Remove older backups until so many are left.")] = None,
    wait: WaitOption = 600,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Back up the home into DEST: raw, vault, warehouse, registry, snapshots, releases, settings.

    The home is checked as by `eshop doctor`, held while it is read, and a damaged home is refused. A second backup into
    the same DEST writes only what is new. A backup that was killed does not count: run it again.

    Never in it: the master key (it is not in the home), reports that wait in the inbox, files that were exported, logs.

    - `eshop backup /mnt/backups/shop --keep 14`
    """
    settings = load_settings(home)
    if load_source_config(settings.home) is None and not (settings.home / "raw").exists():
        raise CommandError(f"the home {settings.home} is empty: there is nothing to back up")
    activate(settings)
    what = f"eshop backup, process {os.getpid()}"
    with home_lock(settings.home, what, wait_seconds=wait, on_wait=say_who), progress_bars(is_quiet=as_json):
        done = back_up(Platform(settings, load_params()), BackupStore(destination.expanduser()), keep=keep)
    if as_json:
        print_json({"home": str(settings.home.resolve()), "destination": str(destination), **asdict(done)})
        return
    typer.echo(
        f"backup {done.name} in {destination}: {done.files:,} files, {_size(done.size)}, of which "
        f"{_size(done.written)} are new; {_held(done)}."
    )
    for one in done.elsewhere:
        typer.echo(f"Not in it: {one}.")
    if done.dropped:
        typer.echo(f"Removed: {', '.join(done.dropped)}.")
    if done.damaged:
        names = ", ".join(done.damaged)
        typer.echo(
            f"Older backups that cannot be restored, for their list is damaged: {names}. Delete those .json files."
        )
    typer.echo(_KEY.format(where=master_key_place()))
    typer.echo(f"Back again: `eshop restore {destination} --home NEW_HOME`")


def restore_home(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="The folder that `eshop backup` wrote.")],
    name: Annotated[str | None, typer.Option("--backup", help="Which one, by its name. Default: the newest.")] = None,
    wait: WaitOption = 0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring a home back from a backup, into an empty folder; every file is held against its hash first.

    A home that holds anything is refused: nothing is ever overwritten. The master key must come from elsewhere
    (`ESHOP_MASTER_KEY` or its file), the restored home is of no use without it.

    - `eshop restore /mnt/backups/shop --home /srv/shop`
    """
    settings = load_settings(home)
    store = BackupStore(source.expanduser())
    if not store.names():
        raise BackupError(f"{store.folder} holds no backup: expected a folder that `eshop backup` wrote")
    what = f"eshop restore, process {os.getpid()}"
    with (
        home_lock(settings.home, what, wait_seconds=wait, on_wait=say_who, is_restore=True),
        progress_bars(is_quiet=as_json),
    ):
        done = restore(store, settings.home, name)
    opens, sentence = _try_key(settings)
    if as_json:
        print_json(
            {"home": str(settings.home.resolve()), **asdict(done), "does_key_open_vault": opens, "master_key": sentence}
        )
        return
    typer.echo(
        f"backup {done.name} is restored in {settings.home}: {done.files:,} files, {_size(done.size)}, every hash is "
        f"right; {_held(done)}."
    )
    if done.has_other_params:
        typer.echo(
            f"params.yaml of this project is not that of the backup, which lies in {settings.home / OTHER_PARAMS}."
        )
    typer.echo(sentence)
    typer.echo(f"Next: `eshop status --home {settings.home}`; reports that waited in the inbox are put there again.")


def _try_key(settings: Settings) -> tuple[bool, str]:
    """Return whether the master key at hand opens the vault, and say so; no key is made."""
    if not has_master_key():
        return False, f"The master key is not here: bring it ({master_key_place()}) before anything runs on this home."
    try:
        Platform(settings, load_params()).vault.check()
    except (VaultError, SettingsError) as error:
        return False, f"The master key does not fit: {error}"
    return True, "The master key at hand opens the vault."


def _held(done: BackedUp | Restored) -> str:
    return f"{done.days:,} raw days, {done.persons:,} persons, release {done.release or 'none yet'}"


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
