"""The marts beside the facts keep the warehouse's promise, too: however the days came in, they are the same."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from eshop_dagster.adapters.dbt import manifest_nodes
from eshop_dagster.adapters.sources import OpenSource
from eshop_dagster.adapters.sources.simulated import Scenario, ShopConfig, SimulatedSource
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import build_warehouse
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.pull import pull

FIRST, LAST = date(2024, 1, 1), date(2024, 6, 4)
SHOP = ShopConfig(
    customers=900,
    orders_per_day=14,
    first_day=FIRST,
    dirty_share=0.01,
    scenarios=(Scenario("late_carrier", date(2024, 2, 1)),),
)
"""Large enough for cancellations, returns, moves, late parcels and customers who stay away for 90 days."""


def marts() -> list[str]:
    """Return the tables of the folder `marts`, without the lists of what one build touched."""
    nodes = (node for node in manifest_nodes().values() if node["resource_type"] == "model")
    return sorted(node["name"] for node in nodes if node["fqn"][1] == "marts" and "__" not in node["name"])


def platform(home: Path) -> Platform:
    # The same seed of pseudonyms makes two homes comparable.
    return Platform(Settings(home=home, pseudonym_seed="test"), Params())


def pull_days(to: Platform, days: Iterable[date], shop: ShopConfig = SHOP) -> None:
    opened = OpenSource(SimulatedSource(shop, LAST), repr(shop))
    for day in days:
        pull(to, opened, day, day, only_new=False, force=True)


def all_days() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def hashes(of: Platform) -> dict[str, str]:
    return {table: of.warehouse.content_hash(table) for table in marts()}


def build_incrementally(home: Platform) -> None:
    report = build_warehouse(home)
    assert report.mode == "incremental"
    assert [test.unique_id for test in report.tests if not test.is_ok] == []


def one_row(of: Platform, sql: str) -> dict[str, Any]:
    row: dict[str, Any] = of.warehouse.read(sql).to_pylist()[0]
    return row


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A home whose days came in at once and were built at once."""
    home = platform(tmp_path_factory.mktemp("refreshed"))
    pull_days(home, all_days())
    assert build_warehouse(home).mode == "full refresh"
    return home


def test_the_shop_has_what_the_marts_are_about(refreshed: Platform) -> None:
    counts = one_row(
        refreshed,
        """
        SELECT
            (SELECT count(*) FROM fct_orders WHERE is_cancelled) AS cancelled,
            (SELECT count(*) FROM fct_orders WHERE returned_brl > 0) AS returned,
            (SELECT count(*) FROM fct_deliveries WHERE is_late_by_date AND channel <> 'store') AS late,
            (SELECT count(*) FROM fct_deliveries WHERE distance_km > 0) AS far,
            (SELECT count(*) FROM dim_customer_states WHERE known_until_date IS NOT NULL) AS moves,
            (SELECT count(*) FROM fct_reviews) AS reviews,
            (SELECT sum(churned_customer_count) FROM agg_churn) AS churned,
            (SELECT count(*) FROM agg_cohort_retention WHERE months_since > 0) AS retained
        """,
    )
    assert {name for name, count in counts.items() if not count} == set()


def test_days_built_one_after_the_other_give_the_marts_of_a_full_refresh(tmp_path: Path, refreshed: Platform) -> None:
    daily = platform(tmp_path)
    first_days = len(all_days()) - 6
    pull_days(daily, all_days()[:first_days])
    build_warehouse(daily)
    # The last days lead over the end of a month, when a month's churn is known at last.
    for day in all_days()[first_days:]:
        pull_days(daily, [day])
        build_incrementally(daily)
    assert hashes(daily) == hashes(refreshed)


def test_days_pulled_in_any_order_give_the_marts_of_a_full_refresh(tmp_path: Path, refreshed: Platform) -> None:
    shuffled = all_days()
    random.Random(7).shuffle(shuffled)
    home = platform(tmp_path)
    pull_days(home, shuffled[:90])
    build_warehouse(home)
    for start in range(90, len(shuffled), 22):
        pull_days(home, shuffled[start : start + 22])
        build_incrementally(home)
    assert hashes(home) == hashes(refreshed)


def test_a_day_pulled_with_other_rows_and_then_as_it_was_leaves_no_trace_in_the_marts(
    tmp_path: Path, refreshed: Platform
) -> None:
    home = platform(tmp_path)
    pull_days(home, all_days())
    build_warehouse(home)
    first_and_last = [FIRST, date(2024, 3, 15), LAST]
    # Another seed is another shop: its sellers and customers live elsewhere, and its orders and reviews are others.
    pull_days(home, first_and_last, replace(SHOP, seed=99))
    build_incrementally(home)
    changed = {table for table, value in hashes(home).items() if value != hashes(refreshed)[table]}
    assert changed == {*marts()} - {"dim_dates"}
    pull_days(home, first_and_last)
    build_incrementally(home)
    assert hashes(home) == hashes(refreshed)
