"""Group `raw`: the change log, one asset a table, one partition a business day."""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from eshop_dagster.adapters.full_disk import DiskFull
from eshop_dagster.adapters.raw_store import PullReport, RawStoreError
from eshop_dagster.adapters.sources import load_source_config, open_source
from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.contract import TABLES
from eshop_dagster.defs.time_zone import home_time_zone
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.platform import Platform, yesterday
from eshop_dagster.stages.progress import Counter
from eshop_dagster.stages.pull import DayRefused, clip_days, pull


def first_partition() -> date:
    """Return the first day of the home's source, where daily partitions begin."""
    config = load_source_config(load_settings().home)
    return config.first_day if config else date(2024, 1, 1)


daily = dg.DailyPartitionsDefinition(first_partition().isoformat(), timezone=home_time_zone())


class PullConfig(dg.Config):
    """How to pull.

    Attributes:
        only_new: leave out days that were pulled from the very same input before.
        force: take a day that shrinks below the set share of what it was.
    """

    only_new: bool = False
    force: bool = False


@dg.multi_asset(
    name="raw",
    specs=[
        dg.AssetSpec(
            ["raw", table],
            group_name="raw",
            description=TABLES[table].description,
            kinds={"parquet"},
            owners=["team:data"],
            skippable=True,
        )
        for table in TABLES
    ],
    partitions_def=daily,
    can_subset=True,
    backfill_policy=dg.BackfillPolicy.single_run(),
    # A source may be away for a while; input that is wrong stays wrong, and is not tried again.
    retry_policy=dg.RetryPolicy(max_retries=3, delay=5, backoff=dg.Backoff.EXPONENTIAL),
)
def raw(
    context: dg.AssetExecutionContext, config: PullConfig, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.MaterializeResult[None]]:
    """What changed on each business day, checked against the raw contract."""
    keys = context.partition_key_range
    first, last = date.fromisoformat(keys.start), date.fromisoformat(keys.end)
    try:
        opened = open_source(
            load_source_config(platform.home) or platform.params.source.config, yesterday(platform.shop)
        )
        first, last = clip_days(opened, first, last, platform.shop)
        days = Counter("pull", (last - first).days + 1)
        report = pull(platform, opened, first, last, only_new=config.only_new, force=config.force, on_days=days.advance)
    except (SourceError, RawStoreError, DayRefused, DiskFull) as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    context.log.info(f"{opened.source.name}: {report.days} days pulled, {report.days_written} changed")
    # A day is pulled whole, whichever of its tables were asked for: they belong together.
    for table in TABLES:
        if dg.AssetKey(["raw", table]) in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=["raw", table], metadata=_metadata(report, table))


def _metadata(report: PullReport, table: str) -> dict[str, dg.MetadataValue]:
    reasons = {reason: rows for (name, reason), rows in report.quarantined.items() if name == table}
    metadata: dict[str, dg.MetadataValue] = {
        "rows": dg.MetadataValue.int(report.accepted[table]),
        "quarantined_rows": dg.MetadataValue.int(sum(reasons.values())),
        "days": dg.MetadataValue.int(report.days),
    }
    if reasons:
        lines = "\n".join(f"| {reason} | {rows} |" for reason, rows in sorted(reasons.items()))
        metadata["quarantine_reasons"] = dg.MetadataValue.md(f"| reason | rows |\n| --- | --- |\n{lines}")
    return metadata
