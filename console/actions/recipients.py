"""The people of a channel's list: added, taken off, settled, unsubscribed by themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.desk import Desk
from console.actions.errors import NotFound, Obstacle
from console.actions.people import User
from console.actions.recording import SYSTEM
from console.channels import ConfiguredChannel
from console.domain.delivery import NEXT as NEXT_DELIVERY
from console.domain.delivery import DeliveryEvent, DeliveryState
from console.domain.incident import Mode
from console.domain.policy import Act
from console.domain.recipient import (
    NEXT,
    Addresses,
    Flaw,
    NotAnAddress,
    RecipientEvent,
    RecipientState,
    address,
    forgotten,
    is_forgotten,
    of_token,
    stand_ins,
    token,
)
from console.domain.states import NotAllowed, after
from console.store import recipients
from console.store.audit import record
from console.store.recipients import RecipientRow

REHEARSED = "exercise"
"""Stands for a token in the mails of an exercise: its link unsubscribes nobody."""
BY_THEMSELVES, BY_HAND = "by their link", "by hand"
_CANCELLED = str(after(NEXT_DELIVERY, DeliveryState.QUEUED, DeliveryEvent.CANCEL))


class WrongAddress(Obstacle):
    """What was typed cannot be written to. ``flaw`` says why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(str(flaw))
        self.flaw = flaw


class LeftBefore(Obstacle):
    """The address unsubscribed or was set aside. ``state`` says which, ``since`` when."""

    def __init__(self, state: RecipientState, since: datetime) -> None:
        super().__init__(f"the address is {state}")
        self.state, self.since = state, since


class Forgotten(Obstacle):
    """The address itself is no longer kept, so that nothing can be sent there."""


def listed(desk: Desk, name: str) -> ConfiguredChannel:
    """Raises `NotFound` where there is no such channel, or its people are not kept here."""
    channel = desk.channel(name)
    if channel is None or not channel.recipient_list:
        raise NotFound("recipient list", name)
    return channel


def kind_of(channel: ConfiguredChannel) -> Addresses:
    assert channel.addresses is not None, "`channels.configured` lets no other have a list"
    return channel.addresses


def how_many(db: Session, desk: Desk, names: Sequence[str]) -> Mapping[str, int]:
    """How many people each of these channels reaches now; only those with a list."""
    lists = [one for one in names if (found := desk.channel(one)) and found.recipient_list]
    return recipients.active(db, lists) if lists else {}


def whom(db: Session, channel: ConfiguredChannel, mode: Mode) -> Sequence[str]:
    """The addresses that a message goes to when it is released now: one delivery for each."""
    if not channel.recipient_list:
        return channel.recipients or ("",)
    if mode is Mode.EXERCISE:
        people = recipients.active(db, [channel.name])[channel.name]
        return stand_ins(kind_of(channel), people)
    return list(recipients.addresses(db, channel.name))


def add(
    db: Session,
    desk: Desk,
    *,
    channel: str,
    written: str,
    again: bool = False,
    by: User,
    now: datetime,
) -> bool:
    """Adds one address; False where it is on the list already. ``again``: the person asked to come
    back.

    Raises `WrongAddress`, `LeftBefore`.
    """
    by.must_be_able_to(Act.KEEP)
    try:
        new = address(written, kind_of(listed(desk, channel)))
    except NotAnAddress as not_one:
        raise WrongAddress(not_one.flaw) from None
    row = recipients.of_address(db, channel, new) or recipients.of_address(
        db, channel, forgotten(new, desk.settings.secret)
    )
    if row is None:
        recipients.add_all(db, channel, [new], by=by.name, now=now, reason=BY_HAND)
        on_record(db, channel, "recipient added", by, now, {"added": 1})
        return True
    if row.state == RecipientState.ACTIVE:
        return False
    if not again:
        raise LeftBefore(RecipientState(row.state), row.changed_at)
    row.address = new
    _change(row, RecipientEvent.RETURN, by.name, BY_HAND, now)
    on_record(db, channel, "recipient added again", by, now, {"recipient_id": row.id})
    return True


