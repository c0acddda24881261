"""Quality that no rule of a table can see: does a day have the orders and the revenue that it should have, and is
the newest day there?
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from eshop_dagster.adapters.sources import Coming, SourceConfig, coming_of, load_source_config
from eshop_dagster.contract import BUSINESS_TIME_ZONE
from eshop_dagster.ml.anomalies import DayVerdict, Sales, judge
from eshop_dagster.ml.expectation import SPREAD_DAYS, WEEKS
from eshop_dagster.ml.feasts import shop_feasts
from eshop_dagster.stages.platform import Platform

SHOWN_DAYS = 14

DUE_HOUR = 3
"""Hour in the shop's time zone from which yesterday must be there; the nightly pull begins at 02:00."""

_DAILY_SALES = """
    SELECT ordered_date, count(*) AS order_count, sum(revenue_brl)::DOUBLE AS revenue_brl
    FROM fct_orders
    WHERE ordered_date BETWEEN $first AND $last
    GROUP BY ordered_date
"""


def recent_verdicts(
    platform: Platform,
    *,
    days: int = SHOWN_DAYS,
    until: date | None = None,
    special_dates: Collection[date] = frozenset(),
) -> list[DayVerdict]:
    """Return the verdicts on the last business days that were built, in day order.

    None before the first build, after one that did not end, and where no order is known.

    Args:
        platform: the home.
        days: how many.
        until: last day to judge; default: the last one built.
        special_dates: days that are unlike others, beside Black Friday's week, Christmas and the turn of the year.
    """
    # The build brings pandas along.
    from eshop_dagster.stages.build import project_of

    built = platform.warehouse.built_days(project_of(platform))
    if not built:
        return []
    last = min(until or max(built), max(built))
    # The verdict on the first of these days looks back on no more: the cost of a night does not grow with history.
    first = last - timedelta(days=days + SPREAD_DAYS + 7 * WEEKS)
    rows = platform.warehouse.read(_DAILY_SALES, {"first": first, "last": last}).to_pylist()
    history = {row["ordered_date"]: Sales(row["order_count"], row["revenue_brl"]) for row in rows}
    if not history:
        return []
    # A day without any order has no row; on the last day that is the news.
    history.setdefault(last, Sales(0, 0.0))
    wanted = [last - timedelta(days=back) for back in range(days)]
    feasts = shop_feasts(range(first.year, last.year + 1))
    return judge(
        history,
        [day for day in wanted if day >= min(history)],
        special_dates=feasts | frozenset(special_dates),
        currency=platform.shop.currency,
    )


def newest_anomaly(verdicts: list[DayVerdict]) -> tuple[date, str] | None:
    """Return the newest day of these on which orders or revenue are unusual, and what is; None where all is usual."""
    for day, *both in reversed(verdicts):
        reasons = [one.reason for one in both if one.is_anomaly]
        if reasons:
            return day, "; ".join(reasons)
    return None


@dataclass(frozen=True)
class Freshness:
    """How far one source has been pulled.

    Attributes:
        source: its name, as in raw.
        last_day: the newest business day pulled.
        due_day: the day that should be there; None where nothing comes by itself, so that nothing is stale.
        missing_days: days between the first one pulled and `due_day` that are not there; 0 where no day is due.
        reason: one sentence.
    """

    source: str
    last_day: date
    due_day: date | None
    missing_days: int
    reason: str

    @property
    def is_fresh(self) -> bool:
        """Whether no day is missing."""
        return self.missing_days == 0


def freshness(platform: Platform, now: datetime | None = None) -> list[Freshness]:
    """Return the freshness of every source that was ever pulled into this home, by name."""
    config = load_source_config(platform.home)
    zone = platform.shop.time_zone
    due = due_day(now or datetime.now(ZoneInfo(zone)), zone)
    found = []
    for folder in sorted((platform.home / "raw" / "_pulls").glob("*")):
        days = platform.raw.days_pulled(folder.name)
        if days:
            is_live = is_live_source(config, folder.name)
            found.append(_live(folder.name, days, due) if is_live else _without_due_day(folder.name, max(days)))
    return found


def is_live_source(config: SourceConfig | None, source: str) -> bool:
    """Return whether a source in raw is the home's own, and has a new day every day."""
    return config is not None and config.kind == source and config.coming is Coming.LIVE


def due_day(now: datetime, time_zone: str = BUSINESS_TIME_ZONE) -> date:
    """Return the newest business day that must have been pulled by now: yesterday, once the nightly pull had its time.

    Args:
        now: an instant with a time zone.
        time_zone: the shop's.
    """
    local = now.astimezone(ZoneInfo(time_zone))
    return local.date() - timedelta(days=1 if local.hour >= DUE_HOUR else 2)


def _live(source: str, days: set[date], due: date) -> Freshness:
    first, last = min(days), max(days)
    due = max(due, last)
    missing = [day for day in (first + timedelta(days=n) for n in range((due - first).days + 1)) if day not in days]
    if not missing:
        return Freshness(source, last, due, 0, f"{source} is fresh: it has every day to {last}")
    behind = (due - last).days
    gaps = len(missing) - behind
    parts = [f"ends at {last}, {behind} days before {due}"] if behind else []
    parts += [f"lacks {gaps} days in between, the first on {missing[0]}"] if gaps else []
    return Freshness(source, last, due, len(missing), f"{source} is stale: it {' and '.join(parts)}")


def _without_due_day(source: str, last: date) -> Freshness:
    if coming_of(source) is Coming.CLOSED:
        return Freshness(source, last, None, 0, f"{source} is a closed set that ends at {last}: it is never stale")
    reason = (
        f"{source} ends at {last}, as far as it was loaded: a newer report brings the days after, so it is never stale"
    )
    return Freshness(source, last, None, 0, reason)
