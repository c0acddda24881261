"""A torn or changed warehouse file is noticed by every reader, and never taken for what was written."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from eshop_dagster.adapters.table_records import TableRecords
from eshop_dagster.adapters.warehouse import Warehouse, WarehouseDamaged, WarehouseError, refuse_damage

from ..children import finish, start, wait_for_line
from .warehouse_files import (
    BLOCK,
    BUILD,
    DAYS,
    HEADERS,
    contents,
    flipped,
    last_block,
    sound_bytes,
    warehouse_of,
    zeroed,
)

HOLD = """
import sys
import duckdb

connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return sound_bytes(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def broken(tmp_path: Path) -> Callable[[bytes], Warehouse]:
    """Makes a warehouse of these bytes."""
    return lambda content: warehouse_of(tmp_path, content)


def test_a_sound_file_is_read_whole_and_progress_is_told(sound: bytes, broken: Callable[[bytes], Warehouse]) -> None:
    told: list[tuple[int, int]] = []
    broken(sound).verify(lambda done, total: told.append((done, total)))
    assert told == [(number, 7) for number in range(1, 8)]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"not a database" * 1000,
        lambda content: content[:2000],
        lambda content: content[:HEADERS],
        lambda content: content[: len(content) // 2],
        lambda content: zeroed(content, 0, 4096),
        lambda content: zeroed(content, 4096, 4096),
        lambda content: zeroed(content, 8192, 4096),
        lambda content: flipped(content, 9),
        lambda content: flipped(content, 100),
        lambda content: flipped(content, 5000),
        lambda content: flipped(content, 9000),
    ],
    ids=[
        *("empty", "something else", "cut in the header", "cut after the headers", "half of it", "zeroed main header"),
        *("zeroed first header", "zeroed second header", "flipped magic", "flipped main header"),
        *("flipped first header", "flipped second header"),
    ],
)
def test_a_torn_or_changed_file_is_refused_by_whoever_opens_it(
    sound: bytes, broken: Callable[[bytes], Warehouse], damage: Callable[[bytes], bytes]
) -> None:
    warehouse = broken(damage(sound))
    expected = rf"^the warehouse {warehouse.path} is damaged \(.+\): no run goes on with it.* with `eshop rebuild`"
    for use in (
        lambda: warehouse.built_days("1"),
        lambda: warehouse.mark_building("1"),
        lambda: warehouse.tables(),
        lambda: warehouse.verify(),
    ):
        with pytest.raises(WarehouseDamaged, match=expected):
            use()


def test_every_flipped_byte_is_noticed_or_lies_where_nothing_is_kept(
    sound: bytes, broken: Callable[[bytes], Warehouse]
) -> None:
    before = contents(broken(sound))
    noticed, harmless = set(), set()
    for block in range(HEADERS, len(sound), BLOCK):
        for offset in (3, BLOCK - 1):
            warehouse = broken(flipped(sound, block + offset))
            try:
                warehouse.verify()
            except WarehouseDamaged:
                noticed.add(block)
            else:
                harmless.add(block)
                assert contents(warehouse) == before
    assert len(noticed) >= 6
    assert not noticed & harmless


def test_what_verify_passes_can_also_be_written_to(sound: bytes, broken: Callable[[bytes], Warehouse]) -> None:
    writable = 0
    for block in range(HEADERS, len(sound), BLOCK):
        warehouse = broken(zeroed(sound, block, BLOCK))
        try:
            warehouse.verify()
        except WarehouseDamaged:
            continue
        TableRecords(warehouse, []).record({"fct_orders": {"a test": "fail"}, "dim_customers": {}})
        warehouse.mark_building("2")
        warehouse.mark_built("2", DAYS)
        warehouse.verify()
        writable += 1
    assert writable > 0


@pytest.mark.parametrize("how", ["a flipped byte", "a zeroed block"])
def test_a_damaged_block_stops_the_query_that_reads_it_and_says_what_to_do(
    sound: bytes, broken: Callable[[bytes], Warehouse], how: str
) -> None:
    block = HEADERS + last_block(broken(sound), "fct_orders") * BLOCK
    warehouse = broken(flipped(sound, block + 1000) if how == "a flipped byte" else zeroed(sound, block, BLOCK))
    assert warehouse.built_days("1") == DAYS
    for use in (
        lambda: warehouse.content_hash("fct_orders"),
        lambda: warehouse.read("SELECT max(city) FROM fct_orders"),
        lambda: warehouse.read_sorted("fct_orders", ["order_id"]),
        lambda: TableRecords(warehouse, []).update(["fct_orders"], None),
        lambda: TableRecords(warehouse, []).demand(["fct_orders"], hash_again=True),
    ):
        with pytest.raises(WarehouseDamaged, match=r"does not match stored checksum.*`eshop rebuild`"):
            use()


def test_a_cut_that_takes_rows_is_noticed_and_one_that_takes_free_blocks_is_not_damage(
    sound: bytes, broken: Callable[[bytes], Warehouse]
) -> None:
    before = contents(broken(sound))
    last = last_block(broken(sound), *before)
    for blocks in range((len(sound) - HEADERS) // BLOCK):
        warehouse = broken(sound[: HEADERS + blocks * BLOCK + 100])
        if blocks > last:
            warehouse.verify()
            assert contents(warehouse) == before
        else:
            with pytest.raises(WarehouseDamaged, match=r"it has [\d,]+ bytes, expected|Could not read enough"):
                warehouse.verify()


def test_a_file_that_duckdb_itself_has_cut_shorter_is_sound(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    sizes = []
    for statement in (BUILD, "DELETE FROM fct_orders", "CHECKPOINT; CREATE TABLE fct_payments AS FROM range(9)"):
        with duckdb.connect(str(warehouse.path)) as connection:
            connection.execute(statement)
        sizes.append(warehouse.path.stat().st_size)
        warehouse.verify()
    assert sizes[-1] < sizes[0]


@pytest.mark.parametrize(
    "words",
    [
        "Runtime Error in model fct_orders\n  Corrupt database file: computed checksum 1 does not match",
        'IO Error: Could not read enough bytes from file "/home/warehouse.duckdb": attempted to read 9 bytes',
        'FATAL Error: database has been invalidated\nOriginal error: "Corrupt database file: computed checksum 1"',
    ],
)
def test_dbts_words_for_a_damaged_file_are_understood(words: str) -> None:
    with pytest.raises(WarehouseDamaged, match="`eshop rebuild`"):
        refuse_damage(Path("/home/warehouse.duckdb"), words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        'IO Error: Could not read enough bytes from file "/home/raw/orders/changed_date=2024-03-05/shop.parquet"',
        "Invalid Input Error: No magic bytes found at end of file '/home/raw/orders/shop.parquet'",
        "Catalog Error: Table with name fct_orders does not exist!",
        "IO Error: No space left on device",
    ],
)
def test_other_troubles_are_not_taken_for_a_damaged_warehouse(words: str) -> None:
    refuse_damage(Path("/home/warehouse.duckdb"), words)


def test_a_file_that_another_process_holds_is_not_damaged(sound: bytes, broken: Callable[[bytes], Warehouse]) -> None:
    warehouse = broken(sound)
    child = start(HOLD, warehouse.path)
    assert wait_for_line(child) == "held"
    with pytest.raises(WarehouseError, match="cannot be opened") as refused:
        warehouse.verify()
    assert not isinstance(refused.value, WarehouseDamaged)
    finish(child)
    warehouse.verify()
