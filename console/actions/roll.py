"""Who is who, for administrators: accounts, invitations, and roles that wait for agreement."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import accounts, invitations, leaving, office, people, second_factors
from console.actions.accounts import Token
from console.actions.errors import NotFound
from console.actions.invitations import Invitation
from console.actions.people import User
from console.domain.granting import Bar, GrantState, barred
from console.domain.invitation import InvitationState
from console.domain.policy import Role
from console.store import grants
from console.store import invitations as kept
from console.store import people as stored
from console.store.grants import GrantRow
from console.store.people import UserRow


@dataclass(frozen=True)
class Member:
    """One account, as the list has it."""

    user: User
    factors: frozenset[str]
    """Words for people."""
    last_sign_in: datetime | None
    holds: int
    """How much is left to hand over."""


@dataclass(frozen=True)
class Request:
    """A role that waits for a second administrator."""

    id: str
    person_id: str
    person: str
    email: str
    role: Role
    asked_by: str
    asked_at: datetime
    bar: Bar | None
    """Why whoever looks cannot agree."""


@dataclass(frozen=True)
class Roll:
    """Everybody, by name."""

    members: tuple[Member, ...]
    invitations: tuple[Invitation, ...]
    requests: tuple[Request, ...]

    @property
    def administrators(self) -> int:
        return sum(one.user.active and Role.ADMINISTRATOR in one.user.roles for one in self.members)


@dataclass(frozen=True)
class Sheet:
    """One account, with what its page has besides."""

    member: Member
    requests: tuple[Request, ...]
    tokens: tuple[Token, ...]
    sessions: int
    """On how many browsers the person is signed in."""
    administrators: int
    invited: Invitation | None
    """How they joined."""


def roll(db: Session, *, viewer: User, now: datetime) -> Roll:
    held = {one.person.id: one.left for one in leaving.handovers(db)}
    last = stored.last_sign_ins(db)
    members = [
        _member(db, row, held.get(row.id, 0), last.get(row.id)) for row in stored.everybody(db)
    ]
    members.sort(key=lambda one: not one.user.active)
    open_ = kept.in_state(db, str(InvitationState.OPEN))
    return Roll(
        tuple(members),
        tuple(invitations.value(db, one, now) for one in open_),
        _requests(db, viewer),
    )


def sheet(db: Session, *, user_id: str, viewer: User, now: datetime) -> Sheet:
    """Raises `NotFound`."""
    row = db.get(UserRow, user_id)
    if row is None:
        raise NotFound("user", user_id)
    left = leaving.handover(db, user_id).left
    signed_in = [
        one
        for one in stored.sign_ins_of(db, user_id)
        if one.revoked_at is None and one.expires_at > now
    ]
    joined = kept.became(db, user_id)
    actives = [one for one in stored.everybody(db) if one.active]
    return Sheet(
        member=_member(db, row, left, stored.last_sign_ins(db).get(user_id)),
        requests=_requests(db, viewer, user_id),
        tokens=tuple(accounts.tokens(db, user_id)),
        sessions=len(signed_in),
        administrators=len(office.administrators(actives)),
        invited=invitations.value(db, joined, now) if joined else None,
    )


def _member(db: Session, row: UserRow, left: int, last: datetime | None) -> Member:
    return Member(people.user(row), second_factors.kinds(db, row.id), last, left)


def _requests(db: Session, viewer: User, user_id: str = "") -> tuple[Request, ...]:
    """What the viewer can decide comes first."""
    rows = grants.in_state(db, str(GrantState.ASKED), user_id=user_id)
    return tuple(sorted((_request(db, one, viewer) for one in rows), key=lambda one: bool(one.bar)))


def _request(db: Session, row: GrantRow, viewer: User) -> Request:
    person = db.get_one(UserRow, row.user_id)
    asked_by = db.get_one(UserRow, row.asked_by).name if row.asked_by else office.COMMAND_LINE.name
    bar = barred(decider=viewer.id, asked_by=row.asked_by or "", person=person.id)
    return Request(
        id=row.id,
        person_id=person.id,
        person=person.name,
        email=person.email,
        role=Role(row.role),
        asked_by=asked_by,
        asked_at=row.asked_at,
        bar=bar,
    )
