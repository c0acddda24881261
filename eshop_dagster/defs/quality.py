"""Checks that look at the shop as a whole: is the newest day there, and does it have the sales of such a day?

Rules of single rows and tables are dbt's tests, in the dbt project.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import dagster as dg

from eshop_dagster.ml.anomalies import Verdict
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.prices import judge_prices
from eshop_dagster.stages.quality import SHOWN_DAYS, freshness, recent_verdicts

_RANGE_START, _RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"

_BARS = "▁▂▃▄▅▆▇█"

_WHY_WARN = (
    " It warns and stops nothing: to a table a strike, a campaign and a lost file look the same, so a person looks. "
    "What is surely wrong fails a dbt test, which stops the run."
)


@dg.multi_asset_check(
    name="sales_are_usual",
    specs=[
        dg.AssetCheckSpec(
            "volume_is_usual",
            asset="fct_orders",
            description="The orders of each day of this run lie within what the shop's own history promises for such "
            "a weekday." + _WHY_WARN,
        ),
        dg.AssetCheckSpec(
            "revenue_is_usual",
            asset="fct_orders",
            description="The revenue of each day of this run fits its orders, by the average ticket of the weeks "
            "before: a slip in the prices shows here, a lack of orders does not." + _WHY_WARN,
        ),
    ],
    can_subset=True,
)
def sales_are_usual(
    context: dg.AssetCheckExecutionContext, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.AssetCheckResult]:
    """Whether the days that a run brought have the orders and the revenue of such days."""
    first, last = days_of_run(context.run.tags)
    verdicts = recent_verdicts(platform, until=last)
    for key in sorted(context.selected_asset_check_keys, key=lambda key: key.name):
        judged = [(one.day, one.orders if key.name == "volume_is_usual" else one.revenue) for one in verdicts]
        yield _result(key, judged, first)


@dg.asset_check(
    asset=dg.AssetKey(["raw", "orders"]),
    description="Every business day up to yesterday (from 03:00 on where the shop is) was pulled from each source "
    "that has a new day every day; olist, which is closed, and a report, which grows when it is loaded, are never "
    "stale. It warns and stops nothing: the days that are there are good, and the remedy is to pull the missing ones.",
)
def is_fresh(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Whether the newest day that should be there is there."""
    sources = freshness(platform)
    lines = [f"| {one.source} | {one.last_day} | {one.due_day or '–'} | {one.missing_days} |" for one in sources]
    return dg.AssetCheckResult(
        passed=bool(sources) and all(one.is_fresh for one in sources),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "verdict": "; ".join(one.reason for one in sources) or "nothing was ever pulled",
            "sources": _table("| source | last day | due | days missing |", lines),
        },
    )


@dg.asset_check(
    asset="fct_order_items",
    description="No line of this run's days costs 20 times what the shop's dearest lines cost and 100 times the usual: "
    "such a price is a slip, and one order of it outweighs a month." + _WHY_WARN,
)
def prices_are_usual(
    context: dg.AssetCheckExecutionContext, platform: dg.ResourceParam[Platform]
) -> dg.AssetCheckResult:
    """Whether any price is one that this shop cannot have meant."""
    verdict = judge_prices(platform, *days_of_run(context.run.tags))
    lines = [
        f"| {one.order_id} | {one.ordered_date} | {one.product_id} | {one.unit_price_brl:,.2f} |"
        for one in verdict.lines
    ]
    return dg.AssetCheckResult(
        passed=not verdict.lines,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "verdict": verdict.reason,
            "unusual_lines": verdict.line_count,
            "highest_plausible_price": _number(verdict.limit_brl),
            "dearest": _table("| order | day | product | price |", lines),
        },
    )


def days_of_run(tags: Mapping[str, str]) -> tuple[date | None, date | None]:
    """Return the first and the last business day that a run was asked to pull; None where it did not say."""
    day = tags.get("dagster/partition")
    first, last = tags.get(_RANGE_START, day), tags.get(_RANGE_END, day)
    return (date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None)


def _result(key: dg.AssetCheckKey, verdicts: Sequence[tuple[date, Verdict]], first: date | None) -> dg.AssetCheckResult:
    """Return the check's result: the days from `first` on decide, the ones before are shown beside them."""
    deciding = [(day, one) for day, one in verdicts if first is None or day >= first]
    unusual = [(day, one) for day, one in deciding if one.is_anomaly]
    shown = unusual or deciding[-1:]
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=not unusual,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "verdict": "\n".join(f"{day}: {one.reason}" for day, one in shown) or "no day to judge",
            "judged_days": sum(one.is_judged for _, one in deciding),
            "unusual_days": len(unusual),
            f"last_{SHOWN_DAYS}_days": _days_table(verdicts),
        },
    )


def _days_table(verdicts: Sequence[tuple[date, Verdict]]) -> dg.MetadataValue:
    values = [one.observed for _, one in verdicts]
    lines = [
        f"| {day:%Y-%m-%d %a} | {one.observed:,.0f} | {_number(one.expected)} | {_number(one.lower)} to "
        f"{_number(one.upper)} | {'**unusual**' if one.is_anomaly else 'usual' if one.is_judged else 'not judged'} |"
        for day, one in reversed(verdicts)
    ]
    return _table(f"`{sparkline(values)}`\n\n| day | seen | expected | bounds | verdict |", lines)


def sparkline(values: Sequence[float]) -> str:
    """Return one bar a value, from nothing to the highest."""
    top = max(values, default=0)
    return "".join(_BARS[round((len(_BARS) - 1) * value / top) if top > 0 else 0] for value in values)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _table(head: str, lines: Sequence[str]) -> dg.MetadataValue:
    columns = head.splitlines()[-1].count("|") - 1
    return dg.MetadataValue.md("\n".join([head, "|" + " --- |" * columns, *lines]))


CHECKS = [sales_are_usual, prices_are_usual, is_fresh]
