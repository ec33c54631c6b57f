"""Outcome unknown: looks on the network, and settles what it finds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.actions.desk import Desk
from console.domain.channel import Findable, Reason, Receipt, SendError
from console.domain.delivery import NEXT, DeliveryEvent, DeliveryState
from console.domain.states import after
from console.store import outbox
from console.store.deliveries import DeliveryRow
from console.store.engine import Sessions, database_now
from workers.claims import mode_of, post_of
from workers.deadline import deadline
from workers.deliver import connected, unexpected, within
from workers.errand import Errand
from workers.recheck import altered
from workers.recording import on_record

ABSENT_TWICE = 2
"""Looks that must agree that it is not there: a network's copies lag behind each other."""
LONGEST_PAUSE = timedelta(minutes=5)
"""Between two tries to ask a network that does not answer."""


@dataclass(frozen=True)
class Look:
    """What one look found. ``error`` None and ``receipt`` None: it is not there."""

    errand: Errand
    receipt: Receipt | None = None
    error: SendError | None = None
    looked: bool = True
    """False where the network cannot be read."""


def take(sessions: Sessions, desk: Desk, *, limit: int) -> list[Errand]:
    """Uncertain deliveries that are due for a look, held against other workers for a lease."""
    with sessions.begin() as db:
        now = database_now(db)
        rows = outbox.to_look_for(db, now, until=now + desk.settings.timing.lease, limit=limit)
        replied = outbox.earlier_references(db, rows)
        return [
            Errand(
                delivery_id=row.id,
                attempt_id="",
                fence=row.fence,
                channel=row.channel,
                mode=mode_of(row),
                post=post_of(db, desk, row, replied.get(row.id, "")),
                start_by=0,
                look_until=row.due_at,
            )
            for row in rows
        ]


def look(errand: Errand, desk: Desk) -> Look:
    """Asks the network. Never raises."""
    configured = desk.channel(errand.channel)
    if configured is None or not configured.findable:
        return Look(errand, looked=False)
    try:
        channel = connected(desk, errand.channel, errand.mode)
        assert isinstance(channel, Findable)
        with (
            deadline(desk.settings.timing.deadline.total_seconds()),
            within(desk, errand.channel, errand.mode),
        ):
            return Look(errand, receipt=channel.find(errand.post))
    except SendError as raised:
        return Look(errand, error=raised)
    except (Exception, SystemExit) as raised:  # noqa: BLE001 - its own fault means: cannot tell
        return Look(errand, error=unexpected(errand.channel, raised))


def settle(sessions: Sessions, desk: Desk, found: Look, *, worker: str) -> None:
    """Found: sent. Absent twice: queued again. Cannot tell: asked again, less often each time."""
    with sessions.begin() as db:
        now = database_now(db)
        row = db.get_one(
            DeliveryRow, found.errand.delivery_id, with_for_update=True, populate_existing=True
        )
        if row.state != DeliveryState.UNCERTAIN or row.fence != found.errand.fence:
            return  # a person settled it meanwhile
        if found.receipt is None and row.due_at != found.errand.look_until:
            return  # a newer look was asked for: two at the same moment count as one
        action, detail = _settled(db, desk, row, found, now)
        on_record(db, row, action, worker, now, detail | {"state": row.state})


def _settled(
    db: Session, desk: Desk, row: DeliveryRow, found: Look, now: datetime
) -> tuple[str, dict[str, str]]:
    if found.receipt is not None:
        return _found(row, found.receipt, now)
    if why := altered(db, row):
        return _unknowable(row, why)
    if not found.looked:
        return _unread(db, desk, row, now)
    if found.error is not None:
        return _unanswered(desk, row, found.error, now)
    return _absent(desk, row, now)


def _found(row: DeliveryRow, receipt: Receipt, now: datetime) -> tuple[str, dict[str, str]]:
    row.state = str(after(NEXT, DeliveryState(row.state), DeliveryEvent.CONFIRM))
    row.changed_at, row.reason, row.detail, row.doubtful = now, "", "", False
    row.reference, row.url = receipt.reference, receipt.url
    return "found on the network", {"reference": row.reference, "url": row.url}


def _unknowable(row: DeliveryRow, why: str) -> tuple[str, dict[str, str]]:
    """Other words were looked for than were sent: that they are not there says nothing."""
    row.reason, row.detail, row.due_at = str(Reason.ALTERED), why, None
    return "cannot be looked for, a person decides", {"why": why}


def _absent(desk: Desk, row: DeliveryRow, now: datetime) -> tuple[str, dict[str, str]]:
    timing = desk.settings.timing
    settled = timing.absent_from(row.changed_at, lapsed=row.reason == Reason.LAPSED)
    if now < settled:
        # The request may still be on its way inside the network: too early to believe a no.
        row.due_at = settled
        return "looked, not there yet", {}
    row.looks += 1
    if row.looks < ABSENT_TWICE:
        row.due_at = now + timing.settle
        return "looked, not there yet", {}
    _queue(row, now, doubtful=False)
    return "not there, will be sent", {}


def _unanswered(
    desk: Desk, row: DeliveryRow, error: SendError, now: datetime
) -> tuple[str, dict[str, str]]:
    """The network could not be asked: again, less often each time."""
    row.looks = 0
    age = now - row.changed_at
    row.due_at = now + min(max(age, 2 * desk.settings.timing.first_look), LONGEST_PAUSE)
    return "looked, cannot tell", {"reason": str(error.reason)}


def _unread(db: Session, desk: Desk, row: DeliveryRow, now: datetime) -> tuple[str, dict[str, str]]:
    """The network cannot be read: a person decides, unless the channel's owner chose to resend."""
    channel = desk.channel(row.channel)
    if channel is None or channel.on_unknown != "resend" or not outbox.may_leave(db, row, now):
        row.due_at = None
        return "cannot be looked for, a person decides", {}
    _queue(row, now, doubtful=True)
    return "sent again by policy", {}


def _queue(row: DeliveryRow, now: datetime, *, doubtful: bool) -> None:
    row.state = str(after(NEXT, DeliveryState(row.state), DeliveryEvent.DISPROVE))
    row.changed_at, row.due_at, row.looks, row.doubtful = now, now, 0, doubtful
