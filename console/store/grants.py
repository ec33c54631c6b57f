"""Roles that were asked for and take a second administrator."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.base import Base, Instant, new_id


class GrantRow(Base):
    __tablename__ = "grants"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    """Who would have the role."""
    role: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = mapped_column(String(10), index=True)
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    """None for the command line."""
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


def locked(db: Session, grant_id: str) -> GrantRow | None:
    """Held until the transaction ends."""
    return db.get(GrantRow, grant_id, with_for_update=True, populate_existing=True)


def in_state(db: Session, state: str, *, user_id: str = "") -> list[GrantRow]:
    """The oldest first; of everybody, or of one person."""
    query = select(GrantRow).where(GrantRow.state == state)
    if user_id:
        query = query.where(GrantRow.user_id == user_id)
    return list(db.scalars(query.order_by(GrantRow.asked_at, GrantRow.id)))


def touching(db: Session, state: str, user_id: str) -> list[GrantRow]:
    """Those that the person asked for, or would have."""
    mine = or_(GrantRow.user_id == user_id, GrantRow.asked_by == user_id)
    return list(db.scalars(select(GrantRow).where(GrantRow.state == state, mine)))
