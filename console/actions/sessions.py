"""Where somebody is signed in: listed for them, and ended by them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console import credentials
from console.actions.errors import NotFound
from console.actions.signing_in import SignedIn
from console.store import entering, people
from console.store.audit import record


@dataclass(frozen=True)
class OwnSession:
    """One browser that a person is signed in on."""

    id: str
    agent: str
    address: str
    begun: datetime
    last_seen: datetime | None
    ends: datetime
    this: bool
    """Whether it is the one that asks."""


def own(db: Session, signed: SignedIn, now: datetime) -> list[OwnSession]:
    """Those that count now: this one first, then the newest."""
    rows = [
        row
        for row in people.sign_ins_of(db, signed.user.id)
        if row.revoked_at is None and row.expires_at > now
    ]
    rows.sort(key=lambda row: (row.id == signed.id, row.created_at), reverse=True)
    return [
        OwnSession(
            row.id, row.agent, row.address, row.created_at, row.last_seen, row.expires_at,
            this=row.id == signed.id,
        )
        for row in rows
    ]  # fmt: skip


def end(db: Session, *, signed: SignedIn, session: str, now: datetime) -> None:
    """Ends one of one's own sessions at once. Raises `NotFound`."""
    row = people.sign_in_named(db, session)
    if row is None or row.user_id != signed.user.id:
        raise NotFound("session", session)
    if row.revoked_at is None:
        row.revoked_at = now
        _note(db, signed, {"session": session}, now)


def end_others(db: Session, *, signed: SignedIn, device: str, now: datetime) -> int:
    """Ends all but this one, and forgets every device but this one. Returns how many ended."""
    here = credentials.token_hash(device)
    ended = entering.end_all(db, signed.user.id, now, but=signed.id, device=here)
    _note(db, signed, {"sessions ended": ended}, now)
    return ended


def _note(db: Session, signed: SignedIn, detail: dict[str, object], now: datetime) -> None:
    subject = f"user:{signed.user.id}"
    record(
        db, actor=signed.user.actor, action="session ended", subject=subject, detail=detail, now=now
    )
