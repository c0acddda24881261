"""The code location: open this file first, then the one in `defs/` that you are after."""

import dagster as dg

from eshop_dagster.defs import jobs, publishing, raw, resources, training, warehouse

defs = dg.Definitions(
    assets=[
        raw.raw,
        warehouse.warehouse,
        warehouse.features,
        training.training_snapshot,
        training.segmentation_model,
        training.spend_model,
        publishing.customer_scores,
        publishing.release,
    ],
    jobs=[jobs.refresh_warehouse, jobs.retrain],
    schedules=[jobs.refresh_warehouse_daily, jobs.retrain_weekly],
    resources={"platform": resources.platform},
    executor=dg.in_process_executor,
)
