"""The vault keeps identifiers sealed, keeps each customer's pseudonym, and opens with its own master key only."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from eshop_dagster.adapters.vault import Vault, VaultError

from ..children import finish, run_at_once, start

KEY = bytes(range(32))
ANA = {
    "customer_id": "ana-4711",
    "name": "Ana Conceição",
    "email": "ana@example.com",
    "cpf": "529.982.247-25",
    "phone": "+55 11 91234-5678",
}
BIA = {"customer_id": "bia-4712", "name": "Bia Araújo", "email": "bia@example.com", "cpf": None, "phone": None}

STORE = """
import sys
from pathlib import Path
from eshop_dagster.adapters.vault import Vault

print("ready", flush=True)
sys.stdin.readline()
vault = Vault(Path(sys.argv[1]), bytes(range(32)))
for hundreds in range(10):
    keys = vault.store([{"customer_id": f"c{hundreds}-{n}", "name": f"Name {n}"} for n in range(500)])
    print(*keys.values())
"""

DIE_BEFORE_COMMIT = """
import os, signal, sqlite3, sys
from pathlib import Path
from eshop_dagster.adapters import vault

class DyingConnection(sqlite3.Connection):
    def __exit__(self, *_):
        os.kill(os.getpid(), signal.SIGKILL)

