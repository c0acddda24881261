"""A damaged warehouse is noticed and built again from raw by `eshop rebuild`; a sound one is left alone."""

import json
import re
import signal
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from eshop_dagster.adapters.raw_store import RawStoreError
from eshop_dagster.adapters.sources import OpenSource, save_source_config
from eshop_dagster.adapters.sources.kinds.simulated import SimulatedConfig
from eshop_dagster.adapters.sources.simulated import ShopConfig, SimulatedSource
from eshop_dagster.adapters.warehouse import WarehouseDamaged
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import build_features, build_warehouse, plan_features, project_of
from eshop_dagster.stages.marts import MARTS
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import current_release, publish
from eshop_dagster.stages.pull import pull
from eshop_dagster.stages.rebuild import Fault, find_fault

from ..children import finish, start
from ..end_to_end.conftest import eshop

FIRST, LAST, NEXT = date(2024, 1, 1), date(2024, 1, 12), date(2024, 1, 13)
SHOP = ShopConfig(customers=300, orders_per_day=20, first_day=FIRST, dirty_share=0.01)
HEADERS, BLOCK = 3 * 4096, 262_144

DIE_WITH_A_LOG = """
import os, signal, sys
import duckdb

connection = duckdb.connect(sys.argv[1])
for number in range(3):
    connection.execute("UPDATE fct_orders SET net_revenue_brl = net_revenue_brl + 1")
os.kill(os.getpid(), signal.SIGKILL)
"""


def pull_days(platform: Platform, first: date, last: date) -> None:
    opened = OpenSource(SimulatedSource(SHOP, NEXT), repr(SHOP))
    pull(platform, opened, first, last, only_new=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Platform:
    """A small simulated shop that was pulled, built and published."""
    platform = Platform(Settings(tmp_path_factory.mktemp("shop") / "home", pseudonym_seed="test"), Params())
    save_source_config(platform.home, SimulatedConfig(customers=300, orders_per_day=20))
    pull_days(platform, FIRST, LAST)
    build_warehouse(platform)
    build_features(platform, plan_features(platform))
    publish(platform)
    return platform


@pytest.fixture
def shop(built: Platform) -> Iterator[Platform]:
    """The shop, whose raw and warehouse are put back as they were after the test."""
    before = {path: path.read_bytes() for path in files(built)}
    yield built
    for path in files(built):
        if path not in before:
            path.unlink()
    for path, content in before.items():
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


def files(platform: Platform) -> list[Path]:
    raw = [path for path in (platform.home / "raw").rglob("*") if path.is_file()]
    return [*raw, *platform.home.glob("warehouse*")]


def contents(platform: Platform) -> dict[str, str]:
    return {table: platform.warehouse.content_hash(table) for table in (*MARTS, "int_orders__versions")}


def block_of(platform: Platform, table: str) -> int:
    """Where in the file a block with rows of a table begins."""
    with platform.warehouse.connect(read_only=True) as connection:
        sql = f"SELECT max(block_id) FROM pragma_storage_info('{table}')"
        return HEADERS + int(connection.execute(sql).fetchall()[0][0]) * BLOCK


def tear_header(platform: Platform) -> None:
    platform.warehouse.path.write_bytes(platform.warehouse.path.read_bytes()[:5000])


def cut_in_half(platform: Platform) -> None:
    content = platform.warehouse.path.read_bytes()
    platform.warehouse.path.write_bytes(content[: len(content) // 2])


def flip_a_byte(platform: Platform) -> None:
    at = block_of(platform, "fct_orders") + 4321
    content = bytearray(platform.warehouse.path.read_bytes())
    content[at] ^= 1
    platform.warehouse.path.write_bytes(content)


def zero_a_block(platform: Platform) -> None:
    at = block_of(platform, "fct_orders")
    content = bytearray(platform.warehouse.path.read_bytes())
    content[at : at + BLOCK] = bytes(BLOCK)
    platform.warehouse.path.write_bytes(content)


def change_the_log(platform: Platform) -> None:
    finish(start(DIE_WITH_A_LOG, platform.warehouse.path), expected_status=-signal.SIGKILL)
    log = log_of(platform)
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 1
    log.write_bytes(content)


def log_of(platform: Platform) -> Path:
    return Path(f"{platform.warehouse.path}.wal")


def sql(platform: Platform, statement: str) -> None:
    with duckdb.connect(str(platform.warehouse.path)) as connection:
        connection.execute(statement)


def test_a_sound_warehouse_is_left_alone(shop: Platform) -> None:
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files(shop)}
    done = eshop("rebuild", "--home", shop.home)
    assert f"The warehouse of {shop.home} is sound" in done.stdout
    assert "Nothing was done." in done.stdout
    assert "check raw: 12/12" in done.stderr
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files(shop)} == before


def flip_the_middle(path: Path) -> bytes:
    """Turn one bit over; return what the file held."""
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :])
    return whole


def test_a_damaged_file_of_the_release_is_written_again_and_what_no_build_can_make_is_named(shop: Platform) -> None:
    release = current_release(shop.home)
    assert release is not None
    (path,) = release.files("dim_products")
    quarantined = next((shop.home / "quarantine").rglob("*.parquet"))
    whole, kept = flip_the_middle(path), flip_the_middle(quarantined)
    look = eshop("doctor", "--home", shop.home, "--json", check=False)
    found = {one["name"]: one["found"] for one in json.loads(look.stdout)}
    assert "dim_products.parquet of release" in found["release"]
    assert str(quarantined.relative_to(shop.home)) in found["quarantine"]
    done = eshop("rebuild", "--home", shop.home, check=False)
    quarantined.write_bytes(kept)
    assert "is sound; the release was damaged and was written again (dim_products.parquet" in done.stdout
    assert path.read_bytes() == whole
    assert done.returncode == 1
    assert f"- quarantine: {quarantined.relative_to(shop.home)} does not hold what was pulled" in done.stderr


