"""Promised next updates, and when whoever sent them is reminded."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, and_, exists, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.incident import IncidentState
from console.store.base import Base, Instant
from console.store.incidents import IncidentRow
from console.store.order import NOW


class PromiseRow(Base):
    __tablename__ = "promises"

    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    """The message that promises it."""
    incident_id: Mapped[str] = mapped_column(ForeignKey("incidents.id"), index=True)
    exercise: Mapped[bool]
    due_at: Mapped[datetime] = mapped_column(Instant)
    nag_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    """When whoever sent it is reminded next; None: twice is enough."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    """When it ends; in the future where what keeps it is to go out then."""
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("messages.id"))
    """The message that keeps it; None where nothing does and it fell away."""


def open_ones(db: Session, now: datetime, incident_id: str | None = None) -> list[PromiseRow]:
    """Of incidents that are open, what is promised and not kept, the first to come first."""
    query = select(PromiseRow).where(_open())
    if incident_id is not None:
        query = query.where(PromiseRow.incident_id == incident_id)
    return list(db.scalars(query.order_by(PromiseRow.due_at, PromiseRow.message_id), {"now": now}))


def of_incident(db: Session, incident_id: str) -> list[PromiseRow]:
    query = select(PromiseRow).where(PromiseRow.incident_id == incident_id)
    return list(db.scalars(query.order_by(PromiseRow.due_at, PromiseRow.message_id)))


def keep(db: Session, incident_id: str, *, by: str, at: datetime, now: datetime) -> Sequence[str]:
    """Ends every promise of the incident that stands ``now``, from ``at`` on; returns the messages
    that made them."""
    kept = (
        update(PromiseRow)
        .where(PromiseRow.incident_id == incident_id, _unended(), PromiseRow.message_id != by)
        .values(ended_at=at, ended_by=by)
        .returning(PromiseRow.message_id)
        .execution_options(synchronize_session=False)
    )
    return db.scalars(kept, {"now": now}).all()


def give_back(db: Session, message_id: str, now: datetime) -> None:
    """What this message was to keep stands again: it will not go out."""
    back = update(PromiseRow).where(PromiseRow.ended_by == message_id, PromiseRow.ended_at > now)
    db.execute(
        back.values(ended_at=None, ended_by=None).execution_options(synchronize_session=False)
    )


def to_nag(db: Session, now: datetime) -> list[PromiseRow]:
    """Those of which somebody is to be reminded now, held until the transaction ends."""
    query = select(PromiseRow).where(_open(), PromiseRow.nag_at <= NOW)
    held = query.order_by(PromiseRow.message_id).with_for_update(skip_locked=True)
    return list(db.scalars(held, {"now": now}))


def any_to_nag() -> ColumnElement[bool]:
    """Whether there is one, for the question that every worker asks each second."""
    return exists().where(PromiseRow.nag_at <= NOW, _open())


def _open() -> ColumnElement[bool]:
    still_open = exists().where(
        IncidentRow.id == PromiseRow.incident_id, IncidentRow.state == str(IncidentState.OPEN)
    )
    return and_(_unended(), still_open)


def _unended() -> ColumnElement[bool]:
    return or_(PromiseRow.ended_at.is_(None), PromiseRow.ended_at > NOW)
