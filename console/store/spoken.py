"""Codes that are read out over the telephone, and how often wrong ones were tried."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.base import Base, Instant, new_id


class CodeRow(Base):
    """A code that opens one sign-off's page, once. Only its keyed hash is kept."""

    __tablename__ = "spoken_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    approval_id: Mapped[str] = mapped_column(ForeignKey("approvals.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class CodeTryRow(Base):
    """One try of a code that was not right, or is not known to be yet."""

    __tablename__ = "spoken_code_tries"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    place: Mapped[str] = mapped_column(String(64), index=True)
    """The keyed hash of the address that it came from."""
    tried_at: Mapped[datetime] = mapped_column(Instant, index=True)


def locked(db: Session, code_hash: str) -> CodeRow | None:
    """The code, held until the transaction ends: it opens the page once."""
    return db.get(CodeRow, code_hash, with_for_update=True, populate_existing=True)


def forget_codes(db: Session, approval_id: str) -> None:
    """The codes of this sign-off that were made before."""
    db.execute(delete(CodeRow).where(CodeRow.approval_id == approval_id))


def tries(db: Session, since: datetime, *, place: str = "") -> int:
    """How many there were since then: from one place, or in all."""
    query = select(func.count()).select_from(CodeTryRow).where(CodeTryRow.tried_at > since)
    return db.scalar(query.where(CodeTryRow.place == place) if place else query) or 0


def oldest_try(db: Session, since: datetime, *, place: str = "") -> datetime | None:
    query = select(func.min(CodeTryRow.tried_at)).where(CodeTryRow.tried_at > since)
    found: datetime | None = db.scalar(query.where(CodeTryRow.place == place) if place else query)
    return found


def forget_tries(db: Session, before: datetime) -> None:
    db.execute(delete(CodeTryRow).where(CodeTryRow.tried_at <= before))
