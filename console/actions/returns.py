"""What came back after it was accepted: the delivery failed after all, its address may be gone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import bounces
from console.actions.desk import Desk
from console.actions.recording import SYSTEM
from console.domain.bounce import Bounce
from console.domain.channel import Reason
from console.domain.delivery import NEXT, DeliveryEvent, DeliveryState
from console.domain.recipient import masked, without
from console.domain.states import after
from console.store import outbox
from console.store.audit import record
from console.store.deliveries import DeliveryRow


def came_back(db: Session, desk: Desk, found: Sequence[Bounce], now: datetime) -> int:
    """Returns how many of them were news. What was said before, is being sent again, or is no
    delivery any more changes nothing: the same mail may come twice."""
    rows = outbox.locked(db, {one.delivery for one in found})
    failed = []
    for one in found:
        row = rows.get(one.delivery)
        if row is None or row.exercise or (DeliveryState(row.state), _BOUNCE) not in NEXT:
            continue
        _fail(row, one, now)
        _on_record(db, row, one, now)
        failed.append(row)
    bounces.refused(db, desk, failed, now)
    return len(failed)


_BOUNCE = DeliveryEvent.BOUNCE


def _fail(row: DeliveryRow, one: Bounce, now: datetime) -> None:
    """Gone is the address only where the report names it: mail that was passed on may have failed
    at another one."""
    gone = one.gone and row.recipient.lower() in one.about
    row.state = str(after(NEXT, DeliveryState(row.state), _BOUNCE))
    row.reason = str(Reason.RECIPIENT if gone else Reason.RETURNED)
    row.detail = without(f"{one.status} {one.said}".strip(), row.recipient)[:300]
    row.changed_at, row.due_at, row.doubtful = now, None, False
    if not gone:
        row.alarmed_at = now  # on the board; they come for days, and nobody is woken for each


def _on_record(db: Session, row: DeliveryRow, one: Bounce, now: datetime) -> None:
    detail = {
        "delivery": row.id,
        "channel": row.channel,
        "recipient": masked(row.recipient),
        "status": one.status,
        "reason": row.reason,
    }
    record(
        db,
        actor=SYSTEM.actor,
        action="came back undelivered",
        subject=f"message:{row.message_id}",
        incident=row.incident_id,
        detail=detail,
        now=now,
    )
