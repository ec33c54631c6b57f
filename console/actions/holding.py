"""Holds: a channel is frozen, or everything is; nothing leaves until somebody lets it go."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.orm import Session

from console.actions.cards import Hold
from console.actions.errors import NotFound, ReasonMissing
from console.actions.people import User
from console.domain import plain_text
from console.domain.policy import Act
from console.store import outbox, register
from console.store.audit import record
from console.store.engine import database_now
from console.store.register import EVERYTHING, ChannelRow, HoldRow

REASON_MOST = 200


Held: TypeAlias = Mapping[str, Hold]
"""Channel, or `EVERYTHING` -> its hold, the oldest first."""


def hold(db: Session, *, channel: str, reason: str, by: User, now: datetime) -> None:
    """What is queued waits; what a worker has begun goes on. ``channel`` may be `EVERYTHING`. A
    second hold of the same changes nothing. Raises `NotFound`, `ReasonMissing`."""
    by.must_be_able_to(Act.HOLD)
    _must_exist(db, channel)
    why = plain_text.clean(reason).strip()[:REASON_MOST]
    if not why:
        raise ReasonMissing
    if db.get(HoldRow, channel):
        return
    db.add(HoldRow(channel=channel, by=by.name, at=now, reason=why))
    _on_record(db, "sending held", channel, by, now, reason=why)


def let_go(db: Session, *, channel: str, by: User, now: datetime) -> None:
    """What waited leaves now, unless it was overtaken or is past its end. Raises `NotFound`."""
    by.must_be_able_to(Act.HOLD)
    _must_exist(db, channel)
    row = db.get(HoldRow, channel)
    if row is None:
        return
    db.delete(row)
    outbox.wait_anew(db, None if channel == EVERYTHING else channel, database_now(db))
    _on_record(db, "sending let go", channel, by, now, held_by=row.by)


def held(db: Session) -> Held:
    return {row.channel: Hold(row.by, row.at, row.reason) for row in register.holds(db)}


def on(held: Held, channel: str) -> Hold | None:
    """What this channel waits for."""
    return held.get(EVERYTHING) or held.get(channel)


def _must_exist(db: Session, channel: str) -> None:
    if channel != EVERYTHING and db.get(ChannelRow, channel) is None:
        raise NotFound("channel", channel)


def _on_record(
    db: Session, action: str, channel: str, by: User, now: datetime, **detail: str
) -> None:
    record(
        db,
        actor=by.actor,
        action=action,
        subject=f"channel:{channel}",
        detail={"channel": channel, **detail},
        now=now,
    )
