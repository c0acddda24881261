"""The code location: open this file first, then the one in `defs/` that you are after."""

import dagster as dg

from eshop_dagster.defs import inbox, jobs, publishing, quality, raw, resources, training, warehouse

defs = dg.Definitions(
    assets=[
        raw.raw,
        inbox.inbox_reports,
        warehouse.warehouse,
        warehouse.features,
        training.training_snapshot,
        training.segmentation_model,
        training.spend_model,
        publishing.customer_scores,
        publishing.release,
    ],
    asset_checks=quality.CHECKS,
    jobs=[jobs.refresh_warehouse, jobs.retrain, inbox.load_inbox],
    schedules=[jobs.refresh_warehouse_daily, jobs.retrain_weekly],
    sensors=[inbox.inbox],
    resources={"platform": resources.platform},
    executor=dg.in_process_executor,
)
