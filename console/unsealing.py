"""Opens what `sealing` sealed: for workers, and for turning the key."""

import base64
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from console.sealing import PRIVATE, about, read, suite


class DoesNotOpen(Exception):
    """It was sealed for another channel or setting, with another key, or was altered."""


def unseal(folder: Path, key_id: str, channel: str, setting: str, sealed: str) -> str:
    """Raises `sealing.NoKey`, `DoesNotOpen`."""
    if not key_id.isalnum():  # it becomes part of a path
        raise DoesNotOpen
    private = X25519PrivateKey.from_private_bytes(read(folder / PRIVATE / f"{key_id}.key"))
    try:
        opened = suite().decrypt(base64.b64decode(sealed), private, info=about(channel, setting))
    except (InvalidTag, ValueError):
        raise DoesNotOpen from None
    return opened.decode()
