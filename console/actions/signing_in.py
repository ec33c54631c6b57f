"""Signed-in browsers: a session begins, counts while its shift lasts, and ends."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console import credentials
from console.actions.people import User, user
from console.domain import factor
from console.domain.factor import Factor
from console.store import entering, factors
from console.store.audit import record
from console.store.people import SignInRow

AGENT_MOST, ADDRESS_MOST = 200, 60
SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is known when a session was last used."""


@dataclass(frozen=True)
class SignedIn:
    """A browser that somebody is signed in on."""

    user: User
    id: str
    """Its public id; the cookie's token is known to the browser alone."""
    strong_at: datetime | None
    """When a second factor was last proved; None: never in this session."""
    proved_at: datetime | None
    """When anything was last proved, be it only the password."""
    enrolled: bool
    """Whether the person has a second factor at all."""
    factors: frozenset[Factor]
    last_seen: datetime | None

    def fresh(self, now: datetime, *, two: bool) -> bool:
        """Whether what is dangerous may be done without asking again. ``two``: this person's roles
        demand a second factor."""
        return factor.fresh(self.strong_at if two or self.enrolled else self.proved_at, now)

    def unseen(self, now: datetime) -> bool:
        """Whether it is time to note that the session is in use."""
        return self.last_seen is None or now - self.last_seen >= SEEN_EVERY


def begin(
    db: Session,
    person: User,
    *,
    factors: Collection[Factor],
    agent: str,
    address: str,
    now: datetime,
    lasts: timedelta,
    strong_at: datetime | None = None,
    said: Mapping[str, str] | None = None,
) -> str:
    """Starts a session for somebody who has proved who they are; returns the cookie's token.

    ``strong_at``: when the second factor among them was proved, where that was not now; ``said``
    goes on the record besides.
    """
    token = credentials.new_token()
    row = SignInRow(
        token_hash=credentials.token_hash(token),
        user_id=person.id,
        created_at=now,
        expires_at=now + lasts,
        factors=sorted(str(one) for one in factors),
        proved_at=now,
        strong_at=(strong_at or now) if factor.strong(factors) else None,
        agent=_plain(agent, AGENT_MOST),
        address=_plain(address, ADDRESS_MOST),
        last_seen=now,
    )
    db.add(row)
    db.flush()
    detail = {"session": row.id, "factors": row.factors, **(said or {})}
    record(
        db,
        actor=person.actor,
        action="signed in",
        subject=f"user:{person.id}",
        detail=detail,
        now=now,
    )
    return token


def signed_in(db: Session, token: str, now: datetime) -> SignedIn | None:
    """Who holds this cookie, if it still counts. One query: it is asked for every page."""
    found = factors.sign_in(db, credentials.token_hash(token))
    if not found:
        return None
    row, owner, enrolled = found
    if row.revoked_at or now >= row.expires_at or not owner.active:
        return None
    return SignedIn(
        user=user(owner),
        id=row.id,
        strong_at=row.strong_at,
        proved_at=row.proved_at,
        enrolled=enrolled,
        factors=frozenset(Factor(one) for one in row.factors),
        last_seen=row.last_seen,
    )


def seen(db: Session, session_id: str, now: datetime) -> None:
    """Notes that the session is in use."""
    entering.touch(db, session_id, now, every=SEEN_EVERY)


def sign_out(db: Session, token: str, now: datetime) -> None:
    found = factors.sign_in(db, credentials.token_hash(token))
    if found and not found[0].revoked_at:
        found[0].revoked_at = now
        known = user(found[1])
        record(
            db,
            actor=known.actor,
            action="signed out",
            subject=f"user:{known.id}",
            detail={"session": found[0].id},
            now=now,
        )


def _plain(text: str, most: int) -> str:
    """What a browser says of itself, without what could not be shown."""
    return "".join(one for one in text if one.isprintable())[:most]
