"""Promised next updates: made and kept with a release, and whoever sent them is reminded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.desk import Desk
from console.actions.recording import SYSTEM, on_record
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.message import Kind
from console.domain.promise import FIELD, KEEPS, next_reminder, promised
from console.store import mails, progress, promises
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow
from console.store.promises import PromiseRow

UPDATE_DUE = "update due"
"""The purpose of the mail that reminds whoever sent the message."""
NEVER_OUT = frozenset({DeliveryState.CANCELLED, DeliveryState.FAILED})


@dataclass(frozen=True)
class Promise:
    """An update that people were told to expect."""

    message_id: str
    incident_id: str
    title: str
    exercise: bool
    due_at: datetime

    def overdue(self, now: datetime) -> bool:
        return now >= self.due_at


def due_of(desk: Desk, incident: IncidentRow, message: MessageRow) -> datetime | None:
    """When this message promises the next update."""
    asked = {field.name for field in desk.types[incident.type].asks(Kind(message.kind))}
    if FIELD not in asked:
        return None
    return promised(message.facts, message.said_at.astimezone(desk.settings.zone))


def released(
    db: Session, desk: Desk, message: MessageRow, incident: IncidentRow, now: datetime
) -> None:
    """Keeps what was promised before, and makes the promise of this message."""
    if Kind(message.kind) in KEEPS:
        at = max(now, message.publish_at or now)
        promises.keep(db, incident.id, by=message.id, at=at, now=now)
    due = due_of(desk, incident, message)
    if due is None:
        return
    db.add(
        PromiseRow(
            message_id=message.id,
            incident_id=incident.id,
            exercise=incident.mode == Mode.EXERCISE,
            due_at=due,
            nag_at=due,
        )
    )


def stopped(db: Session, message: MessageRow, now: datetime) -> None:
    """A message that was stopped keeps nothing any more; what it promised falls away where nobody
    has read it."""
    promises.give_back(db, message.id, now)
    counted = progress.counts(db, message.id).values()
    row = db.get(PromiseRow, message.id)
    if row is not None and row.ended_at is None and _never_out(counted):
        row.ended_at = now


def nag(db: Session, now: datetime) -> None:
    """Has whoever sent it told: once when the update is due, and once when it is overdue."""
    for row in promises.to_nag(db, now):
        row.nag_at = next_reminder(row.due_at, now)
        message = db.get_one(MessageRow, row.message_id)
        to = message.submitted_by or message.drafted_by
        mails.tell_soon(db, UPDATE_DUE, to, message.id, now)
        on_record(db, message, "promised update due", SYSTEM, now, {"by": row.due_at.isoformat()})


def standing(db: Session, now: datetime, incident_id: str | None = None) -> list[Promise]:
    """What people wait for, the first to come first; nothing of what is stood down."""
    return [_card(db, row) for row in promises.open_ones(db, now, incident_id)]


def _card(db: Session, row: PromiseRow) -> Promise:
    incident = db.get_one(IncidentRow, row.incident_id)
    return Promise(row.message_id, row.incident_id, incident.title, row.exercise, row.due_at)


def _never_out(counted: Iterable[Mapping[DeliveryState, int]]) -> bool:
    states = {state for one in counted for state in one}
    return states <= NEVER_OUT
