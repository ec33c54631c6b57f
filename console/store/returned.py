"""Deliveries that a network took lately, for what it may still say of them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from console.domain.delivery import DeliveryState
from console.store.deliveries import DeliveryRow

AT_ONCE = 500


def first(db: Session, channel: str, *, since: datetime) -> datetime | None:
    """When the earliest of those was released that were sent since; None where there are none."""
    sent = and_(_sent(channel), DeliveryRow.changed_at > since)
    return db.scalar(select(func.min(DeliveryRow.created_at)).where(sent))


def of_references(
    db: Session, channel: str, references: Collection[str]
) -> Mapping[str, DeliveryRow]:
    """Reference -> the delivery that was sent under it, held until the transaction ends."""
    found: dict[str, DeliveryRow] = {}
    wanted = sorted(references)
    for begin in range(0, len(wanted), AT_ONCE):
        some = DeliveryRow.reference.in_(wanted[begin : begin + AT_ONCE])
        query = select(DeliveryRow).where(_sent(channel), some).order_by(DeliveryRow.id)
        for row in db.scalars(query.with_for_update()):
            found[row.reference] = row
    return found


def _sent(channel: str) -> ColumnElement[bool]:
    return and_(
        DeliveryRow.state == str(DeliveryState.SENT),
        DeliveryRow.channel == channel,
        ~DeliveryRow.exercise,
    )
