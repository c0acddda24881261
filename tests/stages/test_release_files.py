"""A release writes the files whose rows changed, and takes the others over from the one before."""

import os
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.files import file_sha256
from eshop_dagster.adapters.warehouse import WarehouseError
from eshop_dagster.stages import release_files
from eshop_dagster.stages.platform import Platform
from eshop_dagster.stages.publish import Release, current_release, publish

from .release_home import FEW_MARTS, Order, build, fill, inodes, manifest_of, paths, published_orders, sql

MARCH_AND_APRIL: list[Order] = [
    ("o1", "2024-03-05", 10),
    ("o2", "2024-03-05", 20),
    ("o3", "2024-03-06", 30),
    ("o4", "2024-04-01", 40),
]


@pytest.fixture
def open_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Platform]:
    """Makes a home with few marts and these orders."""
    monkeypatch.setattr(release_files, "MARTS", FEW_MARTS)

    def make(orders: list[Order] = MARCH_AND_APRIL, name: str = "home") -> Platform:
        platform = fill(tmp_path / name, FEW_MARTS)
        build(platform, orders)
        return platform

    return make


@pytest.fixture
def by_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop so large that two orders are too many for the file of a month."""
    monkeypatch.setattr(release_files, "MONTH_FILE_ROWS", 2)


def test_a_month_of_a_small_shop_is_one_file(open_platform: Callable[..., Platform]) -> None:
    release = publish(open_platform())
    assert paths(release) == ["fct_orders/2024-03.parquet", "fct_orders/2024-04.parquet"]
    assert published_orders(release) == MARCH_AND_APRIL


@pytest.mark.usefixtures("by_date")
def test_a_month_with_more_rows_than_its_file_may_hold_is_one_file_a_date(
    open_platform: Callable[..., Platform],
) -> None:
    release = publish(open_platform())
    assert paths(release) == [
        "fct_orders/2024-03-05.parquet",
        "fct_orders/2024-03-06.parquet",
        "fct_orders/2024-04.parquet",
    ]
    assert published_orders(release) == MARCH_AND_APRIL


@pytest.mark.usefixtures("by_date")
def test_a_month_that_outgrows_its_file_is_divided_and_leaves_none_behind(
    open_platform: Callable[..., Platform],
) -> None:
    platform = open_platform(MARCH_AND_APRIL[:2])
    assert paths(publish(platform)) == ["fct_orders/2024-03.parquet"]
    build(platform, MARCH_AND_APRIL[:3], [date(2024, 3, 6)])
    release = publish(platform)
    assert paths(release) == ["fct_orders/2024-03-05.parquet", "fct_orders/2024-03-06.parquet"]
    assert published_orders(release) == MARCH_AND_APRIL[:3]


def test_only_files_whose_rows_changed_are_written_the_others_are_those_of_the_release_before(
    open_platform: Callable[..., Platform],
) -> None:
    platform = open_platform()
    first = publish(platform)
    before, old_bytes = inodes(first), (first.folder / "fct_orders/2024-04.parquet").read_bytes()
    build(platform, [*MARCH_AND_APRIL[:3], ("o4", "2024-04-01", 41)], [date(2024, 4, 1)])
    second = publish(platform)
    after = inodes(second)
    assert after["fct_orders/2024-03.parquet"] == before["fct_orders/2024-03.parquet"]
    assert after["fct_orders/2024-04.parquet"] != before["fct_orders/2024-04.parquet"]
    assert inodes(second, "dim_products") == inodes(first, "dim_products")
    assert inodes(second, "fct_payments") == inodes(first, "fct_payments")
    assert (first.folder / "fct_orders/2024-04.parquet").read_bytes() == old_bytes
    assert published_orders(second)[-1] == ("o4", "2024-04-01", 41)


def test_a_row_that_was_written_again_with_the_same_values_leaves_the_file_of_its_table(
    open_platform: Callable[..., Platform],
) -> None:
    platform = open_platform()
    first = publish(platform)
    assert "changed_date" not in pq.read_schema(first.folder / "fct_payments/2024-03.parquet").names
    sql(platform, "UPDATE fct_payments SET changed_date = DATE '2024-04-30'")
    platform.records.update(["fct_payments"], None)
    second = publish(platform)
    assert not second.is_new
    assert inodes(second, "fct_payments") == inodes(first, "fct_payments")


@pytest.mark.usefixtures("by_date")
def test_a_late_change_in_a_large_shop_writes_one_date(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform()
    before = inodes(publish(platform))
    build(platform, [("o1", "2024-03-05", 9), *MARCH_AND_APRIL[1:]], [date(2024, 3, 5)])
    after = inodes(publish(platform))
    assert [path for path in after if after[path] != before[path]] == ["fct_orders/2024-03-05.parquet"]


def test_where_the_file_system_has_no_hard_links_files_are_copied(
    open_platform: Callable[..., Platform], monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = open_platform()
    first = publish(platform)

    def refuse(source: Path, target: Path) -> None:
        raise OSError(f"no link from {source} to {target}")

    monkeypatch.setattr(os, "link", refuse)
    build(platform, MARCH_AND_APRIL[:3], [date(2024, 4, 1)])
    second = publish(platform)
    assert paths(second) == ["fct_orders/2024-03.parquet"]
    assert inodes(second)["fct_orders/2024-03.parquet"] != inodes(first)["fct_orders/2024-03.parquet"]


@pytest.mark.parametrize("rows_at_once", [1_000_000, 2, 1])
def test_the_same_rows_give_the_same_bytes_however_they_lie_and_are_read(
    open_platform: Callable[..., Platform], monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    first = publish(open_platform(name="a"))
    monkeypatch.setattr(release_files, "_ROWS_AT_ONCE", rows_at_once)
    second = publish(open_platform(MARCH_AND_APRIL[::-1], name="b"))
    assert manifest_of(first) == manifest_of(second)
    for path in paths(first):
        assert (first.folder / path).read_bytes() == (second.folder / path).read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO fct_orders VALUES ('o5', '2024-03-06', 1)",
        "DELETE FROM fct_orders WHERE order_id = 'o1'",
        "UPDATE fct_orders SET ordered_date = '2024-03-06' WHERE ordered_date = '2024-03-05'",
    ],
)
def test_a_table_that_was_changed_behind_the_records_back_is_refused(
    open_platform: Callable[..., Platform], change: str
) -> None:
    platform = open_platform()
    first = publish(platform)
    build(platform, [("o1", "2024-03-05", 11), *MARCH_AND_APRIL[1:]], [date(2024, 3, 5)])
    sql(platform, change)
    expected = (
        r"^fct_orders/2024-03.parquet: \d rows were read where 3 were noted when the table was built. "
        r"Something else wrote to the warehouse; build it again with `eshop rebuild`$"
    )
    with pytest.raises(WarehouseError, match=expected):
        publish(platform)
    assert current_release(platform.home) == Release(first.name, first.folder, is_new=False, rows=first.rows)


def test_a_fact_without_rows_is_one_file_with_its_columns_and_becomes_files_by_date_with_the_first(
    open_platform: Callable[..., Platform],
) -> None:
    platform = open_platform([])
    empty = publish(platform)
    assert paths(empty) == ["fct_orders.parquet"]
    assert pq.read_schema(empty.folder / "fct_orders.parquet").names == ["order_id", "ordered_date", "net_revenue_brl"]
    assert (empty.rows["fct_orders"], published_orders(empty)) == (0, [])
    build(platform, MARCH_AND_APRIL, [date(2024, 3, 5), date(2024, 3, 6), date(2024, 4, 1)])
    assert paths(publish(platform)) == ["fct_orders/2024-03.parquet", "fct_orders/2024-04.parquet"]
    build(platform, [], [date(2024, 3, 5), date(2024, 3, 6), date(2024, 4, 1)])
    assert publish(platform).name == empty.name


@pytest.mark.parametrize("is_large", [False, True], ids=["a file a month", "a file a date"])
def test_a_date_that_lost_all_its_rows_is_gone_from_the_next_release_only(
    open_platform: Callable[..., Platform], monkeypatch: pytest.MonkeyPatch, is_large: bool
) -> None:
    monkeypatch.setattr(release_files, "MONTH_FILE_ROWS", 1 if is_large else 100)
    platform = open_platform()
    first = publish(platform)
    left = [one for one in MARCH_AND_APRIL if one[1] != "2024-03-05"]
    build(platform, left, [date(2024, 3, 5)])
    second = publish(platform)
    assert published_orders(second) == left
    assert published_orders(first) == MARCH_AND_APRIL
    build(platform, left[:1], [date(2024, 4, 1)])
    assert len(paths(publish(platform))) == 1


def test_rows_without_a_date_are_a_file_of_their_own(open_platform: Callable[..., Platform]) -> None:
    platform = open_platform([("o0", None, 1), *MARCH_AND_APRIL])
    release = publish(platform)
    assert paths(release)[-1] == "fct_orders/undated.parquet"
    assert published_orders(release) == [*MARCH_AND_APRIL, ("o0", None, 1)]


@pytest.mark.parametrize("rows", [MARCH_AND_APRIL, []], ids=["with rows", "without rows"])
def test_a_column_of_another_name_is_written_anew_though_its_values_are_the_same(
    open_platform: Callable[..., Platform], rows: list[Order]
) -> None:
    platform = open_platform(rows)
    publish(platform)
    sql(platform, "ALTER TABLE fct_orders RENAME net_revenue_brl TO revenue_brl")
    platform.records.update(["fct_orders"], None)
    release = publish(platform)
    assert release.is_new
    for path in release.files("fct_orders"):
        assert pq.read_schema(path).names == ["order_id", "ordered_date", "revenue_brl"]


@pytest.mark.parametrize("seed", range(2))
def test_after_any_builds_between_releases_each_release_holds_the_orders_of_its_time(
    open_platform: Callable[..., Platform], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(release_files, "MONTH_FILE_ROWS", 4)
    days = [date(2024, 2, 27) + timedelta(days=n) for n in range(8)]
    platform = open_platform([])
    orders: dict[str, Order] = {}
    releases: list[tuple[Release, list[Order]]] = []
    for _ in range(6):
        for _ in range(chance.randrange(1, 4)):
            touched = chance.sample(days, chance.randrange(1, 4))
            orders = {
                key: one for key, one in orders.items() if one[1] not in map(str, touched) or chance.random() < 0.6
            }
            for _ in range(chance.randrange(4)):
                key = f"o{chance.randrange(1000):03}"
                if key not in orders:
                    orders[key] = (key, str(chance.choice(touched)), chance.randrange(100))
            build(platform, chance.sample([*orders.values()], len(orders)), touched)
        release = publish(platform)
        releases.append((release, sorted(orders.values(), key=lambda one: (one[1], one[0]))))
    for release, held in releases[-5:]:
        assert published_orders(release) == held
        for table in FEW_MARTS:
            paths(release, table)
    last, held = releases[-1]
    assert {path: file_sha256(last.folder / path) for path in paths(last)} == {
        path: file_sha256(again.folder / path)
        for again in [publish(open_platform(held, "again"))]
        for path in paths(again)
    }
