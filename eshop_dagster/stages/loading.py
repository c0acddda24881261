"""Tables for notebooks: of the current release, or as they were known in the morning of a past day."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eshop_dagster.adapters.release import NoRelease, OpenRelease, open_folder, open_release
from eshop_dagster.settings import load_settings
from eshop_dagster.stages.marts import MARTS
from eshop_dagster.stages.past import AS_OF_TABLES, history_of, table_as_of

if TYPE_CHECKING:
    import pyarrow as pa


class LoadError(ValueError):
    """What was asked for is not there; the message says what is, and what to do."""


def load(
    table: str,
    *,
    columns: Sequence[str] | None = None,
    as_of: date | str | None = None,
    home: Path | str | None = None,
    as_arrow: bool = False,
) -> Any:
    """Return a table as a pandas DataFrame: money as float64 (BRL), days as datetime64, instants in UTC.

    Without `as_of` it is read from the current release. With it, every business day that ended before that day is
    read from the change log and built again by the warehouse's own models, in a scratch folder: the table as it was
    known in the morning of `as_of`, whatever came later. That takes seconds to minutes by the size of the shop; the
    process keeps what it built. What models said (`customer_scores`, `revenue_forecast` …) is not built again: it
    comes from the release that was current on that morning, while that one is kept.

    Args:
        table: such as `fct_orders`.
        columns: these columns only, in this order.
        as_of: a day or its ISO text, from the second day of the history to the day after its last.
        home: the data home; default `$ESHOP_HOME`, else `data/`.
        as_arrow: return a `pyarrow.Table` with exact decimals instead.

    Raises:
        LoadError: there is no such table, column or day.
        NoRelease: the home has published nothing yet.
    """
    folder = load_settings(Path(home) if home is not None else None).home
    rows = _current(folder, table, columns) if as_of is None else _as_of(folder, table, columns, _day(as_of))
    rows = _in_utc(rows)
    return rows if as_arrow else _frame(rows)


def _current(home: Path, table: str, columns: Sequence[str] | None) -> "pa.Table":
    return _of_release(open_release(home), table, columns)


def _of_release(release: OpenRelease, table: str, columns: Sequence[str] | None) -> "pa.Table":
    if table not in release.manifest["tables"]:
        raise LoadError(
            f"there is no table {table!r}: release {release.name} has {_listed(release.manifest['tables'])}"
        )
    known = release.query(f'SELECT * FROM "{table}" LIMIT 0').column_names
    return release.query(f'SELECT {_selected(table, columns, known)} FROM "{table}"')


def _as_of(home: Path, table: str, columns: Sequence[str] | None, day: date) -> "pa.Table":
    history = history_of(home)
    if not history:
        raise NoRelease(f"{home} has no history yet: fill it first with `eshop run --home {home}`")
    first, last = history
    if day > last + timedelta(days=1):
        raise LoadError(
            f"as_of {day} lies after what is known: the history ends with {last}. Expected {last + timedelta(days=1)} "
            "(all that is known) or an earlier day; or pull newer days with `eshop run`"
        )
    if day <= first:
        raise LoadError(
            f"nothing was known in the morning of {day}: the history begins on {first}. Expected "
            f"{first + timedelta(days=1)} or a later day"
        )
    if table in AS_OF_TABLES:
        rows = table_as_of(home, table, day)
        return rows.select(_chosen(table, columns, rows.column_names))
    return _of_kept_release(home, table, columns, day)


def _of_kept_release(home: Path, table: str, columns: Sequence[str] | None, day: date) -> "pa.Table":
    """Return a table that models wrote, from the release that was current in the morning of a day."""
    kept: dict[str, Path] = {}
    # Of two releases of one day, the one published last.
    for path in sorted((home / "published").glob("*/manifest.json"), key=lambda path: path.stat().st_mtime):
        if not path.parent.is_symlink() and not path.parent.name.startswith("."):
            manifest = json.loads(path.read_text())
            if table in manifest["tables"]:
                kept[manifest["data_through"]] = path.parent
    if not kept:
        raise LoadError(f"there is no table {table!r} with a past: expected one of {_listed(AS_OF_TABLES)}")
    wanted = str(day - timedelta(days=1))
    if wanted not in kept:
        raise LoadError(
            f"what {table} said in the morning of {day} is not kept: models are not asked again about the past. Kept "
            f"are releases with data through {', '.join(sorted(kept))}; ask for the day after one of them"
        )
    return _of_release(open_folder(kept[wanted]), table, columns)


def _chosen(table: str, columns: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    if columns is None:
        return list(known)
    unknown = sorted(set(columns) - set(known))
    if unknown:
        raise LoadError(f"{table} has no columns {unknown}: it has {', '.join(known)}")
    return list(columns)


def _selected(table: str, columns: Sequence[str] | None, known: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in _chosen(table, columns, known))


def _listed(tables: Sequence[str] | Any) -> str:
    return ", ".join(sorted(tables, key=lambda table: (table not in MARTS, table)))


def _day(given: date | str) -> date:
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise LoadError(f"as_of is {given!r}, expected a day such as 2025-06-30") from error


def _in_utc(rows: "pa.Table") -> "pa.Table":
    """Return the same instants, told in UTC: DuckDB tells them in the machine's time zone."""
    import pyarrow as pa

    for place, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz:
            rows = rows.set_column(place, field.name, rows[field.name].cast(pa.timestamp(field.type.unit, "UTC")))
    return rows


def _frame(rows: "pa.Table") -> Any:
    import pyarrow as pa

    for place, field in enumerate(rows.schema):
        if pa.types.is_decimal(field.type):
            # Decimals would become Python objects: fifty bytes each, and no arithmetic of arrays.
            rows = rows.set_column(place, field.name, rows[field.name].cast(pa.float64()))
    return rows.to_pandas(date_as_object=False)
