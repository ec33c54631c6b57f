"""What came back after it was accepted: the delivery failed after all, its address may be gone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import bounces
from console.actions.desk import Desk
from console.actions.recording import SYSTEM
from console.domain.bounce import Bounce
from console.domain.channel import Reason, Undelivered
from console.domain.delivery import NEXT, DeliveryEvent, DeliveryState
from console.domain.recipient import masked, without
from console.domain.states import after
from console.store import outbox, returned
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
        _fail(row, _why(row, one), f"{one.status} {one.said}", now)
        _on_record(db, row, one.status, now)
        failed.append(row)
    bounces.refused(db, desk, failed, now)
    return len(failed)


def undelivered(
    db: Session, desk: Desk, channel: str, found: Sequence[Undelivered], now: datetime
) -> int:
    """What the network itself says afterwards; returns how many of them were news."""
    if not found:
        return 0
    rows = returned.of_references(db, channel, {one.reference for one in found})
    failed = []
    for one in found:
        if (row := rows.get(one.reference)) and row not in failed:
            _fail(row, one.reason, one.detail, now)
            _on_record(db, row, "", now)
            failed.append(row)
    bounces.refused(db, desk, failed, now)
    return len(failed)


_BOUNCE = DeliveryEvent.BOUNCE


def _why(row: DeliveryRow, one: Bounce) -> Reason:
    """Gone is the address only where the report names it: mail that was passed on may have failed
    at another one."""
    gone = one.gone and row.recipient.lower() in one.about
    return Reason.RECIPIENT if gone else Reason.RETURNED


def _fail(row: DeliveryRow, why: Reason, said: str, now: datetime) -> None:
    row.state = str(after(NEXT, DeliveryState(row.state), _BOUNCE))
    row.reason, row.detail = str(why), without(said.strip(), row.recipient)[:300]
    row.changed_at, row.due_at, row.doubtful = now, None, False
    if why is Reason.RETURNED:
        row.alarmed_at = now  # on the board; they come for days, and nobody is woken for each


def _on_record(db: Session, row: DeliveryRow, status: str, now: datetime) -> None:
    detail = {
        "delivery": row.id,
        "channel": row.channel,
        "recipient": masked(row.recipient),
        "status": status,
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
