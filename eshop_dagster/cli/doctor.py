"""`eshop doctor`: is this machine and this home fit to run?"""

import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version

import typer
from packaging.version import Version
from rich.console import Console
from rich.table import Table

from eshop_dagster.adapters.files import can_write
from eshop_dagster.adapters.locks import holder
from eshop_dagster.adapters.sources import load_source_config
from eshop_dagster.adapters.vault import VaultError
from eshop_dagster.cli.output import HomeOption, JsonOption, print_json
from eshop_dagster.settings import Settings, activate, load_settings, master_key

_LEAST_FREE_GB = 5.0
_FLOORS = {
    "dagster": "1.13.27",
    "dbt-core": "1.11",
    "duckdb": "2.0",
    "mlflow": "3.17",
    "dvc": "3.67",
    # Below these, Dagster's string selections die under the antlr4 that DVC's stable dependencies bring.
    "antlr4-python3-runtime": "4.13.2",
    "omegaconf": "2.4.0.dev0",
    "hydra-core": "1.4.0rc3",
}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `is_ok`, what was found, and what to do when it is not well."""

    name: str
    is_ok: bool
    found: str
    remedy: str = ""


def doctor(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Check versions, key, disk, ports, locks, orphaned runs and data; exit status 1 when something needs a person."""
    settings = load_settings(home)
    activate(settings)
    findings = list(examine(settings))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        table = Table("check", "", "found", "what to do")
        for finding in findings:
            table.add_row(
                finding.name, "[green]ok[/green]" if finding.is_ok else "[red]look[/red]", finding.found, finding.remedy
            )
        Console().print(table)
    if not all(finding.is_ok for finding in findings):
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield one finding for each thing that can keep the platform from running."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    yield Finding("python", python in ("3.11", "3.12", "3.13"), python, "use Python 3.11, 3.12 or 3.13")
    for package, floor in _FLOORS.items():
        yield _package(package, floor)
    key = _master_key()
    yield key
    where = settings.home if settings.home.exists() else settings.home.parent
    free_gb = shutil.disk_usage(where if where.exists() else "/").free / 1e9
    yield Finding("disk", free_gb >= _LEAST_FREE_GB, f"{free_gb:.0f} GB free", f"free at least {_LEAST_FREE_GB:.0f} GB")
    for name, port in (("Dagster UI", 3000), ("MLflow UI", 5000)):
        is_free = _is_free(port)
        found = f"port {port} is {'free' if is_free else 'taken'}"
        yield Finding(
            name,
            is_free,
            found,
            "" if is_free else "fine if `eshop up` runs; else choose another with --port or --mlflow-port",
        )
    is_open = can_write(settings.home)
    yield Finding(
        "home", is_open, "can be written" if is_open else "read-only", "it can be read, and nothing runs on it"
    )
    present = holder(settings.home)
    yield Finding("home lock", True, f"held by process {present.pid} ({present.what})" if present else "free")
    if is_open:  # Dagster writes into its store, even to look
        yield _orphans(settings)
    # A writer shuts every reader out of DuckDB, and without the key the vault stays shut.
    if present is None and key.is_ok:
        warehouse = _warehouse(settings)
        yield warehouse
        if warehouse.is_ok:
            yield from _data(settings)
        yield from _at_rest(settings)


def _warehouse(settings: Settings) -> Finding:
    """Read every table whole: that is how DuckDB finds a damaged block."""
    from eshop_dagster.adapters.warehouse import Warehouse, WarehouseError

    warehouse = Warehouse(settings.home)
    if not warehouse.exists():
        return Finding("warehouse", True, "not built yet")
    try:
        warehouse.verify()
    except WarehouseError as error:
        return Finding("warehouse", False, str(error), "run `eshop rebuild`")
    return Finding("warehouse", True, "every table can be read whole")


def _data(settings: Settings) -> Iterator[Finding]:
    """Yield how fresh each source is and whether its newest days are usual; nothing for an empty home."""
    if load_source_config(settings.home) is None:
        return
    from eshop_dagster.stages.parameters import load_params
    from eshop_dagster.stages.platform import Platform
    from eshop_dagster.stages.prices import judge_prices
    from eshop_dagster.stages.quality import SHOWN_DAYS, freshness, newest_anomaly, recent_verdicts

    platform = Platform(settings, load_params())
    for one in freshness(platform):
        remedy = "" if one.is_fresh else f"`eshop run --to {one.due_day}`; while `eshop up` runs, 02:00 brings it"
        yield Finding(f"freshness of {one.source}", one.is_fresh, one.reason, remedy)
    newest = newest_anomaly(recent_verdicts(platform))
    found = f"{newest[0]}, {newest[1]}" if newest else f"none of the last {SHOWN_DAYS} days"
    remedy = "ask what happened; if the day came in wrong, pull it again: `eshop run --repull`" if newest else ""
    yield Finding("unusual days", newest is None, found, remedy)
    prices = judge_prices(platform)
    yield Finding("unusual prices", not prices.lines, prices.reason, "see what is found" if prices.lines else "")


def _at_rest(settings: Settings) -> Iterator[Finding]:
    """Yield what is damaged of the vault, the releases, the scores, the snapshots and the champions."""
    from eshop_dagster.stages.at_rest import damage_at_rest
    from eshop_dagster.stages.parameters import load_params
    from eshop_dagster.stages.platform import Platform

    try:
        found = list(damage_at_rest(Platform(settings, load_params())))
    except VaultError as error:
        yield Finding("vault", False, str(error), "bring the vault back from a backup")
        return
    for damage in found:
        yield Finding(damage.part, False, damage.what, "see what is found")
    if not found:
        yield Finding("files at rest", True, "vault, releases, scores, snapshots and models are as they were written")


def _package(package: str, floor: str) -> Finding:
    try:
        found = version(package)
    except PackageNotFoundError:
        return Finding(package, False, "not installed", "run `make install`")
    return Finding(package, Version(found) >= Version(floor), found, f"needs {floor} or later: run `make install`")


def _master_key() -> Finding:
    try:
        master_key()
    except ValueError as error:
        return Finding("master key", False, str(error), "see docs/personal-data.md")
    return Finding("master key", True, "found, readable by its owner only")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _orphans(settings: Settings) -> Finding:
    import dagster as dg

    from eshop_dagster.defs.instance import orphans

    if not (settings.home / "dagster" / "dagster.yaml").exists():
        return Finding("orphaned runs", True, "no run yet")
    with dg.DagsterInstance.get() as instance:
        found = orphans(instance, settings.home)
    return Finding("orphaned runs", not found, f"{len(found)}", "`eshop up` and `eshop run` clear them at their start")
