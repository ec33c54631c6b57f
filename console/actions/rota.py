"""The approvers' rota kept: shifts come, change and end; somebody is away, and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console.actions import pacing
from console.actions.errors import NotFound, NotPermitted, Obstacle
from console.actions.people import User, user
from console.domain.policy import ON_ROTA, Act
from console.domain.rota import LONGEST, MOST_WEEKS, Absence, Shift
from console.store.audit import record
from console.store.people import UserRow
from console.store.rota import AbsenceRow, ShiftRow


class NotATime(Obstacle):
    """A shift or absence that cannot be. ``field`` says which part of it."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


def add(db: Session, *, shift: Shift, by: User, now: datetime) -> str:
    """Raises `NotFound` where the person cannot sign, `NotATime`."""
    by.must_be_able_to(Act.ADMINISTER)
    row = ShiftRow(**_fields(db, shift))
    db.add(row)
    db.flush()
    _on_record(db, "shift added", shift.person, by, now, _said(db, row))
    return row.id


def change(db: Session, *, shift_id: str, shift: Shift, by: User, now: datetime) -> None:
    """Raises `NotFound`, `NotATime`."""
    by.must_be_able_to(Act.ADMINISTER)
    row = _shift(db, shift_id)
    before = _said(db, row)
    for name, value in _fields(db, shift).items():
        setattr(row, name, value)
    after = _said(db, row)
    if after != before:
        _on_record(db, "shift changed", shift.person, by, now, {**after, "before": before})


def end(db: Session, *, shift_id: str, by: User, now: datetime) -> None:
    """From now on it is no more, and never again. Raises `NotFound`."""
    by.must_be_able_to(Act.ADMINISTER)
    row = _shift(db, shift_id)
    _on_record(db, "shift ended", row.user_id, by, now, _said(db, row))
    db.delete(row)


def say_away(db: Session, *, absence: Absence, by: User, now: datetime) -> str:
    """Everybody says it of themselves, administrators of anybody. Who was to be asked meanwhile is
    not, and the next one is. Raises `NotPermitted`, `NotFound`, `NotATime`."""
    _must_speak_for(by, absence.person)
    person = _able(db, absence.person)
    if absence.until <= max(absence.begin, now):
        raise NotATime("until", "past" if absence.until <= now else "backwards")
    row = AbsenceRow(user_id=person.id, begin=absence.begin, until=absence.until, said_at=now)
    db.add(row)
    db.flush()
    _on_record(db, "away", person.id, by, now, _gone(db, row))
    pacing.replan_all(db, now)
    return row.id


def back(db: Session, *, absence_id: str, by: User, now: datetime) -> None:
    """The absence is over, or will not be. Raises `NotPermitted`, `NotFound`."""
    row = db.get(AbsenceRow, absence_id, with_for_update=True)
    if row is None:
        raise NotFound("absence", absence_id)
    _must_speak_for(by, row.user_id)
    _on_record(db, "back", row.user_id, by, now, _gone(db, row))
    db.delete(row)
    db.flush()
    pacing.replan_all(db, now)


def _must_speak_for(by: User, person: str) -> None:
    by.must_be_able_to(Act.AWAY)
    if by.id != person and not by.may(Act.ADMINISTER):
        raise NotPermitted(Act.ADMINISTER)


def _fields(db: Session, shift: Shift) -> dict[str, Any]:
    """The columns of a shift that can be. Raises `NotFound`, `NotATime`."""
    _able(db, shift.person)
    if shift.until <= shift.begin:
        raise NotATime("until", "backwards")
    if shift.lasts > LONGEST:
        raise NotATime("until", "too long")
    if not 0 <= shift.every <= MOST_WEEKS or not 1 <= shift.rank <= 9:
        raise NotATime("every", "out of range")
    if shift.last and shift.last < shift.begin.date():
        raise NotATime("last", "backwards")
    repeats = bool(shift.every)
    return {
        "user_id": shift.person,
        "begin": shift.begin,
        "until": shift.until,
        "rank": shift.rank,
        "every": shift.every,
        "days": sorted(shift.days) if repeats else [],
        "last": shift.last if repeats else None,
    }


def _able(db: Session, user_id: str) -> User:
    row = db.get(UserRow, user_id)
    found = user(row) if row else None
    if found is None or not found.active or ON_ROTA.isdisjoint(found.roles):
        raise NotFound("approver", user_id)
    return found


def _shift(db: Session, shift_id: str) -> ShiftRow:
    row = db.get(ShiftRow, shift_id, with_for_update=True)
    if row is None:
        raise NotFound("shift", shift_id)
    return row


def _said(db: Session, row: ShiftRow) -> dict[str, Any]:
    """A shift as it stands on the record."""
    return {
        "person": db.get_one(UserRow, row.user_id).name,
        "from": row.begin.isoformat(timespec="minutes"),
        "until": row.until.isoformat(timespec="minutes"),
        "rank": row.rank,
        "every": row.every,
        "days": row.days,
        "last": row.last.isoformat() if row.last else None,
    }


def _gone(db: Session, row: AbsenceRow) -> dict[str, Any]:
    return {
        "person": db.get_one(UserRow, row.user_id).name,
        "from": row.begin.isoformat(timespec="minutes"),
        "until": row.until.isoformat(timespec="minutes"),
    }


def _on_record(
    db: Session, action: str, user_id: str, by: User, now: datetime, detail: Mapping[str, Any]
) -> None:
    record(db, actor=by.actor, action=action, subject=f"user:{user_id}", detail=detail, now=now)
