"""Recipient lists: the people of a channel, uploads that wait to be applied, who was refused."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    and_,
    delete,
    exists,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.delivery import DeliveryState
from console.domain.recipient import RecipientState
from console.store.base import Base, Instant, new_id
from console.store.deliveries import DeliveryRow

ACTIVE, BOUNCED = str(RecipientState.ACTIVE), str(RecipientState.BOUNCED)
_CHUNK = 5000


class RecipientRow(Base):
    __tablename__ = "recipients"
    __table_args__ = (
        UniqueConstraint("channel", "address"),
        Index("ix_recipients_channel_state", "channel", "state"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    """What an unsubscribe link is made of; never used again for somebody else."""
    channel: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(254))
    """In its one form; once its time is over, `recipient.forgotten`."""
    state: Mapped[str] = mapped_column(String(12))
    added_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(120))
    """Who changed it last; empty where the person did it, or Skellat."""
    reason: Mapped[str] = mapped_column(String(40), default="")
    message_id: Mapped[str] = mapped_column(String(32), default="")
    """Bounced: by which message."""


class UploadRow(Base):
    """A file that somebody uploaded and has not applied yet. It is gone when they did, or a day
    later."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(60))
    user_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(Instant)
    replaces: Mapped[bool]
    text: Mapped[bytes] = mapped_column(LargeBinary)
    """Compressed."""


@dataclass(frozen=True)
class Known:
    """What an import has to know of an address that the list has."""

    id: str
    state: RecipientState
    changed_at: datetime


def counts(db: Session, channel: str) -> Mapping[RecipientState, int]:
    rows = db.execute(
        select(RecipientRow.state, func.count())
        .where(RecipientRow.channel == channel)
        .group_by(RecipientRow.state)
    )
    found = {RecipientState(state): number for state, number in rows}
    return {state: found.get(state, 0) for state in RecipientState}


def active(db: Session, channels: Collection[str]) -> Mapping[str, int]:
    """How many people each of the channels reaches now."""
    rows = db.execute(
        select(RecipientRow.channel, func.count().label("people"))
        .where(RecipientRow.channel.in_(channels), RecipientRow.state == ACTIVE)
        .group_by(RecipientRow.channel)
    )
    found = {one.channel: one.people for one in rows}
    return {channel: found.get(channel, 0) for channel in channels}


def addresses(db: Session, channel: str) -> Iterator[str]:
    """Everybody who gets a message now."""
    return iter(
        db.scalars(
            select(RecipientRow.address)
            .where(RecipientRow.channel == channel, RecipientRow.state == ACTIVE)
            .order_by(RecipientRow.id)
            .execution_options(yield_per=_CHUNK)
        )
    )


def everybody(db: Session, channel: str) -> Sequence[RecipientRow]:
    query = select(RecipientRow).where(RecipientRow.channel == channel)
    return list(db.scalars(query.order_by(RecipientRow.address)))


def known(db: Session, channel: str) -> dict[str, Known]:
    """Address -> what the list has of it."""
    rows = db.execute(
        select(
            RecipientRow.address, RecipientRow.id, RecipientRow.state, RecipientRow.changed_at
        ).where(RecipientRow.channel == channel)
    )
    return {one.address: Known(one.id, RecipientState(one.state), one.changed_at) for one in rows}


def search(
    db: Session, channel: str, *, part: str, state: str, limit: int, past: int = 0
) -> Sequence[RecipientRow]:
    """Those with this part in their address; what is empty does not narrow it."""
    query = select(RecipientRow).where(RecipientRow.channel == channel)
    if part:
        query = query.where(RecipientRow.address.icontains(part, autoescape=True))
    if state:
        query = query.where(RecipientRow.state == state)
    return list(db.scalars(query.order_by(RecipientRow.address).offset(past).limit(limit)))


def add_all(
    db: Session, channel: str, new: Sequence[str], *, by: str, now: datetime, reason: str
) -> None:
    for begin in range(0, len(new), _CHUNK):
        rows = [
            {
                "id": new_id(),
                "channel": channel,
                "address": address,
                "state": ACTIVE,
                "added_at": now,
                "changed_at": now,
                "by": by,
                "reason": reason,
                "message_id": "",
            }
            for address in new[begin : begin + _CHUNK]
        ]
        db.execute(insert(RecipientRow), rows)


def take_off(db: Session, ids: Sequence[str]) -> None:
    for begin in range(0, len(ids), 500):
        gone = RecipientRow.id.in_(ids[begin : begin + 500])
        db.execute(delete(RecipientRow).where(gone).execution_options(synchronize_session=False))


def locked(db: Session, recipient_id: str) -> RecipientRow | None:
    return db.get(RecipientRow, recipient_id, with_for_update=True, populate_existing=True)


def of_address(db: Session, channel: str, address: str) -> RecipientRow | None:
    of_it = and_(RecipientRow.channel == channel, RecipientRow.address == address)
    return db.scalar(select(RecipientRow).where(of_it).with_for_update())


def of_deliveries(
    db: Session, rows: Sequence[DeliveryRow], *, lock: bool = False
) -> dict[tuple[str, str], RecipientRow]:
    """(Channel, address) -> the person. One query for all of them."""
    wanted = sorted({(row.channel, row.recipient) for row in rows})
    if not wanted:
        return {}
    place = tuple_(RecipientRow.channel, RecipientRow.address)
    query = select(RecipientRow).where(place.in_(wanted)).order_by(RecipientRow.id)
    if lock:
        query = query.with_for_update()
    return {(one.channel, one.address): one for one in db.scalars(query)}


def cancel_queued(db: Session, row: RecipientRow, cancelled: str) -> list[str]:
    """Ends what has not begun to leave for this person. Returns whose messages' it was."""
    ended = (
        update(DeliveryRow)
        .where(
            DeliveryRow.channel == row.channel,
            DeliveryRow.recipient == row.address,
            DeliveryRow.state == str(DeliveryState.QUEUED),
            ~DeliveryRow.doubtful,
        )
        .values(state=cancelled, changed_at=row.changed_at)
        .returning(DeliveryRow.message_id)
        .execution_options(synchronize_session=False)
    )
    return sorted(db.scalars(ended))


def not_wanted() -> ColumnElement[bool]:
    """The delivery's person unsubscribed, or was set aside: it needs nobody any more."""
    return exists().where(
        RecipientRow.channel == DeliveryRow.channel,
        RecipientRow.address == DeliveryRow.recipient,
        RecipientRow.state != ACTIVE,
    )
