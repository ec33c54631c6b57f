"""How far each channel of an incident is: what it carried, and whether it was told the end."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console.domain.delivery import DeliveryState
from console.domain.ledger import Carried
from console.domain.message import Kind
from console.store.deliveries import DeliveryRow


def carried(db: Session, incident_id: str) -> Mapping[str, list[Carried]]:
    """Channel -> what it was given, message by message and state by state."""
    columns = (DeliveryRow.channel, DeliveryRow.number, DeliveryRow.kind, DeliveryRow.state)
    rows = db.execute(
        select(*columns, func.max(DeliveryRow.changed_at))
        .where(DeliveryRow.incident_id == incident_id)
        .group_by(*columns)
        .order_by(DeliveryRow.channel, DeliveryRow.number)
    )
    found: dict[str, list[Carried]] = {}
    for channel, number, kind, state, at in rows:
        one = Carried(number, Kind(kind), DeliveryState(state), at)
        found.setdefault(channel, []).append(one)
    return found
