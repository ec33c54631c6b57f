"""Roles given and taken: what can publish takes two administrators, taking away takes one."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import ending, leaving, office, people
from console.actions.asking import tell
from console.actions.errors import NotFound, Obstacle
from console.domain.granting import TWO_AGREE, Bar, GrantEvent, GrantState, barred
from console.domain.policy import Act, Role, may
from console.store import grants
from console.store.audit import Actor, record
from console.store.grants import GrantRow
from console.store.people import UserRow


class HasIt(Obstacle):
    """The person has the role already, or it was asked for them."""


class HasItNot(Obstacle):
    """The person does not have the role."""


class NotTheSecond(Obstacle):
    """This administrator cannot be the second one. ``bar`` says why."""

    def __init__(self, bar: Bar) -> None:
        super().__init__(f"the administrator {bar}")
        self.bar = bar


def give(db: Session, *, user_id: str, role: Role, by: Actor, now: datetime) -> bool:
    """True where the role counts at once; False where another administrator has to agree. What the
    command line gives counts at once: whoever runs it has the database in hand.

    Raises `NotPermitted`, `NotFound`, `HasIt`.
    """
    actives = office.enter(db, by)
    person = office.person(actives, user_id)
    asked = grants.in_state(db, str(GrantState.ASKED), user_id=user_id)
    if role in person.roles or (by.id and str(role) in {one.role for one in asked}):
        raise HasIt
    if role in TWO_AGREE and by.id:
        ask(db, actives, person, [role], by=by, now=now)
        return False
    for one in asked:
        if one.role == role:
            ending.settle(one, GrantEvent.AGREE, None, now)
    _give(db, person, role, "role given", by, now, {})
    return True


def ask(
    db: Session,
    actives: Iterable[UserRow],
    person: UserRow,
    roles: Iterable[Role],
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Has the other administrators asked to agree."""
    for role in sorted(roles):
        row = GrantRow(
            user_id=person.id,
            role=str(role),
            state=str(GrantState.ASKED),
            asked_by=by.id or None,
            asked_at=now,
        )
        db.add(row)
        db.flush()
        for one in office.administrators(list(actives)):
            if not barred(decider=one.id, asked_by=by.id, person=person.id):
                tell(db, "role asked", one.id, row.id, now)
        _on_record(db, person, "role asked for", by, now, {"role": str(role)})


def agree(db: Session, *, grant_id: str, by: Actor, now: datetime) -> None:
    """Another administrator agrees: the role counts from now on.

    Raises `NotPermitted`, `NotFound`, `NotTheSecond`, `NotAllowed` where it is decided already.
    """
    actives = office.enter(db, by)
    row, person = _asked(db, actives, grant_id)
    bar = barred(decider=by.id, asked_by=row.asked_by or "", person=person.id)
    if bar:
        raise NotTheSecond(bar)
    ending.settle(row, GrantEvent.AGREE, by.id or None, now)
    _give(db, person, Role(row.role), "role agreed to", by, now, {"asked_by": _asker(db, row)})
    tell(db, "role decided", person.id, row.id, now)
    if row.asked_by:
        tell(db, "role decided", row.asked_by, row.id, now)


def refuse(db: Session, *, grant_id: str, by: Actor, now: datetime) -> None:
    """Another administrator says no, or whoever asked takes it back; nobody's role changes.

    Raises `NotPermitted`, `NotFound`, `NotAllowed` where it is decided already.
    """
    actives = office.enter(db, by)
    row, person = _asked(db, actives, grant_id)
    own = by.id == (row.asked_by or "")
    event = GrantEvent.WITHDRAW if own else GrantEvent.REFUSE
    ending.settle(row, event, by.id or None, now)
    action = "role request withdrawn" if own else "role refused"
    _on_record(db, person, action, by, now, {"role": row.role, "asked_by": _asker(db, row)})
    if row.asked_by and not own:
        tell(db, "role decided", row.asked_by, row.id, now)


def take_away(db: Session, *, user_id: str, role: Role, by: Actor, now: datetime) -> None:
    """At once, also in the middle of what the person is doing.

    Raises `NotPermitted`, `NotFound`, `HasItNot`, `LastAdministrator`.
    """
    actives = office.enter(db, by)
    person = office.person(actives, user_id)
    if role not in person.roles:
        raise HasItNot
    if role is Role.ADMINISTRATOR:
        people.not_the_last(actives, person)
    person.roles = sorted(set(person.roles) - {str(role)})
    _on_record(db, person, "role taken away", by, now, {"role": str(role)})
    if role is Role.ADMINISTRATOR:
        ending.end_requests(db, person, by, now)
    left = [Role(one) for one in person.roles]
    if not may(left, Act.SIGN):
        ending.end_sign_offs(db, person, by, now)
    if not may(left, Act.KEEP):
        leaving.take_back_promotions(db, person, by, now)


def _asked(db: Session, actives: list[UserRow], grant_id: str) -> tuple[GrantRow, UserRow]:
    row = grants.locked(db, grant_id)
    if row is None:
        raise NotFound("role request", grant_id)
    return row, office.person(actives, row.user_id)


def _asker(db: Session, row: GrantRow) -> str:
    return db.get_one(UserRow, row.asked_by).name if row.asked_by else office.COMMAND_LINE.name


def _give(
    db: Session,
    person: UserRow,
    role: Role,
    action: str,
    by: Actor,
    now: datetime,
    more: dict[str, str],
) -> None:
    person.roles = sorted({*person.roles, str(role)})
    _on_record(db, person, action, by, now, {"role": str(role), **more})


def _on_record(
    db: Session, person: UserRow, action: str, by: Actor, now: datetime, detail: dict[str, str]
) -> None:
    detail = {"name": person.name, **detail}
    record(db, actor=by, action=action, subject=f"user:{person.id}", detail=detail, now=now)