def remove(db: Session, *, channel: str, recipient_id: str, by: User, now: datetime) -> None:
    """Takes a person off the list and forgets them; twice is the same as once."""
    by.must_be_able_to(Act.KEEP)
    row = recipients.locked(db, recipient_id)
    if row is None or row.channel != channel:
        return
    cancelled = recipients.cancel_queued(db, row, _CANCELLED)
    db.delete(row)
    detail = {"recipient_id": row.id, "was": row.state, "cancelled": len(cancelled)}
    on_record(db, channel, "recipient removed", by, now, detail)


def settle(db: Session, *, channel: str, recipient_id: str, by: User, now: datetime) -> None:
    """A person says that an address works that was set aside. Raises `NotFound`, `Forgotten`."""
    by.must_be_able_to(Act.KEEP)
    row = recipients.locked(db, recipient_id)
    if row is None or row.channel != channel:
        raise NotFound("recipient", recipient_id)
    if row.state == RecipientState.ACTIVE:
        return
    if is_forgotten(row.address):
        raise Forgotten
    _change(row, RecipientEvent.SETTLE, by.name, BY_HAND, now)
    on_record(db, channel, "recipient in use again", by, now, {"recipient_id": row.id})


def download(
    db: Session, desk: Desk, *, channel: str, by: User, now: datetime
) -> Sequence[RecipientRow]:
    """The whole list, addresses and all; that somebody took it is on the record."""
    by.must_be_able_to(Act.KEEP)
    listed(desk, channel)
    rows = recipients.everybody(db, channel)
    on_record(db, channel, "recipient list downloaded", by, now, {"people": len(rows)})
    return rows


def link_of(desk: Desk, recipient_id: str) -> str:
    """How this person, and nobody else, leaves the list."""
    return link(desk, token(recipient_id, desk.settings.secret))


def link(desk: Desk, token: str) -> str:
    return f"{desk.settings.console.base_url}/unsubscribe/{token}"


def is_link(desk: Desk, given: str) -> bool:
    """Whether a link's token was made here. The person may be forgotten since."""
    return given == REHEARSED or of_token(given, desk.settings.secret) is not None


def unsubscribe(db: Session, desk: Desk, *, token: str, now: datetime) -> None:
    """A person leaves the list by their own link; the second time changes nothing.

    Raises `NotFound` for what is no link of ours.
    """
    if token == REHEARSED:
        return
    recipient_id = of_token(token, desk.settings.secret)
    if recipient_id is None:
        raise NotFound("link", "unsubscribe")
    row = recipients.locked(db, recipient_id)
    if row is None or row.state == RecipientState.UNSUBSCRIBED:
        return
    _change(row, RecipientEvent.UNSUBSCRIBE, "", BY_THEMSELVES, now)
    cancelled = recipients.cancel_queued(db, row, _CANCELLED)
    detail = {"recipient_id": row.id, "cancelled": len(cancelled)}
    on_record(db, row.channel, "recipient unsubscribed", SYSTEM, now, detail)


def on_record(
    db: Session,
    channel: str,
    action: str,
    by: User,
    now: datetime,
    detail: Mapping[str, object],
) -> None:
    """Counts and ids; never an address."""
    record(
        db,
        actor=by.actor,
        action=action,
        subject=f"channel:{channel}",
        detail={"channel": channel, **detail},
        now=now,
    )


def _change(row: RecipientRow, event: RecipientEvent, by: str, reason: str, now: datetime) -> None:
    try:
        row.state = str(after(NEXT, RecipientState(row.state), event))
    except NotAllowed as wrong:
        raise LeftBefore(RecipientState(row.state), row.changed_at) from wrong
    row.changed_at, row.by, row.reason, row.message_id = now, by, reason, ""