persons = [{"customer_id": f"cliente-{n}", "name": "Ana Conceição", "email": "ana@example.com"} for n in range(500)]
store = vault.Vault(Path(sys.argv[1]), bytes(range(32)))
store.store(persons)
open_connection = sqlite3.connect
sqlite3.connect = lambda *arguments, **options: open_connection(*arguments, factory=DyingConnection, **options)
store.store([{**person, "name": "Bia Araújo"} for person in persons])
"""


def vault_in(folder: Path, key: bytes = KEY, seed: str | None = None) -> Vault:
    return Vault(folder / "vault" / "vault.db", key, seed)


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_identifiers_come_back_as_they_were_stored(tmp_path: Path) -> None:
    keys = vault_in(tmp_path).store([ANA, BIA])
    again = vault_in(tmp_path)
    assert again.reveal(keys["ana-4711"]) == ANA
    assert again.reveal(keys["bia-4712"]) == BIA
    assert again.count() == 2


def test_a_pseudonym_is_twenty_hexadecimal_digits_and_stays(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    key = vault.pseudonyms(["ana-4711"])["ana-4711"]
    assert len(key) == 20
    assert int(key, 16) >= 0
    assert vault.store([ANA]) == {"ana-4711": key}
    assert vault.pseudonyms(["ana-4711", "ana-4711"]) == {"ana-4711": key}
    assert vault.count() == 1


def test_new_identifiers_replace_the_old_under_the_same_pseudonym(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    key = vault.store([ANA])["ana-4711"]
    moved = {**ANA, "phone": "+55 21 99999-0000"}
    assert vault.store([moved]) == {"ana-4711": key}
    assert vault.reveal(key) == moved


def test_the_last_entry_of_a_customer_in_one_call_counts(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    key = vault.store([ANA, {**ANA, "name": "Ana Lima"}])["ana-4711"]
    assert vault.reveal(key)["name"] == "Ana Lima"


def test_asking_for_a_pseudonym_forgets_no_identifier(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    key = vault.store([ANA])["ana-4711"]
    vault.pseudonyms(["ana-4711"])
    vault.store([{"customer_id": "ana-4711"}])
    assert vault.reveal(key) == ANA


def test_storing_the_same_person_again_writes_nothing(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.store([ANA])
    before = all_bytes(tmp_path)
    vault.store([ANA])
    assert all_bytes(tmp_path) == before


def test_more_customers_than_one_statement_takes_are_all_found_again(tmp_path: Path) -> None:
    vault = vault_in(tmp_path, seed="fixed")
    ids = [f"c{number}" for number in range(30_001)]
    keys = vault.pseudonyms(ids)
    assert len(set(keys.values())) == 30_001
    assert vault.pseudonyms(ids) == keys
    assert vault.count() == 30_001


def test_nobody_has_an_unknown_pseudonym(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="0123"):
        vault_in(tmp_path).reveal("0123")


def test_no_identifier_stands_in_the_vaults_bytes(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    vault.store([ANA, BIA])
    vault.store([{**ANA, "name": "Ana Lima"}])
    vault.seal_rows(["ana@example.com;529.982.247-25"])
    content = all_bytes(tmp_path)
    for person in (ANA, BIA, {"name": "Ana Lima"}):
        for text in filter(None, person.values()):
            assert text.encode() not in content
            assert text.encode("utf-16-le") not in content
    assert KEY not in content


def test_a_write_that_is_killed_leaves_a_journal_without_identifiers_and_the_state_before(tmp_path: Path) -> None:
    path = tmp_path / "vault" / "vault.db"
    finish(start(DIE_BEFORE_COMMIT, path), expected_status=-9)
    assert path.with_name("vault.db-journal").stat().st_size > 512
    content = all_bytes(tmp_path)
    for text in ("Ana Conceição", "Bia Araújo", "ana@example.com", '"customer_id"', "cliente-499"):
        assert text.encode() not in content
    vault = Vault(path, KEY)
    assert vault.count() == 500
    assert vault.reveal(vault.pseudonyms(["cliente-499"])["cliente-499"])["name"] == "Ana Conceição"


def test_identifiers_that_were_replaced_leave_no_bytes_behind(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    people = [{**ANA, "customer_id": f"c{number}"} for number in range(5)]
    vault.store(people)
    with closing(sqlite3.connect(tmp_path / "vault" / "vault.db")) as database:
        sealed = [row[0] for row in database.execute("SELECT identifiers FROM persons")]
    before = all_bytes(tmp_path)
    assert all(blob in before for blob in sealed)
    # Shorter ones, which leave room for the end of the old ones in their pages.
    vault.store([{"customer_id": person["customer_id"], "name": "A"} for person in people])
    after = all_bytes(tmp_path)
    assert not any(blob[-20:] in after for blob in sealed)


def test_pseudonyms_are_random_so_that_homes_cannot_be_linked(tmp_path: Path) -> None:
    first = vault_in(tmp_path / "a").pseudonyms(["ana-4711"])
    second = vault_in(tmp_path / "b").pseudonyms(["ana-4711"])
    assert first != second


def test_homes_with_the_same_seed_have_the_same_pseudonyms(tmp_path: Path) -> None:
    first = vault_in(tmp_path / "a", seed="one").pseudonyms(["ana-4711"])
    second = vault_in(tmp_path / "b", key=bytes(32), seed="one").pseudonyms(["ana-4711"])
    other = vault_in(tmp_path / "c", seed="two").pseudonyms(["ana-4711"])
    assert first == second != other


def test_another_master_key_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    key = vault_in(tmp_path).store([ANA])["ana-4711"]
    before = all_bytes(tmp_path)
    with pytest.raises(VaultError, match="made with another master key: set ESHOP_MASTER_KEY or ESHOP_MASTER_KEY_FILE"):
        vault_in(tmp_path, key=bytes(32))
    assert all_bytes(tmp_path) == before
    assert vault_in(tmp_path).reveal(key) == ANA


def test_a_persons_row_does_not_open_under_another_pseudonym(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    keys = vault.store([ANA, BIA])
    with closing(sqlite3.connect(tmp_path / "vault" / "vault.db")) as database, database:
        database.execute("DELETE FROM persons WHERE customer_key = ?", (keys["bia-4712"],))
        database.execute("UPDATE persons SET customer_key = ?", (keys["bia-4712"],))
    with pytest.raises(VaultError, match="was altered"):
        vault.reveal(keys["bia-4712"])


def test_the_file_is_its_owners_only(tmp_path: Path) -> None:
    vault_in(tmp_path)
    assert stat.S_IMODE((tmp_path / "vault").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "vault" / "vault.db").stat().st_mode) == 0o600


def test_a_vault_made_under_an_open_umask_is_its_owners_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        vault_in(tmp_path).store([ANA])
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "vault" / "vault.db").stat().st_mode) == 0o600


def test_processes_that_use_a_new_vault_at_once_agree_on_every_pseudonym(tmp_path: Path) -> None:
    path = tmp_path / "vault" / "vault.db"
    outputs = [output.split() for output in run_at_once(STORE, path, processes=2)]
    assert outputs[0] == outputs[1]
    assert len(set(outputs[0])) == 5_000
    assert Vault(path, KEY).count() == 5_000


def test_a_sealed_row_opens_by_its_reference(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    references = vault.seal_rows(["Ana;52998224725", "Bia;ção"])
    assert [vault.open_row(reference) for reference in references] == ["Ana;52998224725", "Bia;ção"]
    assert len(set(references)) == 2


def test_the_same_text_is_sealed_once(tmp_path: Path) -> None:
    vault = vault_in(tmp_path)
    first = vault.seal_rows(["Ana;52998224725", "Ana;52998224725"])
    before = all_bytes(tmp_path)
    assert vault.seal_rows(["Ana;52998224725"]) == first[:1] == first[1:]
    assert all_bytes(tmp_path) == before


def test_an_unknown_reference_opens_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="abc"):
        vault_in(tmp_path).open_row("abc")


def test_a_reference_tells_nothing_without_the_master_key(tmp_path: Path) -> None:
    first = vault_in(tmp_path / "a").seal_rows(["Ana"])
    second = vault_in(tmp_path / "b", key=bytes(32)).seal_rows(["Ana"])
    assert first != second
