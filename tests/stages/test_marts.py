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

from ..builders import Row, changes, order, order_item
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
            (SELECT count(*) FROM fct_deliveries WHERE is_late) AS late,
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


def pull_orders(to: Platform, *orders: Row, on: date) -> None:
    """Pull a day on which these orders changed, each with one line."""
    lines = [order_item(one["order_id"]) for one in orders]
    to.raw.write("shop", repr(orders), [changes(on, orders=orders, order_items=lines)], force=True)


def placed(order_id: str, day: date, **values: str) -> Row:
    return order(order_id, ordered_at=f"{day} 10:00:00-03:00", **values)


def churned(home: Platform) -> list[int | None]:
    """Return who left in each month from January on."""
    rows = home.warehouse.read("SELECT churned_customer_count FROM agg_churn ORDER BY ordered_month")
    return rows["churned_customer_count"].to_pylist()


def test_a_month_is_over_while_an_order_of_a_later_month_is_known(tmp_path: Path) -> None:
    home, next_month = platform(tmp_path), date(2024, 5, 2)
    for number, day in enumerate((date(2024, 1, 30), date(2024, 1, 31), date(2024, 4, 5))):
        pull_orders(home, placed(f"o{number}", day), on=day)
    build_warehouse(home)
    assert churned(home) == [0, 0, 0, None]
    pull_orders(home, placed("o9", next_month), on=next_month)
    build_incrementally(home)
    assert churned(home) == [0, 0, 0, 0, None]
    pull_orders(home, on=next_month)
    build_incrementally(home)
    assert churned(home) == [0, 0, 0, None]


def test_a_sale_cancelled_later_no_longer_keeps_its_customer_through_the_months_between(tmp_path: Path) -> None:
    home = platform(tmp_path)
    first, second, of_another = date(2024, 1, 1), date(2024, 1, 30), date(2024, 4, 5)
    pull_orders(home, placed("o1", first), on=first)
    pull_orders(home, placed("o2", second), on=second)
    pull_orders(home, placed("o3", of_another, customer_id="c2"), on=of_another)
    build_warehouse(home)
    assert churned(home) == [0, 0, 0, None]
    pull_orders(home, placed("o2", second, status="cancelled"), on=date(2024, 4, 6))
    build_incrementally(home)
    # 90 days after the first sale lie before the first of April, so that the customer has left in March.
    assert churned(home) == [0, 0, 1, None]
