"""Make the home ready before the code server starts: Dagster's settings, the inbox, the runs of a dead container."""

import logging
import os
import sys
from pathlib import Path

import dagster as dg

from eshop_dagster.adapters.dbt import ensure_manifest
from eshop_dagster.adapters.files import write_atomically
from eshop_dagster.adapters.locks import HomeIsBusy, home_lock
from eshop_dagster.defs.instance import clear_orphans
from eshop_dagster.settings import Settings, SettingsError, activate, load_settings, master_key

INSTANCE_FILE = Path(__file__).resolve().parent / "dagster.yaml"

_log = logging.getLogger("eshop.prepare_home")


def prepare(settings: Settings) -> list[str]:
    """Write the instance file, make Dagster's tables and the inbox, and return the ids of the runs cleared as orphans.

    An image that is newer than the volume brings a newer instance file, so it is written at every start.

    Raises:
        SettingsError: the master key is missing or unusable, or the home cannot be written.
    """
    if not os.environ.get("ESHOP_MASTER_KEY"):
        # A key made here would go with the container, and nothing could open the vault again.
        raise SettingsError(
            "ESHOP_MASTER_KEY is not set: put one into .env (`openssl rand -base64 32`) and keep a copy elsewhere"
        )
    master_key()
    try:
        write_atomically(settings.home / "dagster" / "dagster.yaml", INSTANCE_FILE.read_bytes())
        (settings.home / "inbox").mkdir(exist_ok=True)
    except PermissionError as error:
        raise SettingsError(
            f"the home {settings.home} cannot be written by user {os.getuid()} ({error}): "
            f"give the volume to that user (`chown -R {os.getuid()}`)"
        ) from error
    ensure_manifest()
    with dg.DagsterInstance.get() as instance:
        try:
            # The process that holds the home is alive, though in another container it cannot be seen from here.
            with home_lock(settings.home, "start of the code server", wait_seconds=0):
                return clear_orphans(instance, settings.home)
        except HomeIsBusy as error:
            _log.warning("no orphaned runs were looked for: %s", error)
            return []


def main() -> None:
    """Prepare the home that the environment names; a setting that cannot be used ends in one sentence and status 1."""
    logging.basicConfig(format="%(message)s")
    _log.setLevel(logging.INFO)
    settings = load_settings()
    activate(settings)
    try:
        for run_id in prepare(settings):
            _log.info("cleared run %s: its process had died", run_id)
    except SettingsError as error:
        _log.error("error: %s", error)
        sys.exit(1)


if __name__ == "__main__":
    main()
