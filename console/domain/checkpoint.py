"""Checkpoints: signed notes that say how far the record was, and what its last digest was.

The formats are C2SP's: https://c2sp.org/signed-note and https://c2sp.org/tlog-checkpoint. What the
root hash of a chain is stands in docs/verify.md.
"""

import base64
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from console.domain.canonical import canonical
from console.domain.record_key import RecordKey

ED25519 = b"\x01"
HEADER = b"skellat record header 1\n"


class NotSigned(Exception):
    """The note is none, or none of the keys made its signature."""


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    entries: int
    head: str
    """The digest of the last of them, in hex."""
    at: str
    """UTC in ISO 8601."""

    @property
    def text(self) -> str:
        """What is signed."""
        root = base64.b64encode(bytes.fromhex(self.head)).decode()
        return f"{self.origin}\n{self.entries}\n{root}\nat {self.at}\n"


def origin_of(first: str) -> str:
    """The name of the record that begins with this digest: a copy has the same."""
    return f"skellat.record/{first[:32]}"


def signed(checkpoint: Checkpoint, key: RecordKey) -> str:
    """The note."""
    name = checkpoint.origin
    public = _private(key).public_key().public_bytes_raw()
    signature = _private(key).sign(checkpoint.text.encode())
    line = base64.b64encode(_key_hash(name, public) + signature).decode()
    return f"{checkpoint.text}\n— {name} {line}\n"


def signed_header(header: Mapping[str, Any], key: RecordKey) -> dict[str, Any]:
    """An export's first line."""
    signature = _private(key).sign(HEADER + canonical(header))
    return {**header, "signature": base64.b64encode(signature).decode()}


def verifier(origin: str, key: RecordKey) -> str:
    """What a stranger verifies with, as signed notes write it."""
    public = _private(key).public_key().public_bytes_raw()
    told = base64.b64encode(ED25519 + public).decode()
    return f"{origin}+{_key_hash(origin, public).hex()}+{told}"


def opened(note: str, keys: Collection[RecordKey]) -> Checkpoint:
    """What one of ``keys`` signed. Raises `NotSigned`."""
    text = note.partition("\n\n")[0]
    try:
        origin, entries, root, at = text.split("\n")
        found = Checkpoint(
            origin,
            int(entries),
            base64.b64decode(root, validate=True).hex(),
            at.removeprefix("at "),
        )
    except ValueError:
        raise NotSigned from None
    if note not in [signed(found, key) for key in keys]:  # Ed25519 signs the same the same
        raise NotSigned
    return found


def _key_hash(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def _private(key: RecordKey) -> Any:
    # Imported here: it takes 7 MB, and most processes sign nothing.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key.seed)
