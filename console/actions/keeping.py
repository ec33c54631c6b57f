"""Who holds the keys: custodians come and go, and nobody leaves with a key that still turns."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import leaving
from console.actions.errors import NotFound, Obstacle
from console.actions.leaving import Handover
from console.actions.people import User
from console.actions.register import Details, change, locked
from console.domain.handover import WRITTEN, Thing, named_in
from console.domain.policy import Act
from console.domain.register import ENOUGH_CUSTODIANS
from console.store import register
from console.store.audit import record
from console.store.people import UserRow
from console.store.register import ChannelRow, CustodyRow


class AlreadyKeeps(Obstacle):
    """The person is a custodian of the channel already."""


class TooFewLeft(Obstacle):
    """Without this custodian only ``left`` are left, and two are needed: name another first, or
    hand over in one step."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} custodians would be left")
        self.left = left


class StillNamed(Obstacle):
    """The new words name the same person. ``name`` is theirs."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the words still name {name}")
        self.name = name


def handover(db: Session, person_id: str) -> Handover:
    """Raises `NotFound`."""
    return leaving.handover(db, person_id)


def entrust(db: Session, *, channel: str, user_id: str, by: User, now: datetime) -> None:
    """Makes somebody a custodian. Raises `NotFound`, `AlreadyKeeps`."""
    by.must_be_able_to(Act.KEEP)
    row, person = locked(db, channel), _open(db, user_id)
    if _held(db, channel, user_id):
        raise AlreadyKeeps
    _entrust(db, row, person, by, now)


def release(db: Session, *, channel: str, user_id: str, by: User, now: datetime) -> None:
    """Ends a custody; whoever had it may know the password still (see `handover`).

    Raises `NotFound`, `TooFewLeft`.
    """
    by.must_be_able_to(Act.KEEP)
    row = locked(db, channel)
    person = db.get(UserRow, user_id)
    if person is None or not _held(db, channel, user_id):
        raise NotFound("custodian", user_id)
    _must_be_enough(db, channel, person)
    _release(db, row, person, by, now)


def hand_over(db: Session, *, channel: str, from_: str, to: str, by: User, now: datetime) -> None:
    """One custodian takes the other's place. Where the new one keeps the channel already, the old
    one's custody ends, if enough are left. Raises `NotFound`, `TooFewLeft`."""
    by.must_be_able_to(Act.KEEP)
    row, successor = locked(db, channel), _open(db, to)
    person = db.get(UserRow, from_)
    if person is None or from_ == to or not _held(db, channel, from_):
        raise NotFound("custodian", from_)
    if _held(db, channel, to):
        _must_be_enough(db, channel, person)
    else:
        _entrust(db, row, successor, by, now)
    _release(db, row, person, by, now)


def reword(
    db: Session, *, channel: str, what: Thing, words: str, person_id: str, by: User, now: datetime
) -> None:
    """Names somebody else where the register names this person.

    Raises `NotFound`, `StillNamed`, and what `register.change` raises.
    """
    by.must_be_able_to(Act.KEEP)
    row, person = locked(db, channel), db.get(UserRow, person_id)
    if person is None or what not in WRITTEN:
        raise NotFound("user", person_id)
    if named_in(words, person.name, person.email):
        raise StillNamed(person.name)
    now_there = {one.name: getattr(row, one.name) for one in fields(Details)}
    details = Details(**{**now_there, WRITTEN[what]: words})
    change(db, name=channel, details=details, by=by, now=now)


def take_back_promotion(db: Session, *, channel: str, by: User, now: datetime) -> None:
    """Somebody else begins the promotion again. Raises `NotFound`."""
    by.must_be_able_to(Act.KEEP)
    row = locked(db, channel)
    begun_by = db.get(UserRow, row.promoted_by) if row.promoted_by else None
    if begun_by is None:
        raise NotFound("promotion", channel)
    row.promoted_by = None
    leaving.no_longer_named(db, row, Thing.PROMOTION, begun_by, by.actor, now)


def _must_be_enough(db: Session, channel: str, leaver: UserRow) -> None:
    """Whoever's account is closed counts for nothing, and so can always be let go."""
    left = [
        one.user_id
        for one in register.custodies(db, [channel])
        if one.until is None and one.user_id != leaver.id
    ]
    still_here = sum(db.get_one(UserRow, one).active for one in left)
    if leaver.active and still_here < ENOUGH_CUSTODIANS:
        raise TooFewLeft(still_here)


def _held(db: Session, channel: str, user_id: str) -> list[CustodyRow]:
    return [
        one
        for one in register.custodies(db, [channel])
        if one.user_id == user_id and one.until is None
    ]


def _entrust(db: Session, row: ChannelRow, person: UserRow, by: User, now: datetime) -> None:
    db.add(CustodyRow(channel=row.name, user_id=person.id, since=now))
    _on_record(db, row, "custodian named", person, by, now)


def _release(db: Session, row: ChannelRow, person: UserRow, by: User, now: datetime) -> None:
    for one in _held(db, row.name, person.id):
        one.until = now
    _on_record(db, row, "custodian relieved", person, by, now)


def _open(db: Session, user_id: str) -> UserRow:
    row = db.get(UserRow, user_id)
    if row is None or not row.active:
        raise NotFound("user", user_id)
    return row


def _on_record(
    db: Session, row: ChannelRow, action: str, person: UserRow, by: User, now: datetime
) -> None:
    detail = {"channel": row.name, "person": person.name, "person_id": person.id}
    record(db, actor=by.actor, action=action, subject=f"channel:{row.name}", detail=detail, now=now)
