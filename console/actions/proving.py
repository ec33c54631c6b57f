"""Proving once more who is signed in, before something dangerous: by what that person has."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console import credentials
from console.actions import entering, passkeys, tries
from console.actions.desk import Desk
from console.actions.entering import Visitor
from console.actions.signing_in import SignedIn
from console.actions.tries import Try
from console.domain.factor import SECOND, Factor
from console.store import factors, people
from console.store.factors import PasskeyRow
from console.store.people import UserRow

AGAIN = "password again"
"""How the tries of somebody who is signed in already are counted: by themselves."""


@dataclass(frozen=True)
class Ways:
    """By what somebody can prove who they are."""

    code: bool
    """From an authenticator app, or from paper."""
    app: bool
    passkeys: tuple[PasskeyRow, ...]
    password: bool


def ways(db: Session, signed: SignedIn, *, two: bool) -> Ways:
    """Whoever has a second factor proves that; a password does only where none is demanded."""
    app = factors.totp(db, signed.user.id) is not None
    keys = tuple(factors.passkeys_of(db, signed.user.id))
    row = db.get_one(UserRow, signed.user.id)
    return Ways(
        code=app or bool(keys),
        app=app,
        passkeys=keys,
        password=not (app or keys or two) and bool(row.password_hash),
    )


def purpose(signed: SignedIn) -> str:
    """What a passkey's challenge is for, so that an answer counts in this session only."""
    return f"prove {signed.id}"


def by_code(
    db: Session, desk: Desk, signed: SignedIn, *, code: str, visitor: Visitor, now: datetime
) -> bool:
    """Raises `TryLater`."""
    factor = entering.try_code(db, desk, signed.user, code, visitor, now)
    if factor:
        proved(db, signed, factor, now)
    return factor is not None


def by_passkey(db: Session, desk: Desk, signed: SignedIn, *, answer: str, now: datetime) -> None:
    """Raises `PasskeyRefused`."""
    passkeys.whose(db, desk, answer=answer, purpose=purpose(signed), owner=signed.user.id, now=now)
    proved(db, signed, Factor.PASSKEY, now)


def claim(db: Session, signed: SignedIn, now: datetime) -> Try:
    """Counts one try of the password, to be followed by `knows_password`. Raises `TryLater`."""
    return tries.claim(db, tries.from_known(AGAIN, signed.user.id, signed.id), now)


def knows_password(db: Session, signed: SignedIn, password: str) -> bool:
    return credentials.matches(db.get_one(UserRow, signed.user.id).password_hash, password)


def by_password(db: Session, signed: SignedIn, *, claimed: Try, now: datetime) -> None:
    """After a right password."""
    tries.right(db, claimed, AGAIN, signed.user.id)
    proved(db, signed, Factor.PASSWORD, now)


def proved(db: Session, signed: SignedIn, factor: Factor, now: datetime) -> None:
    """Notes that the session's owner has just proved this factor."""
    row = people.sign_in_named(db, signed.id)
    if row is None or row.revoked_at:
        return
    row.proved_at = now
    if factor in SECOND:
        row.strong_at = now
    row.factors = sorted({*row.factors, str(factor)})
