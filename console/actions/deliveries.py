"""Deliveries that a person settles: looked for, sent again, or confirmed as published."""

from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.desk import Desk
from console.actions.errors import CannotLook, Expired, NotFound, OutOfUse, Overtaken
from console.actions.messages import locked
from console.actions.people import User
from console.actions.recording import on_record
from console.domain.delivery import NEXT, DeliveryEvent, DeliveryState
from console.domain.message import MessageState
from console.domain.policy import Act
from console.domain.states import NotAllowed, after
from console.store import outbox
from console.store.deliveries import DeliveryRow
from console.store.messages import MessageRow


def resend(db: Session, *, delivery_id: str, by: User, now: datetime) -> str:
    """Queues one delivery again, on its own; returns its message's id.

    Raises `Expired`, `OutOfUse`, `Overtaken`, `NotAllowed` (it was sent, or its message was
    stopped).
    """
    row, message = _held(db, delivery_id, by)
    state = after(NEXT, DeliveryState(row.state), DeliveryEvent.RESEND)
    if message.state != MessageState.RELEASED:
        raise NotAllowed(DeliveryState(row.state), DeliveryEvent.RESEND)
    if row.expires_at and now >= row.expires_at:
        raise Expired
    if outbox.overtaken(db, row, now):
        raise Overtaken
    if outbox.on_channel_out_of_use(db, row):
        raise OutOfUse
    before = row.state
    row.state, row.due_at, row.changed_at = str(state), now, now
    row.tries = row.looks = 0
    # Whoever sends an uncertain one again may have been wrong about it; new trouble is told anew.
    row.doubtful, row.alarmed_at = before == DeliveryState.UNCERTAIN, None
    detail = {"delivery": row.id, "channel": row.channel, "was": before}
    on_record(db, message, "sent again by hand", by, now, detail)
    return message.id


def resend_failed(db: Session, *, message_id: str, channel: str, by: User, now: datetime) -> int:
    """Queues again all that certainly did not reach its recipient on one channel; returns how much.
    What may have arrived is a person's to decide, one by one; who left the list stays out.

    Raises `NotFound`, `Expired`, `NotAllowed` (the message was stopped).
    """
    by.must_be_able_to(Act.RESEND)
    if db.get(MessageRow, message_id) is None:
        raise NotFound("message", message_id)
    message = locked(db, message_id)
    state = after(NEXT, DeliveryState.FAILED, DeliveryEvent.RESEND)
    if message.state != MessageState.RELEASED:
        raise NotAllowed(DeliveryState.FAILED, DeliveryEvent.RESEND)
    if message.expires_at and now >= message.expires_at:
        raise Expired
    number = outbox.queue_failed(db, message_id, channel, state=str(state), now=now)
    if number:
        detail = {"channel": channel, "deliveries": number}
        on_record(db, message, "failed ones sent again by hand", by, now, detail)
    return number


def look_again(db: Session, desk: Desk, *, delivery_id: str, by: User, now: datetime) -> str:
    """Has the network asked now whether it has the post; returns its message's id. Where that is
    about to happen anyway, nothing changes.

    Raises `CannotLook`, `NotAllowed` (it is not uncertain).
    """
    row, message = _held(db, delivery_id, by)
    if row.state != DeliveryState.UNCERTAIN:
        raise NotAllowed(DeliveryState(row.state), DeliveryEvent.CONFIRM)
    channel = desk.channel(row.channel)
    if channel is None or not channel.findable:
        raise CannotLook
    if row.due_at is not None and row.due_at <= now:
        return message.id
    # Two looks must agree that it is not there, with time between them: this is the first.
    row.due_at, row.looks = now, 0
    detail = {"delivery": row.id, "channel": row.channel}
    on_record(db, message, "asked to look again", by, now, detail)
    return message.id


def confirm(db: Session, *, delivery_id: str, by: User, now: datetime) -> str:
    """A person saw the post: the uncertain delivery counts as sent. Returns its message's id."""
    row, message = _held(db, delivery_id, by)
    row.state = str(after(NEXT, DeliveryState(row.state), DeliveryEvent.CONFIRM))
    row.changed_at, row.reason, row.detail, row.doubtful = now, "", "", False
    detail = {"delivery": row.id, "channel": row.channel}
    on_record(db, message, "confirmed as published by hand", by, now, detail)
    return message.id


def _held(db: Session, delivery_id: str, by: User) -> tuple[DeliveryRow, MessageRow]:
    by.must_be_able_to(Act.RESEND)
    found = db.get(DeliveryRow, delivery_id)
    if found is None:
        raise NotFound("delivery", delivery_id)
    message = locked(db, found.message_id)
    row = db.get_one(DeliveryRow, delivery_id, with_for_update=True, populate_existing=True)
    return row, message
