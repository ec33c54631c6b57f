"""Which worker processes were seen lately."""

from datetime import datetime

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.store.base import Base, Instant


class WorkerRow(Base):
    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)


def seen(db: Session, name: str, now: datetime) -> None:
    row = db.get(WorkerRow, name)
    if row is None:
        db.add(WorkerRow(name=name, started_at=now, seen_at=now))
    else:
        row.seen_at = now


def gone(db: Session, name: str) -> None:
    db.execute(delete(WorkerRow).where(WorkerRow.name == name))


def since(db: Session, moment: datetime) -> list[WorkerRow]:
    """The workers that were seen at or after this moment."""
    return list(db.scalars(select(WorkerRow).where(WorkerRow.seen_at >= moment)))
