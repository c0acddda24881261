"""Pull: what changed on each day, from the home's source into raw."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pyarrow as pa

from eshop_dagster.adapters.full_disk import explains_full_disk
from eshop_dagster.adapters.raw_orders import find_reused_numbers
from eshop_dagster.adapters.raw_store import FORCE_REMEDY, Limits, PullReport, RawStore, RawStoreError
from eshop_dagster.adapters.sources import OpenSource, takes_registrations
from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.adapters.sources.registered import Register
from eshop_dagster.faults import fault_point
from eshop_dagster.shop import BRAZIL, Shop, place_of
from eshop_dagster.stages.platform import Platform, yesterday
from eshop_dagster.stages.settle_shop import forget_unfilled_shop, settle_shop


class DayRefused(ValueError):
    """A day was asked for that cannot be pulled."""


def clip_days(opened: OpenSource, first: date | None, last: date | None, shop: Shop = BRAZIL) -> tuple[date, date]:
    """Return the range of days to pull: what was asked for, within what the source knows.

    Raises:
        DayRefused: a day has not ended yet, or the range is empty.
    """
    shop = getattr(opened.source, "shop", None) or shop
    newest = yesterday(shop)
    for day in (first, last):
        if day is not None and day > newest:
            raise DayRefused(
                f"{day} has not ended in {place_of(shop)} yet: the last day that can be pulled is {newest}. Give --to "
                f"{newest} or earlier."
            )
    known_first, known_last = opened.source.first_day(), min(opened.source.last_day(), newest)
    clipped = (max(first or known_first, known_first), min(last or known_last, known_last))
    if clipped[0] > clipped[1]:
        raise DayRefused(
            f"there is nothing from {first or known_first} to {last or known_last}: the source "
            f"{opened.source.name} knows "
            f"{known_first} to {known_last}"
        )
    return clipped


@explains_full_disk
def pull(
    platform: Platform,
    opened: OpenSource,
    first: date,
    last: date,
    *,
    only_new: bool,
    force: bool = False,
    on_days: Callable[[int], None] = lambda days: None,
) -> PullReport:
    """Pull the days `first` to `last` (inclusive) into raw, and what people have added to the source since.

    Args:
        platform: the home.
        opened: the source, with its fingerprint.
        first: first business day.
        last: last business day.
        only_new: leave out days that were pulled from the very same input before.
        force: take a day that shrinks all the same.
        on_days: told the number of days done, also of those left out.
    """
    fault_point("pull")
    settle_shop(platform, opened)
    try:
        known = platform.raw.days_pulled(opened.source.name, opened.fingerprint) if only_new else set()
        wanted = [day for day in _days(first, last) if day not in known]
        if wanted and not force:
            _refuse_reused_numbers(platform, opened, first, last)
        on_days((last - first).days + 1 - len(wanted))
        report = platform.raw.write(
            opened.source.name, opened.fingerprint, _chunks(opened, wanted), force=force, on_days=on_days
        )
    except BaseException as error:
        forget_unfilled_shop(platform)
        if isinstance(error, RawStoreError) and error.reasons:
            raise RawStoreError(str(error) + _remedies(opened, error.reasons), error.reasons) from error
        raise
    if takes_registrations(opened.source.name):
        report.add_rows(take_up_registered(platform, opened.source.name, None if only_new else (first, last)))
    return report


def _remedies(opened: OpenSource, reasons: tuple[str, ...]) -> str:
    """What to do about each reason, where the source knows."""
    remedy: Callable[[str], str] | None = getattr(opened.source, "remedy", None)
    return "".join(f" {reason}: {remedy(reason)}." for reason in dict.fromkeys(reasons)) if remedy else ""


def _refuse_reused_numbers(platform: Platform, opened: OpenSource, first: date, last: date) -> None:
    """Refuse a report whose order numbers raw knows of other orders: the newer would stand in the older's place."""
    placed_orders = getattr(opened.source, "placed_orders", None)
    if placed_orders is None:
        return
    placed: pa.Table = placed_orders(first, last)
    ids = placed["customer_id"].to_pylist()
    keys = platform.vault.known_pseudonyms([one for one in dict.fromkeys(ids) if one])
    placed = placed.append_column("customer_key", pa.array([keys.get(one) for one in ids], pa.string()))
    apart: int = opened.source.days_within_order  # type: ignore[attr-defined]
    reused = find_reused_numbers(
        platform.home / "raw",
        opened.source.name,
        (first, last),
        placed,
        days_apart=apart,
        time_zone=platform.shop.time_zone,
    )
    if reused:
        one = reused[0]
        raise RawStoreError(
            f"{len(reused)} order numbers of {opened.source.name} are known of other orders (such as {one.order_id}: "
            f"known of {one.known}, now of {one.new}): loading it would take the older ones away. If the numbers start "
            "again each year, or another shop has the same ones, make the identity of more: order_id: {from: [COLUMN], "
            "year_of: DATE COLUMN} or {from: [SHOP COLUMN, COLUMN]} in the mapping, {from: [DATE COLUMN, COLUMN]} if "
            "they start again each month or day; if the older dates were wrong, "
            f"{FORCE_REMEDY}"
        )


def take_up_registered(platform: Platform, beside: str, asked: tuple[date, date] | None) -> PullReport:
    """Write into raw what was registered since the last pull, up to the last day that was pulled of the shop.

    Args:
        platform: the home; the caller holds it.
        beside: the source that people add to.
        asked: first and last day that are written again also when raw has them; None for none.
    """
    register, report = Register(platform.home), PullReport()
    wanted = register.fingerprints()
    if not wanted:
        return report
    newest = max(platform.raw.days_pulled(beside), default=date.min)
    known = platform.raw.fingerprints(register.name)
    # One bad entry may be all of its day: it goes to quarantine, and the shop's own days do not wait for it.
    raw = RawStore(platform.home, platform.vault, Limits(quarantined_share=1.0))
    for day, fingerprint in wanted.items():
        is_asked = asked is not None and asked[0] <= day <= asked[1]
        # A later day of a registered order waits until the shop gets there, or the home would end on that day.
        if day <= newest and (is_asked or known.get(day) != fingerprint):
            report.add_rows(raw.write(register.name, fingerprint, register.changes(day, day)))
    return report


def _chunks(opened: OpenSource, days: list[date]) -> Iterator[Changes]:
    """Ask the source for each run of consecutive days at once."""
    start = 0
    for position in range(1, len(days) + 1):
        if position == len(days) or days[position] != days[position - 1] + timedelta(days=1):
            yield from opened.source.changes(days[start], days[position - 1])
            start = position


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
