"""The vault: the only place that knows a customer by name, and the only link from a pseudonym to a person.

One SQLite file. A person's identifiers are AES-GCM encrypted under a data key of their own, which is itself encrypted
under
the master key from outside the data home; a person is found again by a keyed hash of `customer_id`. Deleting the row
deletes the data key and the link: the pseudonym left in every other table then belongs to nobody.
"""

import hmac
import json
import os
import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eshop_dagster.adapters.sealing import VaultError, as_json, decrypt, derive, encrypt
from eshop_dagster.adapters.vault_file import SCHEMA, connected, find
from eshop_dagster.adapters.vault_witness import VaultWitness, require_check_row, require_order
from eshop_dagster.faults import fault_point

__all__ = ["Vault", "VaultError"]


class Vault:
    """Pseudonyms and encrypted identifiers of one home.

    Args:
        path: the SQLite file; made on first use.
        master_key: 32 bytes, from outside the data home.
        pseudonym_seed: makes pseudonyms a keyed hash of the customer's id instead of random: for tests that compare
            homes.
        witness: what the home knows of its vault; None for a vault without a home.

    Raises:
        VaultError: the home's vault is gone, empty, short or another one, or was made with another master key.
    """

    def __init__(
        self,
        path: Path,
        master_key: bytes,
        pseudonym_seed: str | None = None,
        witness: VaultWitness | None = None,
    ) -> None:
        self._path = path
        self._witness = witness
        self._wrapping = AESGCM(derive(master_key, b"wrap data keys"))
        self._lookup_key = derive(master_key, b"look up customers")
        self._seed = pseudonym_seed.encode() if pseudonym_seed else None
        is_expected = witness is not None and witness.require_file(path)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        with self._connect() as connection:
            if is_expected:
                require_check_row(connection, path)
            connection.executescript(SCHEMA)
            self._check_master_key(connection)
            # A vault of an older platform has no name.
            name = connection.execute("SELECT value FROM meta WHERE name = 'name'").fetchone()
            self._name = bytes(name[0]).decode() if name else ""
            self._persons = int(connection.execute("SELECT count(*) FROM persons").fetchone()[0])
        if witness is not None:
            witness.require_same(path, self._name, self._persons)

    def pseudonyms(self, customer_ids: Sequence[str]) -> dict[str, str]:
        """Return the `customer_key` of each id, giving new customers a new one."""
        lookups = {customer_id: self._lookup(customer_id) for customer_id in customer_ids}
        with self._connect() as connection:
            # Both columns lie in the index: a person's row is not read.
            known = {row[0]: row[1] for row in find(connection, "lookup, customer_key", [*lookups.values()])}
        new = [customer_id for customer_id, lookup in lookups.items() if lookup not in known]
        added = self.store([{"customer_id": customer_id} for customer_id in new]) if new else {}
        return {customer_id: known.get(lookup) or added[customer_id] for customer_id, lookup in lookups.items()}

    def known_pseudonyms(self, customer_ids: Sequence[str]) -> dict[str, str]:
        """Return the `customer_key` of each id that is known; nobody is added."""
        lookups = {self._lookup(customer_id): customer_id for customer_id in customer_ids}
        with self._connect() as connection:
            rows = find(connection, "lookup, customer_key", [*lookups])
            return {lookups[row[0]]: row[1] for row in rows}

    def store(self, persons: Sequence[dict[str, str | None]]) -> dict[str, str]:
        """Keep each person's identifiers and return `customer_key` by `customer_id`.

        Args:
            persons: one dictionary a person, with `customer_id` and any of the direct identifiers. The last of several
                entries for one customer counts. An entry with nothing but the id changes nothing that is known already.
        """
        newest: dict[str, dict[str, str | None]] = {}
        for person in persons:
            newest[str(person["customer_id"])] = person
        lookups = {customer_id: self._lookup(customer_id) for customer_id in newest}
        with self._connect() as connection:
            # Two processes that meet a new customer at once must not both find that nobody knows it.
            connection.execute("BEGIN IMMEDIATE")
            known = self._known(connection, list(lookups.values()))
            added, changed, keys = [], [], {}
            for customer_id, person in newest.items():
                row = known.get(lookups[customer_id])
                fingerprint = self._fingerprint(person)
                if row is None:
                    key = self._new_pseudonym(customer_id)
                    data_key = AESGCM.generate_key(bit_length=128)
                    wrapped = encrypt(self._wrapping, data_key, key)
                    sealed = encrypt(AESGCM(data_key), as_json(person), key)
                    added.append((key, lookups[customer_id], wrapped, sealed, fingerprint))
                else:
                    key, wrapped, known_fingerprint = row
                    if len(person) > 1 and fingerprint != known_fingerprint:
                        data_key = decrypt(self._wrapping, wrapped, key)
                        changed.append((encrypt(AESGCM(data_key), as_json(person), key), fingerprint, key))
                keys[customer_id] = key
            connection.executemany("INSERT INTO persons VALUES (?, ?, ?, ?, ?)", added)
            connection.executemany(
                "UPDATE persons SET identifiers = ?, fingerprint = ? WHERE customer_key = ?", changed
            )
            fault_point("vault.commit")
        self._persons += len(added)
        if self._witness is not None and added:
            self._witness.note(self._name, self._persons)
        return keys

    def reveal(self, customer_key: str) -> dict[str, str | None]:
        """Return the identifiers of one customer.

        Raises:
            KeyError: the vault does not know this pseudonym (any more).
        """
        with self._connect() as connection:
            row = connection.execute(
                "SELECT data_key, identifiers FROM persons WHERE customer_key = ?", (customer_key,)
            ).fetchone()
        if row is None:
            raise KeyError(customer_key)
        data_key = decrypt(self._wrapping, row[0], customer_key)
        person: dict[str, str | None] = json.loads(decrypt(AESGCM(data_key), row[1], customer_key))
        return person

    def reveal_many(self, customer_keys: Sequence[str]) -> dict[str, dict[str, str | None]]:
        """Return the identifiers of many customers by key; nobody who is not known (any more)."""
        people: dict[str, dict[str, str | None]] = {}
        with self._connect() as connection:
            columns = "customer_key, data_key, identifiers"
            for key, wrapped, sealed in find(connection, columns, [*customer_keys], by="customer_key"):
                people[key] = json.loads(decrypt(AESGCM(decrypt(self._wrapping, wrapped, key)), sealed, key))
        return people

    def seal_rows(self, texts: Sequence[str]) -> list[str]:
        """Encrypt rows that could not be taken apart, and so may hold identifiers; return a reference for each.

        The same text has the same reference, so that sealing again adds nothing.
        """
        references = [self._lookup(text).hex()[:20] for text in texts]
        with self._connect() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO sealed_rows VALUES (?, ?)",
                (
                    (reference, encrypt(self._wrapping, text.encode(), reference))
                    for reference, text in zip(references, texts, strict=True)
                ),
            )
        return references

    def open_row(self, reference: str) -> str:
        """Return the text sealed under `reference`; raises KeyError when there is none."""
        with self._connect() as connection:
            row = connection.execute("SELECT content FROM sealed_rows WHERE reference = ?", (reference,)).fetchone()
        if row is None:
            raise KeyError(reference)
        return decrypt(self._wrapping, row[0], reference).decode()

    def seal_file(self, path: Path, sealed: Path) -> None:
        """Write an encrypted copy of a file that holds personal data."""
        sealed.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sealed.write_bytes(encrypt(self._wrapping, path.read_bytes(), sealed.name))

    def open_file(self, sealed: Path) -> bytes:
        """Return the content of a file that `seal_file` wrote."""
        return decrypt(self._wrapping, sealed.read_bytes(), sealed.name)

    def check(self) -> None:
        """Read the whole file: it is the one that was closed last, or SQLite finds every page and index in order.

        A changed bit of an index would give a customer another one's pseudonym; of anything else, it shows when it is
        decrypted.

        Raises:
            VaultError: it is damaged.
        """
        if self._witness is None or not self._witness.is_closed_as(self._path):
            with self._connect() as connection:
                require_order(connection, self._path)

    def close(self) -> None:
        """Note the hash of the file as it is now, so that the next `check` need not look at every page."""
        if self._witness is not None:
            self._witness.note(self._name, self._persons, closed=self._path)

    def count(self) -> int:
        """Return the number of persons known."""
        with self._connect() as connection:
            return int(connection.execute("SELECT count(*) FROM persons").fetchone()[0])

    def _connect(self) -> AbstractContextManager[sqlite3.Connection]:
        return connected(self._path)

    def _known(self, connection: sqlite3.Connection, lookups: list[bytes]) -> dict[bytes, tuple[str, bytes, bytes]]:
        rows = find(connection, "lookup, customer_key, data_key, fingerprint", lookups)
        return {lookup: (key, data_key, fingerprint) for lookup, key, data_key, fingerprint in rows}

    def _check_master_key(self, connection: sqlite3.Connection) -> None:
        """Refuse a wrong master key at once, rather than giving every known customer a second pseudonym."""
        find = "SELECT value FROM meta WHERE name = 'key_check'"
        if connection.execute(find).fetchone() is None:
            connection.execute(
                "INSERT OR IGNORE INTO meta VALUES ('key_check', ?)", (encrypt(self._wrapping, b"eshop", "key_check"),)
            )
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('name', ?)", (secrets.token_hex(8).encode(),))
        try:
            # Read again: another process may have been first, with another key.
            decrypt(self._wrapping, connection.execute(find).fetchone()[0], "key_check")
        except VaultError as error:
            raise VaultError(
                f"the vault {self._path} was made with another master key: set ESHOP_MASTER_KEY or "
                "ESHOP_MASTER_KEY_FILE "
                "to the key that this home was made with (without it the customers' identifiers cannot be read)"
            ) from error

    def _lookup(self, text: str) -> bytes:
        return hmac.digest(self._lookup_key, text.encode(), "sha256")

    def _fingerprint(self, person: dict[str, str | None]) -> bytes:
        return hmac.digest(self._lookup_key, as_json(person), "sha256")[:16]

    def _new_pseudonym(self, customer_id: str) -> str:
        if self._seed is None:
            return secrets.token_hex(10)
        return hmac.digest(self._seed, customer_id.encode(), "sha256").hex()[:20]
