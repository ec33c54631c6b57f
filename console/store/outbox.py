"""The outbox: who holds what, what was lost or has to be looked for, what must not go any more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from console.domain.channel import Reason
from console.domain.delivery import DeliveryState
from console.domain.message import Kind
from console.store.deliveries import AttemptRow, DeliveryRow, OutcomeRow
from console.store.messages import MessageRow
from console.store.order import NOW, newer_released, out_of_use, unsendable
from console.store.recipients import not_wanted

QUEUED, SENDING = str(DeliveryState.QUEUED), str(DeliveryState.SENDING)
UNCERTAIN, CANCELLED = str(DeliveryState.UNCERTAIN), str(DeliveryState.CANCELLED)


@dataclass(frozen=True)
class Ended:
    """What was queued and will not leave: ids of deliveries."""

    cancelled: list[str]
    doubtful: list[str]
    """An earlier try may have been published, so these became uncertain."""


def locked(db: Session, ids: Collection[str]) -> dict[str, DeliveryRow]:
    """The deliveries by id, as they stand now, held until the transaction ends."""
    rows = db.scalars(
        select(DeliveryRow)
        .where(DeliveryRow.id.in_(ids))
        .order_by(DeliveryRow.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def recorded(db: Session, attempt_ids: Collection[str]) -> set[str]:
    """Those of the attempts that have an outcome."""
    found = select(OutcomeRow.attempt_id).where(OutcomeRow.attempt_id.in_(attempt_ids))
    return set(db.scalars(found))


def lapsed(db: Session, now: datetime, *, worker: str | None = None) -> list[DeliveryRow]:
    """Deliveries whose worker never came back; ``worker`` names one that is known to be dead."""
    gone = DeliveryRow.lease_until <= now
    if worker is not None:
        gone = or_(gone, DeliveryRow.worker == worker)
    return list(
        db.scalars(
            select(DeliveryRow)
            .where(DeliveryRow.state == SENDING, gone)
            .order_by(DeliveryRow.id)
            .with_for_update(skip_locked=True)
        )
    )


def to_look_for(db: Session, now: datetime, *, until: datetime, limit: int) -> list[DeliveryRow]:
    """Takes uncertain deliveries that are due for a look on the network, until ``until``."""
    due = (
        select(DeliveryRow.id)
        .where(DeliveryRow.state == UNCERTAIN, DeliveryRow.due_at <= now)
        .order_by(DeliveryRow.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte()
    )
    rows = db.scalars(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(select(due.c.id)))
        .values(due_at=until)
        .returning(DeliveryRow)
        .execution_options(synchronize_session=False)
    )
    return list(rows)


def end_queued(db: Session, *, message_id: str, now: datetime) -> Ended:
    """Ends what has not left yet of one message."""
    return _end(db, DeliveryRow.message_id == message_id, now)


def wait_anew(db: Session, channel: str | None, now: datetime) -> None:
    """What was held, on one channel or on all, has waited for nothing yet: it is late when it waits
    from now on."""
    queued = update(DeliveryRow).where(DeliveryRow.state == QUEUED).values(changed_at=now)
    if channel is not None:
        queued = queued.where(DeliveryRow.channel == channel)
    db.execute(queued.execution_options(synchronize_session=False))


def end_overtaken(db: Session, *, incident_id: str, now: datetime) -> Ended:
    """Ends what has not left yet and has a newer message of its incident on its channel. What
    the newer one does not reach stays: there it would be the only word."""
    return _end(db, and_(DeliveryRow.incident_id == incident_id, newer_released()), now)


def end_unsendable(db: Session, now: datetime) -> Ended:
    """Ends queued deliveries that may not leave any more: past their end, overtaken, stopped, or on
    a channel that was parked or retired since, which is then the reason that they carry."""
    resting = _end(db, out_of_use(), now, why=Reason.OUT_OF_USE)
    others = _end(db, unsendable(), now)
    return Ended(resting.cancelled + others.cancelled, resting.doubtful + others.doubtful)


def any_unsendable() -> ColumnElement[bool]:
    """Whether `end_unsendable` would find something at `NOW`."""
    return exists().where(DeliveryRow.state == QUEUED, unsendable())


def may_leave(db: Session, row: DeliveryRow, now: datetime) -> bool:
    """False where the delivery is past its end, stopped or overtaken."""
    of_it = DeliveryRow.id == row.id
    return db.scalar(select(DeliveryRow.id).where(of_it, ~unsendable()), {"now": now}) is not None


def put_right(db: Session, *, now: datetime, until: datetime) -> int:
    """After a clock was set back: what it left in the future is due now, and a lease begins anew.
    Returns how much that was."""
    ahead = DeliveryRow.changed_at > now
    leases = update(DeliveryRow).where(DeliveryRow.state == SENDING, ahead)
    waits = update(DeliveryRow).where(
        DeliveryRow.state.in_([QUEUED, UNCERTAIN]), DeliveryRow.due_at.is_not(None), ahead
    )
    return sum(
        len(
            db.scalars(
                one.returning(DeliveryRow.id).execution_options(synchronize_session=False)
            ).all()
        )
        for one in (
            leases.values(lease_until=until, changed_at=now),
            waits.values(due_at=now, changed_at=now),
            # What is a person's, or over: its time says how long a newer one waits for it.
            update(DeliveryRow).where(ahead).values(changed_at=now),
        )
    )


def on_channel_out_of_use(db: Session, row: DeliveryRow) -> bool:
    """True where the channel was parked or retired, or takes exercises only."""
    found = db.scalar(select(DeliveryRow.id).where(DeliveryRow.id == row.id, out_of_use()))
    return found is not None


def overtaken(db: Session, row: DeliveryRow, now: datetime) -> bool:
    """True where a later message of the incident was released on the same channel."""
    later = select(DeliveryRow.id).where(DeliveryRow.id == row.id, newer_released())
    found = db.scalar(later, {"now": now})
    return found is not None


def earlier_references(db: Session, rows: Sequence[DeliveryRow]) -> dict[str, str]:
    """For each delivery that has one: the reference of its incident's last post before it on the
    same channel. One query for all of them, since each asks at the most urgent moment."""
    follow = [row.id for row in rows if row.number > 1]
    if not follow:
        return {}
    earlier, later = aliased(DeliveryRow), aliased(DeliveryRow)
    found = db.execute(
        select(later.id, earlier.reference)
        .join(
            earlier,
            and_(
                earlier.incident_id == later.incident_id,
                earlier.channel == later.channel,
                earlier.language == later.language,
                earlier.recipient == later.recipient,
                earlier.number < later.number,
            ),
        )
        .where(
            later.id.in_(follow), earlier.state == str(DeliveryState.SENT), earlier.reference != ""
        )
        .order_by(earlier.number)
    )
    return {later_id: str(reference) for later_id, reference in found}


def corrected_references(db: Session, rows: Sequence[DeliveryRow]) -> dict[str, str]:
    """For each correction that has one: the reference of the post, on the same channel, of the
    message that it corrects."""
    wanted = [row.id for row in rows if row.kind == str(Kind.CORRECTION)]
    if not wanted:
        return {}
    wrong, right = aliased(DeliveryRow), aliased(DeliveryRow)
    found = db.execute(
        select(right.id, wrong.reference)
        .join(MessageRow, MessageRow.id == right.message_id)
        .join(
            wrong,
            and_(
                wrong.message_id == MessageRow.replaces,
                wrong.channel == right.channel,
                wrong.language == right.language,
                wrong.recipient == right.recipient,
                # The same account: a channel may have been set up anew since.
                wrong.account == right.account,
            ),
        )
        .where(right.id.in_(wanted), wrong.state == str(DeliveryState.SENT), wrong.reference != "")
    )
    return {right_id: str(reference) for right_id, reference in found}


def latest_milliseconds(db: Session) -> dict[str, int]:
    """How long each channel took last, among the last 300 attempts."""
    recent = db.execute(
        select(DeliveryRow.channel, OutcomeRow.milliseconds)
        .join(AttemptRow, AttemptRow.delivery_id == DeliveryRow.id)
        .join(OutcomeRow, OutcomeRow.attempt_id == AttemptRow.id)
        .order_by(OutcomeRow.ended_at.desc())
        .limit(300)
    )
    latest: dict[str, int] = {}
    for channel, milliseconds in recent:
        latest.setdefault(channel, milliseconds)
    return latest


def queue_failed(db: Session, message_id: str, channel: str, *, state: str, now: datetime) -> int:
    """Has what failed on one channel sent again, but what a newer message overtook, what is not as
    it was signed, and who is not on the list any more. Returns how much that is."""
    again = (
        update(DeliveryRow)
        .where(
            DeliveryRow.message_id == message_id,
            DeliveryRow.channel == channel,
            DeliveryRow.state == str(DeliveryState.FAILED),
            DeliveryRow.reason.not_in([str(Reason.ALTERED), str(Reason.UNSUBSCRIBED)]),
            ~unsendable(),
            ~not_wanted(),
        )
        .values(
            state=state,
            due_at=NOW,
            changed_at=NOW,
            tries=0,
            looks=0,
            doubtful=False,
            alarmed_at=None,
        )
        .returning(DeliveryRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(db.scalars(again, {"now": now}).all())


def _end(
    db: Session, which: ColumnElement[bool], now: datetime, why: Reason | None = None
) -> Ended:
    """A delivery that was certainly never published is cancelled; one whose earlier try may have
    been is uncertain, and due for a look."""
    said = {"reason": str(why), "detail": ""} if why else {}
    return Ended(
        cancelled=_move(db, and_(which, ~DeliveryRow.doubtful), now, state=CANCELLED, **said),
        doubtful=_move(db, and_(which, DeliveryRow.doubtful), now, state=UNCERTAIN, due_at=NOW),
    )


def _move(db: Session, which: ColumnElement[bool], now: datetime, **values: object) -> list[str]:
    chosen = select(DeliveryRow.id).where(DeliveryRow.state == QUEUED, which).with_for_update()
    return list(
        db.scalars(
            update(DeliveryRow)
            .where(DeliveryRow.id.in_(chosen), DeliveryRow.state == QUEUED)
            .values(changed_at=NOW, **values)
            .returning(DeliveryRow.id)
            .execution_options(synchronize_session=False),
            {"now": now},
        )
    )
