"""Internal mail that is due: who is to be told what. The words are made when it is sent."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.approvals import ApprovalRow
from console.store.base import Base, Instant, new_id
from console.store.messages import MessageRow

TROUBLE = "trouble"
"""The purpose of a mail about deliveries that need a person."""
FINDING = "finding"
"""Of one about what was seen on an account."""
UNANSWERED = "unanswered"
"""Of one that says whom to telephone: everybody was asked, and nobody answered."""
SUMMARY = "summary"
"""Of the weekly one about the register."""
CHECKPOINT = "checkpoint"
"""Of one with a checkpoint of the record, to an address outside."""


class MailRow(Base):
    __tablename__ = "mails"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    purpose: Mapped[str] = mapped_column(String(30))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"))
    """None where whoever is told has no account: an invitation says who that is."""
    subject_id: Mapped[str] = mapped_column(String(32), index=True)
    """The approval, message or finding that it is about; of a summary, its week; an invitation, a
    request for a role, or an account (see `people_letters`); a checkpoint, its number;
    erased entries, the first and the last number of those that tell of it."""
    address: Mapped[str] = mapped_column(String(254), default="")
    """Where it goes, if not to the address that the account has now: the one that it had."""
    state: Mapped[str] = mapped_column(String(10))
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(Instant, index=True)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str] = mapped_column(Text, default="")


def newest(db: Session, subject_ids: Collection[str], purpose: str) -> Mapping[str, MailRow]:
    """Subject -> the mail about it that is, or was, due last."""
    query = select(MailRow).where(MailRow.subject_id.in_(subject_ids), MailRow.purpose == purpose)
    return {row.subject_id: row for row in db.scalars(query.order_by(MailRow.due_at))}


def tell_soon(db: Session, purpose: str, user_id: str, subject_id: str, now: datetime) -> None:
    """Has somebody told who may be about to be told of the same: never two mails that wait.

    One that no worker has begun is left to tell of this too, since its words are made then. One
    that was begun may be on its way with older words, so a new one takes its place.
    """
    waiting = db.scalars(
        select(MailRow)
        .where(
            MailRow.subject_id == subject_id,
            MailRow.user_id == user_id,
            MailRow.purpose == purpose,
            MailRow.state == "due",
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if any(one.tries == 0 for one in waiting):
        return
    for one in waiting:
        one.state = "dropped"
    db.add(
        MailRow(purpose=purpose, user_id=user_id, subject_id=subject_id, state="due", due_at=now)
    )


def tell_address(db: Session, purpose: str, address: str, subject_id: str, now: datetime) -> None:
    """The same to an address that belongs to no account."""
    db.add(
        MailRow(purpose=purpose, address=address, subject_id=subject_id, state="due", due_at=now)
    )


def plan(db: Session, purpose: str, user_id: str, subject_id: str, at: datetime | None) -> None:
    """Has a mail leave then; None: not at all. One that was begun stays as it is."""
    found = db.scalars(
        select(MailRow)
        .where(
            MailRow.subject_id == subject_id,
            MailRow.user_id == user_id,
            MailRow.purpose == purpose,
            MailRow.state != "dropped",
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for one in found:
        if one.state == "due" and one.tries == 0:
            one.state, one.due_at = ("due", at) if at else ("dropped", one.due_at)
    if at and not found:
        db.add(
            MailRow(purpose=purpose, user_id=user_id, subject_id=subject_id, state="due", due_at=at)
        )


def claim(db: Session, *, now: datetime, until: datetime, limit: int) -> list[MailRow]:
    """Takes due mails by moving their due time on; one that is never settled comes due again."""
    due = (
        select(MailRow.id)
        .where(MailRow.state == "due", MailRow.due_at <= now)
        .order_by(MailRow.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte()  # run once, as in `outbox`: a subquery may take more than its limit
    )
    rows = db.scalars(
        update(MailRow)
        .where(MailRow.id.in_(select(due.c.id)))
        .values(due_at=until, tries=MailRow.tries + 1)
        .returning(MailRow)
    )
    return list(rows)


def settle(db: Session, mail_id: str, *, now: datetime, error: str) -> None:
    """Records that a mail went, or why it did not; then it is tried again, later each time."""
    row = db.get_one(MailRow, mail_id)
    row.error = error
    if not error:
        row.state, row.sent_at = "sent", now
    else:
        row.due_at = now + timedelta(seconds=min(5 * 2 ** min(row.tries, 6), 300))


def drop(db: Session, mail_id: str) -> None:
    """The mail is no longer wanted."""
    db.get_one(MailRow, mail_id).state = "dropped"


def incident_of(db: Session, row: MailRow) -> str:
    """The incident that a mail is about."""
    approval = db.get(ApprovalRow, row.subject_id)
    message = db.get(MessageRow, approval.message_id if approval else row.subject_id)
    return message.incident_id if message else ""
