"""Tokens, ids and passwords: made here, and kept only as hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

import argon2

# A token cannot be guessed, so a quick hash keeps it; a password can be, so it gets a
# slow one. 20 MB each: several at once do not hurt a small machine.
_SLOW = argon2.PasswordHasher(time_cost=2, memory_cost=20 * 1024, parallelism=1)
_BYTES = 32


def new_token() -> str:
    """Return what proves a link: 32 random bytes, safe in an address."""
    return secrets.token_urlsafe(_BYTES)


def new_id() -> str:
    """Return a name of 16 characters that are safe in an address."""
    return secrets.token_urlsafe(12)


def new_secret() -> bytes:
    """Return a key of 32 random bytes."""
    return secrets.token_bytes(_BYTES)


def kept(secret: str) -> bytes:
    """Return what is kept of a token, or of the key of a browser."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def same(one: bytes, other: bytes) -> bool:
    """Whether two hashes are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


def slow_hash(password: str) -> str:
    """Return what is kept of a password."""
    return _SLOW.hash(_written(password))


def fits(password: str, kept_as: str) -> bool:
    """Whether a password is the one that was kept."""
    try:
        return _SLOW.verify(kept_as, _written(password))
    except argon2.exceptions.VerifyMismatchError:
        return False


def _written(password: str) -> bytes:
    """One spelling: keyboards write an accented letter in one or in two pieces."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
