"""The steps that `eshop bench` measures; each runs in a process of its own, so that its peak memory is its own."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from eshop_dagster.adapters.customer_index import build_index
from eshop_dagster.adapters.dbt import raise_on_failure, run_dbt
from eshop_dagster.adapters.floor import run_floor
from eshop_dagster.adapters.newcomers import newcomers_of
from eshop_dagster.adapters.release import open_release
from eshop_dagster.adapters.sources import SourceConfig, load_source_config, open_source, save_source_config
from eshop_dagster.adapters.sources.kinds.simulated import SimulatedConfig
from eshop_dagster.adapters.sources.simulated import ShopConfig
from eshop_dagster.adapters.sources.simulated.sizing import scale_shop
from eshop_dagster.settings import duckdb_memory, load_settings
from eshop_dagster.stages import bench_models
from eshop_dagster.stages.build import FEATURES_SELECTION, build_warehouse, label_window
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import publish
from eshop_dagster.stages.pull import pull
from eshop_dagster.stages.raw_check import check_raw

FIRST_DAY = date(2024, 1, 1)


@dataclass(frozen=True)
class Size:
    """How large the shop is: mean orders a day and customers registered over `days` days."""

    days: int
    orders_per_day: float
    customers: int

    def source(self) -> SourceConfig:
        """Return the simulated shop of this size, from `FIRST_DAY` on."""
        shop = scale_shop(
            ShopConfig(first_day=FIRST_DAY),
            days=self.days,
            orders_per_day=self.orders_per_day,
            customers=self.customers,
        )
        return SimulatedConfig(
            first_day=FIRST_DAY,
            customers=shop.customers,
            orders_per_day=shop.orders_per_day,
            seed=shop.seed,
        )

    def last_day(self) -> date:
        """Return the last day of the history."""
        return FIRST_DAY + timedelta(days=self.days - 1)


def prepare(home: Path, size: Size) -> None:
    """Note which shop fills the home; a home with another one is refused.

    Raises:
        FileExistsError: the folder holds a shop of another size.
    """
    known = load_source_config(home)
    if known is not None and known != size.source():
        raise FileExistsError(f"{home} holds a shop of another size: give another --home, or delete the folder")
    home.mkdir(parents=True, exist_ok=True)
    save_source_config(home, size.source())


def simulate(home: Path, days: int) -> dict[str, Any]:
    """Make every row of the first days and keep none."""
    opened = open_source(_source(home), _day(days))
    rows = sum(
        table.num_rows for chunk in opened.source.changes(FIRST_DAY, _day(days)) for table in chunk.tables.values()
    )
    return {"rows": rows}


def pull_days(home: Path, days: int) -> dict[str, Any]:
    """Pull the first days into raw: check, pseudonymise, quarantine, write."""
    report = pull(_platform(home), open_source(_source(home), _day(days)), FIRST_DAY, _day(days), only_new=True)
    return {"rows": sum(report.accepted.values()), "days_written": report.days_written}


def refresh(home: Path, days: int) -> dict[str, Any]:
    """Build every table again from raw, and test them all."""
    report = build_warehouse(_platform(home), full_refresh=True)
    raise_on_failure("test", report.tests)
    slowest = sorted(report.models, key=lambda node: -node.seconds)[:5]
    return {
        "slowest": {node.unique_id.rpartition(".")[2]: round(node.seconds, 1) for node in slowest},
        # Once more, by itself: the files were read just now, as they are when dbt follows the check.
        "check_seconds": _seconds(lambda: check_raw(_platform(home))),
    }


def publish_release(home: Path, days: int) -> dict[str, Any]:
    """Publish the first release: every file is written."""
    return {"rows": sum(publish(_platform(home)).rows.values())}


def take_up(home: Path, days: int) -> dict[str, Any]:
    """Read a release as the API does before it answers from it, and tell how much of that is holding it against hashes.

    Only a release with scores can be taken up.
    """
    release = open_release(home)
    with tempfile.TemporaryDirectory() as scratch:
        whole = _seconds(lambda: newcomers_of(release, build_index(release, Path(scratch)).as_of_date))
    again, tables = open_release(home), release.sound_tables()
    checked = _seconds(lambda: [again.files(table) for table in tables])
    size = sum(path.stat().st_size for table in tables for path in again.paths(table))
    return {"seconds": whole, "check_seconds": checked, "checked_bytes": size}


def features(home: Path, days: int) -> dict[str, Any]:
    """Compute every customer's features the day after the last one, by dbt."""
    as_of = {"ESHOP_AS_OF_DATES": str(_day(days) + timedelta(days=1))}
    variables = as_of | label_window(_platform(home).params.cutoffs.horizon_days)
    raise_on_failure("run", run_dbt(["run", "--select", FEATURES_SELECTION], home=home, variables=variables))
    return {"rows": _platform(home).warehouse.row_counts(["customer_features"])["customer_features"]}


def floor_tables(home: Path, days: int) -> dict[str, Any]:
    """Build the same tables by bare SQL."""
    database = _floor(home)
    database.unlink(missing_ok=True)
    run_floor("tables", home / "raw", database, memory_limit=duckdb_memory(), time_zone=_platform(home).shop.time_zone)
    return {}


def floor_features(home: Path, days: int) -> dict[str, Any]:
    """Compute the same features by bare SQL from raw."""
    as_of = _day(days) + timedelta(days=1)
    run_floor(
        "features",
        home / "raw",
        _floor(home),
        memory_limit=duckdb_memory(),
        time_zone=_platform(home).shop.time_zone,
        as_of_date=str(as_of),
    )
    return {}


STEPS: Mapping[str, Callable[[Path, int], dict[str, Any]]] = {
    "simulate": simulate,
    "pull": pull_days,
    "full refresh": refresh,
    "floor of full refresh": floor_tables,
    "publish": publish_release,
    "take-up": take_up,
    "features": features,
    "floor of features": floor_features,
    "segmentation": bench_models.segmentation,
    "spend": bench_models.spend,
}
"""Every step that runs by itself; the incremental day and the weekly retrain are `eshop run`."""


def home_after(source: Path, target: Path, days: int) -> None:
    """Make a home that holds the first days of another one, and nothing built: raw by links, the vault copied."""
    if target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True)
    shutil.copy(source / "source.json", target / "source.json")
    shutil.copytree(source / "vault", target / "vault")
    for folder in ("raw", "quarantine"):
        for path in sorted((source / folder).rglob("*")):
            if path.is_file() and _is_within(path, days):
                copy = target / path.relative_to(source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                # Raw files replace themselves by a rename, and never change in place.
                os.link(path, copy)


def _is_within(path: Path, days: int) -> bool:
    stamp = path.stem if path.suffix == ".json" else path.parent.name.removeprefix("changed_date=")
    return date.fromisoformat(stamp) <= _day(days)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 3)


def _floor(home: Path) -> Path:
    return home / "floor.duckdb"


def _source(home: Path) -> SourceConfig:
    config = load_source_config(home)
    if config is None:
        raise FileNotFoundError(f"{home} is empty")
    return config


def _platform(home: Path) -> Platform:
    return Platform(load_settings(home), Params())


def _day(days: int) -> date:
    return FIRST_DAY + timedelta(days=days - 1)
