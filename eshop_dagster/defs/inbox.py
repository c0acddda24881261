"""Reports dropped into `<home>/inbox/`: the asset that loads them and the sensor that sees them."""

from pathlib import Path

import dagster as dg

from eshop_dagster.adapters.raw_store import RawStoreError
from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.defs.publishing import release
from eshop_dagster.defs.warehouse import warehouse
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.inbox import load_report, unsettled_reports, waiting_reports
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.pull import DayRefused


class InboxConfig(dg.Config):
    """Which report to load: the key that the sensor gave it; empty means all that wait."""

    key: str = ""


@dg.asset(group_name="raw", kinds={"csv", "parquet"}, owners=["team:data"])
def inbox_reports(
    context: dg.AssetExecutionContext, config: InboxConfig, platform: dg.ResourceParam[Platform]
) -> dg.MaterializeResult[None]:
    """Sales reports that people dropped into the inbox, loaded into raw day by day."""
    waiting = [report for report in waiting_reports(platform.home) if config.key in ("", report.key)]
    ready = [report for report in waiting if report.mapping is not None]
    rows = quarantined = 0
    for report in ready:
        try:
            done = load_report(platform, report)
        except (SourceError, RawStoreError, DayRefused) as error:
            raise dg.Failure(
                f"{report.path.name} was not loaded and stays in the inbox: {error}", allow_retries=False
            ) from error
        rows += sum(done.accepted.values())
        quarantined += sum(done.quarantined.values())
        context.log.info(f"{report.path.name}: {done.days} days, {sum(done.accepted.values())} rows")
    return dg.MaterializeResult(
        metadata={
            "reports": ", ".join(report.path.name for report in ready) or "none waiting",
            "rows": rows,
            "quarantined_rows": quarantined,
        }
    )


load_inbox = dg.define_asset_job(
    "load_inbox",
    selection=dg.AssetSelection.assets(inbox_reports, warehouse, release),
    executor_def=dg.in_process_executor,
    description="Load the reports in the inbox, bring the warehouse up to date and publish.",
)


@dg.sensor(job=load_inbox, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """A new report in `<home>/inbox/` with its mapping (`<report>.yml`) beside it."""
    home = load_settings().home
    waiting = waiting_reports(home)
    if not waiting:
        if written := unsettled_reports(home):
            return dg.SkipReason(f"{', '.join(written)} may still be written: it is looked at again in a moment")
        return dg.SkipReason(f"no report waits in {home / 'inbox'}")
    without = [report.path.name for report in waiting if report.mapping is None]
    requests = [
        # The key is of both contents: a mapping that was mended is tried again, the same failure is not.
        dg.RunRequest(
            run_key=report.key,
            run_config={"ops": {"inbox_reports": {"config": {"key": report.key}}}},
            tags={"report": report.path.name},
        )
        for report in waiting
        if report.mapping is not None
    ]
    if not requests:
        draft = Path(without[0]).with_suffix(".yml")
        return dg.SkipReason(
            f"{', '.join(without)} without a mapping: write one with `eshop report sniff "
            f"{home / 'inbox' / without[0]} -o "
            f"{home / 'inbox' / draft}`"
        )
    return dg.SensorResult(run_requests=requests)
