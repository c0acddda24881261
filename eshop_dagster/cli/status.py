"""`eshop status`: what the home holds and what goes on in it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import typer

from eshop_dagster.adapters.locks import holder
from eshop_dagster.adapters.sources import load_source_config
from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, print_json
from eshop_dagster.cli.summary import print_summary, summarise
from eshop_dagster.settings import activate, load_settings
from eshop_dagster.stages.parameters import load_params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.quality import freshness, newest_anomaly, recent_verdicts

LOOKED_AT_DAYS = 28


def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show rows, quarantine, champions, the published release, freshness, unusual days and who is writing."""
    settings = load_settings(home)
    if load_source_config(settings.home) is None:
        raise CommandError(f"the home {settings.home} is empty: fill it with `eshop run`")
    activate(settings)
    present = holder(settings.home)
    if present is not None:
        # A writer shuts every reader out of DuckDB: say so instead of waiting for it.
        message = {
            "home": str(settings.home.resolve()),
            "busy": {"pid": present.pid, "what": present.what, "since": present.since},
        }
        if as_json:
            print_json(message)
            return
        raise CommandError(
            f"{present.what} (process {present.pid}) is writing since {present.since}: ask again when it has ended"
        )
    platform = Platform(settings, load_params())
    summary = {**summarise(platform), "quality": quality(platform)}
    if as_json:
        print_json(summary)
    else:
        print_summary(summary)
        for line in quality_lines(summary["quality"]):
            typer.echo(line)


def quality(platform: Platform) -> dict[str, Any]:
    """Return how fresh each source is, and the newest of the last days on which orders or revenue were unusual."""
    newest = newest_anomaly(recent_verdicts(platform, days=LOOKED_AT_DAYS))
    return {
        "freshness": [{**asdict(one), "is_fresh": one.is_fresh} for one in freshness(platform)],
        "newest_anomaly": {"day": newest[0], "reason": newest[1]} if newest else None,
    }


def quality_lines(found: Mapping[str, Any]) -> list[str]:
    """Return what `quality` found as one line about freshness and one about unusual days."""
    newest = found["newest_anomaly"]
    unusual = f"{newest['day']}, {newest['reason']}" if newest else f"no day of the last {LOOKED_AT_DAYS}"
    return [f"freshness: {'; '.join(one['reason'] for one in found['freshness'])}", f"unusual: {unusual}"]
