"""Answers that the API has given, by Idempotency-Key, so that a repeated call gets the same one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.base import Base, Instant

KEPT = timedelta(hours=24)
"""How long an answer is remembered at least."""


class AnswerRow(Base):
    __tablename__ = "answers"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True)
class Kept:
    """An answer as it was given."""

    request_digest: str
    status: int
    body: str


def claim(
    db: Session, *, user_id: str, key: str, request_digest: str, now: datetime
) -> Kept | None:
    """Takes the key for this transaction, or returns what it was answered before.

    Whoever comes second waits here until the first has committed, and so never acts as well.
    """
    _forget(db, user_id, now)
    insert = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    taken = db.execute(
        insert(AnswerRow)
        .values(
            user_id=user_id,
            key=key,
            request_digest=request_digest,
            status=0,
            body="",
            given_at=now,
        )
        .on_conflict_do_nothing()
        .returning(AnswerRow.key)
    ).one_or_none()
    if taken:
        return None
    row = db.get_one(AnswerRow, (user_id, key), populate_existing=True)
    return Kept(row.request_digest, row.status, row.body)


def keep(db: Session, *, user_id: str, key: str, status: int, body: str) -> None:
    """Completes what `claim` began in this transaction."""
    db.execute(
        update(AnswerRow)
        .where(AnswerRow.user_id == user_id, AnswerRow.key == key)
        .values(status=status, body=body)
    )


def _forget(db: Session, user_id: str, now: datetime) -> None:
    """A few old answers with every new one, so that the table does not grow for ever."""
    old = (
        select(AnswerRow.user_id, AnswerRow.key)
        .where(AnswerRow.user_id == user_id, AnswerRow.given_at <= now - KEPT)
        .limit(100)
        .with_for_update(skip_locked=True)
    )
    db.execute(
        delete(AnswerRow)
        .where(tuple_(AnswerRow.user_id, AnswerRow.key).in_(old))
        .execution_options(synchronize_session=False)
    )
