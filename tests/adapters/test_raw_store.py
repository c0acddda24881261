"""The raw layer: days replace themselves whole, bad rows are kept aside and counted, and nothing is lost in silence."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.raw_store import Limits, PullReport, RawStore, RawStoreError
from eshop_dagster.adapters.sources.base import Changes
from eshop_dagster.adapters.validation import UnknownColumn, stored_schema
from eshop_dagster.adapters.vault import Vault
from eshop_dagster.contract import TABLES

from ..builders import (
    DAY,
    Row,
    breaches,
    changes,
    customer,
    order,
    order_item,
    payment,
    product,
    review,
    seller,
    valid_rows,
)
from ..children import finish, start

KEY = bytes(range(32))
NEXT_DAY = DAY + timedelta(days=1)
ANYTHING_GOES = Limits(quarantined_share=1.0)

IDENTIFIERS = {
    "customer_id": "cliente-4711",
    "name": "Ana Conceição",
    "email": "ana@example.com",
    "cpf": "529.982.247-25",
    "phone": "+55 11 91234-5678",
}

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


def vault_of(home: Path) -> Vault:
    return Vault(home / "vault" / "vault.db", KEY, "seed")


def write(
    home: Path, *chunks: Changes, source: str = "shop", fingerprint: str = "1", limits: Limits | None = None, **how: Any
) -> PullReport:
    return RawStore(home, vault_of(home), limits).write(source, fingerprint, chunks, **how)


def orders(count: int, **values: Any) -> list[Row]:
    return [order(f"o{number:03}", **values) for number in range(count)]


def content(home: Path) -> dict[str, bytes]:
    """The bytes of every file in raw and in quarantine."""
    paths = [path for layer in ("raw", "quarantine") for path in (home / layer).rglob("*") if path.is_file()]
    return {str(path.relative_to(home)): path.read_bytes() for path in paths}


def day_file(home: Path, table: str, day: date = DAY, layer: str = "raw", source: str = "shop") -> Path:
    return home / layer / table / f"changed_date={day}" / f"{source}.parquet"


def read(path: Path) -> list[Row]:
    return pq.read_table(path, partitioning=None).to_pylist() if path.exists() else []


def quarantined(home: Path, table: str, day: date = DAY) -> list[tuple[str, Row]]:
    rows = read(day_file(home, table, day, "quarantine"))
    return [(row["reason"], json.loads(row["row"])) for row in rows]


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
    chunk = changes(orders=orders(30), order_items=[order_item("o001"), order_item("o001", quantity="0")])
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


@pytest.mark.parametrize(
    ("last_rename", "product_name", "status"), [(1, "old", "created"), (2, "new", "created"), (3, "new", "shipped")]
)
def test_a_pull_that_is_killed_leaves_whole_files_and_counts_as_not_done(
    tmp_path: Path, last_rename: int, product_name: str, status: str
) -> None:
    write(tmp_path, changes(products=[product(name="old")], orders=[order()]))
    finish(start(DIE_AT_RENAME, tmp_path, last_rename), expected_status=-9)
    assert [row["name"] for row in read(day_file(tmp_path, "products"))] == [product_name]
    assert [row["status"] for row in read(day_file(tmp_path, "orders"))] == [status]
    store = RawStore(tmp_path, vault_of(tmp_path))
    assert (store.days_pulled("shop", "1"), store.days_pulled("shop", "2")) == ({DAY}, set())


def test_the_pull_after_a_killed_one_clears_what_it_left_aside(tmp_path: Path) -> None:
    chunk = changes(products=[product(name="new")], orders=[order(status="shipped", customer_id=None)])
    write(tmp_path, changes(products=[product(name="old")], orders=[order()]))
    finish(start(DIE_AT_RENAME, tmp_path, 2), expected_status=-9)
    assert [path.name for path in tmp_path.rglob("*.part")] == [".shop.parquet.part"]
    write(tmp_path, chunk)
    write(tmp_path / "never killed", chunk)
    assert content(tmp_path) == content(tmp_path / "never killed")


@pytest.mark.parametrize("name", TABLES)
def test_every_breach_of_the_contract_is_quarantined_with_its_reason_and_its_row(tmp_path: Path, name: str) -> None:
    def row(number: int, **values: Any) -> Row:
        key = {column: number if column in ("line_number", "sequence") else f"k{number}" for column in TABLES[name].key}
        linked = {"order_id": "o1"} if TABLES[name].parent else {}
        return {column: str(text) for column, text in {**valid_rows()[name], **key, **linked, **values}.items()}

    cases = list(breaches(name, TABLES[name].columns))
    rows = [row(1), *(row(n) | {case.column: case.value} for n, case in enumerate(cases, 2))]
    parents = {"orders": [order()]} if TABLES[name].parent else {}
    report = write(tmp_path, changes(**{**parents, name: rows}), limits=ANYTHING_GOES)
    expected = Counter(case.reason.replace("customer_id", "customer_key") for case in cases)
    assert Counter(reason for reason, _ in quarantined(tmp_path, name)) == expected
    assert report.quarantined == Counter({(name, reason): count for reason, count in expected.items()})
    assert report.accepted[name] == 1


def test_quarantine_keeps_the_row_as_it_was_found(tmp_path: Path) -> None:
    write(tmp_path, changes(orders=[order()], order_items=[order_item(quantity="1,5"), order_item(line_number=2)]))
    (only,) = quarantined(tmp_path, "order_items")
    assert only == (
        "unreadable:quantity",
        {
            "order_id": "o1",
            "line_number": 1,
            "product_id": "p1",
            "seller_id": None,
            "quantity": "1,5",
            "unit_price_brl": "9.50",
            "freight_brl": None,
        },
    )


def test_lines_and_payments_of_an_order_that_was_not_accepted_are_orphans(tmp_path: Path) -> None:
    report = write(
        tmp_path,
        changes(
            orders=[order("o1"), order("o2", status="lost")],
            order_items=[order_item("o1"), order_item("o2"), order_item("o3")],
            payments=[payment("o1"), payment("o2")],
        ),
        limits=ANYTHING_GOES,
    )
    assert report.quarantined == {
        ("orders", "rule:status"): 1,
        ("order_items", "orphan:orders"): 2,
        ("payments", "orphan:orders"): 1,
    }


def test_a_key_that_stands_twice_on_a_day_is_kept_once(tmp_path: Path) -> None:
    report = write(tmp_path, changes(orders=[order(city="Santos"), order(city="Olinda"), order("o2")]))
    assert [row["city"] for row in read(day_file(tmp_path, "orders"))] == ["Santos", None]
    assert report.quarantined == {("orders", "duplicate_key"): 1}


def corrupted(row: Row, chance: random.Random) -> Row:
    column = chance.choice([name for name in row if name != "changed_date"])
    value = chance.choice(
        [None, "", " ", "??", "-1", "1e99", "NaN", "1,5", "0.123456789", "2024-99-99", "\0", row[column]]
    )
    return {**row, column: value}


@pytest.mark.parametrize("seed", range(12))
def test_every_row_that_comes_in_is_accepted_or_quarantined(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    makers = {
        "customers": lambda n: customer(f"c{n % 9}", name=f"Name {n}", zip_prefix="01310"),
        "products": lambda n: product(f"p{n}", weight_kg="0.5", list_price_brl="9.90"),
        "sellers": lambda n: seller(f"s{n}", state="RJ"),
        "orders": lambda n: order(f"o{n % 40}", customer_id=f"c{n % 9}", channel="web"),
        "order_items": lambda n: order_item(f"o{n % 40}", f"{n % 3 + 1}", freight_brl="1.10"),
        "payments": lambda n: payment(f"o{n % 45}", f"{n % 2}", installments="2"),
        "reviews": lambda n: review(f"r{n}", f"o{n}", score="4"),
    }
    given: dict[str, list[Row]] = {}
    for name, make in makers.items():
        rows = [{**make(n), "changed_date": DAY + timedelta(days=n % 3)} for n in range(chance.randrange(60))]
        given[name] = [corrupted(row, chance) if chance.random() < 0.4 else row for row in rows]
    rejected = [{"row": f"torn {n}"} for n in range(chance.randrange(5))]
    chunk = changes(last_day=DAY + timedelta(days=2), rejected=rejected, **given)
    report = write(tmp_path, chunk, limits=ANYTHING_GOES)
    for name, rows in given.items():
        kept = [row for path in (tmp_path / "raw" / name).glob("*/shop.parquet") for row in read(path)]
        aside = [row for path in (tmp_path / "quarantine" / name).glob("*/shop.parquet") for row in read(path)]
        assert len(kept) + len(aside) == len(rows) + (len(rejected) if name == "orders" else 0)
        assert report.accepted[name] == len(kept)
        assert all(row["reason"] and row["row"] for row in aside)
        assert Counter((name, row["reason"]) for row in aside) == {
            key: count for key, count in report.quarantined.items() if key[0] == name
        }
    totals = RawStore(tmp_path, vault_of(tmp_path)).totals()
    assert (totals.accepted, totals.quarantined) == (report.accepted, report.quarantined)


def test_rows_that_could_not_be_taken_apart_are_sealed_in_the_vault(tmp_path: Path) -> None:
    report = write(
        tmp_path, changes(orders=orders(30), rejected=[{"row": "o1;529.982.247-25", "reason": "too_few_fields"}])
    )
    assert report.quarantined == {("orders", "too_few_fields"): 1}
    (only,) = quarantined(tmp_path, "orders")
    assert only[0] == "too_few_fields"
    assert list(only[1]) == ["sealed"]
    assert vault_of(tmp_path).open_row(only[1]["sealed"]) == "o1;529.982.247-25"
    assert b"529.982.247-25" not in b"".join(content(tmp_path).values())


def texts(path: Path) -> str:
    """Everything that a file says, decompressed."""
    if path.suffix != ".parquet":
        return path.read_bytes().decode()
    parquet = pq.ParquetFile(path)
    return f"{parquet.read().to_pylist()} {parquet.schema_arrow} {parquet.metadata.to_dict()}"


def test_no_file_of_raw_or_quarantine_holds_an_identifier_and_the_vault_knows_them_all(tmp_path: Path) -> None:
    ana = customer(**IDENTIFIERS, zip_prefix="01310")
    nameless = customer(**{**IDENTIFIERS, "customer_id": None, "cpf": "111.444.777-35"})
    bad_zip = customer(**{**IDENTIFIERS, "customer_id": "cliente-4712", "name": "Bia Araújo"}, zip_prefix="1")
    bought = order(customer_id="cliente-4711")
    bad_status = order("o2", customer_id="cliente-4713", status="lost")
    torn = "cliente-4714;Caio Dutra;caio@example.com"
    write(
        tmp_path,
        changes(customers=[ana, nameless, bad_zip], orders=[bought, bad_status], rejected=[{"row": torn}]),
        limits=ANYTHING_GOES,
    )
    secrets = {*IDENTIFIERS.values(), "111.444.777-35", "Bia Araújo", "Caio Dutra", "caio@example.com", "cliente-47"}
    files = [path for layer in ("raw", "quarantine") for path in (tmp_path / layer).rglob("*") if path.is_file()]
    assert len(files) == 12
    for path in files:
        for secret in secrets:
            assert secret not in texts(path)
            assert secret.encode() not in path.read_bytes()
    (known,) = read(day_file(tmp_path, "customers"))
    vault = vault_of(tmp_path)
    assert vault.reveal(known["customer_key"]) == IDENTIFIERS
    (first,) = read(day_file(tmp_path, "orders"))
    assert first["customer_key"] == known["customer_key"]
    bia, nobody = sorted(quarantined(tmp_path, "customers"), key=lambda entry: entry[1]["customer_key"] is None)
    assert (bia[0], nobody[0]) == ("rule:zip_prefix", "missing:customer_key")
    assert vault.reveal(bia[1]["customer_key"])["name"] == "Bia Araújo"
    assert vault.reveal(dict(quarantined(tmp_path, "orders"))["rule:status"]["customer_key"]) == {
        "customer_id": "cliente-4713"
    }


def test_the_newest_identifiers_of_a_chunk_stay(tmp_path: Path) -> None:
    moved = customer(name="Ana Lima", changed_date=NEXT_DAY)
    write(tmp_path, changes(last_day=NEXT_DAY, customers=[moved, customer(name="Ana Conceição")]))
    vault = vault_of(tmp_path)
    assert vault.reveal(vault.pseudonyms(["c1"])["c1"])["name"] == "Ana Lima"


def test_an_order_without_a_customer_has_no_pseudonym(tmp_path: Path) -> None:
    write(
        tmp_path, changes(orders=[order(customer_id=None), order("o2", customer_id=""), order("o3", customer_id=" ")])
    )
    assert [row["customer_key"] for row in read(day_file(tmp_path, "orders"))] == [None, None, None]
    assert vault_of(tmp_path).count() == 0


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
