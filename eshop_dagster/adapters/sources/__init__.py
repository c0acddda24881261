"""The sources that can be pulled. Adding one is one file here, one branch in `open_source`, and its test."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

from eshop_dagster.adapters.files import file_sha256, write_json
from eshop_dagster.adapters.sources.base import Source, SourceError

KINDS = ("simulated", "olist", "report")


@dataclass(frozen=True)
class SourceConfig:
    """Which source fills a home, as kept in `<home>/source.json`.

    Attributes:
        kind: one of `KINDS`.
        path: the Olist folder, or the report file or folder.
        mapping: the report's mapping file.
        first_day: opening day of the simulated shop.
        customers: size of the simulated shop.
        orders_per_day: mean daily orders of the simulated shop at the end of its second year.
        seed: of the simulated shop.
        scenarios: of the simulated shop, such as `late_carrier@2025-06-01`.
        id_prefix: put before the ids of a report that shares a home with another source.
    """

    kind: str = "simulated"
    path: str | None = None
    mapping: str | None = None
    first_day: str = "2024-01-01"
    customers: int = 25_000
    orders_per_day: float = 300
    seed: int = 2024
    scenarios: tuple[str, ...] = ()
    id_prefix: str = ""


@dataclass(frozen=True)
class OpenSource:
    """A source ready to be pulled, and a hash of its input: the same hash yields the same changes."""

    source: Source
    fingerprint: str


def load_source_config(home: Path) -> SourceConfig | None:
    """Return what the home is filled from, or None for a fresh home."""
    path = home / "source.json"
    if not path.exists():
        return None
    content = json.loads(path.read_text())
    return SourceConfig(**{**content, "scenarios": tuple(content["scenarios"])})


def save_source_config(home: Path, config: SourceConfig) -> None:
    """Keep what the home is filled from, for the runs that Dagster starts by itself."""
    if load_source_config(home) != config:
        write_json(home / "source.json", asdict(config))


def open_source(config: SourceConfig, yesterday: date) -> OpenSource:
    """Return the source that a config describes.

    Args:
        config: what to open.
        yesterday: the last business day that has ended, which is as far as the simulated shop goes.

    Raises:
        SourceError: the kind is unknown, a path is missing, or the source cannot be read.
    """
    if config.kind == "simulated":
        return _open_simulated(config, yesterday)
    if config.kind == "olist":
        from eshop_dagster.adapters.sources.olist import OlistSource

        olist = OlistSource(Path(_require(config.path, "olist", "--path", "the folder of the Olist CSVs")))
        return OpenSource(olist, olist.fingerprint())
    if config.kind == "report":
        return _open_report(config, yesterday)
    raise SourceError(f"there is no source {config.kind!r}: expected one of {', '.join(KINDS)}")


def _open_simulated(config: SourceConfig, yesterday: date) -> OpenSource:
    from eshop_dagster.adapters.sources.simulated import Scenario, ShopConfig, SimulatedSource

    try:
        first_day = date.fromisoformat(config.first_day)
    except ValueError as error:
        raise SourceError(
            f"the simulated shop's first_day is {config.first_day!r}, expected a day such as 2024-01-01"
        ) from error
    shop = ShopConfig(
        seed=config.seed,
        customers=config.customers,
        orders_per_day=config.orders_per_day,
        first_day=first_day,
        scenarios=tuple(Scenario.parse(text) for text in config.scenarios),
    )
    fingerprint = hashlib.sha256(f"{shop!r} {version('eshop-dagster')}".encode()).hexdigest()[:16]
    return OpenSource(SimulatedSource(shop, yesterday), fingerprint)


def _open_report(config: SourceConfig, yesterday: date) -> OpenSource:
    from eshop_dagster.adapters.sources.report import ReportSource, load_mapping

    path = Path(_require(config.path, "report", "--path", "the report's file or folder"))
    mapping = Path(
        _require(config.mapping, "report", "--mapping", "its mapping file; `eshop report sniff FILE` drafts one")
    )
    # Today's orders wait for the end of the day; what is dated later than that is a wrong date.
    source = ReportSource(path, load_mapping(mapping), id_prefix=config.id_prefix, newest=yesterday + timedelta(days=1))
    files = [path] if path.is_file() else sorted(path.iterdir())
    parts = [file_sha256(mapping), config.id_prefix, *(file_sha256(file) for file in files if file.is_file())]
    if source.has_days_to_come:
        parts.append(str(yesterday))
    return OpenSource(source, hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16])


def _require(value: str | None, kind: str, option: str, what: str) -> str:
    if not value:
        raise SourceError(f"the source {kind} needs {option}: {what}")
    return value
