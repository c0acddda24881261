"""Jobs, schedules and the inbox sensor."""

from datetime import timedelta

import dagster as dg

from eshop_dagster.contract import BUSINESS_TIME_ZONE
from eshop_dagster.defs.publishing import customer_scores, release
from eshop_dagster.defs.raw import daily, raw
from eshop_dagster.defs.training import segmentation_model, spend_model, training_snapshot
from eshop_dagster.defs.warehouse import features, warehouse

refresh_warehouse = dg.define_asset_job(
    "refresh_warehouse",
    selection=dg.AssetSelection.assets(raw, warehouse, release),
    partitions_def=daily,
    executor_def=dg.in_process_executor,
    description="Pull one or more business days, bring the warehouse up to date with them and publish.",
)

retrain = dg.define_asset_job(
    "retrain",
    selection=dg.AssetSelection.assets(
        features, training_snapshot, segmentation_model, spend_model, customer_scores, release
    ),
    executor_def=dg.in_process_executor,
    description="Snapshot, train, judge and register every model, score every customer and publish.",
)


@dg.schedule(
    job=refresh_warehouse,
    cron_schedule="0 2 * * *",
    execution_timezone=BUSINESS_TIME_ZONE,
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def refresh_warehouse_daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Every day at 02:00 in São Paulo: yesterday's business day."""
    day = (context.scheduled_execution_time - timedelta(days=1)).date().isoformat()
    return dg.RunRequest(run_key=day, partition_key=day)


retrain_weekly = dg.ScheduleDefinition(
    name="retrain_weekly",
    job=retrain,
    cron_schedule="0 4 * * 0",
    execution_timezone=BUSINESS_TIME_ZONE,
    description="Every Sunday at 04:00 in São Paulo.",
)
