"""The inbox: sales reports that people drop into `<home>/inbox/`, each with its mapping beside it."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.adapters.raw_store import FORCE_REMEDY, PullReport, RawStoreError
from eshop_dagster.adapters.sources import OpenSource, load_source_config, open_source
from eshop_dagster.adapters.sources.base import SourceError
from eshop_dagster.adapters.sources.kinds.report import ReportConfig
from eshop_dagster.shop import BRAZIL, place_of
from eshop_dagster.stages.platform import Platform, yesterday
from eshop_dagster.stages.pull import clip_days, pull

FORCE_ENDING = ".force"
"""The ending of an empty file beside a report that says to load it although it takes rows away."""
ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".xlsx")

# A file that is still being copied grows; one that was quiet for this long is taken for whole.
_QUIET_SECONDS = 5.0


@dataclass(frozen=True)
class InboxReport:
    """A report that waits in the inbox.

    Attributes:
        path: the report.
        mapping: its mapping file, or None when there is none yet.
        content: a hash of the report's content.
        key: a hash of both contents and of when the report was put there: a report that could not be loaded is tried
            again only when it, or its mapping, is put there again.
        is_forced: whether a file `<report>.force` beside it says to load it although it takes rows away.
    """

    path: Path
    mapping: Path | None
    content: str
    key: str
    is_forced: bool = False


def forced_by(report: Path) -> Path:
    """The file that says to load a report although it takes rows away: the report's whole name, and an ending."""
    return report.with_name(report.name + FORCE_ENDING)


def waiting_reports(home: Path) -> list[InboxReport]:
    """Return the reports in the inbox that are no longer being written, in name order."""
    reports = []
    for path in sorted((home / "inbox").glob("*")):
        is_report = path.suffix.lower() in ENDINGS and not path.name.startswith(".")
        if is_report and path.is_file() and _is_quiet(path):
            mapping = _mapping_of(home, path)
            content = file_sha256(path)
            is_forced = forced_by(path).is_file()
            parts = f"{content}{file_sha256(mapping) if mapping else ''}{path.stat().st_mtime_ns}{is_forced or ''}"
            key = hashlib.sha256(parts.encode()).hexdigest()[:16]
            reports.append(InboxReport(path, mapping, content, key, is_forced))
    return reports


_SEEN: dict[Path, tuple[tuple[int, int], float]] = {}
"""Size and time of the files whose clock is ahead, and when this process first saw them so."""


def _is_quiet(path: Path) -> bool:
    """Whether a file was left alone for some seconds, also where its time lies in the future.

    Another machine's clock may be ahead, or a copy keep a time of its own; such a file is quiet once its size and time
    stayed the same while this process looked on.
    """
    status, now = path.stat(), time.time()
    if status.st_mtime <= now:
        return now - status.st_mtime >= _QUIET_SECONDS
    state = (status.st_size, status.st_mtime_ns)
    known, since = _SEEN.get(path, (None, now))
    if known != state:
        _SEEN[path] = (state, time.monotonic())
        return False
    return time.monotonic() - since >= _QUIET_SECONDS


def unsettled_reports(home: Path) -> list[str]:
    """Return the names of the reports that may still be written, for those who wait for them."""
    return [
        path.name
        for path in sorted((home / "inbox").glob("*"))
        if path.suffix.lower() in ENDINGS and not path.name.startswith(".") and path.is_file() and not _is_quiet(path)
    ]


def open_report(platform: Platform, report: InboxReport) -> OpenSource:
    """Return the report as a source.

    In a home that is filled from another source its ids are prefixed with the mapping's name, so that order 1001 of a
    report is not taken for order 1001 of the shop. Which days are still to come, the clocks of the report's shop say.
    """
    from eshop_dagster.adapters.sources.report import load_mapping

    assert report.mapping is not None
    config = load_source_config(platform.home)
    is_own = config is None or isinstance(config, ReportConfig)
    mapping = load_mapping(report.mapping)
    prefix = "" if is_own else f"{mapping.name}:"
    wanted = ReportConfig(path=report.path, mapping=report.mapping, id_prefix=prefix)
    return open_source(wanted, yesterday(mapping.shop))


