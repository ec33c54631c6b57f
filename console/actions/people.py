"""People: added, disabled, and their API tokens. Signing in is in `signing_in`."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from console import credentials
from console.actions import ending, leaving, own_account
from console.actions.errors import NotFound, NotPermitted, Obstacle
from console.actions.leaving import StillHolds
from console.domain import guessable, plain_text
from console.domain.policy import Act, Role, may
from console.store import entering, people
from console.store.audit import Actor, record
from console.store.people import ApiTokenRow, UserRow


@dataclass(frozen=True)
class User:
    """Somebody with an account, as every act sees them."""

    id: str
    email: str
    name: str
    roles: frozenset[Role]
    active: bool = True
    has_pin: bool = False
    phone: str = ""

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


class NotAPhone(Obstacle):
    """That cannot be a telephone number."""


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
_PHONE = re.compile(r"\+?[0-9 ()-]{5,30}")


def user(row: UserRow) -> User:
    return User(
        id=row.id,
        email=row.email,
        name=row.name,
        roles=frozenset(Role(role) for role in row.roles),
        active=row.active,
        has_pin=bool(row.pin_hash),
        phone=row.phone,
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
    if len(password) < PASSWORD_LEAST:
        raise TooShort("password", PASSWORD_LEAST)
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


def check_pin(pin: str) -> None:
    """Raises `TooShort`, `TooEasy`."""
    if len(pin) < PIN_LEAST or not (pin.isdecimal() and pin.isascii()):
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
    entering.end_all(db, row.id, now)
    for token in people.api_tokens_of(db, row.id):
        token.revoked_at = token.revoked_at or now
    ending.end_sign_offs(db, row, by, now)
    ending.end_requests(db, row, by, now)
    leaving.take_back_promotions(db, row, by, now)
    left = [f"{one.title}: {one.what}" for one in held.lines if not one.done]
    detail = {"reason": why, "still held": left} if left else {}
    record(db, actor=by, action="user disabled", subject=f"user:{row.id}", detail=detail, now=now)
    return user(row)


def set_phone(db: Session, *, person: User, phone: str, by: Actor, now: datetime) -> None:
    """Where somebody is rung up when their sign-off is waited for; empty takes it away. The record
    says that it was changed, and keeps the number to itself. Raises `NotAPhone`."""
    phone = " ".join(phone.split())
    digits = sum(one.isdecimal() and one.isascii() for one in phone)
    if phone and not (_PHONE.fullmatch(phone) and 5 <= digits <= 15):
        raise NotAPhone
    db.get_one(UserRow, person.id).phone = phone
    record(db, actor=by, action="telephone number changed", subject=f"user:{person.id}", now=now)
    own_account.tell(db, person.id, now)


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
