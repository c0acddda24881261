"""The two scheduled jobs and their schedules."""

from datetime import date, timedelta

import dagster as dg

from eshop_dagster.adapters.sources import Coming, load_source_config
from eshop_dagster.defs.publishing import SCORES, release
from eshop_dagster.defs.raw import raw
from eshop_dagster.defs.reproducing import champions_can_be_reproduced
from eshop_dagster.defs.time_zone import home_time_zone
from eshop_dagster.defs.training import MODELS, training_snapshot
from eshop_dagster.defs.warehouse import features, warehouse
from eshop_dagster.settings import load_settings

refresh_warehouse = dg.define_asset_job(
    "refresh_warehouse",
    selection=dg.AssetSelection.assets(raw, warehouse, release),
    executor_def=dg.in_process_executor,
    description="Pull one or more business days, bring the warehouse up to date with them and publish.",
)

retrain = dg.define_asset_job(
    "retrain",
    selection=dg.AssetSelection.assets(
        features,
        training_snapshot,
        *MODELS.values(),
        *SCORES,
        release,
    )
    # Making every champion again would train everything twice: a job of its own does that weekly.
    - dg.AssetSelection.checks(champions_can_be_reproduced),
    executor_def=dg.in_process_executor,
    description="Snapshot, train, judge and register every model, score every customer and publish.",
)


@dg.schedule(
    job=refresh_warehouse,
    cron_schedule="0 2 * * *",
    execution_timezone=home_time_zone(),
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def refresh_warehouse_daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Every day at 02:00 in the shop's time zone: every business day since the last one pulled, up to yesterday."""
    home = load_settings().home
    config = load_source_config(home)
    if config is None:
        return dg.SkipReason(f"the home {home} is empty: fill it with `eshop run` first")
    if config.coming is not Coming.LIVE:
        how = f"; {config.newer_days}" if config.newer_days else ""
        return dg.SkipReason(f"of the source {config.kind} nothing new comes by itself{how}")
    yesterday = (context.scheduled_execution_time - timedelta(days=1)).date()
    pulled = [date.fromisoformat(path.stem) for path in (home / "raw" / "_pulls" / config.kind).glob("*.json")]
    first = min(max(pulled) + timedelta(days=1), yesterday) if pulled else config.first_day
    return dg.RunRequest(
        run_key=yesterday.isoformat(),
        tags={"dagster/asset_partition_range_start": str(first), "dagster/asset_partition_range_end": str(yesterday)},
    )


retrain_weekly = dg.ScheduleDefinition(
    name="retrain_weekly",
    job=retrain,
    cron_schedule="0 4 * * 0",
    execution_timezone=home_time_zone(),
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every Sunday at 04:00 in the shop's time zone.",
)
