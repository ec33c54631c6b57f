"""What the doorbell missed: workers that never came back, overdue sign-offs, what must not go."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from console.actions import asking
from console.actions.desk import Desk
from console.domain.channel import Reason
from console.domain.message import MessageState
from console.faultpoints import faultpoint
from console.store import outbox, presence
from console.store.deliveries import DeliveryRow
from console.store.engine import Sessions, database_now
from console.store.mails import MailRow
from console.store.messages import MessageRow
from workers.recording import lose, on_record


@dataclass(frozen=True)
class Due:
    """What there is to do right now."""

    deliveries: bool
    looks: bool
    mails: bool
    chores: bool


NOTHING = Due(deliveries=False, looks=False, mails=False, chores=False)


def due(db: Session, now: datetime) -> Due:
    """One query, since every worker asks it every second."""
    found = db.execute(_DUE, {"now": now}).one()
    return Due(*(bool(one) for one in found))


def sweep(sessions: Sessions, desk: Desk, *, worker: str) -> None:
    """Ends what is overdue, cancels what may not leave, takes back what lost its worker."""
    with sessions.begin() as db:
        now = database_now(db)
        asking.expire_overdue(db, now)
        for delivery_id in outbox.cancel_unsendable(db, now):
            row = db.get_one(DeliveryRow, delivery_id, populate_existing=True)
            on_record(db, row, "cancelled: may not leave any more", worker, now, {})
        _give_back(db, desk, outbox.lapsed(db, now), worker, now)
        faultpoint("during-sweep")
    faultpoint("after-sweep")


def give_back(sessions: Sessions, desk: Desk, *, dead: str, by: str) -> int:
    """Everything that a worker held that is known to be dead, who is no longer counted on.
    Returns how much that was."""
    with sessions.begin() as db:
        presence.gone(db, dead)
        now = database_now(db)
        rows = [row for row in outbox.lapsed(db, now, worker=dead) if row.worker == dead]
        faultpoint("before-give-back")
        _give_back(db, desk, rows, by, now)
        return len(rows)


def _give_back(
    db: Session, desk: Desk, rows: list[DeliveryRow], worker: str, now: datetime
) -> None:
    for row in rows:
        detail = {"held_by": row.worker, "fence": row.fence}
        row.reason, row.detail = str(Reason.LOST), ""
        lose(desk, row, now)
        on_record(db, row, "worker did not come back", worker, now, detail | {"state": row.state})


_LAPSED = exists().where(DeliveryRow.state == outbox.SENDING, DeliveryRow.lease_until <= outbox.NOW)
_OVERDUE = exists().where(
    MessageRow.state == str(MessageState.AWAITING), MessageRow.approve_by <= outbox.NOW
)
_DUE = select(
    exists().where(DeliveryRow.state == outbox.QUEUED, DeliveryRow.due_at <= outbox.NOW),
    exists().where(DeliveryRow.state == outbox.UNCERTAIN, DeliveryRow.due_at <= outbox.NOW),
    exists().where(MailRow.state == "due", MailRow.due_at <= outbox.NOW),
    or_(_LAPSED, _OVERDUE, outbox.any_unsendable()),
)
