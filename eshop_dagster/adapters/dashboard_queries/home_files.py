"""Small files of the home that say how its data came to be: days pulled, quarantined rows, runs of the jobs."""

from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from eshop_dagster.adapters.raw_records import PullRecords
from eshop_dagster.adapters.sqlite_files import open_to_read


@dataclass(frozen=True)
class Pulls:
    """What lies in raw and in quarantine.

    Attributes:
        days: pulled days by source.
        accepted: rows by table.
        quarantined: rows by table and reason.
        quarantined_by_month: rows by month (its first day) and table.
    """

    days: dict[str, list[date]]
    accepted: dict[str, int]
    quarantined: dict[tuple[str, str], int]
    quarantined_by_month: dict[tuple[date, str], int]


@dataclass(frozen=True)
class JobRun:
    """One run of a job: its name, how it ended, and when (UTC; None while it goes on)."""

    job: str
    status: str
    started_at: datetime | None
    ended_at: datetime | None


def read_pulls(home: Path) -> Pulls:
    """Return what the records of the pulls say; the files of rows themselves stay closed."""
    records = PullRecords(home / "raw")
    days = records.days_by_source()
    accepted: Counter[str] = Counter()
    quarantined: Counter[tuple[str, str]] = Counter()
    by_month: Counter[tuple[date, str]] = Counter()
    for source in days:
        for day, record in records.of_source(source):
            accepted.update(record["accepted"])
            for table, reasons in record["quarantined"].items():
                for reason, rows in reasons.items():
                    quarantined[table, reason] += rows
                    by_month[day.replace(day=1), table] += rows
    return Pulls(days, dict(accepted), dict(quarantined), dict(by_month))


def read_runs(home: Path, most: int = 20) -> list[JobRun]:
    """Return the newest runs, newest first; none where runs are kept elsewhere, as in containers.

    Dagster's own store is asked for four columns: importing Dagster would cost each dashboard seconds and its memory.
    """
    path = home / "dagster" / "history" / "runs.db"
    if not path.exists():
        return []
    statement = "SELECT pipeline_name, status, start_time, end_time FROM runs ORDER BY id DESC LIMIT ?"
    with closing(open_to_read(path, timeout=2)) as connection:
        rows = connection.execute(statement, (most,)).fetchall()
    return [JobRun(job, status, _instant(start), _instant(end)) for job, status, start, end in rows]


def _instant(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
