"""The code location: open this file first, then the one in `defs/` that you are after."""

import dagster as dg

from eshop_dagster.defs import (
    drift,
    drift_sensor,
    inbox,
    jobs,
    publishing,
    quality,
    raw,
    reproducing,
    resources,
    training,
    warehouse,
)

defs = dg.Definitions(
    assets=[
        *(raw.raw, inbox.inbox_reports, warehouse.warehouse, warehouse.features, drift.drift),
        *(training.training_snapshot, *training.MODELS.values()),
        *(*publishing.SCORES, publishing.release),
    ],
    asset_checks=[*quality.CHECKS, reproducing.champions_can_be_reproduced],
    jobs=[
        *(jobs.refresh_warehouse, jobs.retrain, inbox.load_inbox),
        *(reproducing.reproduce_champions, drift_sensor.watch_drift),
    ],
    schedules=[
        *(jobs.refresh_warehouse_daily, jobs.retrain_weekly),
        *(reproducing.reproduce_champions_weekly, drift_sensor.watch_drift_daily),
    ],
    sensors=[inbox.inbox, drift_sensor.drift_sensor],
    resources={"platform": resources.platform},
    executor=dg.in_process_executor,
)
