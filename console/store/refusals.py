"""Whom networks refused for good, by message: set aside, given back, or left to a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.orm import Session

from console.domain.channel import Reason
from console.domain.delivery import DeliveryState
from console.store.deliveries import DeliveryRow
from console.store.recipients import ACTIVE, BOUNCED, RecipientRow


def refused(message_id: str, channel: str) -> ColumnElement[bool]:
    """Deliveries of one message to addresses that the network says do not exist."""
    return and_(
        DeliveryRow.message_id == message_id,
        DeliveryRow.channel == channel,
        DeliveryRow.state == str(DeliveryState.FAILED),
        DeliveryRow.reason == str(Reason.RECIPIENT),
    )


def how_many_refused(db: Session, message_id: str, channel: str, *, most: int) -> int:
    """Counted as far as ``most``."""
    found = select(DeliveryRow.id).where(refused(message_id, channel)).limit(most)
    return db.scalar(select(func.count()).select_from(found.subquery())) or 0


def set_aside_by(db: Session, message_id: str, channel: str) -> int:
    """How many of the list this message has set aside."""
    found = select(func.count()).where(
        RecipientRow.channel == channel,
        RecipientRow.state == BOUNCED,
        RecipientRow.message_id == message_id,
    )
    return db.scalar(found) or 0


def give_back(db: Session, message_id: str, channel: str, now: datetime) -> int:
    """What this message set aside is active again, and its failures are trouble again."""
    back = (
        update(RecipientRow)
        .where(
            RecipientRow.channel == channel,
            RecipientRow.state == BOUNCED,
            RecipientRow.message_id == message_id,
        )
        .values(state=ACTIVE, changed_at=now, reason="", message_id="")
        .returning(RecipientRow.id)
        .execution_options(synchronize_session="fetch")
    )
    number = len(db.scalars(back).all())
    if number:
        again = update(DeliveryRow).where(refused(message_id, channel)).values(alarmed_at=None)
        db.execute(again.execution_options(synchronize_session="fetch"))
    return number


@dataclass(frozen=True)
class Doubted:
    """One message was refused for so many of a list that nobody was set aside for it."""

    message: str
    people: int


def doubted(db: Session, channel: str) -> Doubted | None:
    """The newest message whose refusals wait for a person to decide."""
    open_ = exists().where(
        RecipientRow.channel == DeliveryRow.channel,
        RecipientRow.address == DeliveryRow.recipient,
        RecipientRow.state == ACTIVE,
    )
    row = db.execute(
        select(DeliveryRow.message_id, func.count())
        .where(
            DeliveryRow.channel == channel,
            DeliveryRow.state == str(DeliveryState.FAILED),
            DeliveryRow.reason == str(Reason.RECIPIENT),
            ~DeliveryRow.exercise,
            open_,
        )
        .group_by(DeliveryRow.message_id)
        .order_by(func.max(DeliveryRow.created_at).desc())
        .limit(1)
    ).one_or_none()
    return Doubted(row[0], row[1]) if row else None


def set_aside(db: Session, message_id: str, channel: str, by: str, now: datetime) -> int:
    """Everybody whom this message could not reach because there is no such address."""
    whom = select(DeliveryRow.recipient).where(refused(message_id, channel))
    gone = (
        update(RecipientRow)
        .where(
            RecipientRow.channel == channel,
            RecipientRow.state == ACTIVE,
            RecipientRow.address.in_(whom),
        )
        .values(
            state=BOUNCED,
            changed_at=now,
            by=by,
            reason=str(Reason.RECIPIENT),
            message_id=message_id,
        )
        .returning(RecipientRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.scalars(gone).all())
