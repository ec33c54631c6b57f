"""The record: numbered entries, each bound to the one before it by its digest."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any

from console.domain.erasure import ERASED, Tombstones
from console.domain.record_key import Mac, RecordKey

GENESIS = "0" * 64
"""What the first entry has for ``previous``."""

FIELDS = (
    "number",
    "at",
    "actor",
    "actor_id",
    "action",
    "subject",
    "incident",
    "detail",
    "previous",
    "key",
    "mac",
    "digest",
    "erased",
)
"""Of an entry, in the order that `first_break_of` takes them."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened. ``at`` is UTC in ISO 8601; ``detail`` is canonical JSON."""

    number: int
    at: str
    actor: str
    actor_id: str
    action: str
    subject: str
    incident: str
    detail: str
    previous: str
    key: str = ""
    """The name of the key that made ``mac``; both are empty in entries of before there were any."""
    mac: str = ""
    digest: str = ""
    erased: int = 0
    """The number of the entry by which this one was erased; 0: it has all its words."""


def sealed(entry: Entry, key: RecordKey | None) -> Entry:
    """The entry with its MAC and its digest; without a MAC where there is no key."""
    if key is not None:
        entry = replace(entry, key=key.name)
        told, _ = _bytes(*_FIELDS_OF(entry)[:-2])
        entry = replace(entry, mac=hmac.digest(key.mac, told, hashlib.sha256).hex())
    return replace(entry, digest=entry_digest(entry))


def entry_digest(entry: Entry) -> str:
    """SHA-256, in hex, over the RFC 8785 form of everything in the entry but its own digest."""
    return hashlib.sha256(_bytes(*_FIELDS_OF(entry)[:-2])[1]).hexdigest()


@dataclass(frozen=True)
class Break:
    """The first entry that does not hold, and what is wrong with it."""

    number: int
    what: str


def first_break(
    entries: Iterable[Entry],
    *,
    head: tuple[int, str] | None = None,
    macs: Mapping[str, bytes] | None = None,
) -> Break | None:
    """The first break in a record read in order, or None.

    ``head`` is the last number and digest that the record is known to have had; it catches a tail
    that was cut off. ``macs`` are the installation's keys by name; None: whoever reads has none.
    """
    return first_break_of(map(_FIELDS_OF, entries), head=head, macs=macs)


def first_break_of(
    rows: Iterable[tuple[Any, ...]],
    *,
    head: tuple[int, str] | None = None,
    macs: Mapping[str, bytes] | None = None,
) -> Break | None:
    """The same for bare `FIELDS`: a million of them are read in seconds."""
    number, previous, key, stones = 0, GENESIS, "", Tombstones()
    known = None if macs is None else {name: Mac(secret) for name, secret in macs.items()}
    for row in rows:
        number += 1
        wrong = _wrong(row, number, previous, key, known, stones)
        if wrong:
            return Break(number, wrong)
        if (row[4] == ERASED or stones.waiting) and (found := stones.meet(row)):
            return Break(*found)
        previous, key = row[11], row[9]
    if found := stones.first():
        return Break(*found)
    if head is not None and head != (number, previous):
        return Break(number + 1, "entries are missing at the end")
    if macs is not None and number and not key:
        return Break(number, "it has no MAC, and the newest must have one")
    return None


def _wrong(
    row: tuple[Any, ...],
    number: int,
    previous: str,
    key_before: str,
    macs: Mapping[str, Mac] | None,
    stones: Tombstones,
) -> str:
    found, _, _, _, _, _, _, _, follows, key, mac, digest, erased = row
    if found != number:
        return f"entry {number} is missing; {found} stands in its place"
    if follows != previous:
        return "it does not follow from the entry before it"
    try:
        if erased:
            return _NO_MAC if key_before and not key else stones.take(row)
        told, whole = _bytes(*row[:11])
    except (ValueError, TypeError):
        return "its content cannot be read"
    if hashlib.sha256(whole).hexdigest() != digest:
        return "its content was changed after it was written"
    if not key:
        return _NO_MAC if key_before else mac and _STRAY
    return "" if macs is None else _wrong_mac(told, key, mac, macs)


_NO_MAC = "it has no MAC, though entries before it have"
_STRAY = "it has a MAC and names no key for it"


def _wrong_mac(told: bytes, key: str, mac: str, macs: Mapping[str, Mac]) -> str:
    known = macs.get(key)
    if known is None:
        return f"its MAC was made with a key that is not known here, {key}"
    if not hmac.compare_digest(known.over(told), mac):
        return "its MAC is wrong: it was not written by this installation"
    return ""


def _bytes(
    number: int,
    at: str,
    actor: str,
    actor_id: str,
    action: str,
    subject: str,
    incident: str,
    detail: str,
    previous: str,
    key: str,
    mac: str,
) -> tuple[bytes, bytes]:
    """The RFC 8785 forms that the MAC and the digest are over.

    Written out, since a record has a million entries: `encode_basestring` escapes what the RFC
    escapes, and a test compares both with `canonical`. Raises ValueError for text that is none.
    """
    text = encode_basestring
    first = (
        f'{{"action":{text(action)},"actor":{text(actor)},"actor_id":{text(actor_id)},'
        f'"at":{text(at)},"detail":{text(detail)},"incident":{text(incident)},'
    )
    last = f'"number":{number:d},"previous":{text(previous)},"subject":{text(subject)}}}'
    if not key:
        whole = (first + last).encode()
        return whole, whole
    first = f'{first}"key":{text(key)},'
    return (first + last).encode(), f'{first}"mac":{text(mac)},{last}'.encode()


_FIELDS_OF = attrgetter(*FIELDS)
