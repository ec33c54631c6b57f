"""The release: one delivery for every channel and recipient, with the signed text frozen in it."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.actions import compose
from console.actions.desk import Desk
from console.actions.people import User
from console.actions.recording import on_record
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.message import NEXT, MessageEvent, MessageState, Variant
from console.domain.states import after
from console.store import messages, outbox
from console.store.deliveries import DeliveryRow
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow


def release(db: Session, desk: Desk, message: MessageRow, *, by: User, now: datetime) -> None:
    """Releases a message whose last sign-off was just given, in the same transaction."""
    incident = db.get_one(IncidentRow, message.incident_id)
    message.state = str(after(NEXT, MessageState(message.state), MessageEvent.RELEASE))
    message.released_at = now
    weights = outbox.latest_milliseconds(db)
    link = compose.public_link(desk, incident)
    rows = 0
    for variant in messages.variants(db, message.id, message.revision):
        channel = desk.channel(variant.channel)
        for recipient in (channel.recipients if channel else ()) or ("",):
            row = _delivery(message, incident, variant, recipient, link)
            # Two posts of one account with the same time break a network's order of posts.
            row.created_at = now + timedelta(microseconds=rows)
            row.due_at = row.changed_at = now
            row.weight = weights.get(variant.channel, 0)
            db.add(row)
            rows += 1
    db.flush()
    # A stale alert must never follow its own all clear.
    cancelled = outbox.cancel_overtaken(db, incident_id=incident.id, now=now)
    detail = {"digest": message.digest, "deliveries": rows, "cancelled": len(cancelled)}
    on_record(db, message, "message released", by, now, detail)


def _delivery(
    message: MessageRow, incident: IncidentRow, variant: Variant, recipient: str, link: str
) -> DeliveryRow:
    return DeliveryRow(
        message_id=message.id,
        incident_id=incident.id,
        number=message.number,
        kind=message.kind,
        exercise=incident.mode == Mode.EXERCISE,
        channel=variant.channel,
        network=variant.network,
        account=variant.account,
        language=variant.language,
        recipient=recipient,
        subject=variant.subject,
        text=variant.text,
        picture=variant.picture,
        alt=variant.alt,
        link=link,
        expires_at=message.expires_at,
        state=str(DeliveryState.QUEUED),
    )
