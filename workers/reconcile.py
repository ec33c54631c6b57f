"""Outcome unknown: looks on the network, and settles what it finds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from console.actions.desk import Desk
from console.domain.channel import Findable, Receipt, SendError
from console.domain.delivery import NEXT, DeliveryEvent, DeliveryState, Timing
from console.domain.states import after
from console.store import outbox
from console.store.deliveries import DeliveryRow
from console.store.engine import Sessions, database_now
from workers.claims import mode_of, post_of
from workers.deadline import deadline
from workers.deliver import connected, unexpected
from workers.errand import Errand
from workers.recording import on_record

ABSENT_TWICE = 2
"""Looks that must agree that it is not there: a network's copies lag behind each other."""


@dataclass(frozen=True)
class Look:
    """What one look found. ``error`` None and ``receipt`` None: it is not there."""

    errand: Errand
    receipt: Receipt | None = None
    error: SendError | None = None
    looked: bool = True
    """False where the network cannot be read and the channel's owner chose to resend."""


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
                post=post_of(db, row, replied.get(row.id, "")),
                start_by=0,
            )
            for row in rows
        ]


def look(errand: Errand, desk: Desk) -> Look:
    """Asks the network. Never raises."""
    try:
        channel = connected(desk, errand)
        if not isinstance(channel, Findable):
            return Look(errand, looked=False)
        with deadline(desk.settings.timing.deadline.total_seconds()):
            return Look(errand, receipt=channel.find(errand.post))
    except SendError as raised:
        return Look(errand, error=raised)
    except Exception as raised:  # noqa: BLE001 - an adapter's own fault means: cannot tell
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
        action, detail = _settled(row, found, now, desk.settings.timing)
        on_record(db, row, action, worker, now, detail | {"state": row.state})


def _settled(
    row: DeliveryRow, found: Look, now: datetime, timing: Timing
) -> tuple[str, dict[str, str]]:
    if found.error is not None:
        row.looks = 0
        age = now - row.changed_at
        row.due_at = now + min(max(age, timing.first_look * 2), timedelta(minutes=5))
        return "looked, cannot tell", {"reason": str(found.error.reason)}
    if found.receipt is not None:
        row.state = str(after(NEXT, DeliveryState(row.state), DeliveryEvent.CONFIRM))
        row.changed_at, row.reason, row.detail = now, "", ""
        row.reference, row.url = found.receipt.reference, found.receipt.url
        return "found on the network", {"reference": row.reference, "url": row.url}
    settled = row.changed_at + timing.settle
    if found.looked and now < settled:
        # The request may still be on its way inside the network: too early to believe a no.
        row.due_at = settled
        return "looked, not there yet", {}
    row.looks += 1
    if found.looked and row.looks < ABSENT_TWICE:
        row.due_at = now + timing.settle
        return "looked, not there yet", {}
    row.state = str(after(NEXT, DeliveryState(row.state), DeliveryEvent.DISPROVE))
    row.changed_at, row.due_at, row.looks = now, now, 0
    return ("not there, will be sent" if found.looked else "sent again by policy"), {}
