"""Keys are shown once, kept as hashes, and end when they are revoked."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eshop_dagster.adapters.api_keys import KeyStore, KeyStoreError, digest


def test_the_home_keeps_the_hash_of_a_key_and_never_the_key(tmp_path: Path) -> None:
    key, kept = KeyStore(tmp_path).create("checkout", ["predict", "read", "predict"])

    assert kept.roles == ("predict", "read")
    assert KeyStore(tmp_path).kept() == [kept]
    assert kept.sha256 == digest(key)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or key.rpartition("_")[2] not in path.read_text()


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    store.create("checkout", ["read"])
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_no_two_keys_are_alike_and_they_hold_256_random_bits(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    secrets = {store.create("same", ["read"])[0].split("_", 2)[2] for _ in range(5)}
    assert len(secrets) == 5 and all(len(secret) == 43 for secret in secrets)


def test_a_revoked_key_stays_in_the_list_with_its_end_and_the_file_is_seen_to_have_changed(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    assert store.stamp() is None
    _, kept = store.create("checkout", ["read"])
    before = store.stamp()

    assert store.revoke(kept.id).revoked_at
    assert [key.revoked_at is not None for key in store.kept()] == [True]
    assert store.stamp() != before
    with pytest.raises(KeyStoreError, match="was revoked before"):
        store.revoke(kept.id)


def test_keys_made_at_once_are_all_kept(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: KeyStore(tmp_path).create(f"app {number}", ["read"]), range(16)))
    assert len(KeyStore(tmp_path).kept()) == 16


@pytest.mark.parametrize(
    ("name", "roles", "message"),
    [
        ("x", ["root"], r"roles \['root'\]: expected one or more of predict, customers, read, metrics"),
        ("x", [], "roles none"),
        (" ", ["read"], "the name is empty"),
    ],
)
def test_what_cannot_be_made_is_said(tmp_path: Path, name: str, roles: list[str], message: str) -> None:
    with pytest.raises(KeyStoreError, match=message):
        KeyStore(tmp_path).create(name, roles)


def test_an_unknown_id_and_a_damaged_file_are_said(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    with pytest.raises(KeyStoreError, match="there is no key 'nobody': `eshop keys list`"):
        store.revoke("nobody")
    store.path.write_text(json.dumps({"keys": [{}]}))
    with pytest.raises(KeyStoreError, match="is damaged"):
        store.kept()
