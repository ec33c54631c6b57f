"""Keeps small secrets in the database, locked with a key that comes from the installation's own.

AES-256-GCM under HKDF-SHA256 of `Settings.secret`. What a value is for, and whose it is, are bound
into it, so that one that is copied to another row does not open. Unlike a sealed credential the
console has to read these itself: it compares an authenticator app's codes.
"""

import base64
import hashlib
import hmac
import secrets

NONCE_BYTES = 12


class NotOpened(Exception):
    """The value was locked with another key or for somebody else, or is damaged."""


def locked(secret: str, purpose: str, owner: str, value: str) -> str:
    """The value in Base64, readable with the same secret, purpose and owner only."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_key(secret, purpose)).encrypt(nonce, value.encode(), owner.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def opened(secret: str, purpose: str, owner: str, value: str) -> str:
    """What `locked` was given. Raises `NotOpened`."""
    # Imported here: it takes 7 MB, and most pages lock and open nothing.
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        whole = base64.urlsafe_b64decode(value.encode())
        nonce, sealed = whole[:NONCE_BYTES], whole[NONCE_BYTES:]
        return AESGCM(_key(secret, purpose)).decrypt(nonce, sealed, owner.encode()).decode()
    except (InvalidTag, ValueError):
        raise NotOpened from None


def _key(secret: str, purpose: str) -> bytes:
    """HKDF (RFC 5869) with SHA-256; one block is as long as the key."""
    drawn = hmac.digest(b"skellat safe 1", secret.encode(), hashlib.sha256)
    return hmac.digest(drawn, purpose.encode() + b"\x01", hashlib.sha256)
