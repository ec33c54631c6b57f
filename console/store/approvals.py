"""Sign-offs that were asked for, and the links that were mailed for them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.approval import ApprovalState, Proof
from console.domain.message import MessageState
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
    mark: Mapped[str] = mapped_column(String(64), default="")
    """Of a granted one: that the console granted it (`console.domain.approval.mark`)."""
    wrong_signed_in: Mapped[int] = mapped_column(default=0)
    """Wrong PINs that the approver typed signed in; ``wrong_pins`` counts those of the links."""
    links_void_at: Mapped[datetime | None] = mapped_column(Instant)
    """When too many wrong PINs ended every link and code of this sign-off, but not itself."""
    reading_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when somebody is reading it, for the others to see. It holds up nothing."""
    reading_signed_in: Mapped[bool] = mapped_column(default=False)
    """True where that was the approver, signed in; else somebody with the link said so."""
    turn: Mapped[int] = mapped_column(default=0)
    """Its place in the order of asking; who has the same is asked together."""
    turn_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the approver is asked by mail; None: not by itself. At the console they may decide at
    any time."""

    def value(self) -> SignOff:
        languages = None if self.languages is None else frozenset(self.languages)
        return SignOff(
            approver=self.approver_id,
            digest=self.digest,
            state=ApprovalState(self.state),
            languages=languages,
            alone=self.proof == Proof.ALONE,
        )


class LinkRow(Base):
    """A mailed link. Only the hash of its token is kept; a mail that is tried again gets a new one,
    so that no token ever waits in a table or a queue."""

    __tablename__ = "links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    approval_id: Mapped[str] = mapped_column(ForeignKey("approvals.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    fetched_at: Mapped[datetime | None] = mapped_column(Instant)
    """First time anybody, or a mail filter, fetched the page."""
    spoken: Mapped[bool] = mapped_column(default=False)
    """True where no mail brought it, but a code that was read out."""


def by_link(db: Session, token_hash: str) -> ApprovalRow | None:
    return db.scalars(
        select(ApprovalRow).join(LinkRow).where(LinkRow.token_hash == token_hash)
    ).one_or_none()


def of_message(db: Session, message_id: str, *, fresh: bool = False) -> list[ApprovalRow]:
    """``fresh``: as they are in the database now, whatever this transaction read before."""
    return list(
        db.scalars(
            select(ApprovalRow)
            .where(ApprovalRow.message_id == message_id)
            .order_by(ApprovalRow.asked_at, ApprovalRow.turn, ApprovalRow.id)
            .execution_options(populate_existing=fresh)
        )
    )


def waiting_on(db: Session, approver_id: str) -> list[str]:
    """Messages that wait for approval and were sent to this approver, always in the same order."""
    return list(
        db.scalars(
            select(ApprovalRow.message_id)
            .join(MessageRow)
            .where(ApprovalRow.approver_id == approver_id)
            .where(MessageRow.state == MessageState.AWAITING)
            .where(ApprovalRow.state.in_([ApprovalState.ASKED, ApprovalState.GRANTED]))
            .distinct()
            .order_by(ApprovalRow.message_id)
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


def fetched(db: Session, approval_ids: Collection[str]) -> Mapping[tuple[str, bool], datetime]:
    """(Approval, whether somebody had typed a code) -> when a link of it was first fetched, by a
    person or by a mail filter."""
    rows = db.execute(
        select(LinkRow.approval_id, LinkRow.spoken, func.min(LinkRow.fetched_at))
        .where(LinkRow.approval_id.in_(approval_ids), LinkRow.fetched_at.is_not(None))
        .group_by(LinkRow.approval_id, LinkRow.spoken)
    )
    return {(approval_id, spoken): at for approval_id, spoken, at in rows if at}
