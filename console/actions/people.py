"""People: added, disabled, signed in and out, and their API tokens."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from console import credentials
from console.actions import ending, leaving
from console.actions.errors import NotFound, NotPermitted, Obstacle
from console.actions.leaving import StillHolds
from console.domain import guessable, plain_text
from console.domain.policy import Act, Role, may
from console.store import people
from console.store.audit import Actor, record
from console.store.people import ApiTokenRow, SignInRow, UserRow


@dataclass(frozen=True)
class User:
    """Somebody with an account, as every act sees them."""

    id: str
    email: str
    name: str
    roles: frozenset[Role]
    active: bool = True
    has_pin: bool = False

    @property
    def actor(self) -> Actor:
        return Actor(self.name, self.id)

    def may(self, act: Act) -> bool:
        return self.active and may(self.roles, act)

    def must_be_able_to(self, act: Act) -> None:
        if not self.may(act):
            raise NotPermitted(act)


class NotAnAddress(Obstacle):
    """The e-mail address cannot be one."""


class Taken(Obstacle):
    """There is an account with this address already."""


class TooShort(Obstacle):
    """A password needs 15 characters, a PIN 6 digits. ``what`` is ``password`` or ``pin``."""

    def __init__(self, what: str, least: int) -> None:
        super().__init__(f"a {what} needs at least {least} characters")
        self.what, self.least = what, least


class TooEasy(Obstacle):
    """A password or PIN that is guessed first. ``what`` is ``password`` or ``pin``."""

    def __init__(self, what: str) -> None:
        super().__init__(f"a {what} that is guessed first")
        self.what = what


class NotAName(Obstacle):
    """The name is empty, too long, or has characters that mislead a reader."""


class LastAdministrator(Obstacle):
    """Without this person nobody could let anybody in."""


PASSWORD_LEAST = 15
NAME_MOST = 120
REASON_MOST = 200
PIN_LEAST = 6


def user(row: UserRow) -> User:
    return User(
        id=row.id,
        email=row.email,
        name=row.name,
        roles=frozenset(Role(role) for role in row.roles),
        active=row.active,
        has_pin=bool(row.pin_hash),
    )


def add(
    db: Session,
    *,
    email: str,
    name: str,
    roles: Collection[Role],
    password: str,
    pin: str,
    by: Actor,
    now: datetime,
) -> User:
    """A new account. ``pin`` may be empty for people who never sign off."""
    email, name = address(email), called(name)
    check_password(password, known=(email, name))
    if pin:
        check_pin(pin)
    if people.by_email(db, email):
        raise Taken
    row = UserRow(
        email=email,
        name=name,
        roles=sorted(str(role) for role in roles),
        password_hash=credentials.hashed(password),
        pin_hash=credentials.hashed(pin) if pin else "",
        created_at=now,
    )
    db.add(row)
    take_address(db)
    detail = {"name": row.name, "email": email, "roles": row.roles}
    record(db, actor=by, action="user added", subject=f"user:{row.id}", detail=detail, now=now)
    return user(row)


def check_password(password: str, *, known: tuple[str, ...] = ()) -> None:
    """``known``: what others know of its owner. Raises `TooShort`, `TooEasy`."""
    if len(password) < PASSWORD_LEAST:
        raise TooShort("password", PASSWORD_LEAST)
    if guessable.password(password, known=known):
        raise TooEasy("password")


def check_pin(pin: str) -> None:
    """Raises `TooShort`, `TooEasy`."""
    if len(pin) < PIN_LEAST or not pin.isdecimal():
        raise TooShort("pin", PIN_LEAST)
    if guessable.pin(pin):
        raise TooEasy("pin")


def disable(db: Session, *, email: str, by: Actor, now: datetime, anyway: str = "") -> User:
    """Closes an account at once: its sessions, tokens, sign-off links and requests end with it.
    ``anyway`` is why it has to be closed before everything is handed over: an account in wrong
    hands.

    Raises `NotFound`, `StillHolds`, `LastAdministrator`.
    """
    actives = people.locked_actives(db)
    row = people.by_email(db, address(email))
    if row is None:
        raise NotFound("user", email)
    not_the_last(actives, row)
    held, why = leaving.handover(db, row.id), plain_text.clean(anyway).strip()[:REASON_MOST]
    if row.active and held.left and not why:
        raise StillHolds(held)
    row.active = False
    end_sessions_of(db, row.id, now)
    for token in people.api_tokens_of(db, row.id):
        token.revoked_at = token.revoked_at or now
    ending.end_sign_offs(db, row, by, now)
    ending.end_requests(db, row, by, now)
    leaving.take_back_promotions(db, row, by, now)
    left = [f"{one.title}: {one.what}" for one in held.lines if not one.done]
    detail = {"reason": why, "still held": left} if left else {}
    record(db, actor=by, action="user disabled", subject=f"user:{row.id}", detail=detail, now=now)
    return user(row)


def end_sessions_of(db: Session, user_id: str, now: datetime) -> int:
    """Every browser that the person is signed in on; returns how many there were."""
    counted = [
        one
        for one in people.sign_ins_of(db, user_id)
        if one.revoked_at is None and one.expires_at > now
    ]
    for one in counted:
        one.revoked_at = now
    return len(counted)


def not_the_last(actives: Collection[UserRow], row: UserRow) -> None:
    """``actives``: every open account. Raises `LastAdministrator`."""
    administrators = {one.id for one in actives if Role.ADMINISTRATOR in one.roles}
    if administrators == {row.id}:
        raise LastAdministrator


def known(db: Session, email: str) -> User:
    """Raises `NotFound` where there is no open account with this address."""
    row = people.by_email(db, address(email))
    if row is None or not row.active:
        raise NotFound("user", email)
    return user(row)


def everybody(db: Session) -> list[User]:
    return [user(row) for row in people.everybody(db)]


def sign_in(
    db: Session, *, email: str, password: str, now: datetime, lasts: timedelta
) -> tuple[User, str] | None:
    """The user and the token for their cookie, or None: the same answer, in the same time, for a
    wrong address, a wrong password and a disabled account."""
    row = people.by_email(db, email.strip().casefold())
    if not credentials.matches(row.password_hash if row else "", password) or row is None:
        return None
    if not row.active:
        return None
    token = credentials.new_token()
    db.add(
        SignInRow(
            token_hash=credentials.token_hash(token),
            user_id=row.id,
            created_at=now,
            expires_at=now + lasts,
        )
    )
    known = user(row)
    record(db, actor=known.actor, action="signed in", subject=f"user:{row.id}", now=now)
    return known, token


def signed_in(db: Session, token: str, now: datetime) -> User | None:
    """Who holds this cookie, if it still counts."""
    found = people.sign_in(db, credentials.token_hash(token))
    if not found:
        return None
    signed, row = found
    if signed.revoked_at or now >= signed.expires_at or not row.active:
        return None
    return user(row)


def sign_out(db: Session, token: str, now: datetime) -> None:
    found = people.sign_in(db, credentials.token_hash(token))
    if found and not found[0].revoked_at:
        found[0].revoked_at = now
        known = user(found[1])
        record(db, actor=known.actor, action="signed out", subject=f"user:{known.id}", now=now)


def issue_api_token(db: Session, *, owner: User, name: str, by: Actor, now: datetime) -> str:
    """A bearer token that acts as its owner, but can never sign off. Shown once, kept as a hash."""
    token = credentials.new_token()
    db.add(
        ApiTokenRow(
            token_hash=credentials.token_hash(token), user_id=owner.id, name=name, created_at=now
        )
    )
    detail = {"name": name}
    record(
        db, actor=by, action="api token issued", subject=f"user:{owner.id}", detail=detail, now=now
    )
    return token


def token_holder(db: Session, token: str) -> User | None:
    found = people.api_token(db, credentials.token_hash(token))
    if not found or found[0].revoked_at or not found[1].active:
        return None
    return user(found[1])


def address(email: str) -> str:
    """The address as accounts are kept under it. Raises `NotAnAddress`."""
    email = email.strip().casefold()
    local, at, domain = email.partition("@")
    plain = email.isprintable() and not any(one in email for one in " ,;<>\"'()[]\\:")
    if not (local and at and plain and "." in domain) or "@" in domain or len(email) > 254:
        raise NotAnAddress(email)
    return email


def called(name: str) -> str:
    """A person's name as it stands on the record. Raises `NotAName`."""
    name = " ".join(plain_text.clean(name).split())
    if not name or len(name) > NAME_MOST or plain_text.faults(name):
        raise NotAName(name)
    return name


def take_address(db: Session) -> None:
    """Writes a row with an address that nobody else may have. Raises `Taken` where somebody was
    quicker by less than a moment; the transaction can then only be given up."""
    try:
        db.flush()
    except IntegrityError:
        raise Taken from None
