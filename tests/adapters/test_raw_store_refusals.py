"""A pull that would lose rows, or swamp quarantine, is refused, and what was there before is untouched."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from eshop_dagster.adapters.raw_store import RawStore, RawStoreError
from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.adapters.validation import UnknownColumn

from ..builders import DAY, changes, customer, order, payment, product
from .raw_home import NEXT_DAY, content, day_file, orders, read, vault_of, write


def test_a_day_may_not_shrink_below_the_set_share(tmp_path: Path) -> None:
    write(tmp_path, changes(orders=orders(40), payments=[payment("o001")]))
    before = content(tmp_path)
    expected = r"orders of 2024-03-05 would shrink from 40 rows to 19, below the 50% .* pull again with --force"
    with pytest.raises(RawStoreError, match=expected):
        write(tmp_path, changes(orders=orders(19), payments=[payment("o001", amount_brl="1")]))
    assert content(tmp_path) == before
    write(tmp_path, changes(orders=orders(20)))
    assert len(read(day_file(tmp_path, "orders"))) == 20


def test_a_day_that_comes_back_empty_is_refused(tmp_path: Path) -> None:
    write(tmp_path, changes(orders=orders(20)))
    with pytest.raises(RawStoreError, match="would shrink from 20 rows to 0"):
        write(tmp_path, changes())


def test_a_day_shrinks_when_forced(tmp_path: Path) -> None:
    write(tmp_path, changes(orders=orders(40)))
    write(tmp_path, changes(), force=True)
    assert not day_file(tmp_path, "orders").exists()


def test_a_day_of_few_rows_may_shrink_freely(tmp_path: Path) -> None:
    write(tmp_path, changes(orders=orders(19)))
    write(tmp_path, changes(orders=orders(1)))
    assert len(read(day_file(tmp_path, "orders"))) == 1


def test_a_source_is_held_against_its_own_days_only(tmp_path: Path) -> None:
    write(tmp_path, changes(orders=orders(40)), source="shop")
    write(tmp_path, changes(orders=orders(1)), source="report")
    assert len(read(day_file(tmp_path, "orders", source="shop"))) == 40
    assert len(read(day_file(tmp_path, "orders", source="report"))) == 1


@pytest.mark.parametrize(("rows", "most"), [(1, 0), (2, 1), (10, 5), (100, 20), (1000, 100)])
def test_more_bad_rows_than_may_go_to_quarantine_stop_the_pull(tmp_path: Path, rows: int, most: int) -> None:
    good = orders(rows)
    bad = [replaced | {"status": "lost"} for replaced in good]
    write(tmp_path, changes(orders=bad[:most] + good[most:]))
    with pytest.raises(
        RawStoreError, match=rf"^{most + 1} of {rows} rows of orders break .* \(rule:status {most + 1}x;"
    ):
        write(tmp_path, changes(orders=bad[: most + 1] + good[most + 1 :]), force=True)


def test_a_chunk_with_too_many_bad_rows_is_refused_whole_and_says_why(tmp_path: Path) -> None:
    write(tmp_path, changes(orders=orders(3)))
    before = content(tmp_path)
    bad = [order("o1", status="lost"), order("o2", ordered_at="soon"), order("o3", ordered_at="late")]
    expected = (
        r"3 of 4 rows of orders break the raw contract \(unreadable:ordered_at 2x, rule:status 1x; first on "
        r"2024-03-05\), more than the 10% that may go to quarantine: nothing of these days was written\."
    )
    with pytest.raises(RawStoreError, match=expected):
        write(tmp_path, changes(orders=[*bad, order("o4")], products=[product()]))
    assert content(tmp_path) == before


def test_chunks_before_a_refused_one_stay(tmp_path: Path) -> None:
    done: list[int] = []
    bad = changes(NEXT_DAY, orders=[order(status="lost")])
    with pytest.raises(RawStoreError, match="1 of 1 rows of orders"):
        write(tmp_path, changes(orders=orders(3)), bad, on_days=done.append)
    assert len(read(day_file(tmp_path, "orders"))) == 3
    assert not day_file(tmp_path, "orders", NEXT_DAY).exists()
    assert RawStore(tmp_path, vault_of(tmp_path)).days_pulled("shop") == {DAY}
    assert done == [1]


def refused(home: Path, error: type[Exception], chunk: Changes, match: str) -> None:
    """The chunk is refused before anything, and anybody, is known of it."""
    with pytest.raises(error, match=match):
        write(home, chunk)
    assert [name for name in content(home) if "1970-01-01" not in name] == []
    assert vault_of(home).count() == 0


def test_a_table_outside_the_contract_is_refused_with_both_lists(tmp_path: Path) -> None:
    chunk = changes(customers=[customer()], coupons=[{"coupon_id": "x"}])
    refused(
        tmp_path, RawStoreError, chunk, r"unknown tables \['coupons'\]: the contract has \['customers', 'order_items'"
    )


def test_a_rejected_row_of_a_table_outside_the_contract_is_refused(tmp_path: Path) -> None:
    chunk = changes(customers=[customer()], rejected=[{"table": "coupons", "row": "torn"}])
    refused(tmp_path, RawStoreError, chunk, r"unknown tables \['coupons'\]")


def test_a_column_outside_the_contract_is_refused_with_both_lists(tmp_path: Path) -> None:
    chunk = changes(customers=[customer()], orders=[order(coupon="x")])
    refused(
        tmp_path, UnknownColumn, chunk, r"orders came with unknown columns \['coupon'\]: the contract has \['approved"
    )


def test_a_source_cannot_pass_an_identifier_off_as_a_pseudonym(tmp_path: Path) -> None:
    chunk = changes(orders=[{**order(), "customer_key": "529.982.247-25"}])
    refused(tmp_path, UnknownColumn, chunk, r"orders came with unknown columns \['customer_key'\]")


@pytest.mark.parametrize("day", [DAY - timedelta(days=1), NEXT_DAY, None])
def test_a_row_of_a_day_outside_its_chunk_is_not_lost_but_refused(tmp_path: Path, day: date | None) -> None:
    chunk = changes(customers=[customer()], orders=[order(), order("o2", changed_date=day)])
    refused(tmp_path, RawStoreError, chunk, f"orders came with rows of {day} in a chunk of 2024-03-05 to 2024-03-05")


def test_a_rejected_row_of_a_day_outside_its_chunk_is_refused(tmp_path: Path) -> None:
    chunk = changes(rejected=[{"row": "torn", "changed_date": NEXT_DAY}])
    refused(tmp_path, RawStoreError, chunk, "rejected came with rows of 2024-03-06")
