"""A vault that is lost, emptied, exchanged or damaged stops the work: nobody becomes a new customer by it."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from eshop_dagster.adapters.raw_store import RawStore
from eshop_dagster.adapters.vault import Vault, VaultError
from eshop_dagster.adapters.vault_witness import VaultWitness

from ..builders import changes, customer, order

KEY = bytes(range(32))
IDS = [f"c{number}" for number in range(50)]


def open_vault(home: Path, key: bytes = KEY) -> Vault:
    return Vault(home / "vault" / "vault.db", key, witness=VaultWitness(home))


def pull(home: Path) -> dict[str, str]:
    """Pull one day of fifty customers, and return the pseudonym of each."""
    rows = [customer(number) for number in IDS]
    bought = [order(f"o{number}", customer_id=number) for number in IDS]
    vault = open_vault(home)
    RawStore(home, vault).write("shop", "1", [changes(customers=rows, orders=bought)])
    return vault.pseudonyms(IDS)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    pull(tmp_path / "home")
    return tmp_path / "home"


def change(home: Path, sql: str) -> None:
    with closing(sqlite3.connect(home / "vault" / "vault.db")) as vault, vault:
        vault.execute(sql)


def test_a_pull_repeated_gives_everybody_the_same_pseudonym(home: Path) -> None:
    before = open_vault(home).pseudonyms(IDS)
    assert pull(home) == before


def test_a_home_with_raw_days_and_no_vault_stops(home: Path) -> None:
    shutil.rmtree(home / "vault")
    with pytest.raises(VaultError, match=r"the vault .*vault\.db is gone\. Without it everybody would become a new"):
        open_vault(home)
    assert not (home / "vault").exists()


def test_so_it_does_without_the_witness(home: Path) -> None:
    shutil.rmtree(home / "vault")
    (home / "vault.json").unlink()
    with pytest.raises(VaultError, match="is gone"):
        open_vault(home)


def test_an_empty_file_is_no_new_vault(home: Path) -> None:
    (home / "vault" / "vault.db").write_bytes(b"")
    with pytest.raises(VaultError, match="is empty or damaged"):
        open_vault(home)


def test_a_vault_without_its_check_row_opens_with_no_key(home: Path) -> None:
    change(home, "DELETE FROM meta WHERE name = 'key_check'")
    for key in (KEY, bytes(32)):
        with pytest.raises(VaultError, match="has lost the row that proves its master key"):
            open_vault(home, key)


def test_a_vault_that_lost_persons_stops(home: Path) -> None:
    change(home, "DELETE FROM persons WHERE rowid = 7")
    with pytest.raises(VaultError, match="knows 49 persons, expected 50 or more"):
        open_vault(home)


def test_the_vault_of_another_home_is_refused(home: Path, tmp_path: Path) -> None:
    pull(tmp_path / "other")
    shutil.copy(tmp_path / "other" / "vault" / "vault.db", home / "vault" / "vault.db")
    with pytest.raises(VaultError, match="is another home's, or was made again"):
        open_vault(home)


def test_a_new_home_gets_a_vault(tmp_path: Path) -> None:
    assert open_vault(tmp_path / "new").count() == 0


def test_a_vault_of_an_older_platform_is_taken_as_it_is(home: Path) -> None:
    (home / "vault.json").unlink()
    change(home, "DELETE FROM meta WHERE name = 'name'")
    before = open_vault(home).pseudonyms(IDS)
    assert pull(home) == before
    assert (home / "vault.json").exists()


def test_a_seal_that_became_a_text_is_damage_and_no_crash(home: Path) -> None:
    change(home, "UPDATE persons SET identifiers = CAST(identifiers AS TEXT), data_key = CAST('short' AS TEXT)")
    vault = open_vault(home)
    keys = list(vault.pseudonyms(IDS).values())
    with pytest.raises(VaultError, match=r"is damaged|was altered since it was sealed"):
        vault.reveal_many(keys)


def test_no_single_bit_of_the_vault_gives_a_customer_another_pseudonym(home: Path) -> None:
    path, chance = home / "vault" / "vault.db", random.Random(1)
    known, whole = open_vault(home).pseudonyms(IDS), path.read_bytes()
    for _ in range(200):
        content = bytearray(whole)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        try:
            assert pull(home) == known
        except VaultError as error:
            # The sentence says what is wrong, or that a value was altered since it was sealed.
            assert "vault" in str(error)
        for damaged in (path, home / "vault.json"):
            damaged.unlink(missing_ok=True)
        path.write_bytes(whole)
    assert pull(home) == known
