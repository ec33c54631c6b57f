"""Invitations, and the links that were mailed for them."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.base import Base, Instant, new_id


class InvitationRow(Base):
    __tablename__ = "invitations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), index=True)
    name: Mapped[str] = mapped_column(String(120))
    roles: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    invited_by: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    """None for the command line."""
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    sending: Mapped[int] = mapped_column(default=1)
    """Counts how often it was sent; only links of the last time count."""
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    """Whose account it became."""


class InvitationLinkRow(Base):
    """A mailed link. Only the hash of its token is kept; a mail that is tried again gets a new one,
    so that no token ever waits in a table or a queue."""

    __tablename__ = "invitation_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    invitation_id: Mapped[str] = mapped_column(ForeignKey("invitations.id"), index=True)
    sending: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Instant)


def locked(db: Session, invitation_id: str) -> InvitationRow | None:
    """Held until the transaction ends."""
    return db.get(InvitationRow, invitation_id, with_for_update=True, populate_existing=True)


def by_link(db: Session, token_hash: str) -> tuple[InvitationRow, InvitationLinkRow] | None:
    row = db.execute(
        select(InvitationRow, InvitationLinkRow)
        .join(InvitationLinkRow)
        .where(InvitationLinkRow.token_hash == token_hash)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def in_state(db: Session, state: str, *, email: str = "", by: str = "") -> list[InvitationRow]:
    """By name; ``email`` and ``by`` (whoever invited) only where they are given."""
    query = select(InvitationRow).where(InvitationRow.state == state)
    if email:
        query = query.where(InvitationRow.email == email)
    if by:
        query = query.where(InvitationRow.invited_by == by)
    return list(db.scalars(query.order_by(InvitationRow.name, InvitationRow.id)))


def became(db: Session, user_id: str) -> InvitationRow | None:
    """The invitation that this account was made by."""
    return db.scalars(select(InvitationRow).where(InvitationRow.user_id == user_id)).first()
