"""Rebuild: the warehouse from raw, when its file is damaged or does not hold what its records say."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from eshop_dagster.adapters.dbt import manifest_nodes, raise_on_failure, tables_read_by
from eshop_dagster.adapters.release import current_name
from eshop_dagster.adapters.table_records import QualityError
from eshop_dagster.adapters.warehouse import WarehouseDamaged
from eshop_dagster.stages.at_rest import damaged_releases
from eshop_dagster.stages.build import build_features, build_warehouse, plan_features, project_of
from eshop_dagster.stages.marts import MARTS
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.progress import Counter, tell
from eshop_dagster.stages.publish import Release, publish
from eshop_dagster.stages.raw_check import check_raw


@dataclass(frozen=True)
class Fault:
    """Why a warehouse must be built again; `is_readable` is False where its file cannot be read whole."""

    reason: str
    is_readable: bool


@dataclass(frozen=True)
class Rebuilt:
    """What became of the warehouse.

    Attributes:
        reason: why it was built again, or None: it was sound, and nothing was done.
        set_aside: where the file that was there lies now, or None when it was built again in place.
        tables: tables that were read whole, or built.
        release: what readers see now; None when nothing was done.
    """

    reason: str | None
    set_aside: Path | None
    tables: int
    release: Release | None


def rebuild_warehouse(platform: Platform, *, force: bool = False) -> Rebuilt:
    """Look whether the warehouse is sound; if not, or when forced, build it again from raw and publish.

    Raises:
        RawStoreError: raw itself is damaged, or holds nothing; the warehouse stays as it is.
        WarehouseError: another process holds the warehouse.
        DbtError: a model failed, or a test found bad rows; readers keep the release before.
    """
    platform.vault.check()
    check_raw(platform)
    fault = Fault("it was asked for", is_readable=False) if force else find_fault(platform)
    if fault is None:
        return _mended(platform)
    set_aside = None if fault.is_readable else _set_aside(platform)
    nodes = Counter("build", sum(node["resource_type"] in ("model", "test") for node in manifest_nodes().values()))
    report = build_warehouse(platform, full_refresh=True, on_node=lambda node: nodes.advance())
    raise_on_failure("test", report.tests)
    features = build_features(platform, plan_features(platform), on_node=lambda node: nodes.advance())
    raise_on_failure("test", features.tests)
    tell("publish", 0, 1)
    release = publish(platform)
    tell("publish", 1, 1)
    return Rebuilt(fault.reason, set_aside, len(platform.warehouse.tables()), release)


def _mended(platform: Platform) -> Rebuilt:
    """Write the damaged files of the current release again; the warehouse that they come from is sound."""
    current = current_name(platform.home)
    damaged = [one.what for one in damaged_releases(platform.home) if current and current in one.what]
    release = publish(platform) if damaged else None
    reason = f"the release was damaged and was written again ({damaged[0]})" if damaged else None
    return Rebuilt(reason, None, len(platform.warehouse.tables()), release)


def find_fault(platform: Platform) -> Fault | None:
    """Return why the warehouse must be built again, or None: its file is whole and its tables are those of raw.

    Raises:
        WarehouseError: another process holds the warehouse.
    """
    if not platform.warehouse.exists():
        return Fault("there was no warehouse", is_readable=False)
    try:
        platform.warehouse.verify(lambda done, total: tell("read the warehouse", done, total))
    except WarehouseDamaged as error:
        return Fault(f"its file was damaged ({error.how})", is_readable=False)
    built, raw = platform.warehouse.built_days(project_of(platform)), platform.raw.day_hashes()
    if built is None:
        return Fault("its last build did not end, or was of another dbt project or home", is_readable=True)
    changed = {*raw.items()} ^ {*built.items()}
    if changed:
        days = sorted({day for day, _content in changed})
        return Fault(f"raw has changed since it was built ({len(days)} days, first {days[0]})", is_readable=True)
    wanted = {*MARTS, *tables_read_by("features"), *platform.records.records()}
    missing = sorted(wanted - {*platform.warehouse.tables()})
    if missing:
        return Fault(f"it lacks {', '.join(missing)}", is_readable=True)
    tables = Counter("compare with the records", len(wanted))
    for table in sorted(wanted):
        try:
            platform.records.demand([table], hash_again=True)
        except QualityError as error:
            return Fault(str(error).partition(": ")[0], is_readable=True)
        tables.advance()
    return None


def _set_aside(platform: Platform) -> Path | None:
    """Move the warehouse's file and log out of the way; return where the file lies, or None when there was none."""
    path = platform.warehouse.path
    aside = path.with_name(f"warehouse.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.duckdb")
    moved = None
    # The log first: should this end between the two, no log may lie beside a file that is not its own.
    for ending in (".wal", ""):
        if (present := Path(f"{path}{ending}")).exists():
            moved = Path(f"{aside}{ending}")
            os.replace(present, moved)
    return moved
