"""Rows that break the contract are kept aside and counted, and identifiers are in the vault and nowhere else."""

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eshop_dagster.adapters.raw_store import RawStore
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
from .raw_home import ANYTHING_GOES, NEXT_DAY, content, day_file, orders, quarantined, read, vault_of, write

IDENTIFIERS = {
    "customer_id": "cliente-4711",
    "name": "Ana Conceição",
    "email": "ana@example.com",
    "cpf": "529.982.247-25",
    "phone": "+55 11 91234-5678",
}


@pytest.mark.parametrize("name", TABLES)
def test_every_breach_of_the_contract_is_quarantined_with_its_reason_and_its_row(tmp_path: Path, name: str) -> None:
    def row(number: int, **values: Any) -> Row:
        key = {column: number if column in ("line_number", "sequence") else f"k{number}" for column in TABLES[name].key}
        linked = {"order_id": f"o{number}"} if TABLES[name].parent else {}
        return {column: str(text) for column, text in {**valid_rows()[name], **key, **linked, **values}.items()}

    cases = list(breaches(name, TABLES[name].columns))
    rows = [row(1), *(row(n) | {case.column: case.value} for n, case in enumerate(cases, 2))]
    parents = {"orders": [order(f"o{n}") for n in range(1, len(cases) + 2)]} if TABLES[name].parent else {}
    report = write(tmp_path, changes(**{**parents, name: rows}), limits=ANYTHING_GOES)
    expected = Counter(case.reason.replace("customer_id", "customer_key") for case in cases)
    assert Counter(reason for reason, _ in quarantined(tmp_path, name)) == expected
    found = {reason: count for (table, reason), count in report.quarantined.items() if table == name}
    assert found == expected
    assert report.accepted[name] == 1


def test_quarantine_keeps_the_row_as_it_was_found(tmp_path: Path) -> None:
    lines = [order_item(quantity="1,5"), order_item("o2")]
    write(tmp_path, changes(orders=[order(), order("o2")], order_items=lines), limits=ANYTHING_GOES)
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


def test_a_line_that_cannot_be_taken_takes_its_order_along_with_its_reason(tmp_path: Path) -> None:
    report = write(
        tmp_path,
        changes(
            orders=[order("o1"), order("o2")],
            order_items=[order_item("o1", 1), order_item("o1", 2, quantity="0"), order_item("o2")],
            payments=[payment("o1"), payment("o2", amount_brl="none")],
        ),
        limits=ANYTHING_GOES,
    )
    assert report.quarantined == {
        ("orders", "rule:quantity"): 1,
        ("order_items", "rule:quantity"): 2,
        ("payments", "rule:quantity"): 1,
        ("payments", "unreadable:amount_brl"): 1,
    }
    assert [row["order_id"] for row in read(day_file(tmp_path, "orders"))] == ["o2"]


@pytest.mark.parametrize("price, kept", [("9.50", 1), ("9.51", 0)])
def test_a_line_that_stands_there_twice_costs_its_order_nothing_unless_the_two_differ(
    tmp_path: Path, price: str, kept: int
) -> None:
    lines = [order_item(), order_item(unit_price_brl=price)]
    report = write(tmp_path, changes(orders=[order()], order_items=lines), limits=ANYTHING_GOES)
    assert report.accepted["order_items"] == report.accepted["orders"] == kept


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
    assert quarantined(tmp_path, "orders") == [("too_few_fields", "o1;529.982.247-25")]
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


CANARY = "Ana Souza 529.982.247-25"

BREAKABLE = [
    (name, column)
    for name, table in TABLES.items()
    for column, rules in table.columns.items()
    if (rules.rule or rules.type != pa.string()) and not rules.is_identifier
]
"""Every column that can refuse a text; the others take any (a city may have any name)."""


@pytest.mark.parametrize(("table", "column"), BREAKABLE)
def test_a_person_in_the_wrong_column_is_sealed_with_the_row(table: str, column: str, tmp_path: Path) -> None:
    rows: dict[str, list[Row]] = {"orders": orders(30)}
    linked = {"order_id": "o001"} if TABLES[table].parent else {}
    rows[table] = [*rows.get(table, []), {**valid_rows()[table], **linked, column: CANARY}]
    write(tmp_path, changes(**rows), limits=ANYTHING_GOES)

    found = dict(quarantined(tmp_path, table))
    assert [row[column] for row in found.values()] == [CANARY]
    written = "".join(texts(path) for layer in ("raw", "quarantine") for path in (tmp_path / layer).rglob("*.parquet"))
    assert "Ana Souza" not in written
    assert "529.982.247-25" not in written
