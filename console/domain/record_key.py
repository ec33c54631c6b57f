"""The record's keys: drawn from the installation's secret, so that no database holds them."""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RecordKey:
    """What one secret gives: one key for the MAC of each entry, one to sign checkpoints with."""

    name: str
    """16 hex digits that tell keys apart, and nothing about them. Stands in every entry."""
    mac: bytes = field(repr=False)
    seed: bytes = field(repr=False)
    """Of the Ed25519 key."""


@dataclass(frozen=True)
class RecordKeys:
    """The key that is written with, and those of earlier secrets, which are only read with."""

    current: RecordKey
    past: tuple[RecordKey, ...] = ()

    @property
    def macs(self) -> Mapping[str, bytes]:
        """By name."""
        return {one.name: one.mac for one in (self.current, *self.past)}

    @property
    def all(self) -> tuple[RecordKey, ...]:
        return (self.current, *self.past)


def keys_of(secret: str, past: Collection[str] = ()) -> RecordKeys:
    return RecordKeys(key_of(secret), tuple(key_of(one) for one in past))


def key_of(secret: str) -> RecordKey:
    """HKDF (RFC 5869) with SHA-256; one block is as long as a key."""
    drawn = hmac.digest(b"skellat record 1", secret.encode(), hashlib.sha256)
    mac = hmac.digest(drawn, b"mac\x01", hashlib.sha256)
    seed = hmac.digest(drawn, b"checkpoint\x01", hashlib.sha256)
    return RecordKey(name_of(mac), mac, seed)


def name_of(mac: bytes) -> str:
    return hashlib.sha256(b"skellat record key 1\n" + mac).hexdigest()[:16]


class Mac:
    """HMAC-SHA256 (RFC 2104) with its two halves begun once, which takes half the time: whoever
    verifies a record makes a million of them."""

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(one ^ 0x36 for one in padded))
        self._outer = hashlib.sha256(bytes(one ^ 0x5C for one in padded))

    def over(self, told: bytes) -> str:
        """In hex."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(told)
        outer.update(inner.digest())
        return outer.hexdigest()
