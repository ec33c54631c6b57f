"""The release: one delivery for every channel and recipient, with the signed text frozen in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from console.actions import compose, promising, recipients
from console.actions.desk import Desk
from console.actions.people import User
from console.actions.recording import on_record
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.message import NEXT, MessageEvent, MessageState, Variant
from console.domain.states import after
from console.store import claiming, messages, outbox
from console.store.deliveries import DeliveryRow
from console.store.engine import database_now
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow

CHUNK = 2000
"""Deliveries written in one statement."""
_INSERT = insert(cast(Table, DeliveryRow.__table__))
"""Past the objects, which would take a third longer for a long list."""


def release(db: Session, desk: Desk, message: MessageRow, *, by: User, now: datetime) -> None:
    """Releases a message whose last sign-off was just given, in the same transaction."""
    # One release of an incident at a time: it ends what has not left of those before it.
    incident = db.get_one(IncidentRow, message.incident_id, with_for_update={"key_share": True})
    message.state = str(after(NEXT, MessageState(message.state), MessageEvent.RELEASE))
    message.released_at = now
    weights = outbox.latest_milliseconds(db)
    link = compose.public_link(desk, incident)
    # Due by the database's clock, which the workers' claims go by: another host's may be ahead.
    moment = database_now(db)
    due = max(moment, message.publish_at or moment)
    variants = messages.variants(db, message.id, message.revision)
    # Networks date a post by it, and what is late is counted from it.
    begin = max(now, message.publish_at or now)
    db.flush()
    claiming.prepare(db, sorted({one.channel for one in variants} & set(desk.paces)), moment)
    number, people = 0, {}
    for variant in variants:
        whom = _whom(db, desk, variant, Mode(incident.mode))
        if (channel := desk.channel(variant.channel)) and channel.recipient_list:
            people[variant.channel] = len(whom)
        common = _delivery(message, incident, variant, link) | {
            "due_at": due,
            "changed_at": moment,
            "weight": weights.get(variant.channel, 0),
        }
        _insert(db, common, whom, begin + timedelta(microseconds=number))
        number += len(whom)
    # A stale alert must never follow its own all clear.
    ended = outbox.end_overtaken(db, incident_id=incident.id, now=moment)
    detail: dict[str, Any] = {
        "digest": message.digest,
        "deliveries": number,
        "cancelled": len(ended.cancelled),
        "may_be_public": len(ended.doubtful),
    }
    if message.publish_at:
        detail["goes_out_at"] = due.isoformat()
    if people:
        detail["people"] = people
    on_record(db, message, "message released", by, now, detail)
    promising.released(db, desk, message, incident, now)


def _whom(db: Session, desk: Desk, variant: Variant, mode: Mode) -> Sequence[str]:
    """The list as it is at this moment counts, not as it was when the words were signed."""
    channel = desk.channel(variant.channel)
    return recipients.whom(db, channel, mode) if channel else ("",)


def _insert(db: Session, common: dict[str, Any], whom: Sequence[str], begin: datetime) -> None:
    """One row for each address. Not all at once: a long list would be held in memory several times
    over."""
    for at in range(0, len(whom), CHUNK):
        rows = [
            # Two posts of one account with the same time break a network's order of posts.
            common | {"recipient": one, "created_at": begin + timedelta(microseconds=at + place)}
            for place, one in enumerate(whom[at : at + CHUNK])
        ]
        db.execute(_INSERT, rows)


def _delivery(
    message: MessageRow, incident: IncidentRow, variant: Variant, link: str
) -> dict[str, Any]:
    return {
        "message_id": message.id,
        "incident_id": incident.id,
        "number": message.number,
        "kind": message.kind,
        "exercise": incident.mode == Mode.EXERCISE,
        "channel": variant.channel,
        "network": variant.network,
        "account": variant.account,
        "language": variant.language,
        "subject": variant.subject,
        "text": variant.text,
        "picture": variant.picture,
        "alt": variant.alt,
        "link": link,
        "expires_at": message.expires_at,
        "not_before": message.publish_at,
        "state": str(DeliveryState.QUEUED),
    }
