"""The raw layer: a change log of Parquet files, one folder a day, and the quarantine beside it.

`raw/<table>/changed_date=<day>/<source>.parquet` holds the rows that kept the contract,
`quarantine/<table>/changed_date=<day>/<source>.parquet` those that broke it, and `raw/_pulls/<source>/<day>.json`
counts both.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from eshop_dagster.adapters.files import parquet_bytes, write_atomically, write_json
from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.adapters.validation import QUARANTINE_SCHEMA, Checked, UnknownColumn, check_rows, stored_schema
from eshop_dagster.adapters.vault import Vault
from eshop_dagster.contract import DIRECT_IDENTIFIERS, TABLES

SMALLEST_GUARDED_ROWS = 20
"""A day's table below this many rows may shrink freely: a share of so few rows says nothing."""


class RawStoreError(RuntimeError):
    """A pull was refused; what was there before is untouched."""


@dataclass(frozen=True)
class Limits:
    """How much may be wrong before a pull stops.

    Attributes:
        quarantined_share: largest share (0-1) of a table's rows in one chunk of days that may go to quarantine.
        smallest_share_kept: a day's table may not shrink below this share (0-1) of what it was, unless forced.
    """

    quarantined_share: float = 0.10
    smallest_share_kept: float = 0.5


@dataclass
class PullReport:
    """What a pull did, in rows by table, and by table and reason."""

    days: int = 0
    days_written: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[tuple[str, str]] = field(default_factory=Counter)


