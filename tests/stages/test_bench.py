"""The bench measures the real thing, and holds it against tables that are the same."""

from datetime import date
from pathlib import Path

import pytest

from eshop_dagster.adapters.sources import load_source_config
from eshop_dagster.adapters.sources.simulated import ShopConfig
from eshop_dagster.adapters.sources.simulated.sizing import scale_shop
from eshop_dagster.adapters.warehouse import Warehouse
from eshop_dagster.stages import bench
from eshop_dagster.stages.marts import MARTS

SIZE = bench.Size(days=40, orders_per_day=30, customers=900)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small home, built by the platform and by the floor."""
    home = tmp_path_factory.mktemp("bench")
    bench.prepare(home, SIZE)
    for step in ("pull", "full refresh", "floor of full refresh", "features", "floor of features"):
        bench.STEPS[step](home, SIZE.days)
    return home


def test_the_floor_builds_the_same_rows_in_every_table_by_plain_sql(home: Path, tmp_path: Path) -> None:
    platform, floor = Warehouse(home), Warehouse(tmp_path)
    floor.path = home / "floor.duckdb"
    # The floor has no calendar: the holidays are written for dbt alone.
    for table in {*MARTS, "int_orders__versions", "customer_features"} - {"dim_dates"}:
        assert platform.columns(table) == floor.columns(table), table
        assert platform.content_hash(table) == floor.content_hash(table), table


def test_a_home_after_some_days_holds_their_raw_files_and_no_others(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "after-10-days"
    bench.home_after(home, target, 10)

    days = {path.parent.name.removeprefix("changed_date=") for path in target.glob("raw/orders/*/simulated.parquet")}
    assert days == {f"2024-01-{day:02d}" for day in range(1, 11)}
    assert {path.stem for path in target.glob("raw/_pulls/simulated/*.json")} == days
    assert load_source_config(target) == load_source_config(home)
    one = "raw/orders/changed_date=2024-01-10/simulated.parquet"
    assert (target / one).stat().st_ino == (home / one).stat().st_ino


def test_a_home_of_another_size_is_refused(home: Path) -> None:
    with pytest.raises(FileExistsError, match="a shop of another size"):
        bench.prepare(home, bench.Size(days=40, orders_per_day=31, customers=900))


def test_a_shop_is_scaled_to_the_orders_and_customers_asked_for() -> None:
    from eshop_dagster.adapters.sources.simulated import SimulatedSource

    last = date(2024, 3, 30)
    shop = scale_shop(ShopConfig(dirty_share=0), days=90, orders_per_day=200, customers=10_000)
    [*chunks] = SimulatedSource(shop, last).changes(shop.first_day, last)
    orders = {order for chunk in chunks for order in chunk.tables["orders"]["order_id"].to_pylist()}
    customers = {one for chunk in chunks for one in chunk.tables["customers"]["customer_id"].to_pylist()}
    assert len(orders) == pytest.approx(90 * 200, rel=0.05)
    assert len(customers) == pytest.approx(10_000, rel=0.05)
