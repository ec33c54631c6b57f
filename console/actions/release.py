"""The release: one delivery for every channel and recipient, with the signed text frozen in it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from console.actions import compose
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


def release(db: Session, desk: Desk, message: MessageRow, *, by: User, now: datetime) -> None:
    """Releases a message whose last sign-off was just given, in the same transaction."""
    incident = db.get_one(IncidentRow, message.incident_id)
    message.state = str(after(NEXT, MessageState(message.state), MessageEvent.RELEASE))
    message.released_at = now
    weights = outbox.latest_milliseconds(db)
    link = compose.public_link(desk, incident)
    # Due by the database's clock, which the workers' claims go by: another host's may be ahead.
    due = database_now(db)
    rows = [
        _delivery(message, incident, variant, recipient, link)
        | {"due_at": due, "changed_at": due, "weight": weights.get(variant.channel, 0)}
        for variant in messages.variants(db, message.id, message.revision)
        for recipient in _recipients(desk, variant)
    ]
    for place, row in enumerate(rows):
        # Two posts of one account with the same time break a network's order of posts.
        row["created_at"] = now + timedelta(microseconds=place)
    db.flush()
    claiming.prepare(db, sorted({str(one["channel"]) for one in rows} & set(desk.paces)), due)
    if rows:
        db.execute(insert(DeliveryRow), rows)
    # A stale alert must never follow its own all clear.
    ended = outbox.end_overtaken(db, incident_id=incident.id, now=due)
    detail = {
        "digest": message.digest,
        "deliveries": len(rows),
        "cancelled": len(ended.cancelled),
        "may_be_public": len(ended.doubtful),
    }
    on_record(db, message, "message released", by, now, detail)


def _recipients(desk: Desk, variant: Variant) -> tuple[str, ...]:
    channel = desk.channel(variant.channel)
    return (channel.recipients if channel else ()) or ("",)


def _delivery(
    message: MessageRow, incident: IncidentRow, variant: Variant, recipient: str, link: str
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
        "recipient": recipient,
        "subject": variant.subject,
        "text": variant.text,
        "picture": variant.picture,
        "alt": variant.alt,
        "link": link,
        "expires_at": message.expires_at,
        "state": str(DeliveryState.QUEUED),
    }
