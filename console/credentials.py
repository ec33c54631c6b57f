"""Passwords, PINs and tokens: made, hashed, compared."""

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from console.domain.password import prepared

# OWASP's least for argon2id: 19 MiB, two passes, one lane; 27 ms on the machine it was measured on.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _HASHER.hash(secrets.token_hex(16))


def hashed(secret: str) -> str:
    """The argon2id hash of a password or PIN, whole, as `prepared`."""
    return _HASHER.hash(_bytes(secret))


def matches(hash_: str, secret: str) -> bool:
    """True where the secret is the one that was hashed. Takes as long for a hash that is empty, so
    that nobody learns from the time whether an account exists."""
    try:
        return _HASHER.verify(hash_ or _NOBODY, _bytes(secret)) and bool(hash_)
    except (VerificationError, InvalidHashError):
        return False


def _bytes(secret: str) -> bytes:
    return prepared(secret).encode(errors="surrogatepass")


def new_token() -> str:
    """256 bits of chance, safe in an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token. It is random, so one SHA-256 is enough."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
