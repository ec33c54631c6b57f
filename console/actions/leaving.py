"""What people hold, read from the register and the record: all to put right when one goes."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.errors import NotFound, Obstacle
from console.domain.audit import Entry
from console.domain.handover import NO_KEY, WRITTEN, Line, Step, Thing, named_in
from console.domain.register import Status
from console.store import audit, register
from console.store.audit import Actor, record
from console.store.people import UserRow
from console.store.register import ChannelRow, CustodyRow

NO_LONGER_NAMED = "no longer named in the register"
"""The entry that remembers what words of the register said before: they are kept nowhere else."""

_KEPT = ("custodian named", "custodian relieved")
_BESIDES = ("credential changed", "user disabled")


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    email: str
    active: bool


@dataclass(frozen=True)
class Handover:
    """Everything that a person holds, or held and could still use; what is left to do first."""

    person: Person
    lines: tuple[Line, ...]

    @property
    def left(self) -> int:
        return sum(not one.done for one in self.lines)


class StillHolds(Obstacle):
    """The person's ``handover`` has something left."""

    def __init__(self, handover: Handover) -> None:
        super().__init__(f"{handover.person.name} still holds {handover.left}")
        self.handover = handover


@dataclass(frozen=True)
class _Register:
    """What every handover is read from, read once."""

    rows: Mapping[str, ChannelRow]
    custodies: Sequence[CustodyRow]
    proofs: Mapping[str, datetime]
    forgotten: Mapping[str, Mapping[tuple[str, Thing], datetime]]
    """Person -> (channel, thing) -> when the register stopped naming them there."""


def handover(db: Session, person_id: str) -> Handover:
    """Raises `NotFound`."""
    row = db.get(UserRow, person_id)
    if row is None:
        raise NotFound("user", person_id)
    return _handover(_read(db), row)


def handovers(db: Session) -> list[Handover]:
    """Of everybody who holds something, or has an open account."""
    known = _read(db)
    rows = db.query(UserRow).order_by(UserRow.name, UserRow.email)
    found = [_handover(known, row) for row in rows]
    return [one for one in found if one.person.active or one.left]


def left_with_keys(db: Session) -> frozenset[str]:
    """Channels that somebody whose account is closed may still get into, though they are not (or
    no longer) a custodian: a password that nobody changed, a second factor on their telephone."""
    gone = list(db.query(UserRow).filter(UserRow.active.is_(False)))
    if not gone:
        return frozenset()
    known = _read(db)
    return frozenset(
        one.channel
        for row in gone
        for one in _lines(known, row)
        if one.what not in NO_KEY
        and not one.rotated
        and (one.what is not Thing.CUSTODY or one.step is not Step.HELD)
    )


def recorded(db: Session, handover: Handover) -> list[Entry]:
    """Who did what when, as the record has it."""
    person, channels = handover.person.id, {one.channel for one in handover.lines}
    about = {f"user:{person}", *(f"channel:{one}" for one in channels)}
    found = audit.of_action(db, *_KEPT, NO_LONGER_NAMED, *_BESIDES, subjects=about)
    return [
        one
        for one in found
        if one.action not in _KEPT or json.loads(one.detail).get("person_id") == person
    ]


def remember(
    db: Session, row: ChannelRow, before: Mapping[str, str], by: Actor, now: datetime
) -> None:
    """Whom the register named until now in words that were just changed: whoever held the second
    factor could get in until then. ``before``: the details as they were."""
    for what, field in WRITTEN.items():
        was, is_ = before[field], getattr(row, field)
        if was == is_:
            continue
        for person in db.query(UserRow):
            name, email = person.name, person.email
            if named_in(was, name, email) and not named_in(is_, name, email):
                no_longer_named(db, row, what, person, by, now)


def take_back_promotions(db: Session, person: UserRow, by: Actor, now: datetime) -> None:
    """A promotion that somebody agreed to who keeps no channels any more needs two others."""
    for row in register.everything(db):
        if row.promoted_by == person.id:
            row.promoted_by = None
            no_longer_named(db, row, Thing.PROMOTION, person, by, now)


def no_longer_named(
    db: Session, row: ChannelRow, what: Thing, person: UserRow, by: Actor, now: datetime
) -> None:
    """Remembers that the register named this person here until now."""
    detail = {"channel": row.name, "what": str(what), "person": person.name}
    record(
        db, actor=by, action=NO_LONGER_NAMED, subject=f"user:{person.id}", detail=detail, now=now
    )


def _read(db: Session) -> _Register:
    rows = {one.name: one for one in register.everything(db) if one.status != Status.RETIRED}
    forgotten: dict[str, dict[tuple[str, Thing], datetime]] = defaultdict(dict)
    for entry in audit.of_action(db, NO_LONGER_NAMED):
        detail = json.loads(entry.detail)
        place = (detail["channel"], Thing(detail["what"]))
        forgotten[entry.subject.removeprefix("user:")][place] = datetime.fromisoformat(entry.at)
    return _Register(rows, register.custodies(db), register.proofs(db), forgotten)


def _handover(known: _Register, row: UserRow) -> Handover:
    lines = sorted(_lines(known, row), key=lambda one: (one.done, one.title, one.what))
    return Handover(Person(row.id, row.name, row.email, row.active), tuple(lines))


def _lines(known: _Register, person: UserRow) -> list[Line]:
    ended: dict[tuple[str, Thing], datetime | None] = {}
    ended |= known.forgotten.get(person.id, {})
    for custody in known.custodies:  # the newest of a channel comes last
        if custody.user_id == person.id:
            ended[custody.channel, Thing.CUSTODY] = custody.until
    for row in known.rows.values():
        ended |= dict.fromkeys((row.name, what) for what in _named(row, person))
    return [
        _line(known, known.rows[channel], what, at)
        for (channel, what), at in ended.items()
        if channel in known.rows
    ]


def _named(row: ChannelRow, person: UserRow) -> list[Thing]:
    """Where the register names them now."""
    found = [
        what
        for what, field in WRITTEN.items()
        if named_in(getattr(row, field), person.name, person.email)
    ]
    return [*found, Thing.PROMOTION] if row.promoted_by == person.id else found


def _line(known: _Register, row: ChannelRow, what: Thing, ended: datetime | None) -> Line:
    return Line(
        channel=row.name,
        title=row.title,
        what=what,
        reassigned_at=ended,
        changed_at=row.rotated_at,
        passed_at=known.proofs.get(row.name),
        # Nobody signs in to an account that is parked, and none but ours can be.
        checkable=row.ours and row.status != Status.PARKED,
        written=getattr(row, WRITTEN[what]) if what in WRITTEN else "",
    )
