"""Passwords and sign-off PINs: what they have to be, and how their owner changes them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console import credentials
from console.actions import entering as way_in
from console.actions import own_account, tries
from console.actions.desk import Desk
from console.actions.errors import Obstacle
from console.actions.people import TooEasy, TooShort, User, check_pin, known, user
from console.actions.signing_in import SignedIn
from console.domain import password as rules
from console.store import entering, factors
from console.store.audit import Actor, record
from console.store.entering import ResetRow
from console.store.people import UserRow

GUESSES_LEAST = 8
"""Powers of ten; zxcvbn calls less than that easy to guess."""
LOOKED_AT = 72
"""Characters that zxcvbn looks at: more would take it seconds, and are no easier to guess."""
RESET_WITHIN = timedelta(hours=1)


class TooLong(Obstacle):
    """A password of more than ``most`` characters."""

    def __init__(self, most: int) -> None:
        super().__init__(f"longer than {most} characters")
        self.most = most


class LinkOver(Obstacle):
    """The link does not count any more, or never did."""


@dataclass(frozen=True)
class Reset:
    """A link to choose a new password by: its token, and until when it counts."""

    user: User
    token: str
    expires_at: datetime


def must_do(password: str, names: Collection[str]) -> None:
    """``names`` are its owner's, and the council's. Raises `TooShort`, `TooLong`, `TooEasy`."""
    if len(password) < rules.LEAST:
        raise TooShort("password", rules.LEAST)
    if len(password) > rules.MOST:
        raise TooLong(rules.MOST)
    words = rules.own_words(names)
    if rules.made_of(password, words) or _guessed(password, words):
        raise TooEasy("password")


def must_do_for(desk: Desk, person: User, password: str) -> None:
    must_do(password, (desk.settings.council.name, person.name, person.email))


def change(
    db: Session, desk: Desk, *, signed: SignedIn, password: str, device: str, now: datetime
) -> None:
    """A new password, by somebody who has just proved who they are. Every other session ends;
    ``device`` is the token of the browser that it is done on."""
    must_do_for(desk, signed.user, password)
    row = db.get_one(UserRow, signed.user.id)
    row.password_hash = credentials.hashed(password)
    ended = entering.end_all(db, row.id, now, but=signed.id, device=credentials.token_hash(device))
    tries.forget(db, way_in.PASSWORD, row.email)
    _note(db, signed.user.actor, "password changed", row.id, now, {"sessions ended": ended})


def change_pin(db: Session, *, signed: SignedIn, pin: str, device: str, now: datetime) -> None:
    """A new sign-off PIN. Every other session ends. Raises `TooShort`, `TooEasy`."""
    check_pin(pin)
    row = db.get_one(UserRow, signed.user.id)
    row.pin_hash = credentials.hashed(pin)
    ended = entering.end_all(db, row.id, now, but=signed.id, device=credentials.token_hash(device))
    _note(db, signed.user.actor, "sign-off PIN changed", row.id, now, {"sessions ended": ended})


def offer_reset(
    db: Session, *, email: str, by: Actor, now: datetime, second_factor: bool = False
) -> Reset:
    """A link by which somebody chooses a new password; the one before counts until then.

    ``second_factor``: takes away their second factor as well, which a new password by itself never
    does. Raises `NotFound`.
    """
    person = known(db, email)
    for row in entering.resets_of(db, person.id):
        db.delete(row)
    if second_factor:
        factors.forget_all(db, person.id)
        ended = entering.end_all(db, person.id, now)
        _note(db, by, "second factors taken away", person.id, now, {"sessions ended": ended})
    token = credentials.new_token()
    expires_at = now + RESET_WITHIN
    db.add(
        ResetRow(
            token_hash=credentials.token_hash(token),
            user_id=person.id,
            made_at=now,
            expires_at=expires_at,
        )
    )
    _note(db, by, "password reset offered", person.id, now, {})
    return Reset(person, token, expires_at)


def reset_for(db: Session, token: str, now: datetime) -> User:
    """Whose password the link is for. Raises `LinkOver`."""
    row = entering.reset(db, credentials.token_hash(token))
    owner = db.get(UserRow, row.user_id) if row else None
    if row is None or owner is None or now >= row.expires_at or not owner.active:
        raise LinkOver
    return user(owner)


def reset(db: Session, desk: Desk, *, token: str, password: str, now: datetime) -> User:
    """The password that the link's holder chose. Every session ends, and the link with it; whoever
    has a second factor still needs it. Raises `LinkOver`, `TooShort`, `TooLong`, `TooEasy`."""
    person = reset_for(db, token, now)
    must_do_for(desk, person, password)
    db.get_one(UserRow, person.id).password_hash = credentials.hashed(password)
    ended = entering.end_all(db, person.id, now)
    tries.forget(db, way_in.PASSWORD, way_in.account(person.email))
    _note(db, person.actor, "password reset", person.id, now, {"sessions ended": ended})
    return person


def _guessed(password: str, words: Collection[str]) -> bool:
    # Imported here: its lists take 15 MB and a tenth of a second, for something that is rare.
    from zxcvbn import zxcvbn

    found = zxcvbn(password[:LOOKED_AT], user_inputs=sorted(words))
    return bool(found["guesses"] < 10**GUESSES_LEAST)


def _note(
    db: Session, by: Actor, action: str, user_id: str, now: datetime, detail: dict[str, object]
) -> None:
    record(db, actor=by, action=action, subject=f"user:{user_id}", detail=detail, now=now)
    own_account.tell(db, user_id, now)
