"""Who holds the keys: custodians come and go, and nobody leaves with a key that still turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.errors import NotFound, Obstacle
from console.actions.people import User, user
from console.actions.register import locked
from console.domain.policy import Act
from console.domain.register import Status
from console.store import register
from console.store.audit import record
from console.store.people import UserRow
from console.store.register import ChannelRow, CustodyRow


class AlreadyKeeps(Obstacle):
    """The person is a custodian of the channel already."""


@dataclass(frozen=True)
class Line:
    """One thing that a person held, and what is left to do before they are free of it."""

    channel: str
    title: str
    what: str
    """``custodian``, ``second factor``, ``recovery mailbox`` or ``recovery phone``."""
    reassigned: bool
    rotated: bool
    proved: bool

    @property
    def done(self) -> bool:
        return self.reassigned and self.rotated and self.proved


@dataclass(frozen=True)
class Handover:
    """Everything that a person holds, or held and could still use."""

    person: User
    lines: tuple[Line, ...]

    @property
    def left(self) -> int:
        return sum(not one.done for one in self.lines)


def entrust(db: Session, *, channel: str, user_id: str, by: User, now: datetime) -> None:
    """Makes somebody a custodian. Raises `NotFound`, `AlreadyKeeps`."""
    by.must_be_able_to(Act.KEEP)
    row, person = locked(db, channel), _open(db, user_id)
    if any(
        one.user_id == user_id and one.until is None for one in register.custodies(db, [channel])
    ):
        raise AlreadyKeeps
    db.add(CustodyRow(channel=row.name, user_id=person.id, since=now))
    _on_record(db, row, "custodian named", person, by, now)


def release(db: Session, *, channel: str, user_id: str, by: User, now: datetime) -> None:
    """Ends a custody; whoever had it may know the password still (see `handover`).

    Raises `NotFound`.
    """
    by.must_be_able_to(Act.KEEP)
    row = locked(db, channel)
    held = [
        one
        for one in register.custodies(db, [channel])
        if one.user_id == user_id and one.until is None
    ]
    if not held:
        raise NotFound("custodian", user_id)
    for one in held:
        one.until = now
    _on_record(db, row, "custodian relieved", db.get_one(UserRow, user_id), by, now)


def handover(db: Session, person_id: str) -> Handover:
    """Raises `NotFound`."""
    found = db.get(UserRow, person_id)
    if found is None:
        raise NotFound("user", person_id)
    person = user(found)
    rows = {row.name: row for row in register.everything(db) if row.status != Status.RETIRED}
    lines = [
        _of_custody(db, rows[one.channel], one)
        for one in _newest(register.custodies(db), person_id)
        if one.channel in rows
    ]
    for row in rows.values():
        lines += _of_writing(row, person)
    lines.sort(key=lambda one: (one.done, one.title, one.what))
    return Handover(person, tuple(lines))


def _newest(custodies: Sequence[CustodyRow], person: str) -> list[CustodyRow]:
    """The person's newest custody of each channel."""
    newest = {one.channel: one for one in custodies if one.user_id == person}
    return list(newest.values())


def _of_custody(db: Session, row: ChannelRow, custody: CustodyRow) -> Line:
    ended = custody.until
    rotated = bool(ended and row.rotated_at and row.rotated_at >= ended)
    passed = register.last_passed(db, row.name) if row.ours else row.rotated_at
    proved = bool(rotated and row.rotated_at and passed and passed >= row.rotated_at)
    return Line(row.name, row.title, "custodian", bool(ended), rotated, proved)


def _of_writing(row: ChannelRow, person: User) -> list[Line]:
    """Where the register names the person in its own words."""
    written = {
        "second factor": row.second_factor,
        "recovery mailbox": row.recovery_mailbox,
        "recovery phone": row.recovery_phone,
    }
    names = [one.casefold() for one in (person.name, person.email)]
    return [
        Line(row.name, row.title, what, reassigned=False, rotated=False, proved=False)
        for what, text in written.items()
        if any(name and name in text.casefold() for name in names)
    ]


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
