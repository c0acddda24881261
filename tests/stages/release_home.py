"""A home with a few small marts, whose rows a test sets as a build would: written, then noted."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.settings import Settings
from eshop_dagster.stages.marts import BOOKKEEPING, FACTS, MARTS
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import Release
from eshop_dagster.stages.score_files import keep_scores

from ..builders import changes, order

FEW_MARTS = {mart: MARTS[mart] for mart in ("dim_products", "fct_orders", "fct_payments")}

Order = tuple[str, str | None, float]
"""Order id, business date (ISO) and revenue."""


def fill(home: Path, marts: Mapping[str, Sequence[str]], kept: int = 5) -> Platform:
    """A home with one raw day, one noted row in each of these marts, and one score."""
    platform = Platform(Settings(home, pseudonym_seed="test"), Params(releases_kept=kept))
    platform.raw.write("shop", "1", [changes(orders=[order()])])
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        for mart, key in marts.items():
            dated = ["ordered_date", *BOOKKEEPING.get(mart, ())] if mart in FACTS else []
            columns = dict.fromkeys([*key, *dated, "net_revenue_brl"])
            values = ", ".join(f"{value_of(column)} AS {column}" for column in columns)
            connection.execute(f"CREATE TABLE {mart} AS SELECT {values}")
    platform.records.update([*marts], None)
    score(platform, 1)
    return platform


def value_of(column: str) -> str:
    if column.endswith(("_date", "_month")):
        return "DATE '2024-03-05'"
    return "10::DECIMAL(18, 2)" if column.endswith("_brl") else "'o1'"


def score(platform: Platform, value: int) -> None:
    """Change what the next release holds, as a scoring does."""
    keep_scores(platform.home, {"customer_scores": pa.table({"segment_id": [value]})}, {})


def sql(platform: Platform, statements: str) -> None:
    """Change the warehouse's file as dbt does: from outside, and without a note."""
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        connection.execute(statements)


def build(platform: Platform, orders: Sequence[Order], dates: Sequence[date] | None = None) -> None:
    """Make these the rows of `fct_orders` and note what it holds; of the given dates only, when given."""
    rows = ", ".join(f"('{key}', {date_literal(day)}, {brl})" for key, day, brl in orders)
    sql(platform, "DELETE FROM fct_orders;" + (f"INSERT INTO fct_orders VALUES {rows}" if orders else ""))
    platform.records.update(["fct_orders"], dates)


def date_literal(day: str | None) -> str:
    return f"DATE '{day}'" if day else "NULL"


def manifest_of(release: Release) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((release.folder / "manifest.json").read_text())
    return manifest


def paths(release: Release, table: str = "fct_orders") -> list[str]:
    """A table's files as the manifest lists them, each held against the release and its hash."""
    entries = manifest_of(release)["tables"][table]["files"]
    for path, entry in entries.items():
        assert file_sha256(release.folder / path) == entry["sha256"]
        assert pq.read_metadata(release.folder / path).num_rows == entry["rows"]
    assert {str(path.relative_to(release.folder)) for path in release.files(table)} == {*entries}
    return sorted(entries)


def inodes(release: Release, table: str = "fct_orders") -> dict[str, int]:
    return {path: (release.folder / path).stat().st_ino for path in paths(release, table)}


def published_orders(release: Release) -> list[Order]:
    """The orders as a reader finds them: file by file in the order of their dates."""
    rows = [row for path in release.files("fct_orders") for row in pq.ParquetFile(path).read().to_pylist()]
    return [
        (row["order_id"], str(row["ordered_date"]) if row["ordered_date"] else None, float(row["net_revenue_brl"]))
        for row in rows
    ]
