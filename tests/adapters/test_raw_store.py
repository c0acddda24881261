"""The raw layer: each day replaces itself whole, and the same rows leave the same bytes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.raw_store import RawStore
from eshop_dagster.adapters.validation import stored_schema
from eshop_dagster.contract import TABLES

from ..builders import DAY, Row, changes, customer, order, order_item, payment, product, valid_rows
from ..children import finish, start
from .raw_home import ANYTHING_GOES, NEXT_DAY, content, day_file, orders, quarantined, read, vault_of, write

DIE_AT_RENAME = """
import os, signal, sys
from datetime import date
from pathlib import Path
import pyarrow as pa
from eshop_dagster.adapters.raw_store import RawStore
from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.adapters.vault import Vault

home, last_rename = Path(sys.argv[1]), int(sys.argv[2])
renames, rename = 0, os.replace

def rename_or_die(source, target):
    global renames
    renames += 1
    if renames == last_rename:
        os.kill(os.getpid(), signal.SIGKILL)
    rename(source, target)

day = date(2024, 3, 5)
rows = {
    name: pa.table({**columns, "changed_date": pa.array([day], pa.date32())})
    for name, columns in {
        "products": {"product_id": ["p1"], "name": ["new"]},
        "orders": {"order_id": ["o1"], "status": ["shipped"], "ordered_at": ["2024-03-05"]},
    }.items()
}
os.replace = rename_or_die
RawStore(home, Vault(home / "vault" / "vault.db", bytes(range(32)))).write("shop", "2", [Changes(day, day, rows)])
"""


def test_a_day_is_one_file_for_each_table_with_the_contracts_types(tmp_path: Path) -> None:
    report = write(tmp_path, changes(**{name: [row] for name, row in valid_rows().items()}))
    for name in TABLES:
        schema = pq.read_schema(day_file(tmp_path, name))
        assert schema == stored_schema(name)
    assert report.days == report.days_written == 1
    assert report.accepted == Counter(dict.fromkeys(TABLES, 1))
    assert report.quarantined == Counter()
    assert not (tmp_path / "quarantine").exists()


def test_every_table_can_be_read_with_its_types_before_a_source_fills_it(tmp_path: Path) -> None:
    write(tmp_path)
    for name in TABLES:
        empty = pq.read_table(tmp_path / "raw" / name / "changed_date=1970-01-01" / "empty.parquet", partitioning=None)
        assert empty.num_rows == 0
        assert empty.schema == stored_schema(name)


def test_pulling_a_day_again_leaves_bytes_and_times_of_every_file_alone(tmp_path: Path) -> None:
    chunk = changes(orders=orders(30), order_items=[order_item("o001"), order_item("o002", quantity="0")])
    write(tmp_path, chunk)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.glob("[rq]*/**/*") if path.is_file()}
    before = content(tmp_path)
    report = write(tmp_path, chunk)
    assert content(tmp_path) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert (report.days, report.days_written) == (1, 0)


def test_the_order_in_which_rows_arrive_leaves_no_trace(tmp_path: Path) -> None:
    write(tmp_path / "a", changes(orders=orders(5), customers=[customer("c1"), customer("c2")]))
    write(tmp_path / "b", changes(orders=orders(5)[::-1], customers=[customer("c2"), customer("c1")]))
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_how_days_are_cut_into_chunks_leaves_no_trace(tmp_path: Path) -> None:
    later = order("o2", ordered_at="2024-03-06 10:00:00", changed_date=NEXT_DAY)
    write(tmp_path / "a", changes(last_day=NEXT_DAY, orders=[order(), later], order_items=[order_item()]))
    write(tmp_path / "b", changes(orders=[order()], order_items=[order_item()]), changes(NEXT_DAY, orders=[later]))
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_pulling_a_day_with_other_rows_replaces_it_and_no_other_day(tmp_path: Path) -> None:
    other_day = changes(NEXT_DAY, orders=[order("o9")])
    write(tmp_path, changes(orders=[order("o1"), order("o2")], payments=[payment()]), other_day)
    neighbour = content(tmp_path)[f"raw/orders/changed_date={NEXT_DAY}/shop.parquet"]
    report = write(tmp_path, changes(orders=[order("o2", status="approved"), order("o3")]), other_day)
    assert [(row["order_id"], row["status"]) for row in read(day_file(tmp_path, "orders"))] == [
        ("o2", "approved"),
        ("o3", "created"),
    ]
    assert not day_file(tmp_path, "payments").exists()
    assert content(tmp_path)[f"raw/orders/changed_date={NEXT_DAY}/shop.parquet"] == neighbour
    assert report.days_written == 1


def test_a_day_pulled_again_without_bad_rows_leaves_quarantine(tmp_path: Path) -> None:
    write(tmp_path, changes(orders=[order("o1"), order("o2", status="lost")]))
    assert [reason for reason, _ in quarantined(tmp_path, "orders")] == ["rule:status"]
    write(tmp_path, changes(orders=[order("o1"), order("o2")]))
    assert quarantined(tmp_path, "orders") == []
    assert not day_file(tmp_path, "orders", layer="quarantine").exists()


@pytest.mark.parametrize(("last_rename", "is_replaced"), [(1, False), (2, True), (3, True), (4, True)])
def test_a_day_whose_pull_is_killed_is_as_it_was_or_as_it_was_to_be(
    tmp_path: Path, last_rename: int, is_replaced: bool
) -> None:
    before = changes(products=[product(name="old")], orders=[order(), order("o2", status="lost")])
    after = changes(
        products=[product(name="new")], orders=[order(status="shipped", customer_id=None, ordered_at="2024-03-05")]
    )
    write(tmp_path, before)
    finish(start(DIE_AT_RENAME, tmp_path, last_rename), expected_status=-9)
    store = RawStore(tmp_path, vault_of(tmp_path))
    store.finish_killed_pull()
    write(tmp_path / "never killed", after if is_replaced else before, fingerprint="2" if is_replaced else "1")
    assert content(tmp_path) == content(tmp_path / "never killed")
    assert store.days_pulled("shop", "2") == ({DAY} if is_replaced else set())


def test_the_pull_after_a_killed_one_clears_what_it_left_aside(tmp_path: Path) -> None:
    chunk = changes(products=[product(name="newest")], orders=[order(status="delivered", customer_id=None)])
    write(tmp_path, changes(products=[product(name="old")], orders=[order()]))
    finish(start(DIE_AT_RENAME, tmp_path, 2), expected_status=-9)
    assert (tmp_path / "raw" / "_aside" / "journal.json").exists()
    write(tmp_path, chunk)
    write(tmp_path / "never killed", chunk)
    assert content(tmp_path) == content(tmp_path / "never killed")


def test_days_pulled_are_known_by_source_and_input(tmp_path: Path) -> None:
    write(tmp_path, changes(), changes(NEXT_DAY), fingerprint="1")
    write(tmp_path, changes(NEXT_DAY), fingerprint="2")
    store = RawStore(tmp_path, vault_of(tmp_path))
    assert store.days_pulled("shop") == {DAY, NEXT_DAY}
    assert store.days_pulled("shop", "1") == {DAY}
    assert store.days_pulled("shop", "2") == {NEXT_DAY}
    assert store.days_pulled("report") == set()


def test_progress_counts_the_days_of_each_chunk(tmp_path: Path) -> None:
    done: list[int] = []
    write(tmp_path, changes(last_day=DAY + timedelta(days=4)), changes(DAY + timedelta(days=5)), on_days=done.append)
    assert done == [5, 1]


def test_a_days_hash_follows_its_accepted_rows_over_all_sources(tmp_path: Path) -> None:
    def hashes(**by_source: Sequence[Row]) -> dict[date, str]:
        for source, rows in by_source.items():
            write(tmp_path, changes(orders=rows), source=source, limits=ANYTHING_GOES)
        return RawStore(tmp_path, vault_of(tmp_path)).day_hashes()

    first = hashes(shop=[order()])
    assert hashes(shop=[order()]) == first
    assert hashes(shop=[order(), order("o2", status="lost")]) == first
    second = hashes(shop=[order(status="approved")])
    third = hashes(report=[order()])
    assert list(first) == list(second) == list(third) == [DAY]
    assert len({first[DAY], second[DAY], third[DAY]}) == 3
    write(tmp_path, changes(orders=[order(status="approved")]), fingerprint="another")
    assert RawStore(tmp_path, vault_of(tmp_path)).day_hashes() == third


def test_totals_count_what_lies_in_raw_and_quarantine(tmp_path: Path) -> None:
    write(tmp_path, changes(orders=[order("o1"), order("o2", status="lost")]), source="shop")
    write(tmp_path, changes(orders=[order("o3")]), source="report")
    totals = RawStore(tmp_path, vault_of(tmp_path)).totals()
    assert totals.days == 2
    assert +totals.accepted == {"orders": 2}
    assert totals.quarantined == {("orders", "rule:status"): 1}


def test_typed_and_textual_values_of_a_source_give_the_same_file(tmp_path: Path) -> None:
    typed = changes(
        orders=[order()], order_items=[order_item(quantity=Decimal("1.000"), unit_price_brl=Decimal("9.5"))]
    )
    write(tmp_path / "a", typed)
    write(tmp_path / "b", changes(orders=[order()], order_items=[order_item(line_number="1")]))
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_a_table_may_come_without_its_optional_columns_or_not_at_all(tmp_path: Path) -> None:
    chunk = changes(orders=[order()])
    bare = chunk.tables["orders"].select(["order_id", "status", "ordered_at", "changed_date"])
    report = write(tmp_path, replace(chunk, tables={"orders": bare}))
    assert +report.accepted == {"orders": 1}
    assert bare.schema.field("changed_date").type == pa.date32()
