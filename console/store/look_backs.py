"""What was released by one person alone, and whether somebody else has looked back at it."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Text, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.base import Base, Instant
from console.store.order import NOW


class LookBackRow(Base):
    __tablename__ = "look_backs"

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    by_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    """Who released it alone."""
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    nag_at: Mapped[datetime] = mapped_column(Instant, index=True)
    """When people are reminded next, while nobody has looked."""
    looked_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    looked_at: Mapped[datetime | None] = mapped_column(Instant)
    right: Mapped[bool | None]
    """Whether whoever looked back would have signed it."""
    words: Mapped[str] = mapped_column(Text, default="")
    exercise: Mapped[bool]


def held(db: Session, message_id: str) -> LookBackRow | None:
    """This one, held against every other writer until the transaction ends."""
    return db.get(LookBackRow, message_id, with_for_update=True, populate_existing=True)


def open_ones(db: Session) -> list[LookBackRow]:
    """What nobody has looked back at, the oldest first."""
    query = select(LookBackRow).where(LookBackRow.looked_at.is_(None))
    return list(db.scalars(query.order_by(LookBackRow.at)))


def to_nag(db: Session, now: datetime) -> list[LookBackRow]:
    """Those of which people are to be reminded now, held until the transaction ends."""
    query = select(LookBackRow).where(LookBackRow.looked_at.is_(None), LookBackRow.nag_at <= now)
    return list(
        db.scalars(query.order_by(LookBackRow.message_id).with_for_update(skip_locked=True))
    )


def any_to_nag() -> ColumnElement[bool]:
    """Whether there is one, for the question that every worker asks each second."""
    return exists().where(LookBackRow.looked_at.is_(None), LookBackRow.nag_at <= NOW)
