"""A raw layer in a temporary home: written to, and read back as a reader of its files would."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from eshop_dagster.adapters.raw_store import Limits, PullReport, RawStore
from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.adapters.vault import Vault

from ..builders import DAY, Row, order

KEY = bytes(range(32))
NEXT_DAY = DAY + timedelta(days=1)
ANYTHING_GOES = Limits(quarantined_share=1.0)


def vault_of(home: Path) -> Vault:
    return Vault(home / "vault" / "vault.db", KEY, "seed")


def write(
    home: Path, *chunks: Changes, source: str = "shop", fingerprint: str = "1", limits: Limits | None = None, **how: Any
) -> PullReport:
    return RawStore(home, vault_of(home), limits).write(source, fingerprint, chunks, **how)


def orders(count: int, **values: Any) -> list[Row]:
    return [order(f"o{number:03}", **values) for number in range(count)]


def content(home: Path) -> dict[str, bytes]:
    """The bytes of every file in raw and in quarantine."""
    paths = [path for layer in ("raw", "quarantine") for path in (home / layer).rglob("*") if path.is_file()]
    return {str(path.relative_to(home)): path.read_bytes() for path in paths}


def day_file(home: Path, table: str, day: date = DAY, layer: str = "raw", source: str = "shop") -> Path:
    return home / layer / table / f"changed_date={day}" / f"{source}.parquet"


def read(path: Path) -> list[Row]:
    return pq.read_table(path, partitioning=None).to_pylist() if path.exists() else []


def quarantined(home: Path, table: str, day: date = DAY) -> list[tuple[str, Any]]:
    """The reason and the row of each quarantined row; the files hold references, the vault holds the rows."""
    rows, vault = read(day_file(home, table, day, "quarantine")), vault_of(home)
    return [(row["reason"], _opened(vault.open_row(json.loads(row["row"])["sealed"]))) for row in rows]


def _opened(text: str) -> Any:
    """A row as a mapping; what could not be taken apart stays text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
