"""The marts beside the facts keep the warehouse's promise, too: however the days came in, they are the same."""

import random
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from eshop_dagster.adapters.dbt import manifest_nodes
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import build_warehouse
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform

from ..builders import changes, order, order_item
from .diary_shop import DAYS, day_of_shop


def marts() -> list[str]:
    """Return the tables of the folder `marts`, without the lists of what one build touched."""
    nodes = (node for node in manifest_nodes().values() if node["resource_type"] == "model")
    return sorted(node["name"] for node in nodes if node["fqn"][1] == "marts" and "__" not in node["name"])


def platform(home: Path) -> Platform:
    # The same seed of pseudonyms makes two homes comparable.
    return Platform(Settings(home=home, pseudonym_seed="test"), Params())


def pull_days(to: Platform, days: Iterable[date], *, telling: int = 1) -> None:
    to.raw.write("diary", str(telling), [day_of_shop(day, telling) for day in days], force=True)


def hashes(of: Platform) -> dict[str, str]:
    return {table: of.warehouse.content_hash(table) for table in marts()}


def build_incrementally(home: Platform) -> None:
    report = build_warehouse(home)
    assert report.mode == "incremental"
    assert [test.unique_id for test in report.tests if not test.is_ok] == []


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A home whose days came in at once and were built at once."""
    home = platform(tmp_path_factory.mktemp("refreshed"))
    pull_days(home, DAYS)
    assert build_warehouse(home).mode == "full refresh"
    return home


@pytest.fixture(scope="module")
def daily(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A home whose last days, which lead over the end of a month, came in and were built one after the other."""
    home = platform(tmp_path_factory.mktemp("daily"))
    pull_days(home, DAYS[:-4])
    build_warehouse(home)
    for day in DAYS[-4:]:
        pull_days(home, [day])
        build_incrementally(home)
    return home


def test_the_shop_has_what_the_marts_are_about(refreshed: Platform) -> None:
    counts = refreshed.warehouse.read(
        """
        SELECT
            (SELECT count(*) FROM fct_orders WHERE is_cancelled AND line_count > 0) AS cancelled,
            (SELECT count(*) FROM fct_orders WHERE is_sale AND returned_brl > 0) AS returned,
            (SELECT count(*) FROM fct_deliveries WHERE is_late_by_date) AS late,
            (SELECT count(*) FROM fct_deliveries WHERE distance_km > 0) AS far,
            (SELECT count(*) FROM fct_deliveries WHERE is_missing_delivered_at) AS without_arrival,
            (SELECT count(*) FROM dim_customer_states WHERE known_until_date IS NOT NULL) AS moves,
            (SELECT count(*) FROM fct_reviews WHERE ordered_date IS NULL) AS reviews_of_unknown_orders,
            (SELECT count(*) FROM fct_reviews WHERE is_late) AS reviews_of_late_orders,
            (SELECT count(*) FROM rec_payment_reconciliation) AS differences,
            (SELECT sum(churned_customer_count) FROM agg_churn) AS churned,
            (SELECT count(*) FROM agg_cohort_retention WHERE months_since > 0) AS retained,
            (SELECT count(DISTINCT ordered_month) - 1 FROM agg_monthly_sales) AS later_months,
            (SELECT sum(late_count) FROM agg_monthly_deliveries) AS late_by_month
        """
    ).to_pylist()[0]
    assert {name for name, count in counts.items() if not count} == set()


def test_days_built_one_after_the_other_give_the_marts_of_a_full_refresh(daily: Platform, refreshed: Platform) -> None:
    assert hashes(daily) == hashes(refreshed)


def test_days_pulled_in_any_order_give_the_marts_of_a_full_refresh(tmp_path: Path, refreshed: Platform) -> None:
    shuffled = DAYS.copy()
    random.Random(3).shuffle(shuffled)
    home = platform(tmp_path)
    pull_days(home, shuffled[:12])
    build_warehouse(home)
    for start in range(12, len(shuffled), 3):
        pull_days(home, shuffled[start : start + 3])
        build_incrementally(home)
    assert hashes(home) == hashes(refreshed)


def test_days_told_otherwise_and_then_as_they_were_leave_no_trace_in_the_marts(
    daily: Platform, refreshed: Platform
) -> None:
    again = [DAYS[0], DAYS[7], DAYS[8], DAYS[-1]]
    pull_days(daily, again, telling=2)
    build_incrementally(daily)
    before = hashes(refreshed)
    told_otherwise = hashes(daily)
    assert {table for table in before if told_otherwise[table] != before[table]} == {*marts()} - {"dim_dates"}
    # The other telling is a shop of its own: a full refresh of it finds the same, too.
    assert build_warehouse(daily, full_refresh=True).mode == "full refresh"
    assert hashes(daily) == told_otherwise
    pull_days(daily, again)
    build_incrementally(daily)
    assert hashes(daily) == before


def test_a_month_is_over_while_an_order_of_a_later_month_is_known(tmp_path: Path) -> None:
    home = platform(tmp_path)

    def pull_orders(day: date, *order_ids: str) -> None:
        orders = [order(order_id, ordered_at=f"{day} 10:00:00-03:00") for order_id in order_ids]
        lines = [order_item(order_id) for order_id in order_ids]
        home.raw.write("shop", str(order_ids), [changes(day, orders=orders, order_items=lines)], force=True)

    def churned() -> dict[date, int | None]:
        rows = home.warehouse.read("SELECT ordered_month, churned_customer_count AS churned FROM agg_churn").to_pylist()
        return {row["ordered_month"]: row["churned"] for row in rows}

    january, april, may = (date(2024, month, 1) for month in (1, 4, 5))
    for number, day in enumerate((date(2024, 1, 30), date(2024, 1, 31), date(2024, 4, 5))):
        pull_orders(day, f"o{number}")
    build_warehouse(home)
    assert churned() == {january: 0, date(2024, 2, 1): 0, date(2024, 3, 1): 0, april: None}
    pull_orders(date(2024, 5, 2), "o9")
    build_incrementally(home)
    assert churned() == {january: 0, date(2024, 2, 1): 0, date(2024, 3, 1): 0, april: 0, may: None}
    pull_orders(date(2024, 5, 2))
    build_incrementally(home)
    assert churned() == {january: 0, date(2024, 2, 1): 0, date(2024, 3, 1): 0, april: None}
