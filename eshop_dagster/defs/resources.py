"""The platform as a Dagster resource: one home, held by one run at a time."""

from collections.abc import Iterator

import dagster as dg

from eshop_dagster.adapters.locks import Holder, home_lock
from eshop_dagster.settings import apply_telemetry_switches, load_settings
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform

LONGEST_WAIT_SECONDS = 3 * 60 * 60
"""How long a run waits for the one before it: longer than a full refresh of a year at 100,000 orders a day."""


@dg.resource
def platform(context: dg.InitResourceContext) -> Iterator[Platform]:
    """The home that `ESHOP_HOME` names; the run holds its lock until it ends, however it ends."""
    apply_telemetry_switches()
    settings = load_settings()
    run_id = context.run_id or "unknown"

    def say(holder: Holder | None) -> None:
        who = f"process {holder.pid} ({holder.what}, since {holder.since})" if holder else "another run"
        if context.log:
            context.log.info(f"waiting for {who} to let go of {settings.home}")

    with home_lock(settings.home, f"run {run_id}", wait_seconds=LONGEST_WAIT_SECONDS, on_wait=say):
        yield Platform(settings, load_params())
