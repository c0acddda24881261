"""The vault's ciphers: keys derived from the master key, and text sealed so that an alteration shows."""

import hashlib
import hmac
import json
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class VaultError(RuntimeError):
    """The vault cannot be opened with this master key, or holds something it should not."""


def derive(master_key: bytes, purpose: bytes) -> bytes:
    """Return a key of its own for each purpose, so that none opens what another sealed."""
    return hmac.digest(master_key, purpose, hashlib.sha256)


def as_json(person: dict[str, str | None]) -> bytes:
    """Return a person's identifiers as the same bytes whatever their order."""
    return json.dumps(person, ensure_ascii=False, sort_keys=True).encode()


def encrypt(cipher: AESGCM, content: bytes, bound_to: str) -> bytes:
    """Return nonce and ciphertext; only who names the same `bound_to` can open it."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, bound_to.encode())


def decrypt(cipher: AESGCM, content: bytes, bound_to: str) -> bytes:
    """Return what `encrypt` sealed; raises VaultError when a byte of it, or what it is bound to, is another."""
    try:
        return cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], bound_to.encode())
    except (InvalidTag, TypeError, ValueError) as error:  # of the last two: a text or a few bytes, where a seal stood
        raise VaultError(
            f"the vault's entry {bound_to} was altered since it was sealed: bring the vault back from its backup"
        ) from error
