"""The API's keys: who may ask what. A key is shown once; the home keeps its hash only."""

import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from eshop_dagster.adapters.files import write_json

ROLES: Mapping[str, str] = {
    "predict": "ask for expected spend and segments",
    "customers": "read a customer's profile by key",
    "read": "read the forecast and what the models are",
    "metrics": "scrape /metrics",
}
"""What a key may be allowed to do, and what it means."""

PREFIX = "eshop_"


class KeyStoreError(Exception):
    """A key cannot be made or revoked; the message says why."""


@dataclass(frozen=True)
class ApiKey:
    """One key as the home knows it.

    Attributes:
        id: eight characters, shown in lists; not secret.
        name: whose it is.
        roles: some of `ROLES`.
        sha256: of the whole key. No slow hash: the key holds 256 random bits, which nobody can guess from its hash,
            and a slow one would cost every request what it is meant to cost an attacker of passwords.
        created_at: ISO instant.
        revoked_at: ISO instant; None while it is valid.
    """

    id: str
    name: str
    roles: tuple[str, ...]
    sha256: str
    created_at: str
    revoked_at: str | None = None


class KeyStore:
    """The keys of one home, in `api/keys.json`, readable by its owner only."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.path = home / "api" / "keys.json"

    def create(self, name: str, roles: Iterable[str]) -> tuple[str, ApiKey]:
        """Return a new key, which is kept nowhere, and what is kept of it.

        Raises:
            KeyStoreError: the name is empty, or a role is none of `ROLES`.
        """
        wanted = tuple(dict.fromkeys(roles))
        unknown = [role for role in wanted if role not in ROLES]
        if unknown or not wanted:
            raise KeyStoreError(f"roles {unknown or 'none'}: expected one or more of {', '.join(ROLES)}")
        if not name.strip():
            raise KeyStoreError("the name is empty: say whose key it is, such as the application's name")
        key_id = secrets.token_hex(4)
        key = f"{PREFIX}{key_id}_{secrets.token_urlsafe(32)}"
        kept = ApiKey(key_id, name.strip(), wanted, digest(key), _now())
        with self._lock():
            self._write([*self.kept(), kept])
        return key, kept

    def revoke(self, key_id: str) -> ApiKey:
        """Return the key, which is valid no more; a running API knows it within seconds.

        Raises:
            KeyStoreError: there is no such key, or it was revoked before.
        """
        with self._lock():
            keys = self.kept()
            found = next((key for key in keys if key.id == key_id), None)
            if found is None:
                raise KeyStoreError(f"there is no key {key_id!r}: `eshop keys list` shows their ids")
            if found.revoked_at:
                raise KeyStoreError(f"key {key_id} was revoked before, at {found.revoked_at}")
            revoked = ApiKey(found.id, found.name, found.roles, found.sha256, found.created_at, _now())
            self._write([revoked if key.id == key_id else key for key in keys])
        return revoked

    def kept(self) -> list[ApiKey]:
        """Return every key, the oldest first, revoked ones too.

        Raises:
            KeyStoreError: the file is damaged.
        """
        if not self.path.exists():
            return []
        try:
            rows = json.loads(self.path.read_text())["keys"]
            return [ApiKey(**{**row, "roles": tuple(row["roles"])}) for row in rows]
        except (ValueError, KeyError, TypeError) as error:
            raise KeyStoreError(f"{self.path} is damaged ({error}): delete it and make new keys") from error

    def stamp(self) -> tuple[int, int] | None:
        """Return what differs once the file was written again; None before the first key."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino

    def _write(self, keys: list[ApiKey]) -> None:
        write_json(self.path, {"keys": [asdict(key) for key in keys]})
        os.chmod(self.path, 0o600)

    def _lock(self) -> FileLock:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return FileLock(self.path.with_name("keys.lock"))


def digest(key: str) -> str:
    """Return the SHA-256 of a key in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
