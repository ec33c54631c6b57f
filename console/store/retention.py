"""Addresses whose time is over, and the day on which somebody last looked for them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import String, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.domain.delivery import DeliveryState
from console.domain.recipient import RecipientState
from console.store.base import Base, Instant
from console.store.deliveries import DeliveryRow
from console.store.recipients import RecipientRow, UploadRow

SETTLED = [str(one) for one in (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.CANCELLED)]
_FORGOTTEN = "% %"
"""No address has a space; a forgotten one has."""


class ChoreRow(Base):
    """What is done once a day, by whichever worker is first."""

    __tablename__ = "chores"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_at: Mapped[datetime] = mapped_column(Instant)


def mine(db: Session, name: str, now: datetime, *, every: timedelta) -> bool:
    """True for one worker, once in this time."""
    kind = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    new = kind(ChoreRow).values(name=name, done_at=now)
    claimed = new.on_conflict_do_update(
        index_elements=[ChoreRow.name],
        set_={"done_at": now},
        where=ChoreRow.done_at <= now - every,
    ).returning(ChoreRow.name)
    return db.scalar(claimed) is not None


def due(db: Session, name: str, now: datetime, *, every: timedelta) -> bool:
    """Whether `mine` is worth a transaction."""
    row = db.get(ChoreRow, name)
    return row is None or row.done_at <= now - every


def deliveries(
    db: Session, *, before: datetime, past: str, limit: int
) -> Sequence[tuple[str, str]]:
    """(Id, address) of settled deliveries that still hold one, in the order of their ids."""
    query = (
        select(DeliveryRow.id, DeliveryRow.recipient)
        .where(
            DeliveryRow.id > past,
            DeliveryRow.state.in_(SETTLED),
            DeliveryRow.changed_at < before,
            DeliveryRow.recipient != "",
            DeliveryRow.recipient.not_like(_FORGOTTEN),
        )
        .order_by(DeliveryRow.id)
        .limit(limit)
    )
    return [(one.id, one.recipient) for one in db.execute(query)]


def recipients(
    db: Session, state: RecipientState, *, before: datetime, limit: int
) -> Sequence[RecipientRow]:
    query = (
        select(RecipientRow)
        .where(
            RecipientRow.state == str(state),
            RecipientRow.changed_at < before,
            RecipientRow.address.not_like(_FORGOTTEN),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(db.scalars(query))


def forget(db: Session, deliveries: Sequence[dict[str, str]]) -> None:
    """What stands instead of each address; what networks said was masked when they said it."""
    if deliveries:
        db.execute(update(DeliveryRow), deliveries)


def drop_uploads(db: Session, *, before: datetime) -> int:
    gone = delete(UploadRow).where(UploadRow.at < before).returning(UploadRow.id)
    return len(db.scalars(gone.execution_options(synchronize_session=False)).all())
