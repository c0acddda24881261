"""The raw layer: a change log of Parquet files, one folder a day, and the quarantine beside it.

`raw/<table>/changed_date=<day>/<source>.parquet` holds the rows that kept the contract,
`quarantine/<table>/changed_date=<day>/<source>.parquet` those that broke it, and `raw/_pulls/<source>/<day>.json`
counts both and holds the hash of each file of raw.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.day_files import DayFiles
from eshop_dagster.adapters.files import json_bytes, parquet_bytes, write_atomically
from eshop_dagster.adapters.raw_intake import SMALLEST_GUARDED_ROWS, Intake, Limits, RawStoreError
from eshop_dagster.adapters.raw_records import EMPTY_FILE, Damage, PullRecords, content_hash, sealed
from eshop_dagster.adapters.shop_file import read_shop
from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.adapters.validation import stored_schema
from eshop_dagster.adapters.vault import Vault
from eshop_dagster.contract import TABLES
from eshop_dagster.faults import fault_point

__all__ = ["Damage", "Limits", "PullReport", "RawStore", "RawStoreError"]

FORCE_REMEDY = "pull again with --force"
"""What errors say where force helps; the inbox, which has no such option, says its own way instead."""


@dataclass
class PullReport:
    """What a pull did, in rows by table, and by table and reason."""

    days: int = 0
    days_written: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add_rows(self, other: "PullReport") -> None:
        """Count the rows of another pull, too: of another source, on days of this one."""
        self.accepted += other.accepted
        self.quarantined += other.quarantined


class RawStore:
    """The raw and quarantine folders of one home.

    Args:
        home: the data home.
        vault: takes the direct identifiers out of every row before it is written.
    """

    def __init__(self, home: Path, vault: Vault, limits: Limits | None = None) -> None:
        self._home = home
        self._raw = home / "raw"
        self._files = DayFiles(home)
        self._limits = limits or Limits()
        self._intake = Intake(vault, self._limits)
        self._pulls = PullRecords(self._raw)

    def write(
        self,
        source: str,
        fingerprint: str,
        chunks: Iterable[Changes],
        *,
        force: bool = False,
        on_days: Callable[[int], None] = lambda days: None,
    ) -> PullReport:
        """Check and write chunks of days; each day's table replaces itself by one rename.

        Args:
            source: names the file in each day's folder, so that several sources share a home.
            fingerprint: what the source was read from; kept with each day, see `days_pulled`.
            force: write a day that shrinks below the set share of what it was all the same.
            on_days: told the number of days done after each chunk.

        Raises:
            RawStoreError: too many rows break the contract, or a day shrinks too much; that chunk is not written.
            VaultError: the vault is damaged; nothing is written.
        """
        self._intake.vault.check()
        self.finish_killed_pull()
        self.write_empty_tables()
        report = PullReport()
        for chunk in chunks:
            self._write_chunk(source, fingerprint, chunk, report, force=force)
            on_days((chunk.last_day - chunk.first_day).days + 1)
        self._intake.vault.close()
        return report

    def finish_killed_pull(self) -> None:
        """Bring the day that a killed pull was replacing to its end; the caller holds the home."""
        self._files.finish()

    def days_pulled(self, source: str, fingerprint: str | None = None) -> set[date]:
        """Return the days that this source has written; with a fingerprint, those written from the very same input."""
        return {
            day
            for day, record in self._pulls.of_source(source)
            if fingerprint is None or record["fingerprint"] == fingerprint
        }

    def fingerprints(self, source: str) -> dict[date, str]:
        """Return, for each day that this source has written, what it was read from."""
        return {day: record["fingerprint"] for day, record in self._pulls.of_source(source)}

    def day_hashes(self) -> dict[date, str]:
        """Return one content hash for each day with raw data, over all sources."""
        parts: dict[date, list[str]] = {}
        for source in self._pulls.days_by_source():
            for day, record in self._pulls.of_source(source):
                parts.setdefault(day, []).append(f"{source}:{record['content']}")
        return {day: hashlib.sha256("\n".join(part).encode()).hexdigest()[:16] for day, part in sorted(parts.items())}

    def totals(self) -> PullReport:
        """Return the row counts of everything in raw and in quarantine."""
        report = PullReport()
        for source in self._pulls.days_by_source():
            for _day, record in self._pulls.of_source(source):
                report.days += 1
                report.accepted.update(record["accepted"])
                for table, reasons in record["quarantined"].items():
                    report.quarantined.update({(table, reason): rows for reason, rows in reasons.items()})
        return report

    def quarantined(self, table: str | None = None, reason: str | None = None) -> Iterator[dict[str, object]]:
        """Yield quarantined rows, the newest day first: `table`, `day`, `source`, `reason`, and `row` as it was found.

        The files hold references; the rows are opened in the vault, which needs the master key.

        Raises:
            RawStoreError: a file is not the one that its day's pull wrote.
        """
        folders = (self._raw.parent / "quarantine").glob(f"{table or '*'}/changed_date=*")
        for folder in sorted(folders, key=lambda path: (path.name, path.parent.name), reverse=True):
            day = date.fromisoformat(folder.name.removeprefix("changed_date="))
            for path in sorted(folder.glob("*.parquet")):
                self._pulls.refuse_damaged_quarantine(folder.parent.name, day, path.stem)
                for kept in pq.read_table(path, partitioning=None).to_pylist():
                    if reason is None or kept["reason"] == reason:
                        row = self._intake.opened(kept["row"])
                        known = {"table": folder.parent.name, "day": day, "source": path.stem}
                        yield {**known, "reason": kept["reason"], "row": row}

    def damaged(
        self,
        on_day: Callable[[int, int], None] = lambda done, total: None,
        days: Collection[date] | None = None,
        every_day_of: Collection[str] = (),
    ) -> list[Damage]:
        """Return the files of raw that do not hold what was pulled: lost, changed, not readable, or of no pull.

        Every file is read. The days meant are whole again once they have been pulled again.

        Args:
            on_day: told the number of days read, over all sources, and of all.
            days: these only; files of no pull are looked for when it is left out.
            every_day_of: tables of which the files of all other days are read, too.
        """
        return self._pulls.damaged(on_day, days, every_day_of)

    def write_empty_tables(self) -> None:
        """Give every raw table one empty file, so that it can be read (with its types) before a source fills it."""
        for table in TABLES:
            path = self._raw / table / "changed_date=1970-01-01" / EMPTY_FILE
            content = parquet_bytes(stored_schema(table).empty_table())
            if not path.exists() or path.read_bytes() != content:
                write_atomically(path, content)

    def _write_chunk(self, source: str, fingerprint: str, chunk: Changes, report: PullReport, *, force: bool) -> None:
        fault_point("validate")
        checked = self._intake.take_in(chunk, read_shop(self._home))
        days = [chunk.first_day + timedelta(days=n) for n in range((chunk.last_day - chunk.first_day).days + 1)]
        accepted = {table: dict(_by_day(result.accepted, days)) for table, result in checked.items()}
        quarantined = {table: dict(_by_day(result.quarantined, days)) for table, result in checked.items()}
        if not force:
            self._refuse_shrinking(source, days, accepted)
        for day in days:
            now = {table: accepted[table][day] for table in TABLES}
            bad = {table: quarantined[table][day] for table in TABLES}
            report.days_written += self._write_day(source, fingerprint, day, now, bad)
        report.days += len(days)
        for table, result in checked.items():
            report.accepted[table] += result.accepted.num_rows
            report.quarantined.update((table, reason) for reason in result.quarantined["reason"].to_pylist())

    def _write_day(
        self, source: str, fingerprint: str, day: date, accepted: dict[str, pa.Table], quarantined: dict[str, pa.Table]
    ) -> bool:
        """Make the day's files and its record hold these rows; return whether it was another day before."""
        contents: dict[str, str] = {}
        quarantine_files: dict[str, str] = {}
        files: dict[str, bytes | None] = {}
        for table in TABLES:
            file = f"{table}/changed_date={day}/{source}.parquet"
            content = files[f"raw/{file}"] = _bytes_of(accepted[table])
            contents[table] = hashlib.sha256(content).hexdigest() if content else ""
            bad = files[f"quarantine/{file}"] = _bytes_of(quarantined[table])
            if bad:
                quarantine_files[table] = hashlib.sha256(bad).hexdigest()
        record = {
            "fingerprint": fingerprint,
            "content": content_hash(contents),
            "files": {table: content for table, content in contents.items() if content},
            "accepted": {table: rows.num_rows for table, rows in accepted.items()},
            "quarantined": {
                table: dict(Counter(rows["reason"].to_pylist())) for table, rows in quarantined.items() if rows.num_rows
            },
            "quarantine_files": quarantine_files,
        }
        # The record comes last: a day without it counts as not pulled, and is pulled again.
        files[f"raw/_pulls/{source}/{day}.json"] = json_bytes(sealed(record))
        return self._files.replace(files)

    def _refuse_shrinking(self, source: str, days: list[date], accepted: dict[str, dict[date, pa.Table]]) -> None:
        for day in days:
            # A day whose record cannot be read is pulled again as if for the first time.
            record = self._pulls.find(source, day)
            for table, before in (record["accepted"] if record else {}).items():
                now = accepted[table][day].num_rows
                if before >= SMALLEST_GUARDED_ROWS and now < self._limits.smallest_share_kept * before:
                    raise RawStoreError(
                        f"{table} of {day} would shrink from {before} rows to {now}, below the "
                        f"{self._limits.smallest_share_kept:.0%} that a pull may leave: the day stays as it was. "
                        f"Check the source; if the rows are really gone, {FORCE_REMEDY}."
                    )


def _by_day(rows: pa.Table, days: list[date]) -> Iterator[tuple[date, pa.Table]]:
    """Slice rows that are sorted by `changed_date`, without copying."""
    stamps = rows["changed_date"].cast(pa.int32()).to_numpy()
    bounds = stamps.searchsorted([(day - date(1970, 1, 1)).days for day in [*days, days[-1] + timedelta(days=1)]])
    content = rows.drop_columns(["changed_date"])
    for day, start, stop in zip(days, bounds[:-1], bounds[1:], strict=True):
        yield day, content.slice(start, stop - start)


def _bytes_of(rows: pa.Table) -> bytes | None:
    """Return the Parquet file of these rows, or None: without rows there is no file."""
    return parquet_bytes(rows) if rows.num_rows else None
