"""Who is still on a recipient list when a delivery is about to leave, and how they can leave it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import recipients as acts
from console.actions.desk import Desk
from console.domain.delivery import NEXT, DeliveryEvent, DeliveryState
from console.domain.recipient import RecipientState
from console.domain.states import after
from console.store import recipients
from console.store.deliveries import DeliveryRow
from workers import recording


def still(
    db: Session, desk: Desk, rows: Sequence[DeliveryRow], now: datetime
) -> tuple[list[DeliveryRow], Mapping[str, str]]:
    """The claimed deliveries without those whose person left the list since the release, and for
    each of the others, by its id, the link by which the person leaves it."""
    lists = {one.name for one in desk.channels if one.recipient_list}
    ours = [row for row in rows if row.channel in lists]
    if not ours:
        return list(rows), {}
    people = recipients.of_deliveries(db, [row for row in ours if not row.exercise])
    links, gone = {}, set()
    for row in ours:
        person = people.get((row.channel, row.recipient))
        if row.exercise:
            links[row.id] = acts.link(desk, acts.REHEARSED)
        elif person is not None and person.state == RecipientState.ACTIVE:
            links[row.id] = acts.link_of(desk, person.id)
        else:
            gone.add(row.id)
            _leave_out(db, desk, row, now)
    return [row for row in rows if row.id not in gone], links


def _leave_out(db: Session, desk: Desk, row: DeliveryRow, now: datetime) -> None:
    """Claimed, and not sent. Where an earlier try may have arrived, that stays unknown."""
    if row.doubtful:
        recording.lose(desk, row, now, again=False)
    else:
        back = after(NEXT, DeliveryState(row.state), DeliveryEvent.POSTPONE)
        row.state = str(after(NEXT, back, DeliveryEvent.CANCEL))
        row.changed_at, row.lease_until = now, None
    detail = {"state": row.state}
    recording.on_record(db, row, "not sent: no longer on the list", row.worker, now, detail)
