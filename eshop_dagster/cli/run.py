"""`eshop run`: the main job, from a source's orders to published scores."""

import os
import warnings
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eshop_dagster.adapters.locks import home_lock
from eshop_dagster.adapters.shop_file import read_shop
from eshop_dagster.adapters.sources import (
    NAMES,
    OpenSource,
    SourceConfig,
    changed,
    config_of,
    load_source_config,
    open_source,
    save_source_config,
)
from eshop_dagster.cli.output import CommandError, HomeOption, JsonOption, print_json, progress_bars, say_who
from eshop_dagster.cli.source_options import takes_source_options
from eshop_dagster.cli.summary import load_of, print_summary, summarise
from eshop_dagster.settings import activate, load_settings
from eshop_dagster.stages.model_params import check_models
from eshop_dagster.stages.parameters import Params, load_params
from eshop_dagster.stages.platform import Platform, yesterday
from eshop_dagster.stages.pull import clip_days
from eshop_dagster.stages.settle_shop import settle_shop

if TYPE_CHECKING:
    import dagster as dg

DayOption = datetime | None


@takes_source_options
def run(
    source: Annotated[str | None, typer.Option(help=f"Where orders come from: {', '.join(NAMES)}.")] = None,
    first: Annotated[DayOption, typer.Option("--from", formats=["%Y-%m-%d"], help="First business day.")] = None,
    last: Annotated[DayOption, typer.Option("--to", formats=["%Y-%m-%d"], help="Last business day.")] = None,
    repull: Annotated[bool, typer.Option(help="Pull days again that were pulled from the same input.")] = False,
    force: Annotated[bool, typer.Option(help="Take a day that shrinks below the set share of what it was.")] = False,
    retrain: Annotated[bool, typer.Option(help="Train and register again although nothing changed.")] = False,
    only_refresh: Annotated[
        bool, typer.Option("--only-refresh", help="Leave out training and scoring: pull, build, test and publish.")
    ] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for another run on this home.")] = 600,
    home: HomeOption = None,
    as_json: JsonOption = False,
    *,
    options: dict[str, Any],
) -> None:
    """Pull days into raw, build the warehouse, train and judge the models, score every customer and publish.

    Days that were pulled before are left out, tables are written again only where a day changed, and nothing is
    registered when
    neither data nor parameters changed: running it again is quick and changes nothing.

    - `eshop run` fills a fresh home from the simulated shop
    - `eshop run --source olist --path FOLDER --home HOME`
    - `eshop run --source report --path sales.csv --mapping sales.yml --home HOME`
    """
    settings = load_settings(home)
    params = load_params()
    if not only_refresh:
        check_models(params)
    activate(settings)
    config = choose_source(settings.home, params, source, options)
    shop = read_shop(settings.home)
    opened = open_source(config, yesterday(shop))
    days = clip_days(
        opened, first.date() if first else None, last.date() if last else default_last_day(params, config, last), shop
    )
    # Dagster's daily partitions begin on the source's first day.
    config = replace(config, first_day=opened.source.first_day())
    settings.home.mkdir(parents=True, exist_ok=True)
    with (
        home_lock(settings.home, f"eshop run, process {os.getpid()}", wait_seconds=wait, on_wait=say_who),
        progress_bars(is_quiet=as_json),
    ):
        platform = Platform(settings, params)
        # First of all: Dagster's partitions and schedules go by the shop's time zone.
        settle_shop(platform, opened)
        save_source_config(settings.home, config)
        results = run_jobs(
            platform, opened, days, repull=repull, force=force, retrain=None if only_refresh else retrain
        )
    summary = summarise(platform, results, has_models=not only_refresh)
    if load := load_of(opened.source):
        summary["load"] = load
    if as_json:
        print_json(summary)
    else:
        print_summary(summary)


