"""The warehouse's tables as they were known in the morning of a past day, built in a scratch folder.

The change log holds every day as it was; the days before `as_of`, built by the same models, give the very tables of
that morning. An older release would not do: only a few are kept, and rows of a day that was pulled again since belong
to that day, too. Neither the home's warehouse nor its lock is touched.
"""

import atexit
import hashlib
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from eshop_dagster.adapters.dbt import raise_on_failure, run_dbt
from eshop_dagster.adapters.raw_records import PullRecords
from eshop_dagster.adapters.raw_store import RawStoreError
from eshop_dagster.adapters.shop_file import SHOP_FILE
from eshop_dagster.adapters.warehouse import Warehouse
from eshop_dagster.contract import TABLES
from eshop_dagster.stages.marts import BOOKKEEPING, MARTS

if TYPE_CHECKING:
    import pyarrow as pa

FEATURES = "customer_features"

AS_OF_TABLES: dict[str, tuple[str, ...]] = {**MARTS, FEATURES: ("customer_key",)}
"""Tables that can be built as of a day, with the columns of their grain."""

_TRIES = 5
_PAUSE_SECONDS = 0.3

_scratches: dict[tuple[Path, date, str], Path] = {}
_built: dict[Path, set[str]] = {}


def history_of(home: Path) -> tuple[date, date] | None:
    """Return the first and the last business day in a home's change log, or None when there is none."""
    days = [day for found in PullRecords(home / "raw").days_by_source().values() for day in found]
    return (min(days), max(days)) if days else None


def table_as_of(home: Path, table: str, as_of: date) -> "pa.Table":
    """Return a table of `AS_OF_TABLES` with what was known before `as_of`, sorted by its key.

    Raises:
        RawStoreError: the days before it are being pulled again right now.
        DbtError: a model failed.
    """
    for _attempt in range(_TRIES):
        content = _content_before(home, as_of)
        if content is None:
            time.sleep(_PAUSE_SECONDS)
            continue
        scratch = _scratch(home, as_of, content)
        if table not in _built.setdefault(scratch, set()):
            _built[scratch] |= _build(scratch, table, as_of, _built[scratch])
        # The files are links: had a pull replaced one of these days meanwhile, the table would be of neither log.
        if _content_before(home, as_of) == content:
            return _read(scratch, table)
        _forget(scratch)
    raise RawStoreError(
        f"the days before {as_of} of {home} are being pulled again, or a pull was killed amidst a day: wait for that "
        "run to end, or let `eshop run` finish what was begun; then load again"
    )


def _build(scratch: Path, table: str, as_of: date, built: set[str]) -> set[str]:
    """Build a table and what it reads, as far as it is not there, and return the names of what was built."""
    results = run_dbt(
        [
            *("build", "--resource-type", "model", "--resource-type", "seed", "--full-refresh"),
            # One model after another: each may fill the memory.
            *("--threads", "1", "--select", f"+{table}", *(("--exclude", *sorted(built)) if built else ())),
        ],
        home=scratch,
        variables={"ESHOP_AS_OF_DATES": str(as_of)},
    )
    raise_on_failure("build", results)
    return {result.unique_id.rpartition(".")[2] for result in results}


def _read(scratch: Path, table: str) -> "pa.Table":
    warehouse = Warehouse(scratch)
    columns = [name for name in warehouse.columns(table) if name not in BOOKKEEPING.get(table, ())]
    names, key = (", ".join(f'"{name}"' for name in listed) for listed in (columns, AS_OF_TABLES[table]))
    return warehouse.read(f"SELECT {names} FROM {table} ORDER BY {key}")


def _scratch(home: Path, as_of: date, content: str) -> Path:
    """Return a home of this process whose change log ends before `as_of`: links to the days of the true one."""
    known = (home, as_of, content)
    if known in _scratches:
        return _scratches[known]
    scratch = Path(tempfile.mkdtemp(prefix="eshop-as-of-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    for table in TABLES:
        (scratch / "raw" / table).mkdir(parents=True)
        for folder in (home / "raw" / table).glob("changed_date=*"):
            if date.fromisoformat(folder.name.removeprefix("changed_date=")) < as_of:
                (scratch / "raw" / table / folder.name).symlink_to(folder)
    if (home / SHOP_FILE).exists():
        shutil.copyfile(home / SHOP_FILE, scratch / SHOP_FILE)
    _scratches[known] = scratch
    return scratch


def _forget(scratch: Path) -> None:
    for known in [known for known, path in _scratches.items() if path == scratch]:
        del _scratches[known]
    _built.pop(scratch, None)
    shutil.rmtree(scratch, ignore_errors=True)


def _content_before(home: Path, as_of: date) -> str | None:
    """Return a hash of what the records say of every day before `as_of`; None while a day is being replaced."""
    # Files take their places before their record does, and a journal lies there as long.
    if (home / "raw" / "_aside" / "journal.json").exists():
        return None
    records, digest = PullRecords(home / "raw"), hashlib.sha256()
    for source in sorted(records.days_by_source()):
        for day, record in records.of_source(source):
            if day < as_of:
                digest.update(f"{source} {day} {record['content']}\n".encode())
    return digest.hexdigest()
