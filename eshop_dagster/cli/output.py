"""How the command line speaks: progress bars, errors in one sentence, JSON for machines."""

import errno
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from eshop_dagster.adapters.locks import Holder
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.progress import listening

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Data home: everything a run writes lies under it. Default: $ESHOP_HOME, else data/."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]

STAGES = {
    "pull": "pull days into raw",
    "build": "build and test the warehouse",
    "features": "compute features",
    "snapshot": "write the training snapshot",
    "train segmentation": "train segmentation",
    "train spend": "train spend",
    "train revenue": "train revenue",
    "score": "score every customer",
    "publish": "publish the release",
    "backup": "back up files",
    "restore": "write files and hold them against their hashes",
}


class CommandError(Exception):
    """What was asked cannot be done; the message says what to do instead."""


def say_who(holder: Holder | None) -> None:
    """Tell on the error output who is waited for, as `home_lock` asks it."""
    who = f"process {holder.pid} ({holder.what}, since {holder.since})" if holder else "another run"
    typer.echo(f"waiting for {who} to end …", err=True)


def explain(error: Exception) -> str | None:
    """Return the sentence for an error of a known kind, or None for one that deserves its traceback."""
    from eshop_dagster.adapters.api_keys import KeyStoreError
    from eshop_dagster.adapters.backup_store import BackupError
    from eshop_dagster.adapters.dbt import DbtError
    from eshop_dagster.adapters.full_disk import DiskFull, cause_of_full_disk, full_disk_message
    from eshop_dagster.adapters.locks import HomeIsBusy, HomeIsReadOnly
    from eshop_dagster.adapters.raw_store import RawStoreError
    from eshop_dagster.adapters.registry import RegistryError
    from eshop_dagster.adapters.release import ReleaseDamaged
    from eshop_dagster.adapters.snapshot_store import SnapshotError as StoreError
    from eshop_dagster.adapters.sources.base import SourceError
    from eshop_dagster.adapters.table_records import QualityError
    from eshop_dagster.adapters.vault import VaultError
    from eshop_dagster.adapters.warehouse import WarehouseError
    from eshop_dagster.settings import SettingsError
    from eshop_dagster.stages.parameters import ParameterError
    from eshop_dagster.stages.pull import DayRefused
    from eshop_dagster.stages.score_files import ScoresDamaged
    from eshop_dagster.stages.snapshot import SnapshotError

    known = (
        *(CommandError, DbtError, HomeIsBusy, RawStoreError, RegistryError, StoreError, SourceError, VaultError),
        *(
            WarehouseError,
            QualityError,
            SettingsError,
            ParameterError,
            DayRefused,
            SnapshotError,
            DiskFull,
            KeyStoreError,
            ReleaseDamaged,
            ScoresDamaged,
            BackupError,
            HomeIsReadOnly,
        ),
    )
    if isinstance(error, known):
        return str(error)
    if isinstance(error, OSError) and error.filename and error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"{error.filename} cannot be used ({error.strerror}): expected a file that this account may use"
    # Whatever was to be written, by whichever tool: Dagster notes its events on the home's disk, too.
    cause = cause_of_full_disk(error)
    return full_disk_message(load_settings().home, cause) if cause else None


@contextmanager
def progress_bars(*, is_quiet: bool) -> Iterator[None]:
    """Show one bar a stage while the block runs; plain lines where the output is not a terminal."""
    console = Console(stderr=True)
    if is_quiet:
        yield
        return
    if not console.is_terminal:
        with listening(_plain_lines(console)):
            yield
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(STAGES.get(stage, stage), total=total)
            progress.update(tasks[stage], completed=done, total=total)

        with listening(show):
            yield


def _plain_lines(console: Console) -> Any:
    """Return a listener that prints a line at each tenth of a stage, for logs and pipes."""
    told: dict[str, int] = {}
    began: dict[str, float] = {}

    def say(stage: str, done: int, total: int) -> None:
        tenth = 10 * done // max(total, 1)
        if tenth > told.get(stage, -1):
            told[stage] = tenth
            passed = time.monotonic() - began.setdefault(stage, time.monotonic())
            left = f", about {passed * (total - done) / done:.0f} s left" if 0 < done < total else ""
            console.print(f"{STAGES.get(stage, stage)}: {done}/{total}{left}", highlight=False)

    return say


def print_json(content: object) -> None:
    """Print one JSON document to standard output."""
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False, default=str))
