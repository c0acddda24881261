"""A home whose warehouse and raw layer hold made days: what the quality stage reads, without a build."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import duckdb

from eshop_dagster.adapters.sources import config_of, save_source_config
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import project_of
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

FIRST = date(2025, 1, 6)

_FIELDS = {"olist": {"path": "olist"}, "report": {"path": "sales.csv", "mapping": "sales.yml"}}


def platform_of(home: Path, kind: str = "simulated") -> Platform:
    save_source_config(home, config_of(kind, _FIELDS.get(kind, {})))
    return Platform(Settings(home), Params())


def days(count: int, first: date = FIRST) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def build(platform: Platform, orders: Mapping[date, int], *, built: Iterable[date] | None = None) -> None:
    """Make `fct_orders` with so many orders of BRL 40 and 60 on each day, a line each, built from raw of `built`."""
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        connection.execute("CREATE OR REPLACE TABLE fct_orders (ordered_date DATE, revenue_brl DECIMAL(18, 2))")
        connection.execute(
            "INSERT INTO fct_orders SELECT day, 40 + 20 * (number % 2) "
            "FROM (SELECT unnest($days) AS day, unnest($counts) AS orders), range(orders) AS numbers (number)",
            {"days": list(orders), "counts": list(orders.values())},
        )
        connection.execute(
            "CREATE OR REPLACE TABLE fct_order_items AS SELECT 'o' || row_number() OVER (ORDER BY ordered_date) AS "
            "order_id, 1 AS line_number, ordered_date, 'p1' AS product_id, false AS is_return, "
            "revenue_brl::DECIMAL(18, 4) AS unit_price_brl FROM fct_orders"
        )
    platform.warehouse.mark_building(project_of(platform))
    platform.warehouse.mark_built(project_of(platform), dict.fromkeys(built or orders, "content"))


def sell(platform: Platform, day: date, *prices: str) -> None:
    """Add order lines of these prices to a day."""
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        for number, price in enumerate(prices):
            row = [f"dear{number}", 1, day, "gold", False, price]
            connection.execute("INSERT INTO fct_order_items VALUES (?, ?, ?, ?, ?, ?)", row)


def note_pulls(platform: Platform, source: str, pulled: Iterable[date]) -> None:
    """Note in raw that these days were pulled from a source, without a row."""
    # A home with raw days has a vault.
    assert platform.vault.count() == 0
    folder = platform.home / "raw" / "_pulls" / source
    folder.mkdir(parents=True, exist_ok=True)
    for day in pulled:
        record = {"fingerprint": "f", "content": "c", "accepted": {}, "quarantined": {}}
        (folder / f"{day}.json").write_text(json.dumps(record))
