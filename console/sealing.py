"""Seals credentials for the database: whoever holds the public key can seal, and open nothing.

HPKE (RFC 9180) with X25519, HKDF-SHA256 and AES-256-GCM. The channel and the setting's name are
bound into each sealed value, so that one that is copied to another row does not open. The console
needs the public key only; the private one is for the workers' eyes, and for `skellat secrets`.

A folder keeps the pairs, each under its id and in Base64: ``ID.pub``, and ``private/ID.key`` (mode
0600), so that the private ones can be kept from the console; and ``current``, the id that new
values are sealed with.
"""

import base64
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hpke import Suite

CURRENT, PRIVATE = "current", "private"
KEY_BYTES = 32
"""Of X25519, the private key and the public one."""


class NoKey(Exception):
    """The folder has no such key. ``path`` is the file that is missing, or holds something else."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"no key at {path}")
        self.path = path


def seal(folder: Path, channel: str, setting: str, value: str) -> tuple[str, str]:
    """(Id of the key, the sealed value in Base64). Raises `NoKey`."""
    # Imported here: it takes 7 MB, which a web process needs once in months.
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    key_id = current(folder)
    public = X25519PublicKey.from_public_bytes(read(folder / f"{key_id}.pub"))
    sealed = suite().encrypt(value.encode(), public, info=about(channel, setting))
    return key_id, base64.b64encode(sealed).decode()


def current(folder: Path) -> str:
    """The id of the key that new values are sealed with. Raises `NoKey`."""
    path = folder / CURRENT
    try:
        return path.read_text().strip()
    except OSError:
        raise NoKey(path) from None


def make(folder: Path) -> str:
    """A new pair, the current one from now on; those before it stay. Returns its id."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    for one in (folder, folder / PRIVATE):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = X25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    key_id = hashlib.sha256(public).hexdigest()[:12]
    _write(folder / PRIVATE / f"{key_id}.key", private.private_bytes_raw())
    _write(folder / f"{key_id}.pub", public)
    draft = folder / f"{CURRENT}.new"
    draft.write_text(key_id)
    draft.replace(folder / CURRENT)
    return key_id


def ensure(folder: Path) -> None:
    """Makes the first pair where there is none."""
    if not (folder / CURRENT).exists():
        make(folder)


def others(folder: Path) -> set[str]:
    """The ids of all pairs but the current one."""
    return {one.stem for one in (folder / PRIVATE).glob("*.key")} - {current(folder)}


def forget(folder: Path, key_id: str) -> None:
    """Takes a pair away that nothing is sealed with any more."""
    (folder / PRIVATE / f"{key_id}.key").unlink(missing_ok=True)
    (folder / f"{key_id}.pub").unlink(missing_ok=True)


def suite() -> "Suite":
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def about(channel: str, setting: str) -> bytes:
    """What a sealed value is bound to."""
    # Neither name can hold a line break, so that no two pairs give the same bytes.
    return f"skellat credential 1\n{channel}\n{setting}".encode()


def read(path: Path) -> bytes:
    """A key's bytes. Raises `NoKey`."""
    try:
        found = base64.b64decode(path.read_text().strip(), validate=True)
    except (OSError, ValueError):
        raise NoKey(path) from None
    if len(found) != KEY_BYTES:
        raise NoKey(path)
    return found


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(base64.b64encode(content).decode() + "\n")
