"""The inbox: sales reports that people drop into `<home>/inbox/`, each with its mapping beside it."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.adapters.raw_store import PullReport
from eshop_dagster.adapters.sources import OpenSource, SourceConfig, load_source_config, open_source
from eshop_dagster.stages.platform import Platform, yesterday
from eshop_dagster.stages.pull import clip_days, pull

ENDINGS = (".csv", ".tsv", ".txt", ".parquet")

# A file that is still being copied grows; one that was quiet for this long is taken for whole.
_QUIET_SECONDS = 5.0


@dataclass(frozen=True)
class InboxReport:
    """A report that waits in the inbox.

    Attributes:
        path: the report.
        mapping: its mapping file, or None when there is none yet.
        key: a hash of both contents: the same report with the same mapping is loaded once.
    """

    path: Path
    mapping: Path | None
    key: str


def waiting_reports(home: Path) -> list[InboxReport]:
    """Return the reports in the inbox that are no longer being written, in name order."""
    reports = []
    for path in sorted((home / "inbox").glob("*")):
        is_report = path.suffix.lower() in ENDINGS and not path.name.startswith(".")
        if is_report and path.is_file() and time.time() - path.stat().st_mtime >= _QUIET_SECONDS:
            mapping = _mapping_of(home, path)
            parts = file_sha256(path) + (file_sha256(mapping) if mapping else "")
            reports.append(InboxReport(path, mapping, hashlib.sha256(parts.encode()).hexdigest()[:16]))
    return reports


def open_report(platform: Platform, report: InboxReport) -> OpenSource:
    """Return the report as a source.

    In a home that is filled from another source its ids are prefixed with the mapping's name, so that order 1001 of a
    report is not
    taken for order 1001 of the shop.
    """
    from eshop_dagster.adapters.sources.report import load_mapping

    assert report.mapping is not None
    config = load_source_config(platform.home)
    is_own = config is None or config.kind == "report"
    prefix = "" if is_own else f"{load_mapping(report.mapping).name}:"
    wanted = SourceConfig(kind="report", path=str(report.path), mapping=str(report.mapping), id_prefix=prefix)
    return open_source(wanted, yesterday())


def load_report(
    platform: Platform, report: InboxReport, *, on_days: Callable[[int], None] = lambda days: None
) -> PullReport:
    """Pull every day of a report into raw; its days replace the same days of earlier reports with the same mapping
    name.

    The file then moves into the vault, encrypted: it may hold names and e-mail addresses.

    Raises:
        SourceError: the report or its mapping cannot be read; the file stays where it is.
        RawStoreError: too many rows are bad, or a day would shrink too much; the file stays where it is.
    """
    opened = open_report(platform, report)
    first, last = clip_days(opened, None, None)
    done = pull(platform, opened, first, last, only_new=False, on_days=on_days)
    platform.vault.seal_file(
        report.path, platform.home / "vault" / "reports" / f"{report.key}-{report.path.name}.sealed"
    )
    report.path.unlink()
    return done


def _mapping_of(home: Path, path: Path) -> Path | None:
    for ending in (".yml", ".yaml"):
        beside = path.with_suffix(ending)
        if beside.is_file():
            return beside
    config = load_source_config(home)
    if config is not None and config.mapping:
        return Path(config.mapping)
    return None
