"""`eshop rebuild` trusts raw only where it is as it was pulled, and otherwise says how to mend it."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from eshop_dagster.adapters.locks import home_lock
from eshop_dagster.adapters.raw_store import RawStoreError
from eshop_dagster.adapters.sources import OpenSource, save_source_config
from eshop_dagster.adapters.sources.kinds.simulated import SimulatedConfig
from eshop_dagster.adapters.sources.simulated import ShopConfig, SimulatedSource
from eshop_dagster.settings import Settings
from eshop_dagster.stages.build import build_warehouse
from eshop_dagster.stages.parameters import Params
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.pull import pull
from eshop_dagster.stages.raw_check import check_raw
from eshop_dagster.stages.rebuild import rebuild_warehouse

from ..end_to_end.conftest import eshop

FIRST, LAST = date(2024, 1, 1), date(2024, 1, 12)
SHOP = ShopConfig(customers=300, orders_per_day=20, first_day=FIRST)


def pull_days(platform: Platform, first: date, last: date) -> None:
    pull(platform, OpenSource(SimulatedSource(SHOP, LAST), repr(SHOP)), first, last, only_new=False)


@pytest.fixture
def shop(tmp_path: Path) -> Platform:
    """A small simulated shop that was pulled, with something in the place of a warehouse."""
    platform = Platform(Settings(tmp_path / "home"), Params())
    save_source_config(platform.home, SimulatedConfig())
    pull_days(platform, FIRST, LAST)
    platform.warehouse.path.write_bytes(b"as it was")
    return platform


def files(platform: Platform) -> dict[Path, bytes]:
    raw = [path for path in (platform.home / "raw").rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in [*raw, *platform.home.glob("warehouse*")]}


def orders_of(platform: Platform, day: str, source: str = "simulated") -> Path:
    return platform.home / "raw" / "orders" / f"changed_date={day}" / f"{source}.parquet"


def lose(path: Path) -> None:
    path.unlink()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def change_a_count(path: Path) -> None:
    path.write_text(path.read_text().replace('"content": "', '"content": "0'))


ORDERS, RECORD = "orders/changed_date=2024-01-05/simulated.parquet", "_pulls/simulated/2024-01-05.json"


@pytest.mark.parametrize(
    ("file", "damage", "words"),
    [
        (ORDERS, lose, "is missing"),
        (ORDERS, flip, "does not hold what was pulled"),
        (ORDERS, cut, "does not hold what was pulled"),
        (RECORD, cut, "cannot be read, or was changed"),
        (RECORD, change_a_count, "cannot be read, or was changed"),
    ],
)
def test_damage_in_raw_is_named_with_the_remedy_which_mends_it(
    shop: Platform, file: str, damage: Callable[[Path], None], words: str
) -> None:
    whole = files(shop)
    damage(shop.home / "raw" / file)
    before = files(shop)
    remedy = f"`eshop run --from 2024-01-05 --to 2024-01-05 --repull --home {shop.home}`"
    expected = re.escape(
        f"(files: 1), and the warehouse can be built from raw only. Nothing was changed.\n- raw/{file}"
    )
    with pytest.raises(RawStoreError, match=f"{expected} {words}\nPull again: {re.escape(remedy)}\nThen run"):
        rebuild_warehouse(shop, force=True)
    assert files(shop) == before
    pull_days(shop, date(2024, 1, 5), date(2024, 1, 5))
    check_raw(shop)
    assert files(shop) == whole


def test_damaged_days_are_asked_for_in_ranges_and_reports_of_the_inbox_by_their_name(shop: Platform) -> None:
    for day in ("2024-01-03", "2024-01-04", "2024-01-09"):
        orders_of(shop, day).unlink()
    record = shop.home / "raw" / "_pulls" / "loja" / "2024-01-07.json"
    record.parent.mkdir()
    record.write_text("{}")
    orders_of(shop, "2024-01-08", "copy").write_bytes(orders_of(shop, "2024-01-08").read_bytes())
    with pytest.raises(RawStoreError) as refused:
        check_raw(shop)
    assert str(refused.value).splitlines()[-5:] == [
        "- raw/orders/changed_date=2024-01-08/copy.parquet is of no pull: delete it",
        f"Put the report loja of 2024-01-07 to 2024-01-07 into {shop.home}/inbox again.",
        f"Pull again: `eshop run --from 2024-01-03 --to 2024-01-04 --repull --home {shop.home}`",
        f"Pull again: `eshop run --from 2024-01-09 --to 2024-01-09 --repull --home {shop.home}`",
        "Then run the same command again.",
    ]


def test_a_day_whose_record_cannot_be_read_stops_whoever_asks_for_days_with_the_remedy(shop: Platform) -> None:
    cut(shop.home / "raw" / RECORD)
    expected = (
        r"_pulls/simulated/2024-01-05.json cannot be read.* `eshop run --from 2024-01-05 --to 2024-01-05 --repull`"
    )
    for use in (shop.raw.day_hashes, shop.raw.totals, lambda: shop.raw.days_pulled("simulated")):
        with pytest.raises(RawStoreError, match=expected):
            use()


def test_the_files_that_only_tell_types_are_mended_on_the_way(shop: Platform) -> None:
    whole = files(shop)
    for table in ("orders", "reviews"):
        flip(shop.home / "raw" / table / "changed_date=1970-01-01" / "empty.parquet")
    check_raw(shop)
    assert files(shop) == whole


def test_a_home_without_raw_is_refused(tmp_path: Path) -> None:
    empty = Platform(Settings(tmp_path), Params())
    with pytest.raises(RawStoreError, match="pull some days first"):
        rebuild_warehouse(empty)
    done = eshop("rebuild", "--home", tmp_path / "none", check=False)
    assert done.returncode == 1
    assert "is empty: fill it with `eshop run`" in done.stderr


def test_a_rebuild_waits_for_the_run_that_holds_the_home_and_says_which(shop: Platform) -> None:
    with home_lock(shop.home, "a long run", wait_seconds=0):
        done = eshop("rebuild", "--home", shop.home, "--wait", "0", check=False)
    assert done.returncode == 1
    assert "a long run" in done.stderr
    assert shop.warehouse.path.read_bytes() == b"as it was"


def test_nothing_is_built_from_a_file_of_raw_that_has_changed(shop: Platform) -> None:
    flip(shop.home / "raw" / ORDERS)
    shop.warehouse.path.unlink(missing_ok=True)
    with pytest.raises(RawStoreError, match=re.escape(f"- raw/{ORDERS} does not hold what was pulled")):
        build_warehouse(shop, full_refresh=True)
