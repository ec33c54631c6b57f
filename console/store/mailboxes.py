"""The mailbox for bounce mails: up to where it was read, and what was wrong the last time."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.base import Base, Instant


class MailboxRow(Base):
    __tablename__ = "mailboxes"

    name: Mapped[str] = mapped_column(String(254), primary_key=True)
    """User, host and folder: what was read of another one says nothing of this."""
    validity: Mapped[int] = mapped_column(BigInteger, default=0)
    """The server's word for which counting its numbers are of (UIDVALIDITY, RFC 3501)."""
    seen: Mapped[int] = mapped_column(BigInteger, default=0)
    """The highest number that was read; mails get higher ones, and none twice."""
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it cannot be read; None while it can."""
    reason: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(String(300), default="")


def known(db: Session, name: str) -> MailboxRow | None:
    return db.get(MailboxRow, name)


def locked(db: Session, name: str) -> MailboxRow:
    """The row, made where there is none yet."""
    row = db.get(MailboxRow, name, with_for_update=True)
    if row is None:
        row = MailboxRow(name=name, validity=0, seen=0, reason="", detail="")
        db.add(row)
        db.flush()
    return row
