"""The record: numbered entries, each bound to the one before it by its digest."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from console.domain.canonical import canonical

GENESIS = "0" * 64
"""What the first entry has for ``previous``."""


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
    digest: str = ""


def entry_digest(entry: Entry) -> str:
    """SHA-256, in hex, over the RFC 8785 form of everything in the entry but its own digest."""
    body = {
        "action": entry.action,
        "actor": entry.actor,
        "actor_id": entry.actor_id,
        "at": entry.at,
        "detail": entry.detail,
        "incident": entry.incident,
        "number": entry.number,
        "previous": entry.previous,
        "subject": entry.subject,
    }
    return hashlib.sha256(canonical(body)).hexdigest()


@dataclass(frozen=True)
class Break:
    """The first entry that does not hold, and what is wrong with it."""

    number: int
    what: str


def first_break(entries: Iterable[Entry], *, head: tuple[int, str] | None = None) -> Break | None:
    """The first break in a record read in order, or None. ``head`` is the last number and digest
    that the record is known to have had; it catches a tail that was cut off."""
    number, previous = 0, GENESIS
    for entry in entries:
        number += 1
        wrong = _wrong(entry, number, previous)
        if wrong:
            return Break(number, wrong)
        previous = entry.digest
    if head is not None and head != (number, previous):
        return Break(number + 1, "entries are missing at the end")
    return None


def _wrong(entry: Entry, number: int, previous: str) -> str:
    if entry.number != number:
        return f"entry {number} is missing; {entry.number} stands in its place"
    if entry.previous != previous:
        return "it does not follow from the entry before it"
    try:
        same = entry_digest(entry) == entry.digest
        json.loads(entry.detail)
    except (ValueError, UnicodeError):
        return "its content cannot be read"
    return "" if same else "its content was changed after it was written"