@pytest.mark.parametrize("table", ["products", "customers"])
def test_a_build_for_a_later_day_holds_what_it_reads_of_earlier_days_against_their_records(
    shop: Platform, table: str
) -> None:
    pull_days(shop, NEXT, NEXT)
    flip_the_middle(shop.home / "raw" / table / f"changed_date={FIRST}" / "simulated.parquet")
    with pytest.raises(RawStoreError, match=f"- raw/{table}/changed_date={FIRST}/simulated.parquet does not hold"):
        build_warehouse(shop)


def test_features_are_not_computed_from_order_lines_that_have_changed(shop: Platform) -> None:
    flip_the_middle(shop.home / "raw" / "order_items" / f"changed_date={FIRST}" / "simulated.parquet")
    with pytest.raises(RawStoreError, match=f"- raw/order_items/changed_date={FIRST}/simulated.parquet does not hold"):
        build_features(shop, plan_features(shop))


@pytest.mark.parametrize("damage", [tear_header, cut_in_half, flip_a_byte, zero_a_block, change_the_log])
def test_a_damaged_warehouse_is_noticed_and_no_model_learns_from_it(
    shop: Platform, damage: Callable[[Platform], None]
) -> None:
    damage(shop)
    fault = find_fault(shop)
    assert fault is not None
    assert (fault.is_readable, fault.reason.startswith("its file was damaged (")) == (False, True)
    with pytest.raises(WarehouseDamaged, match="`eshop rebuild`"):
        build_features(shop, plan_features(shop))


def test_a_build_that_comes_upon_a_damaged_block_fails_and_says_what_to_do(shop: Platform) -> None:
    release = current_release(shop.home)
    pull_days(shop, NEXT, NEXT)
    flip_a_byte(shop)
    with pytest.raises(WarehouseDamaged, match=r"does not match stored checksum.*`eshop rebuild`"):
        build_warehouse(shop)
    assert shop.warehouse.built_days(project_of(shop)) is None
    assert current_release(shop.home) == release


def test_a_log_of_garbage_is_no_damage_for_the_tables_are_those_that_passed(shop: Platform) -> None:
    before = contents(shop)
    log_of(shop).write_bytes(b"garbage" * 1000)
    assert find_fault(shop) is None
    assert contents(shop) == before


def test_a_damaged_warehouse_is_set_aside_and_the_one_from_raw_is_what_it_was(shop: Platform) -> None:
    before, release = contents(shop), current_release(shop.home)
    assert release is not None
    inodes = {path: path.stat().st_ino for path in release.folder.rglob("*.parquet")}
    change_the_log(shop)
    damaged, log = shop.warehouse.path.read_bytes(), log_of(shop).read_bytes()
    said = json.loads(eshop("rebuild", "--home", shop.home, "--json").stdout)
    assert said["is_rebuilt"]
    assert "replaying WAL" in said["reason"]
    assert said["release"] == {"name": release.name, "is_new": False}
    aside = Path(said["set_aside"])
    assert re.fullmatch(r"warehouse\.damaged-\d{8}T\d{6}Z\.duckdb", aside.name)
    assert (aside.read_bytes(), Path(f"{aside}.wal").read_bytes()) == (damaged, log)
    assert contents(shop) == before
    assert find_fault(shop) is None
    assert {path: path.stat().st_ino for path in release.folder.rglob("*.parquet")} == inodes


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE fct_orders SET net_revenue_brl = 0 WHERE revenue_brl > 0", "fct_orders holds other rows"),
        (
            "DELETE FROM dim_products WHERE product_id IN (SELECT min(product_id) FROM dim_products)",
            "dim_products holds",
        ),
        ("DROP TABLE fct_payments", "it lacks fct_payments"),
        ("DELETE FROM customer_features", "customer_features holds other rows"),
        (
            "DELETE FROM quality_records WHERE table_name = 'int_orders__versions'",
            "int_orders__versions has no quality",
        ),
        ("UPDATE quality_records SET has_passed = false WHERE table_name = 'fct_orders'", "fct_orders has not passed"),
        ("DROP TABLE quality_records", " has no quality record"),
        ("UPDATE build_state SET is_complete = false", "its last build did not end"),
        (
            "UPDATE build_state SET project_hash = 'another'",
            "its last build did not end, or was of another dbt project",
        ),
        (
            "UPDATE build_days SET content = '' WHERE changed_date = '2024-01-05'",
            "raw has changed since it was built (1",
        ),
    ],
)
def test_a_readable_warehouse_that_is_not_what_raw_gives_must_be_built_again(
    shop: Platform, change: str, reason: str
) -> None:
    sql(shop, change)
    fault = find_fault(shop)
    assert fault is not None
    assert fault.is_readable
    assert reason in fault.reason


def test_a_lost_warehouse_must_be_built_again(shop: Platform) -> None:
    shop.warehouse.path.unlink()
    assert find_fault(shop) == Fault("there was no warehouse", is_readable=False)
