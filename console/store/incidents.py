"""Incidents and the queries that the first page asks."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.incident import IncidentState, Mode
from console.store.base import Base, Instant, new_id


class IncidentRow(Base):
    __tablename__ = "incidents"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    type: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20), index=True)
    opened_by: Mapped[str] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime] = mapped_column(Instant, index=True)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    policy_digest: Mapped[str] = mapped_column(String(64), default="")


def newest(db: Session, *, state: str, limit: int) -> list[IncidentRow]:
    return list(
        db.scalars(
            select(IncidentRow)
            .where(IncidentRow.state == state)
            .order_by(IncidentRow.opened_at.desc(), IncidentRow.id)
            .limit(limit)
        )
    )


def exercise_before(db: Session, incident_id: str) -> str | None:
    """The exercise that was stood down last before this one was opened."""
    opened = db.get_one(IncidentRow, incident_id).opened_at
    return db.scalar(
        select(IncidentRow.id)
        .where(
            IncidentRow.mode == str(Mode.EXERCISE),
            IncidentRow.state == str(IncidentState.STOOD_DOWN),
            IncidentRow.opened_at < opened,
        )
        .order_by(IncidentRow.opened_at.desc())
        .limit(1)
    )
