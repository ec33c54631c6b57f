"""Checkpoints on disk: signed notes of how far the record was and what its digest was."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.audit import EntryRow, HeadRow
from console.store.base import Base, Instant

RELEASED = "message released"


class CheckpointRow(Base):
    """Append-only, as the record is."""

    __tablename__ = "checkpoints"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """How many entries there were."""
    at: Mapped[datetime] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True)
class Standing:
    """The record beside its newest checkpoint."""

    moved: bool
    """There are entries after it."""
    signed_at: datetime | None
    released: bool
    """One of them is a release."""


def standing(db: Session) -> Standing:
    row = db.execute(_STANDING).one()
    signed = db.get(CheckpointRow, row.signed) if row.signed else None
    return Standing(row.number > row.signed, signed.at if signed else None, bool(row.released))


def add(db: Session, number: int, at: datetime, note: str) -> bool:
    """False where another worker signed over this entry."""
    if db.get(CheckpointRow, number) is not None:
        return False
    kind = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = kind(CheckpointRow).values(number=number, at=at, note=note)
    added = new.on_conflict_do_nothing().returning(CheckpointRow.number)
    return db.scalar(added) is not None


def note(db: Session, number: int) -> str:
    """Empty where there is none over this entry."""
    row = db.get(CheckpointRow, number)
    return row.note if row else ""


def newest(db: Session) -> tuple[int, datetime] | None:
    """Over how many entries, and when it was signed; None before the first."""
    query = select(CheckpointRow.number, CheckpointRow.at).order_by(CheckpointRow.number.desc())
    found = db.execute(query.limit(1)).one_or_none()
    return (found.number, found.at) if found else None


def notes(db: Session) -> Iterator[str]:
    """Oldest first."""
    query = select(CheckpointRow.note).order_by(CheckpointRow.number)
    yield from db.scalars(query.execution_options(yield_per=1000))


_SIGNED = select(func.coalesce(func.max(CheckpointRow.number), 0)).scalar_subquery()
_STANDING = select(
    HeadRow.number,
    _SIGNED.label("signed"),
    exists().where(EntryRow.action == RELEASED, EntryRow.number > _SIGNED).label("released"),
)
