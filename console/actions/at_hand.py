"""Rows that a page needs again and again, held while it reads."""

from sqlalchemy.orm import Session

from console.store.incidents import IncidentRow
from console.store.messages import MessageRow

Held = tuple[MessageRow | None, IncidentRow | None]


def message(db: Session, message_id: str) -> Held:
    """The message and its incident. A session forgets what nobody holds: as long as somebody holds
    these, whatever looks them up by their ids in it asks the database nothing."""
    row = db.get(MessageRow, message_id)
    return row, db.get(IncidentRow, row.incident_id) if row else None
