"""What networks say of a list's people: there is no such address, or they answered STOP."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.desk import Desk
from console.actions.people import User
from console.actions.recipients import on_record
from console.actions.recording import SYSTEM
from console.domain.channel import Reason
from console.domain.policy import Act
from console.domain.recipient import NEXT, RecipientEvent, RecipientState, most_set_aside
from console.domain.states import after
from console.store import recipients, refusals
from console.store.deliveries import DeliveryRow
from console.store.recipients import RecipientRow
from console.store.register import ChannelRow

_REASONS = (Reason.RECIPIENT, Reason.UNSUBSCRIBED)


def refused(db: Session, desk: Desk, failed: Sequence[DeliveryRow], now: datetime) -> None:
    """In the transaction that records the failures. An exercise says nothing of real people."""
    lists = {one.name for one in desk.channels if one.recipient_list}
    groups: dict[tuple[str, str, str], list[DeliveryRow]] = defaultdict(list)
    for row in failed:
        if row.channel in lists and not row.exercise and row.reason in _REASONS:
            groups[row.channel, row.message_id, row.reason].append(row)
    if groups:
        db.flush()  # what has just failed counts with what failed before
    for (channel, message_id, reason), rows in sorted(groups.items(), key=lambda one: one[0]):
        if reason == Reason.UNSUBSCRIBED:
            number = _move(db, rows, RecipientEvent.UNSUBSCRIBE, Reason.UNSUBSCRIBED, now)
            _told(db, channel, "recipients unsubscribed", message_id, number, now)
        else:
            _bounced(db, channel, message_id, rows, now)


def set_aside(db: Session, *, channel: str, message_id: str, by: User, now: datetime) -> int:
    """A person says that these addresses are gone indeed. Returns how many there were."""
    by.must_be_able_to(Act.KEEP)
    number = refusals.set_aside(db, message_id, channel, by.name, now)
    if number:
        detail = {"people": number, "message": message_id}
        on_record(db, channel, "recipients set aside", by, now, detail)
    return number


def _bounced(
    db: Session, channel: str, message_id: str, rows: Sequence[DeliveryRow], now: datetime
) -> None:
    """Sets them aside; all that this message has set aside is given back where it gets too much."""
    db.get(ChannelRow, channel, with_for_update=True)  # two workers count one after the other
    on_list = recipients.counts(db, channel)
    before = refusals.set_aside_by(db, message_id, channel)
    most = most_set_aside(on_list[RecipientState.ACTIVE] + before)
    all_ = refusals.how_many_refused(db, message_id, channel, most=most + 1 + len(rows))
    if all_ <= most:
        number = _move(db, rows, RecipientEvent.BOUNCE, Reason.RECIPIENT, now)
        _told(db, channel, "recipients set aside", message_id, number, now)
        return
    refusals.give_back(db, message_id, channel, now)
    if all_ - len(rows) <= most:  # it has only now become too much
        detail = {"message": message_id, "most": most, "given_back": before}
        on_record(db, channel, "too many refused, none set aside", SYSTEM, now, detail)


def _move(
    db: Session,
    rows: Sequence[DeliveryRow],
    event: RecipientEvent,
    reason: Reason,
    now: datetime,
) -> int:
    people = recipients.of_deliveries(db, rows, lock=True)
    moved = 0
    for row in rows:
        person = people.get((row.channel, row.recipient))
        row.alarmed_at = now  # seen to: nobody has to be told of each
        if person is not None and (RecipientState(person.state), event) in NEXT:
            _write(person, event, reason, row.message_id, now)
            moved += 1
    return moved


def _write(
    person: RecipientRow, event: RecipientEvent, reason: Reason, message_id: str, now: datetime
) -> None:
    person.state = str(after(NEXT, RecipientState(person.state), event))
    person.changed_at, person.by, person.reason = now, "", str(reason)
    person.message_id = message_id


def _told(
    db: Session, channel: str, action: str, message_id: str, number: int, now: datetime
) -> None:
    if number:
        detail = {"people": number, "message": message_id}
        on_record(db, channel, action, SYSTEM, now, detail)
