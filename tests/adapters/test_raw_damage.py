"""Raw knows what was pulled: a file that is lost, changed or added is named, with its source and day."""

import json
import random
from pathlib import Path

import pytest

from eshop_dagster.adapters.raw_store import Damage, RawStore, RawStoreError
from eshop_dagster.contract import TABLES

from ..builders import DAY, changes, order, valid_rows
from .raw_home import ANYTHING_GOES, NEXT_DAY, day_file, vault_of, write


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two days of one source, one of them with a row in every table, and one day of another."""
    write(tmp_path, changes(**{name: [row] for name, row in valid_rows().items()}))
    write(tmp_path, changes(NEXT_DAY, orders=[order("o2", ordered_at="2024-03-06")]))
    write(tmp_path, changes(orders=[order("x:o1")]), source="loja")
    return tmp_path


def damaged(home: Path) -> list[Damage]:
    return RawStore(home, vault_of(home)).damaged()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def record_of(home: Path, source: str = "shop") -> Path:
    return home / "raw" / "_pulls" / source / f"{DAY}.json"


def test_raw_as_it_was_pulled_has_no_damage_and_every_day_of_every_source_is_looked_at(home: Path) -> None:
    told: list[tuple[int, int]] = []
    found = RawStore(home, vault_of(home)).damaged(lambda done, total: told.append((done, total)))
    assert found == []
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_home_that_was_never_filled_has_no_damage(tmp_path: Path) -> None:
    assert damaged(tmp_path) == []


@pytest.mark.parametrize("table", TABLES)
def test_a_changed_or_lost_file_is_named(home: Path, table: str) -> None:
    file = f"raw/{table}/changed_date={DAY}/shop.parquet"
    flip(home / file)
    assert damaged(home) == [Damage(file, "does not hold what was pulled", "shop", DAY)]
    (home / file).unlink()
    assert damaged(home) == [Damage(file, "is missing", "shop", DAY)]


def test_a_file_of_another_day_in_the_place_of_one_is_noticed(home: Path) -> None:
    day_file(home, "orders", NEXT_DAY).write_bytes(day_file(home, "orders").read_bytes())
    assert [(one.day, one.what) for one in damaged(home)] == [(NEXT_DAY, "does not hold what was pulled")]


def test_a_file_where_a_pull_left_none_is_noticed(home: Path) -> None:
    added = day_file(home, "payments", NEXT_DAY)
    added.parent.mkdir(parents=True)
    added.write_bytes(day_file(home, "payments").read_bytes())
    assert damaged(home) == [
        Damage(f"raw/payments/changed_date={NEXT_DAY}/shop.parquet", "does not hold what was pulled", "shop", NEXT_DAY)
    ]


def test_a_file_of_no_pull_is_noticed_for_dbt_would_read_it(home: Path) -> None:
    copy = day_file(home, "orders", source="copy of shop")
    copy.write_bytes(day_file(home, "orders").read_bytes())
    (found,) = damaged(home)
    assert found == Damage(str(copy.relative_to(home)), "is of no pull: delete it", None, DAY)
    copy.unlink()
    assert damaged(home) == []


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"content": "0"}'])
def test_a_record_that_cannot_be_read_is_named_and_so_is_its_remedy(home: Path, content: str) -> None:
    record_of(home).write_text(content)
    assert damaged(home) == [Damage(f"raw/_pulls/shop/{DAY}.json", "cannot be read, or was changed", "shop", DAY)]
    with pytest.raises(RawStoreError, match=f"{DAY}.json cannot be read.*`eshop run --from {DAY} --to {DAY} --repull`"):
        RawStore(home, vault_of(home)).day_hashes()


def test_pulling_the_day_again_mends_its_files_and_its_record(home: Path) -> None:
    whole = RawStore(home, vault_of(home)).day_hashes()
    flip(day_file(home, "orders"))
    day_file(home, "payments").unlink()
    record_of(home).write_text("{")
    write(home, changes(**{name: [row] for name, row in valid_rows().items()}))
    assert damaged(home) == []
    assert RawStore(home, vault_of(home)).day_hashes() == whole


def test_of_a_day_that_an_older_platform_pulled_it_is_known_that_a_file_is_not_as_it_was(home: Path) -> None:
    record = json.loads(record_of(home).read_text())
    for name in ("files", "quarantine_files", "sha256"):
        del record[name]
    record_of(home).write_text(json.dumps(record))
    assert damaged(home) == []
    flip(day_file(home, "orders"))
    assert [one.what for one in damaged(home)] == ["does not fit the files of its day"]
    day_file(home, "orders").unlink()
    assert [one.file for one in damaged(home)] == [f"raw/orders/changed_date={DAY}/shop.parquet"]


def test_no_single_bit_of_a_record_changes_what_is_said_of_a_pull(home: Path) -> None:
    path, chance = record_of(home), random.Random(1)
    store = RawStore(home, vault_of(home))
    whole, said = path.read_bytes(), (store.totals(), store.day_hashes(), store.fingerprints("shop"))
    for _ in range(200):
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        try:
            # A blank that became another blank is harmless.
            assert (store.totals(), store.day_hashes(), store.fingerprints("shop")) == said
        except RawStoreError as error:
            assert "--repull" in str(error)
    path.write_bytes(whole)


def test_no_single_bit_of_a_quarantined_row_is_shown(tmp_path: Path) -> None:
    write(tmp_path, changes(orders=[order(), order("o2", status="lost")]), limits=ANYTHING_GOES)
    store, chance = RawStore(tmp_path, vault_of(tmp_path)), random.Random(1)
    (path,) = (tmp_path / "quarantine").rglob("*.parquet")
    whole = path.read_bytes()
    (row,) = store.quarantined()
    assert row["day"] == DAY
    for _ in range(50):
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        with pytest.raises(RawStoreError, match=r"quarantine/orders/.* does not hold what was pulled: pull the day"):
            list(store.quarantined())


def test_of_the_other_days_only_the_tables_that_a_build_reads_on_every_day_are_read(home: Path) -> None:
    store = RawStore(home, vault_of(home))
    flip(day_file(home, "orders"))
    flip(day_file(home, "products"))
    assert [one.file for one in store.damaged(days=[NEXT_DAY], every_day_of=["products", "sellers"])] == [
        f"raw/products/changed_date={DAY}/shop.parquet"
    ]
    assert store.damaged(days=[NEXT_DAY]) == []
