"""Sign-offs that were asked for, and the links that were mailed for them."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.approval import ApprovalState
from console.domain.policy import SignOff
from console.store.base import Base, Instant, new_id
from console.store.messages import MessageRow


class ApprovalRow(Base):
    __tablename__ = "approvals"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), index=True)
    revision: Mapped[int]
    approver_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20), index=True)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    approve_by: Mapped[datetime] = mapped_column(Instant, index=True)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text, default="")
    proof: Mapped[str] = mapped_column(String(20), default="")
    wrong_pins: Mapped[int] = mapped_column(default=0)
    languages: Mapped[list[str] | None] = mapped_column(JSON)
    """Those whose words were signed; None means all of them."""
    turn: Mapped[int] = mapped_column(default=0)
    """Its place in the order of asking; who has the same is asked together."""
    turn_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the approver is asked by mail; None: not by itself. At the console they may decide at
    any time."""

    def value(self) -> SignOff:
        languages = None if self.languages is None else frozenset(self.languages)
        return SignOff(self.approver_id, self.digest, ApprovalState(self.state), languages)


class LinkRow(Base):
    """A mailed link. Only the hash of its token is kept; a mail that is tried again gets a new one,
    so that no token ever waits in a table or a queue."""

    __tablename__ = "links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    approval_id: Mapped[str] = mapped_column(ForeignKey("approvals.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    fetched_at: Mapped[datetime | None] = mapped_column(Instant)
    """First time anybody, or a mail filter, fetched the page."""


def by_link(db: Session, token_hash: str) -> ApprovalRow | None:
    return db.scalars(
        select(ApprovalRow).join(LinkRow).where(LinkRow.token_hash == token_hash)
    ).one_or_none()


def of_message(db: Session, message_id: str) -> list[ApprovalRow]:
    return list(
        db.scalars(
            select(ApprovalRow)
            .where(ApprovalRow.message_id == message_id)
            .order_by(ApprovalRow.asked_at, ApprovalRow.turn, ApprovalRow.id)
        )
    )


def of_revision(db: Session, message: MessageRow) -> list[ApprovalRow]:
    """Those for the words that count now, in the order of asking."""
    return [
        one
        for one in of_message(db, message.id)
        if one.revision == message.revision and one.digest == message.digest
    ]


def asked_of(db: Session, approver_id: str, state: str) -> list[ApprovalRow]:
    return list(
        db.scalars(
            select(ApprovalRow)
            .where(ApprovalRow.approver_id == approver_id, ApprovalRow.state == state)
            .order_by(ApprovalRow.asked_at.desc())
        )
    )


def fetched(db: Session, approval_id: str) -> datetime | None:
    """When a link of this approval was first fetched, by a person or by a mail filter."""
    return db.scalar(
        select(LinkRow.fetched_at)
        .where(LinkRow.approval_id == approval_id, LinkRow.fetched_at.is_not(None))
        .order_by(LinkRow.fetched_at)
        .limit(1)
    )
