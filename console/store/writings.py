"""What people are writing and have not saved: one form each, for nobody but its author."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.answers import AnswerRow
from console.store.base import Base, Instant
from console.store.people import UserRow

FORM = "form:"
"""How the key of an answer begins that a form was given; see `console.web.once`."""


class WritingRow(Base):
    __tablename__ = "writings"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    """The name of that showing of the form."""
    path: Mapped[str] = mapped_column(String(200), index=True)
    """Where the form is."""
    title: Mapped[str] = mapped_column(String(200))
    fields: Mapped[list[list[str]]] = mapped_column(JSON)
    """(Name, value) of everything in it, in its order."""
    at: Mapped[datetime] = mapped_column(Instant, index=True)


_SENT = exists().where(
    AnswerRow.user_id == WritingRow.user_id, AnswerRow.key == FORM + WritingRow.key
)


def keep(db: Session, **values: Any) -> None:
    """In place of what was kept of the same form."""
    kind = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = kind(WritingRow).values(**values)
    same = [WritingRow.user_id, WritingRow.key]
    db.execute(new.on_conflict_do_update(index_elements=same, set_=values))


def sent(db: Session, user_id: str, key: str) -> bool:
    """Whether that form has done its work already, so that it is not to be kept any more."""
    return db.get(AnswerRow, (user_id, FORM + key)) is not None


def of(db: Session, user_id: str, *, since: datetime) -> list[WritingRow]:
    """Theirs, the newest first, without what was sent after all."""
    query = select(WritingRow).where(WritingRow.user_id == user_id, WritingRow.at > since, ~_SENT)
    return list(db.scalars(query.order_by(WritingRow.at.desc(), WritingRow.key)))


def others(db: Session, path: str, *, but: str, since: datetime) -> list[tuple[str, datetime]]:
    """Who else was writing in the same form, and when last."""
    query = (
        select(UserRow.name, WritingRow.at)
        .join(UserRow, UserRow.id == WritingRow.user_id)
        .where(WritingRow.path == path, WritingRow.user_id != but, WritingRow.at > since)
    )
    return [(one.name, one.at) for one in db.execute(query.order_by(WritingRow.at.desc()))]


def drop(db: Session, user_id: str, key: str) -> None:
    _delete(db, WritingRow.user_id == user_id, WritingRow.key == key)


def forget(db: Session, *, before: datetime) -> None:
    """Everybody's whose time is over."""
    _delete(db, WritingRow.at <= before)


def keep_newest(db: Session, user_id: str, *, most: int) -> None:
    """Nobody fills the disk by opening forms."""
    newest = (
        select(WritingRow.key)
        .where(WritingRow.user_id == user_id)
        .order_by(WritingRow.at.desc(), WritingRow.key)
        .limit(most)
    )
    _delete(db, WritingRow.user_id == user_id, WritingRow.key.not_in(newest))


def _delete(db: Session, *which: Any) -> None:
    db.execute(delete(WritingRow).where(*which).execution_options(synchronize_session=False))
