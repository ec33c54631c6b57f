"""Checkpoints are C2SP's signed notes, byte for byte, and bind what they name."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from console.domain.checkpoint import Checkpoint, NotSigned, opened, origin_of, signed, verifier
from console.domain.record_key import key_of

KEY = key_of("the council's")
ORIGIN = origin_of("5f" * 32)
OVER = Checkpoint(ORIGIN, 60, "de" * 32, "2026-01-16T05:18:00+00:00")


def test_the_note_is_as_the_specification_writes_it() -> None:
    """https://c2sp.org/signed-note, read anew here: text, blank line, dash, name, Base64."""
    text, _, signature = signed(OVER, KEY).partition("\n\n")
    assert text.split("\n") == [
        "skellat.record/5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f",
        "60",
        base64.b64encode(bytes.fromhex("de" * 32)).decode(),
        "at 2026-01-16T05:18:00+00:00",
    ]
    assert signature.endswith("\n")
    dash, name, encoded = signature.rstrip("\n").split(" ")
    raw = base64.b64decode(encoded)
    told_name, told_hash, told_key = verifier(ORIGIN, KEY).split("+", 2)
    key = base64.b64decode(told_key)
    assert (dash, name, told_name) == ("—", ORIGIN, ORIGIN)
    assert key[:1] == b"\x01"
    assert raw[:4].hex() == told_hash == hashlib.sha256(f"{name}\n".encode() + key).hexdigest()[:8]
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(raw[4:], f"{text}\n".encode())


def test_a_note_opens_with_the_key_that_signed_it_or_one_of_several() -> None:
    note = signed(OVER, KEY)
    assert opened(note, [key_of("new"), KEY]) == OVER


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("60", "61"),
        ("at 2026", "at 2025"),
        ("skellat.record/5", "skellat.record/6"),
        ("\n\n", "\n"),
    ],
)
def test_a_note_that_was_changed_does_not(old: str, new: str) -> None:
    with pytest.raises(NotSigned):
        opened(signed(OVER, KEY).replace(old, new, 1), [KEY])


def test_a_note_that_somebody_else_signed_does_not() -> None:
    with pytest.raises(NotSigned):
        opened(signed(OVER, key_of("somebody else's")), [KEY])
