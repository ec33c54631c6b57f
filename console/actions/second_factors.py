"""Second factors: set up, named and taken away by their owner, each on the record."""

from datetime import datetime

from sqlalchemy.orm import Session

from console import safe
from console.actions import codes, own_account, passkeys
from console.actions.desk import Desk
from console.actions.errors import NotFound, Obstacle
from console.actions.people import User
from console.domain import plain_text
from console.safe import NotOpened
from console.store import factors
from console.store.audit import record
from console.store.factors import PasskeyRow, TotpRow

NAME_MOST = 60
PASSKEYS_MOST = 20
NEW_APP = "totp being set up"
"""What the secret is locked for on its way through the page."""


class WrongCode(Obstacle):
    """The code is not the app's: its clock or its secret is another."""


class StillNeeded(Obstacle):
    """The person's roles take a second factor, and this is the last one."""


class TooMany(Obstacle):
    """More passkeys than anybody has devices."""


def kinds(db: Session, user_id: str) -> frozenset[str]:
    """Which ones somebody has, in words for people; never what they are."""
    app = {"authenticator app"} if factors.totp(db, user_id) else set()
    return frozenset(app | ({"passkey"} if factors.passkeys_of(db, user_id) else set()))


def new_app(desk: Desk, person: User) -> tuple[str, str]:
    """(The secret for an authenticator app, the same locked for the form that sends it back.)"""
    from pyotp import random_base32

    secret = random_base32()
    return secret, safe.locked(desk.settings.secret, NEW_APP, person.id, secret)


def secret_of(desk: Desk, person: User, locked: str) -> str:
    """The secret that `new_app` locked. Raises `WrongCode` for anything else."""
    try:
        return safe.opened(desk.settings.secret, NEW_APP, person.id, locked)
    except NotOpened:
        raise WrongCode from None


def add_app(
    db: Session, desk: Desk, *, person: User, locked: str, code: str, now: datetime
) -> list[str]:
    """Sets up the authenticator app that has shown this code; one set up before ends. Returns new
    recovery codes where there were none. Raises `WrongCode`."""
    secret = secret_of(desk, person, locked)
    counter = codes.counter_of(secret, "".join(filter(str.isdecimal, code)), now)
    if counter is None:
        raise WrongCode
    before = factors.totp(db, person.id)
    if before:
        db.delete(before)
        db.flush()
    kept = safe.locked(desk.settings.secret, codes.PURPOSE, person.id, secret)
    db.add(TotpRow(user_id=person.id, secret=kept, last_counter=counter, created_at=now))
    _note(db, person, "second factor added", "authenticator app", now)
    return _first_codes(db, person, now)


def remove_app(db: Session, *, person: User, needed: bool, now: datetime) -> None:
    """``needed``: the person's roles take a second factor. Raises `NotFound`, `StillNeeded`."""
    row = factors.totp(db, person.id)
    if row is None:
        raise NotFound("authenticator app", person.id)
    _must_leave_one(db, person, needed=needed, gone=1)
    db.delete(row)
    _note(db, person, "second factor removed", "authenticator app", now)
    _last_codes(db, person)


def add_passkey(
    db: Session, desk: Desk, *, person: User, answer: str, name: str, now: datetime
) -> list[str]:
    """Adds the passkey that a device has made. Returns new recovery codes where there were none.
    Raises `PasskeyRefused`, `TooMany`."""
    row = passkeys.made(db, desk, person=person, answer=answer, now=now)
    known = factors.passkeys_of(db, person.id)
    if len(known) >= PASSKEYS_MOST:
        raise TooMany
    if factors.passkey(db, row.credential_hash):
        raise passkeys.PasskeyRefused("wrong")
    row.name = _name(name) or f"Passkey {len(known) + 1}"
    db.add(row)
    _note(db, person, "second factor added", f"passkey {row.name}", now)
    return _first_codes(db, person, now)


def rename_passkey(db: Session, *, person: User, passkey: str, name: str, now: datetime) -> None:
    """Raises `NotFound`. A name that is empty changes nothing."""
    row = _own(db, person, passkey)
    row.name = _name(name) or row.name


def remove_passkey(db: Session, *, person: User, passkey: str, needed: bool, now: datetime) -> None:
    """Raises `NotFound`, `StillNeeded`."""
    row = _own(db, person, passkey)
    _must_leave_one(db, person, needed=needed, gone=1)
    db.delete(row)
    _note(db, person, "second factor removed", f"passkey {row.name}", now)
    _last_codes(db, person)


def new_codes(db: Session, *, person: User, now: datetime) -> list[str]:
    """New recovery codes; those before count no more. Raises `NotFound` where there is no second
    factor that they could stand in for."""
    if not factors.enrolled(db, person.id):
        raise NotFound("second factor", person.id)
    _note(db, person, "recovery codes made", "", now)
    return codes.make(db, person.id, now)


def _first_codes(db: Session, person: User, now: datetime) -> list[str]:
    return [] if factors.codes_left(db, person.id) else new_codes_unasked(db, person, now)


def new_codes_unasked(db: Session, person: User, now: datetime) -> list[str]:
    """With the first second factor, so that losing it is no lock-out."""
    _note(db, person, "recovery codes made", "", now)
    return codes.make(db, person.id, now)


def _last_codes(db: Session, person: User) -> None:
    """Recovery codes stand in for something: with the last factor they end."""
    db.flush()
    if not factors.enrolled(db, person.id):
        factors.forget_codes(db, person.id)


def _must_leave_one(db: Session, person: User, *, needed: bool, gone: int) -> None:
    there = len(factors.passkeys_of(db, person.id)) + bool(factors.totp(db, person.id))
    if needed and there <= gone:
        raise StillNeeded


def _own(db: Session, person: User, passkey: str) -> PasskeyRow:
    row = db.get(PasskeyRow, passkey)
    if row is None or row.user_id != person.id:
        raise NotFound("passkey", passkey)
    return row


def _name(text: str) -> str:
    return plain_text.clean(" ".join(text.split()))[:NAME_MOST].strip()


def _note(db: Session, person: User, action: str, what: str, now: datetime) -> None:
    subject, detail = f"user:{person.id}", {"what": what} if what else {}
    record(db, actor=person.actor, action=action, subject=subject, detail=detail, now=now)
    own_account.tell(db, person.id, now)
