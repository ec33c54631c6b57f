"""The record as auditors read it: entries, five times, every revision, and whether it is whole."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console.actions import cards, delivery_cards, reading
from console.actions.desk import Desk
from console.domain.audit import Break, Entry
from console.domain.message import Variant
from console.store import (
    audit,
    checkpoints,
    erasing,
    logbook,
    messages,
    progress,
    record_check,
    search,
)
from console.store.search import Wanted

PAGE = 50
FIRST = 500
_SENT = "message sent for approval"


@dataclass(frozen=True)
class Page:
    """Entries newest first; ``older`` is the number to go on before, or None at the end."""

    entries: tuple[Entry, ...]
    older: int | None


@dataclass(frozen=True)
class Extent:
    """How far the record goes, by its own word: nothing of it was read."""

    entries: int
    signed: int
    """How many of them the newest checkpoint is over; 0 before the first."""
    signed_at: datetime | None


@dataclass(frozen=True)
class Verified:
    """What reading the whole record showed."""

    entries: int
    head: str
    """The last entry's digest: written down elsewhere, it proves later that nothing went."""
    broken: Break | None
    erased: tuple[int, ...]
    """Entries whose words were taken out; of each a later one says so."""


@dataclass(frozen=True)
class Revision:
    """The words as they were sent for approval once, and who decided about them."""

    number: int
    digest: str
    sent_at: str
    sent_by: str
    variants: tuple[Variant, ...]
    sign_offs: tuple[cards.SignOff, ...]


@dataclass(frozen=True)
class Times:
    """The five times that a review asks for first; None where it did not come to that."""

    drafted: datetime
    sent_for_approval: datetime | None
    signed: datetime | None
    first_published: datetime | None
    last_published: datetime | None


@dataclass(frozen=True)
class MessageHistory:
    message: cards.Message
    times: Times
    revisions: tuple[Revision, ...]
    deliveries: tuple[cards.Delivery, ...]
    groups: tuple[cards.Group, ...]


@dataclass(frozen=True)
class IncidentHistory:
    incident: cards.Incident
    messages: tuple[MessageHistory, ...]
    entries: tuple[Entry, ...]
    """The first `FIRST` of them, in the order that they were recorded: a message to a long list has
    one for each of its people."""
    count: int
    """How many there are."""


def page(db: Session, wanted: Wanted, *, before: int | None = None) -> Page:
    found = search.newest(db, wanted, before=before, limit=PAGE + 1)
    shown = tuple(found[:PAGE])
    return Page(shown, shown[-1].number if len(found) > PAGE else None)


def people_and_actions(db: Session) -> tuple[list[str], list[str]]:
    """What the record can be narrowed to."""
    return search.actors(db), search.actions(db)


def extent(db: Session) -> Extent:
    number, _ = audit.head(db)
    signed, at = checkpoints.newest(db) or (0, None)
    return Extent(number, signed, at)


def verify(db: Session) -> Verified:
    """Reads every entry and every checkpoint that the database has, and changes nothing. Gives way
    to the other threads: a million entries take seconds, and pages are asked for meanwhile."""
    number, digest = audit.head(db)
    broken = record_check.first_break(db, giving_way=True)
    return Verified(number, digest, broken, tuple(erasing.erased(db)))


def of_incident(db: Session, desk: Desk, incident_id: str) -> IncidentHistory:
    """Raises `NotFound`."""
    sheet = reading.incident(db, incident_id)
    sent = logbook.of_incident(db, incident_id, [_SENT])
    return IncidentHistory(
        sheet.incident,
        tuple(_message(db, desk, one, sent) for one in sheet.messages),
        tuple(audit.entries(db, incident=incident_id, limit=FIRST)),
        logbook.count(db, incident_id),
    )


def detail(entry: Entry) -> Mapping[str, Any]:
    """What the entry says besides who, what and when; empty where it cannot be read."""
    try:
        found = json.loads(entry.detail)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _message(
    db: Session, desk: Desk, message: cards.Message, recorded: Sequence[Entry]
) -> MessageHistory:
    asked = reading.sign_offs(db, message.id)
    revisions = [
        _revision(
            db, message.id, number, recorded, [one for about, one in asked if about == number]
        )
        for number in range(1, message.revision + 1)
    ]
    times = _times(message, *progress.published(db, message.id))
    sent = delivery_cards.deliveries(db, desk, message.id, every_attempt=True)
    return MessageHistory(message, times, tuple(revisions), sent["deliveries"], sent["groups"])


def _revision(
    db: Session,
    message_id: str,
    number: int,
    recorded: Sequence[Entry],
    sign_offs: Sequence[cards.SignOff],
) -> Revision:
    sent = next(
        (
            one
            for one in recorded
            if one.subject == f"message:{message_id}" and detail(one).get("revision") == number
        ),
        None,
    )
    return Revision(
        number=number,
        digest=str(detail(sent).get("digest", "")) if sent else "",
        sent_at=sent.at if sent else "",
        sent_by=sent.actor if sent else "",
        variants=tuple(messages.variants(db, message_id, number)),
        sign_offs=tuple(sign_offs),
    )


def _times(message: cards.Message, first: datetime | None, last: datetime | None) -> Times:
    return Times(
        drafted=message.created_at,
        sent_for_approval=message.submitted_at,
        signed=message.released_at,
        first_published=first,
        last_published=last,
    )
