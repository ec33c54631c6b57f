"""An administrator at somebody's account: its name, its address, its sessions and its tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions import office, people
from console.actions.errors import NotFound, Obstacle
from console.domain.granting import TWO_AGREE
from console.store import entering
from console.store import people as accounts
from console.store.audit import Actor, record
from console.store.mails import MailRow
from console.store.people import UserRow

TOKEN_NAME_MOST = 60


@dataclass(frozen=True)
class Token:
    """A program's token that counts, without the token itself."""

    id: str
    name: str
    made_at: datetime


class NotYours(Obstacle):
    """A token acts as its owner: whoever can publish makes their own, or one could be two."""


class TokenName(Obstacle):
    """A token needs a name that says what it is for, of ``TOKEN_NAME_MOST`` characters at most."""


def change(db: Session, *, user_id: str, name: str, email: str, by: Actor, now: datetime) -> None:
    """The address that was and the new one are both told.

    Raises `NotPermitted`, `NotFound`, `NotAName`, `NotAnAddress`, `Taken`.
    """
    person = office.person(office.enter(db, by), user_id)
    name, email = people.called(name), people.address(email)
    if name != person.name:
        detail = {"was": person.name, "is": name}
        person.name = name
        _on_record(db, person, "name changed", by, now, detail)
    if email != person.email:
        _readdress(db, person, email, by, now)


def end_sessions(db: Session, *, user_id: str, by: Actor, now: datetime) -> int:
    """Signs the person out everywhere. Raises `NotPermitted`, `NotFound`."""
    person = office.person(office.enter(db, by), user_id)
    ended = entering.end_all(db, person.id, now)
    _on_record(db, person, "sessions ended", by, now, {"sessions": ended})
    return ended


def issue_token(db: Session, *, user_id: str, name: str, by: Actor, now: datetime) -> str:
    """For oneself, or by an administrator for somebody who cannot publish; shown once.

    Raises `NotPermitted`, `NotFound`, `NotYours`, `TokenName`.
    """
    name = " ".join(name.split())
    if not name or len(name) > TOKEN_NAME_MOST or not name.isprintable():
        raise TokenName(name)
    row = db.get(UserRow, user_id)
    if row is None or not row.active:
        raise NotFound("user", user_id)
    if by.id != user_id:
        office.enter(db, by)
        if by.id and not may_be_issued(row.roles):
            raise NotYours
    return people.issue_api_token(db, owner=people.user(row), name=name, by=by, now=now)


def may_be_issued(roles: list[str]) -> bool:
    """Whether an administrator may make a token for somebody with these roles."""
    return not {str(one) for one in TWO_AGREE} & set(roles)


def revoke_token(db: Session, *, user_id: str, token_id: str, by: Actor, now: datetime) -> None:
    """One's own, or any by an administrator. Raises `NotPermitted`, `NotFound`."""
    row = accounts.api_token_named(db, token_id)
    if row is None or row.user_id != user_id:
        raise NotFound("token", token_id)
    if by.id != user_id:
        office.enter(db, by)
    if row.revoked_at is None:
        row.revoked_at = now
        person = db.get_one(UserRow, user_id)
        _on_record(db, person, "api token revoked", by, now, {"name": row.name})


def tokens(db: Session, user_id: str) -> list[Token]:
    """Those that still count."""
    return [
        Token(one.id, one.name, one.created_at)
        for one in accounts.api_tokens_of(db, user_id)
        if one.revoked_at is None
    ]


def _readdress(db: Session, person: UserRow, email: str, by: Actor, now: datetime) -> None:
    if accounts.by_email(db, email):
        raise people.Taken
    was, person.email = person.email, email
    people.take_address(db)
    for where in (was, email):
        db.add(
            MailRow(
                purpose="address changed",
                user_id=person.id,
                subject_id=person.id,
                address=where,
                state="due",
                due_at=now,
            )
        )
    _on_record(db, person, "address changed", by, now, {"was": was, "is": email})


def _on_record(
    db: Session,
    person: UserRow,
    action: str,
    by: Actor,
    now: datetime,
    detail: Mapping[str, object],
) -> None:
    subject = f"user:{person.id}"
    record(db, actor=by, action=action, subject=subject, detail=detail, now=now)
