"""An older copy of the database was put back: what may have been sent since goes before people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.actions import asking
from console.actions.recording import SYSTEM, on_record
from console.domain.anchor import Anchor
from console.domain.approval import ApprovalEvent
from console.domain.channel import Reason
from console.domain.delivery import NEXT, DeliveryEvent, DeliveryState
from console.domain.message import NEXT as NEXT_MESSAGE
from console.domain.message import MessageEvent, MessageState
from console.domain.recipient import masked
from console.domain.states import after
from console.store import audit
from console.store.audit import Actor
from console.store.deliveries import DeliveryRow
from console.store.incidents import IncidentRow
from console.store.messages import MessageRow

WHY = (
    "The database was put back to an earlier state. Look whether this was published since, before "
    "you send it for approval again."
)
UNSETTLED = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNCERTAIN)


@dataclass(frozen=True)
class Doubtful:
    """What this copy of the database would send, or send for approval, and may be public."""

    what: str
    """The channel and, where there is one, the recipient; empty for a whole message."""
    state: str
    incident: str
    """Its title."""


def doubtful(db: Session) -> list[Doubtful]:
    """Every delivery that is not settled, then every message that waits for its approval."""
    rows = db.execute(
        select(DeliveryRow, IncidentRow.title)
        .join(IncidentRow, IncidentRow.id == DeliveryRow.incident_id)
        .where(DeliveryRow.state.in_(UNSETTLED))
        .order_by(DeliveryRow.created_at, DeliveryRow.id)
    )
    waiting = db.execute(
        select(MessageRow.state, IncidentRow.title)
        .join(IncidentRow, IncidentRow.id == MessageRow.incident_id)
        .where(MessageRow.state == MessageState.AWAITING)
        .order_by(MessageRow.created_at, MessageRow.id)
    )
    return [
        *(
            Doubtful(f"{row.channel} {masked(row.recipient)}".strip(), row.state, of)
            for row, of in rows
        ),
        *(Doubtful("", state, title) for state, title in waiting),
    ]


def accept(db: Session, *, missing: Mapping[str, Any], by: Actor, now: datetime) -> None:
    """From here on this copy is the truth. Whatever it has not settled is held for a person, and
    what waits for approval is a draft again: an approver would not know that it is out already.

    ``missing`` is what is known of the record's lost end; it stands in the entry about this.
    """
    held = _hold(db, now)
    sent_back = _send_back(db, now)
    audit.record(
        db,
        actor=by,
        action="restored database accepted",
        subject="database",
        detail={**missing, "held": held, "sent_back": sent_back},
        now=now,
    )


def missing(anchor: Anchor, last: int) -> dict[str, Any]:
    """What the record says of its lost end. ``last`` is the newest entry that is left."""
    return {
        "last": last,
        "seen": anchor.number,
        "seen_digest": anchor.digest,
        "seen_at": anchor.at,
    }


def _hold(db: Session, now: datetime) -> list[str]:
    rows = db.scalars(
        select(DeliveryRow)
        .where(DeliveryRow.state.in_(UNSETTLED))
        .order_by(DeliveryRow.id)
        .with_for_update()
    ).all()
    for row in rows:
        if row.state != DeliveryState.UNCERTAIN:
            row.state = str(after(NEXT, DeliveryState(row.state), DeliveryEvent.LOSE))
        row.reason, row.detail, row.changed_at = str(Reason.RESTORED), "", now
        # Nobody looks by itself: an absence would send it again. And people are told anew.
        row.due_at = row.lease_until = row.alarmed_at = None
        row.looks = 0
    return [row.id for row in rows]


def _send_back(db: Session, now: datetime) -> list[str]:
    rows = db.scalars(
        select(MessageRow)
        .where(MessageRow.state == MessageState.AWAITING)
        .order_by(MessageRow.id)
        .with_for_update()
    ).all()
    for row in rows:
        row.state = str(after(NEXT_MESSAGE, MessageState(row.state), MessageEvent.SEND_BACK))
        row.reason = WHY
        asking.close(db, row, ApprovalEvent.SUPERSEDE, now=now)
        on_record(db, row, "message sent back", SYSTEM, now, {"reason": WHY})
    return [row.id for row in rows]
