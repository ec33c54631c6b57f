"""Asking for a check: a person presses "Check now", or somebody is about to send."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from console.actions.errors import NotFound, Obstacle
from console.actions.people import User
from console.actions.recording import SYSTEM
from console.domain.policy import Act
from console.domain.register import Status
from console.domain.rounds import STALE
from console.store import rounds
from console.store.audit import record
from console.store.engine import database_now
from console.store.register import ChannelRow


class CannotCheck(Obstacle):
    """Skellat does not post to the account, or it is parked or retired: a person has to look."""


def ask(db: Session, name: str, by: User | None, now: datetime) -> None:
    """A worker checks the channel at once; ring after the commit. ``by`` None: whoever runs the
    command line. Raises `NotFound`, `CannotCheck`."""
    if by:
        by.must_be_able_to(Act.HOLD)
    row = db.get(ChannelRow, name)
    if row is None:
        raise NotFound("channel", name)
    if not row.ours or row.status in (Status.PARKED, Status.RETIRED):
        raise CannotCheck
    rounds.ask(db, name, database_now(db))
    detail = {"channel": name}
    record(
        db,
        actor=(by or SYSTEM).actor,
        action="check asked for",
        subject=f"channel:{name}",
        detail=detail,
        now=now,
    )


def under_way(db: Session, name: str) -> bool:
    """Whether a check of the channel is due, or being made."""
    return rounds.under_way(db, name, database_now(db))


def stale(db: Session, names: Collection[str]) -> list[str]:
    """The channels that should be checked before somebody sends on them."""
    now = database_now(db)
    return rounds.unchecked(db, names, since=now - STALE, now=now)


def want(db: Session, names: Collection[str]) -> None:
    """A worker checks these at once, without anybody having to wait."""
    now = database_now(db)
    for name in rounds.unchecked(db, names, since=now - STALE, now=now):
        rounds.ask(db, name, now)
