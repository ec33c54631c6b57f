"""The way in: a password and what comes second, or a passkey by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console import credentials
from console.actions import codes, devices, own_account, passkeys, signing_in, tries
from console.actions.desk import Desk
from console.actions.errors import Obstacle
from console.actions.people import User, user
from console.actions.tries import Try
from console.domain.factor import Factor
from console.domain.lockout import SWITCHED_OFF_AT, Scope
from console.store import entering, factors, people
from console.store.audit import record
from console.store.entering import HalfRow
from console.store.people import UserRow

SECOND_WITHIN = timedelta(minutes=10)
"""How long a right password waits for its second factor."""
PASSWORD, CODE = "password", "code"
"""What is guessed; each is counted by itself."""


@dataclass(frozen=True)
class Visitor:
    """Where somebody comes from."""

    address: str
    agent: str
    device: str = ""
    """The token that a known device carries."""


@dataclass(frozen=True)
class Entered:
    """Somebody is signed in: the tokens for their browser's two cookies."""

    user: User
    token: str
    device: str


@dataclass(frozen=True)
class Half:
    """The password was right, and a second factor is asked for now."""

    user: User
    token: str


class HalfOver(Obstacle):
    """The first step was too long ago, or was never made: it begins again."""


def account(email: str) -> str:
    """The name that tries are counted under, whether there is such an account or not."""
    return email.strip().casefold()


def claim(db: Session, *, email: str, visitor: Visitor, now: datetime) -> Try:
    """Counts one try of a password, to be followed by `whose`. Raises `TryLater`."""
    name = account(email)
    row = people.by_email(db, name)
    device = devices.known(db, row.id if row else "", visitor.device)
    if device:
        one = tries.from_known(PASSWORD, name, device)
    else:
        one = tries.from_stranger(PASSWORD, name, visitor.address)
    return tries.claim(db, one, now)


def whose(db: Session, *, email: str, password: str) -> User | None:
    """Whose password this is: the same answer, in the same time, for a wrong address, a wrong
    password and a disabled account."""
    row = people.by_email(db, account(email))
    if not credentials.matches(row.password_hash if row else "", password) or row is None:
        return None
    return user(row) if row.active else None


def refuse(db: Session, *, email: str, now: datetime) -> None:
    """After a wrong password: notes it where it was the last that this account takes."""
    if tries.just_switched_off(db, PASSWORD, account(email)):
        row = people.by_email(db, account(email))
        if row:
            record(
                db,
                actor=user(row).actor,
                action="password switched off",
                subject=f"user:{row.id}",
                now=now,
            )
            own_account.tell(db, row.id, now)


def by_password(
    db: Session, person: User, *, claimed: Try, visitor: Visitor, now: datetime, lasts: timedelta
) -> Entered | Half:
    """After a right password: signs in who has no second factor, and asks the others for it."""
    tries.right(db, claimed, PASSWORD, account(person.email))
    if not factors.enrolled(db, person.id):
        return _enter(db, person, frozenset({Factor.PASSWORD}), visitor, now, lasts)
    entering.forget_stale_halves(db, now)
    token = credentials.new_token()
    db.add(
        HalfRow(
            token_hash=credentials.token_hash(token),
            user_id=person.id,
            expires_at=now + SECOND_WITHIN,
        )
    )
    return Half(person, token)


def half(db: Session, token: str, now: datetime) -> User:
    """Who has made the first step. Raises `HalfOver`."""
    row = entering.half(db, credentials.token_hash(token))
    owner = db.get(UserRow, row.user_id) if row else None
    if row is None or owner is None or now >= row.expires_at or not owner.active:
        raise HalfOver
    return user(owner)


def by_code(
    db: Session,
    desk: Desk,
    *,
    token: str,
    code: str,
    visitor: Visitor,
    now: datetime,
    lasts: timedelta,
) -> Entered | None:
    """The second step, by a code; None where it is wrong. Raises `HalfOver`, `TryLater`."""
    person = half(db, token, now)
    factor = try_code(db, desk, person, code, visitor, now)
    if factor is None:
        return None
    _over(db, token)
    return _enter(db, person, frozenset({Factor.PASSWORD, factor}), visitor, now, lasts)


def try_code(
    db: Session, desk: Desk, person: User, code: str, visitor: Visitor, now: datetime
) -> Factor | None:
    """The factor that the code proves; None where it is wrong. Raises `TryLater`."""
    device = devices.known(db, person.id, visitor.device)
    one = (
        tries.from_known(CODE, person.id, device)
        if device
        else tries.from_stranger(CODE, person.id, visitor.address)
    )
    one = tries.claim(db, one, now)
    factor = codes.take(db, desk, person.id, code, now)
    if factor is None:
        # Six digits are few: a device that was stolen with its password is spared no longer.
        if tries.failures(db, one, Scope.DEVICE) >= SWITCHED_OFF_AT:
            devices.forget(db, device)
        return None
    tries.right(db, one, CODE, person.id)
    if factor is Factor.RECOVERY_CODE:
        left = factors.codes_left(db, person.id)
        record(
            db,
            actor=person.actor,
            action="recovery code used",
            subject=f"user:{person.id}",
            detail={"what": f"{left} left"},
            now=now,
        )
        own_account.tell(db, person.id, now)
    return factor


def by_passkey(
    db: Session,
    desk: Desk,
    *,
    answer: str,
    visitor: Visitor,
    now: datetime,
    lasts: timedelta,
    half_token: str = "",
) -> Entered:
    """Signs in by a passkey, which is enough by itself and never waits: what is guessed by others
    does not count here. Raises `PasskeyRefused`."""
    person = passkeys.whose(db, desk, answer=answer, purpose=passkeys.SIGN_IN, now=now)
    tries.forget(db, PASSWORD, account(person.email))
    tries.forget(db, CODE, person.id)
    if half_token:
        _over(db, half_token)
    return _enter(db, person, frozenset({Factor.PASSKEY}), visitor, now, lasts)


def _enter(
    db: Session,
    person: User,
    proved: frozenset[Factor],
    visitor: Visitor,
    now: datetime,
    lasts: timedelta,
) -> Entered:
    new = devices.new(db, person.id, visitor.device)
    token = signing_in.begin(
        db,
        person,
        factors=proved,
        agent=visitor.agent,
        address=visitor.address,
        now=now,
        lasts=lasts,
        said={own_account.NEW_DEVICE: "yes"} if new else None,
    )
    if new:
        own_account.tell(db, person.id, now)
    return Entered(person, token, devices.remember(db, person.id, visitor.device, now))


def _over(db: Session, token: str) -> None:
    """A first step leads in once."""
    row = entering.half(db, credentials.token_hash(token))
    if row:
        db.delete(row)
