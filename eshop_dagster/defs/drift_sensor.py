"""Drift is measured every night, and the day that raises the alarm asks for one retraining and says why."""

from datetime import timedelta

import dagster as dg

from eshop_dagster.defs.drift import drift
from eshop_dagster.defs.evidence import WHY_TAG
from eshop_dagster.defs.jobs import retrain
from eshop_dagster.defs.time_zone import home_time_zone
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.drift import read_drift

_ANSWERED_WITHIN = timedelta(days=7)
"""An alarm older than this, counted from the last measured day, is history: nobody retrains for it any more."""


# A job of its own: reading the champion's record imports MLflow, for which the daily run need not wait.
watch_drift = dg.define_asset_job(
    "watch_drift",
    selection=dg.AssetSelection.assets(drift),
    executor_def=dg.in_process_executor,
    description="Measure how far the buyers of the last days are from those whom the champion learned from.",
)

watch_drift_daily = dg.ScheduleDefinition(
    name="watch_drift_daily",
    job=watch_drift,
    cron_schedule="0 3 * * *",
    execution_timezone=home_time_zone(),
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every day at 03:00 in the shop's time zone.",
)


@dg.sensor(name="drift", job=retrain, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def drift_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """A day on which the shop has left what the champion learned from; the cool-down lies in the measurements."""
    days = read_drift(load_settings().home)
    if not days:
        return dg.SkipReason("no day was measured yet: the job `watch_drift` measures one every night")
    last = days[-1].measurement.day
    fired = [one for one in days if one.has_fired and last - one.measurement.day <= _ANSWERED_WITHIN]
    if not fired:
        return dg.SkipReason(f"{last}: {days[-1].reason}")
    day = fired[-1].measurement.day
    if context.cursor and context.cursor >= str(day):
        return dg.SkipReason(f"the alarm of {day} was answered with a retraining")
    context.update_cursor(str(day))
    # The key guards against a cursor that was reset: one alarm is one retraining.
    return dg.RunRequest(run_key=f"drift {day}", tags={WHY_TAG: f"{day}: {fired[-1].reason}"})