class RawStore:
    """The raw and quarantine folders of one home.

    Args:
        home: the data home.
        vault: takes the direct identifiers out of every row before it is written.
    """

    def __init__(self, home: Path, vault: Vault, limits: Limits | None = None) -> None:
        self._raw = home / "raw"
        self._quarantine = home / "quarantine"
        self._vault = vault
        self._limits = limits or Limits()

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
        """
        self._write_empty_tables()
        report = PullReport()
        for chunk in chunks:
            self._write_chunk(source, fingerprint, chunk, report, force=force)
            on_days((chunk.last_day - chunk.first_day).days + 1)
        return report

    def days_pulled(self, source: str, fingerprint: str | None = None) -> set[date]:
        """Return the days that this source has written; with a fingerprint, those written from the very same input."""
        return {
            day for day, record in self._records(source) if fingerprint is None or record["fingerprint"] == fingerprint
        }

    def day_hashes(self) -> dict[date, str]:
        """Return one content hash for each day with raw data, over all sources."""
        parts: dict[date, list[str]] = {}
        for folder in sorted((self._raw / "_pulls").glob("*")):
            for day, record in self._records(folder.name):
                parts.setdefault(day, []).append(f"{folder.name}:{record['content']}")
        return {day: hashlib.sha256("\n".join(part).encode()).hexdigest()[:16] for day, part in sorted(parts.items())}

    def totals(self) -> PullReport:
        """Return the row counts of everything in raw and in quarantine."""
        report = PullReport()
        for folder in (self._raw / "_pulls").glob("*"):
            for _day, record in self._records(folder.name):
                report.days += 1
                report.accepted.update(record["accepted"])
                for table, reasons in record["quarantined"].items():
                    report.quarantined.update({(table, reason): rows for reason, rows in reasons.items()})
        return report

    def _records(self, source: str) -> Iterator[tuple[date, dict[str, Any]]]:
        for path in sorted((self._raw / "_pulls" / source).glob("*.json")):
            yield date.fromisoformat(path.stem), json.loads(path.read_text())

    def _write_chunk(self, source: str, fingerprint: str, chunk: Changes, report: PullReport, *, force: bool) -> None:
        checked = self._check(chunk)
        self._refuse_too_many_bad_rows(checked)
        days = [chunk.first_day + timedelta(days=n) for n in range((chunk.last_day - chunk.first_day).days + 1)]
        accepted = {table: dict(_by_day(result.accepted, days)) for table, result in checked.items()}
        quarantined = {table: dict(_by_day(result.quarantined, days)) for table, result in checked.items()}
        if not force:
            self._refuse_shrinking(source, days, accepted)
        for day in days:
            contents = {}
            for table in TABLES:
                file = f"{table}/changed_date={day}/{source}.parquet"
                contents[table] = _replace(self._raw / file, accepted[table][day])
                _replace(self._quarantine / file, quarantined[table][day])
            record = {
                "fingerprint": fingerprint,
                "content": hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest(),
                "accepted": {table: accepted[table][day].num_rows for table in TABLES},
                "quarantined": {
                    table: dict(Counter(quarantined[table][day]["reason"].to_pylist()))
                    for table in TABLES
                    if quarantined[table][day].num_rows
                },
            }
            # The record comes last: a day without it counts as not pulled, and is pulled again.
            if self._record(source, day) != record:
                write_json(self._record_path(source, day), record)
                report.days_written += 1
        report.days += len(days)
        for table, result in checked.items():
            report.accepted[table] += result.accepted.num_rows
            report.quarantined.update((table, reason) for reason in result.quarantined["reason"].to_pylist())

    def _check(self, chunk: Changes) -> dict[str, Checked]:
        _refuse_outside_contract(chunk)
        checked: dict[str, Checked] = {}
        for name, table in TABLES.items():
            rows = chunk.tables.get(name, pa.table({"changed_date": pa.array([], pa.date32())}))
            parent = checked[table.parent].accepted if table.parent else None
            checked[name] = check_rows(name, self._pseudonymise(name, rows), parent)
        return self._with_rejected(checked, chunk.rejected)

    def _pseudonymise(self, table: str, rows: pa.Table) -> pa.Table:
        """Move the direct identifiers to the vault and put `customer_key` in their place."""
        if "customer_id" not in rows.column_names:
            return rows
        if table == "customers":
            identifiers = [name for name in ("customer_id", *DIRECT_IDENTIFIERS) if name in rows.column_names]
            persons = rows.sort_by("changed_date").select(identifiers).to_pylist()
            keys = self._vault.store([person for person in persons if not _is_blank(person["customer_id"])])
            nameless = [json.dumps(person, sort_keys=True) for person in persons if _is_blank(person["customer_id"])]
            self._vault.seal_rows(nameless)
            rows = rows.drop_columns([name for name in identifiers if name != "customer_id"])
        else:
            ids = rows["customer_id"].unique().to_pylist()
            keys = self._vault.pseudonyms([customer_id for customer_id in ids if not _is_blank(customer_id)])
        position = rows.column_names.index("customer_id")
        ids = rows["customer_id"].cast(pa.string()).to_pylist()
        column = pa.array([keys.get(customer_id) for customer_id in ids], pa.string())
        return rows.set_column(position, "customer_key", column)

    def _with_rejected(self, checked: dict[str, Checked], rejected: pa.Table) -> dict[str, Checked]:
        """Add the rows that the source could not take apart; their text is sealed, as it may hold personal data."""
        for name in rejected["table"].unique().to_pylist():
            rows = rejected.filter(pc.equal(rejected["table"], name))
            references = self._vault.seal_rows(rows["row"].to_pylist())
            sealed = pa.table(
                [rows["changed_date"], rows["reason"], pa.array([json.dumps({"sealed": ref}) for ref in references])],
                schema=QUARANTINE_SCHEMA,
            )
            quarantined = pa.concat_tables([checked[name].quarantined, sealed]).sort_by("changed_date")
            checked[name] = Checked(checked[name].accepted, quarantined)
        return checked

    def _refuse_too_many_bad_rows(self, checked: dict[str, Checked]) -> None:
        for table, result in checked.items():
            bad, rows = result.quarantined.num_rows, result.accepted.num_rows + result.quarantined.num_rows
            # A handful of bad rows in a tiny table says little: they are quarantined unless they are the majority.
            if bad > max(self._limits.quarantined_share * rows, min(SMALLEST_GUARDED_ROWS, rows / 2)):
                counts = Counter(result.quarantined["reason"].to_pylist()).most_common(3)
                reasons = ", ".join(f"{reason} {count}x" for reason, count in counts)
                first = result.quarantined["changed_date"][0].as_py()
                raise RawStoreError(
                    f"{bad} of {rows} rows of {table} break the raw contract ({reasons}; first on {first}), "
                    "more than the "
                    f"{self._limits.quarantined_share:.0%} that may go to quarantine: nothing of these days was "
                    "written. "
                    "Mend the source or its mapping, or raise `raw.quarantined_share` in params.yaml."
                )

    def _refuse_shrinking(self, source: str, days: list[date], accepted: dict[str, dict[date, pa.Table]]) -> None:
        for day in days:
            record = self._record(source, day)
            for table, before in (record["accepted"] if record else {}).items():
                now = accepted[table][day].num_rows
                if before >= SMALLEST_GUARDED_ROWS and now < self._limits.smallest_share_kept * before:
                    raise RawStoreError(
                        f"{table} of {day} would shrink from {before} rows to {now}, below the "
                        f"{self._limits.smallest_share_kept:.0%} that a pull may leave: the day stays as it was. "
                        "Check the source; if the rows are really gone, pull again with --force."
                    )

    def _record(self, source: str, day: date) -> dict[str, dict[str, int]] | None:
        path = self._record_path(source, day)
        return json.loads(path.read_text()) if path.exists() else None

    def _record_path(self, source: str, day: date) -> Path:
        return self._raw / "_pulls" / source / f"{day}.json"

    def _write_empty_tables(self) -> None:
        """Give every raw table one empty file, so that it can be read (with its types) before a source fills it."""
        for table in TABLES:
            path = self._raw / table / "changed_date=1970-01-01" / "empty.parquet"
            if not path.exists():
                write_atomically(path, parquet_bytes(stored_schema(table).empty_table()))


def _is_blank(customer_id: object) -> bool:
    return customer_id is None or not str(customer_id).strip()


def _refuse_outside_contract(chunk: Changes) -> None:
    """Refuse what no day's file could hold, before anything reaches the vault: it would be lost without a word."""
    unknown = sorted({*chunk.tables, *chunk.rejected["table"].unique().to_pylist()} - set(TABLES))
    if unknown:
        raise RawStoreError(f"the source yielded unknown tables {unknown}: the contract has {sorted(TABLES)}")
    for name, rows in {**chunk.tables, "rejected": chunk.rejected}.items():
        if name in TABLES:
            columns = {*TABLES[name].columns, "changed_date"}
            surplus = sorted(set(rows.column_names) - columns)
            if surplus:
                raise UnknownColumn(f"{name} came with unknown columns {surplus}: the contract has {sorted(columns)}")
        days = rows["changed_date"].unique().to_pylist()
        strays = [str(day) for day in days if day is None or not chunk.first_day <= day <= chunk.last_day]
        if strays:
            raise RawStoreError(
                f"{name} came with rows of {strays[0]} in a chunk of {chunk.first_day} to {chunk.last_day}: "
                "nothing of these days was written. Mend the source: each row belongs to the chunk that covers its day."
            )


def _by_day(rows: pa.Table, days: list[date]) -> Iterator[tuple[date, pa.Table]]:
    """Slice rows that are sorted by `changed_date`, without copying."""
    stamps = rows["changed_date"].cast(pa.int32()).to_numpy()
    bounds = stamps.searchsorted([(day - date(1970, 1, 1)).days for day in [*days, days[-1] + timedelta(days=1)]])
    content = rows.drop_columns(["changed_date"])
    for day, start, stop in zip(days, bounds[:-1], bounds[1:], strict=True):
        yield day, content.slice(start, stop - start)


def _replace(path: Path, rows: pa.Table) -> str:
    """Make `path` hold exactly these rows, or not exist when there are none; return the content's hash.

    A file that already holds them is left alone, so that its time of change tells when the data changed.
    """
    if rows.num_rows == 0:
        path.unlink(missing_ok=True)
        return ""
    content = parquet_bytes(rows)
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        # One run holds the home at a time: the next one writes over what a killed one left aside.
        aside = path.with_name(f".{path.name}.part")
        aside.write_bytes(content)
        os.replace(aside, path)
    return hashlib.sha256(content).hexdigest()
