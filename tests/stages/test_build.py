"""The warehouse's promise: however the days came in, the tables are the same."""

import random
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from eshop_dagster.adapters.dbt import DbtError
from eshop_dagster.adapters.sources import OpenSource
from eshop_dagster.adapters.sources.simulated import ShopConfig, SimulatedSource
from eshop_dagster.ml.cutoffs import Cutoffs
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import Plan, build_features, build_warehouse, plan_features, project_of
from eshop_dagster.stages.marts import FACTS, MARTS
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import publish
from eshop_dagster.stages.pull import pull

FIRST, LAST = date(2024, 1, 1), date(2024, 2, 20)
SHOP = ShopConfig(customers=1500, orders_per_day=60, first_day=FIRST, dirty_share=0.01)
TABLES = (*MARTS, "int_orders__versions")


def plan(training: date, holdout: date, scoring: date) -> Plan:
    return Plan(scoring, Cutoffs(training=(training,), judging=(holdout,), scoring=scoring))


PLAN = plan(date(2024, 2, 1), date(2024, 2, 10), date(2024, 2, 21))


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
    return {table: of.warehouse.content_hash(table) for table in TABLES}


@contextmanager
def kept_as_it_is(home: Platform, aside: Path) -> Iterator[Platform]:
    """Put a home back as it was when the block ends: a build remembers where its home lies."""
    shutil.copytree(home.home, aside, symlinks=True)
    try:
        yield home
    finally:
        shutil.rmtree(home.home)
        shutil.copytree(aside, home.home, symlinks=True)


