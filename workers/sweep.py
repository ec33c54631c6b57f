"""What the doorbell missed: workers that never came back, overdue sign-offs, what must not go."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from console.actions import alone, asking, pacing, promising
from console.actions.desk import Desk
from console.domain.channel import Reason
from console.domain.delivery import Timing
from console.domain.message import MessageState
from console.faultpoints import faultpoint
from console.store import look_backs, outbox, presence, promises, stalled, troubles
from console.store.deliveries import DeliveryRow
from console.store.engine import Sessions, database_now
from console.store.mails import MailRow
from console.store.messages import MessageRow
from console.store.order import NOW, held, too_early
from workers import alarm
from workers.recording import lose, on_record


@dataclass(frozen=True)
class Due:
    """What there is to do right now."""

    deliveries: bool
    looks: bool
    mails: bool
    chores: bool


NOTHING = Due(deliveries=False, looks=False, mails=False, chores=False)


def due(db: Session, now: datetime, timing: Timing) -> Due:
    """One query, since every worker asks it every second."""
    found = db.execute(_DUE, troubles.moments(now, timing)).one()
    return Due(*(bool(one) for one in found))


def any_unsendable(db: Session, now: datetime) -> bool:
    """Whether something queued may not leave any more. It is never claimed either way, and looking
    takes longer the more is queued, so that this is not asked in every turn."""
    return bool(db.scalar(_UNSENDABLE, {"now": now}))


def sweep(sessions: Sessions, desk: Desk, *, worker: str) -> None:
    """Ends what is overdue, asks the next approver where nobody is left to wait for, cancels what
    may not leave, takes back what lost its worker, and has people told of trouble."""
    with sessions.begin() as db:
        now = database_now(db)
        asking.expire_overdue(db, now)
        pacing.move_up(db, now)
        pacing.tell_unanswered(db, now)
        _end_unsendable(db, worker, now)
        _give_back(db, desk, outbox.lapsed(db, now), Reason.LAPSED, worker, now)
        alarm.tell(db, desk, now)
        alone.nag(db, now)
        promising.nag(db, now)
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
        _give_back(db, desk, rows, Reason.LOST, by, now)
        return len(rows)


def _end_unsendable(db: Session, worker: str, now: datetime) -> None:
    ended = outbox.end_unsendable(db, now)
    for said, ids in (
        ("cancelled: may not leave any more", ended.cancelled),
        ("may not leave again, may be public", ended.doubtful),
    ):
        for row in outbox.locked(db, ids).values():
            on_record(db, row, said, worker, now, {"state": row.state})


def _give_back(
    db: Session, desk: Desk, rows: list[DeliveryRow], why: Reason, worker: str, now: datetime
) -> None:
    for row in rows:
        detail = {"held_by": row.worker, "fence": row.fence}
        row.reason, row.detail = str(why), ""
        lose(desk, row, now)
        on_record(db, row, "worker did not come back", worker, now, detail | {"state": row.state})


_LAPSED = exists().where(DeliveryRow.state == outbox.SENDING, DeliveryRow.lease_until <= NOW)
_OVERDUE = exists().where(
    MessageRow.state == str(MessageState.AWAITING), MessageRow.approve_by <= NOW
)
_UNANSWERED = exists().where(
    MessageRow.state == str(MessageState.AWAITING), MessageRow.unanswered_at <= NOW
)
_UNSENDABLE = select(outbox.any_unsendable())
_DUE = select(
    exists().where(
        DeliveryRow.state == outbox.QUEUED, DeliveryRow.due_at <= NOW, ~held(), ~too_early()
    ),
    exists().where(DeliveryRow.state == outbox.UNCERTAIN, DeliveryRow.due_at <= NOW),
    exists().where(MailRow.state == "due", MailRow.due_at <= NOW),
    or_(
        _LAPSED,
        _OVERDUE,
        _UNANSWERED,
        stalled.any_stalled(),
        troubles.any_untold(),
        look_backs.any_to_nag(),
        promises.any_to_nag(),
    ),
)
