"""Checkpoints on disk: signed notes of how far the record was and what its digest was."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.base import Base, Instant


class CheckpointRow(Base):
    """Append-only, as the record is."""

    __tablename__ = "checkpoints"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """How many entries there were."""
    at: Mapped[datetime] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(Text)


def newest(db: Session) -> CheckpointRow | None:
    return db.scalar(select(CheckpointRow).order_by(CheckpointRow.number.desc()).limit(1))


def notes(db: Session) -> Iterator[str]:
    """Oldest first."""
    query = select(CheckpointRow.note).order_by(CheckpointRow.number)
    yield from db.scalars(query.execution_options(yield_per=1000))