@pytest.fixture(scope="module")
def refreshed_home(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A home whose days came in at once and were built at once."""
    home = platform(tmp_path_factory.mktemp("refreshed") / "home")
    pull_days(home, all_days())
    assert build_warehouse(home).mode == "full refresh"
    return home


@pytest.fixture
def refreshed(refreshed_home: Platform, tmp_path: Path) -> Iterator[Platform]:
    """The home built at once, for a test to change."""
    with kept_as_it_is(refreshed_home, tmp_path / "refreshed") as home:
        yield home


@pytest.fixture(scope="module")
def early_home(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A home that has the first 40 days."""
    home = platform(tmp_path_factory.mktemp("early") / "home")
    pull_days(home, all_days()[:40])
    assert build_warehouse(home).mode == "full refresh"
    return home


@pytest.fixture
def early(early_home: Platform, tmp_path: Path) -> Iterator[Platform]:
    """The home of the first days, for a test to go on with."""
    with kept_as_it_is(early_home, tmp_path / "early") as home:
        yield home


def test_days_built_one_after_the_other_equal_a_full_refresh(early: Platform, refreshed: Platform) -> None:
    pull_days(early, all_days()[40:48])
    assert build_warehouse(early).mode == "incremental"
    for day in all_days()[48:]:
        pull_days(early, [day])
        report = build_warehouse(early)
        assert report.mode == "incremental"
        assert report.days == (day,)
        assert [test.unique_id for test in report.tests if not test.is_ok] == []
    assert hashes(early) == hashes(refreshed)


def test_days_pulled_in_any_order_equal_a_full_refresh(tmp_path: Path, refreshed: Platform) -> None:
    shuffled = all_days()
    random.Random(1).shuffle(shuffled)
    home = platform(tmp_path / "shuffled")
    pull_days(home, shuffled[:30])
    build_warehouse(home)
    for start in range(30, len(shuffled), 11):
        pull_days(home, shuffled[start : start + 11])
        assert build_warehouse(home).mode == "incremental"
    assert hashes(home) == hashes(refreshed)


def test_a_day_pulled_with_other_rows_and_then_as_it_was_leaves_no_trace(refreshed: Platform) -> None:
    before = hashes(refreshed)
    day = date(2024, 2, 3)
    pull_days(refreshed, [day], replace(SHOP, seed=99))
    assert build_warehouse(refreshed).days == (day,)
    assert hashes(refreshed) != before
    pull_days(refreshed, [day])
    build_warehouse(refreshed)
    assert hashes(refreshed) == before


def test_building_again_without_new_days_does_nothing(refreshed: Platform) -> None:
    before = refreshed.warehouse.path.stat().st_mtime_ns, hashes(refreshed)
    assert build_warehouse(refreshed).mode == "nothing to do"
    assert hashes(refreshed) == before[1]


def test_nothing_is_learned_from_tables_that_have_not_passed_their_tests(refreshed: Platform) -> None:
    days = refreshed.warehouse.built_days(project_of(refreshed))
    assert days
    refreshed.warehouse.mark_built(project_of(refreshed), days)
    refreshed.records.update(["int_orders__versions"], None)
    with pytest.raises(DbtError, match="int_orders__versions has no quality record"):
        plan_features(refreshed)
    report = build_warehouse(refreshed)
    assert report.mode == "tested again"
    assert len(report.tests) > 50
    assert plan_features(refreshed).scoring == date(2024, 2, 21)


def test_a_build_that_did_not_end_is_followed_by_a_full_refresh(refreshed: Platform) -> None:
    before = hashes(refreshed)
    refreshed.warehouse.mark_building("killed in the middle")
    assert build_warehouse(refreshed).mode == "full refresh"
    assert hashes(refreshed) == before


def test_features_at_a_cutoff_do_not_change_when_later_days_come_or_go(tmp_path: Path, refreshed: Platform) -> None:
    cutoff = plan(date(2024, 1, 25), date(2024, 2, 1), date(2024, 2, 2))
    home = platform(tmp_path / "without later days")
    pull_days(home, [day for day in all_days() if day < cutoff.scoring])
    build_warehouse(home)
    for each in (home, refreshed):
        build_features(each, cutoff)
    assert home.warehouse.content_hash("customer_features") == refreshed.warehouse.content_hash("customer_features")


def test_a_day_changes_rows_of_the_orders_that_changed_on_it_and_no_others(early: Platform) -> None:
    home, day = early, all_days()[40]
    before = {fact: rows_by_order(home, fact) for fact in (*FACTS, "int_orders__versions")}
    pull_days(home, [day])
    assert build_warehouse(home).mode == "incremental"
    rows = home.warehouse.read(
        f"""SELECT order_id FROM stg_raw__orders WHERE changed_date = DATE '{day}'
        UNION SELECT order_id FROM stg_raw__reviews WHERE changed_date = DATE '{day}'"""
    )
    changed = set(rows["order_id"].to_pylist())
    assert 30 < len(changed) < 400
    for fact, rows_before in before.items():
        after = rows_by_order(home, fact)
        differing = {order for order in {*rows_before, *after} if rows_before.get(order) != after.get(order)}
        assert differing, fact
        assert differing <= changed, fact


def rows_by_order(of: Platform, fact: str) -> dict[str, list[str]]:
    """Return the rows of each order, as text."""
    rows = of.warehouse.read(
        f"SELECT order_id, list(content ORDER BY content) AS contents "
        f"FROM (SELECT order_id, {fact}::VARCHAR AS content FROM {fact}) GROUP BY order_id"
    )
    return dict(zip(rows["order_id"].to_pylist(), rows["contents"].to_pylist(), strict=True))


def test_revenue_agrees_to_the_cent_on_every_day_from_raw_to_the_published_files(refreshed: Platform) -> None:
    publish(refreshed)
    release = refreshed.home / "published" / "current"
    orders, items = (
        f"read_parquet('{refreshed.home}/raw/{table}/*/*.parquet', hive_types = {{'changed_date': DATE}})"
        for table in ("orders", "order_items")
    )
    newest = "(SELECT order_id, max(changed_date) AS changed_date FROM {} GROUP BY order_id)"
    sold = "sum((quantity * unit_price_brl)::DECIMAL(18, 2)) FILTER (quantity > 0)"
    day = "timezone('America/Sao_Paulo', ordered_at)::DATE"
    kept = "status NOT IN ('cancelled', 'unavailable')"
    newest_in_raw = f"{newest.format(orders)} JOIN {orders} USING (order_id, changed_date)"
    newest_in_staging = f"{newest.format('stg_raw__orders')} JOIN stg_raw__orders USING (order_id, changed_date)"
    by_layer = {
        "raw": f"SELECT {day} AS d, {sold} AS brl FROM {newest_in_raw} "
        f"JOIN {items} USING (order_id, changed_date) WHERE {kept} GROUP BY d",
        "staging": "SELECT ordered_date AS d, sum(line_total_brl) FILTER (NOT is_return) AS brl "
        f"FROM {newest_in_staging} JOIN stg_raw__order_items USING (order_id, changed_date) WHERE {kept} GROUP BY d",
        **{
            table: f"SELECT ordered_date AS d, sum(revenue_brl) AS brl FROM {table} GROUP BY d"
            for table in (
                *("fct_orders", "agg_daily_sales"),
                *(f"'{release}/fct_orders/*.parquet'", f"'{release}/agg_daily_sales.parquet'"),
            )
        },
    }
    revenue = {
        layer: {row["d"]: row["brl"] for row in refreshed.warehouse.read(sql).to_pylist() if row["brl"]}
        for layer, sql in by_layer.items()
    }
    assert len(revenue["raw"]) == len(all_days())
    for layer, found in revenue.items():
        assert found == revenue["raw"], layer


def test_features_know_every_customer_with_a_sale_once(refreshed: Platform) -> None:
    build_features(refreshed, PLAN)
    rows = refreshed.warehouse.read(
        "SELECT as_of_date, count(*) AS rows, count(DISTINCT customer_key) AS customers "
        "FROM customer_features GROUP BY 1 ORDER BY 1"
    ).to_pylist()
    assert [row["as_of_date"] for row in rows] == [date(2024, 2, 1), date(2024, 2, 10), date(2024, 2, 21)]
    assert all(row["rows"] == row["customers"] > 100 for row in rows)