def choose_source(home: Path, params: Params, kind: str | None, options: dict[str, Any]) -> SourceConfig:
    """Return the home's source with what the options change; a home is filled from one source only.

    Raises:
        CommandError: the home holds the orders of another source.
    """
    known = load_source_config(home)
    if known is None:
        of_params = params.source.config
        return changed(of_params, options) if kind in (None, of_params.kind) else config_of(str(kind), options)
    if kind is not None and kind != known.kind:
        raise CommandError(
            f"the home {home} holds orders from the source {known.kind}, not {kind}: give another folder with "
            "--home (a second home "
            "is a second, independent platform)"
        )
    return changed(known, options)


def default_last_day(params: Params, config: SourceConfig, last: object) -> date | None:
    """Return where a run without `--to` ends: `params.yaml` says so for a source that makes up its days."""
    return params.source.last_day if last is None and config.is_made_up else None


def run_jobs(
    platform: Platform, opened: OpenSource, days: tuple[date, date], *, repull: bool, force: bool, retrain: bool | None
) -> dict[str, str]:
    """Run `refresh_warehouse` and `retrain` in this process, in the home's Dagster instance; return the run ids.

    Args:
        platform: the home.
        opened: its source.
        days: first and last business day to pull.
        repull: pull days again that were pulled from the same input.
        force: take a day that shrinks.
        retrain: whether to train although nothing changed; None leaves `retrain` out.

    Raises:
        CommandError: a job failed; the message is the first cause.
    """
    import dagster as dg

    from eshop_dagster.defs.instance import clear_orphans, prepare_instance

    warnings.filterwarnings("ignore", category=dg.BetaWarning)
    prepare_instance(platform.home)
    from eshop_dagster.definitions import defs

    with dg.DagsterInstance.get() as instance:
        clear_orphans(instance, platform.home)
        first, last = days if repull else _new_days(platform, opened, days)
        refreshed = _execute(
            defs.resolve_job_def("refresh_warehouse"),
            instance,
            ops={"raw": {"config": {"only_new": not repull, "force": force}}},
            tags={"dagster/asset_partition_range_start": str(first), "dagster/asset_partition_range_end": str(last)},
        )
        if retrain is None:
            return {"refresh_warehouse": refreshed}
        forced = {"config": {"force": retrain}}
        retrained = _execute(
            defs.resolve_job_def("retrain"),
            instance,
            ops={f"{model}_model": forced for model in platform.params.models},
            tags={},
        )
    return {"refresh_warehouse": refreshed, "retrain": retrained}


def _new_days(platform: Platform, opened: OpenSource, days: tuple[date, date]) -> tuple[date, date]:
    """Return the part of the range that was not pulled yet, or its last day: Dagster logs an event for each day."""
    from datetime import timedelta

    known = platform.raw.days_pulled(opened.source.name, opened.fingerprint)
    wanted = [days[0] + timedelta(days=n) for n in range((days[1] - days[0]).days + 1)]
    missing = [day for day in wanted if day not in known]
    return (missing[0], missing[-1]) if missing else (days[1], days[1])


def _execute(
    job: "dg.JobDefinition", instance: "dg.DagsterInstance", *, ops: dict[str, Any], tags: dict[str, str]
) -> str:
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    result = job.execute_in_process(
        run_config={"ops": ops, **quiet}, instance=instance, tags={**tags, "eshop/driver": "cli"}, raise_on_error=False
    )
    if not result.success:
        raise CommandError(f"{job.name} failed (run {result.run_id}): {_first_cause(result)}")
    return result.run_id


def _first_cause(result: "dg.ExecuteInProcessResult") -> str:
    for event in result.all_events:
        if event.is_step_failure:
            failure = event.step_failure_data
            if failure.user_failure_data and failure.user_failure_data.description:
                return str(failure.user_failure_data.description)
            error = failure.error
            while error is not None and error.cause is not None:
                error = error.cause
            return error.message.strip() if error else "no cause was recorded"
    return "no step failed, see the run's page in the Dagster UI"