def load_report(
    platform: Platform, report: InboxReport, *, on_days: Callable[[int], None] = lambda days: None
) -> PullReport:
    """Pull every day of a report into raw; its days replace the same days of earlier reports with the same mapping
    name.

    The file then moves into the vault, encrypted: it may hold names and e-mail addresses.

    Raises:
        SourceError: the report or its mapping cannot be read, the report holds a day that has not ended, or it changed
            while it was loaded; the file stays where it is.
        RawStoreError: too many rows are bad, a day would shrink too much, or orders that an earlier report brought are
            missing; the file stays where it is.
    """
    opened = open_report(platform, report)
    _refuse_days_to_come(opened, report)
    first, last = clip_days(opened, None, None)
    _refuse_missing_orders(platform, opened, report, first, last)
    try:
        done = pull(platform, opened, first, last, only_new=False, force=report.is_forced, on_days=on_days)
    except RawStoreError as error:
        beside = f"put an empty file {forced_by(report.path).name} beside it in the inbox"
        raise RawStoreError(str(error).replace(FORCE_REMEDY, beside)) from error
    _put_away(platform, report)
    forced_by(report.path).unlink(missing_ok=True)
    return done


def _refuse_days_to_come(opened: OpenSource, report: InboxReport) -> None:
    """Refuse a report of which only a part could be pulled now: the rest would be put away with it."""
    shop = getattr(opened.source, "shop", None) or BRAZIL
    if opened.source.last_day() > yesterday(shop):
        raise SourceError(
            f"{report.path.name} has changes of {opened.source.last_day()}, expected days that have ended in "
            f"{place_of(shop)}, up to {yesterday(shop)}: correct the date, leave the later days out of the export, or "
            "put it there again when they have ended"
        )


def _refuse_missing_orders(
    platform: Platform, opened: OpenSource, report: InboxReport, first: date, last: date
) -> None:
    """Refuse a report that lacks orders of its days which an earlier one of the same name brought.

    It was cut between two lines, or it was never meant to stand for the whole of these days: its days replace theirs.
    """
    from eshop_dagster.adapters.sources.report import load_mapping

    assert report.mapping is not None
    name = opened.source.name
    known = [day for day in sorted(platform.raw.days_pulled(name)) if first <= day <= last]
    if not known or load_mapping(report.mapping).missing_orders == "drop":
        return
    brought = {order: day for day in reversed(known) for order in _orders_of(platform.home, name, day)}
    for chunk in opened.source.changes(first, last):
        for order in chunk.tables["orders"]["order_id"].to_pylist():
            brought.pop(order, None)
    if brought:
        order, day = min(brought.items(), key=lambda item: (item[1], item[0]))
        raise RawStoreError(
            f"{report.path.name} lacks {len(brought)} orders that an earlier report {name} brought (such as {order} of "
            f"{day}): it was cut short, or holds only a part of its days, and loading it would take them away. Put a "
            "report there that has all orders of these days (a cancelled one as cancelled), or write `missing_orders: "
            "drop` into the mapping if they are really gone"
        )


def _orders_of(home: Path, source: str, day: date) -> list[str]:
    path = home / "raw" / "orders" / f"changed_date={day}" / f"{source}.parquet"
    # Read as one file: pyarrow takes the folder's name for a column otherwise.
    orders: list[str] = pq.ParquetFile(path).read(["order_id"])["order_id"].to_pylist() if path.exists() else []
    return orders


def _put_away(platform: Platform, report: InboxReport) -> None:
    """Move a loaded report into the vault, unless a newer one lies there under its name by now."""
    if file_sha256(report.path) != report.content:
        raise SourceError(f"{report.path.name} changed while it was loaded: it stays there, to be loaded again")
    sealed = f"{report.content[:16]}-{report.path.name}.sealed"
    platform.vault.seal_file(report.path, platform.home / "vault" / "reports" / sealed)
    report.path.unlink()


def _mapping_of(home: Path, path: Path) -> Path | None:
    for ending in (".yml", ".yaml"):
        beside = path.with_suffix(ending)
        if beside.is_file():
            return beside
    config = load_source_config(home)
    return config.mapping if isinstance(config, ReportConfig) else None
