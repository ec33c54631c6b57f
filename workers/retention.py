"""Once a day: addresses whose time is over are replaced by what is left of them."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.actions import policies, writing
from console.actions.desk import Desk
from console.domain.recipient import RecipientState, forgotten
from console.domain.rules import Retention
from console.store import retention
from console.store.audit import Actor, record
from console.store.engine import Sessions, database_now

CHORE = "addresses forgotten"
DAY = timedelta(days=1)
AT_ONCE = 500
"""Rows of one transaction: nobody waits for this."""


def due(db: Session, now: datetime) -> bool:
    return retention.due(db, CHORE, now, every=DAY)


def keep(sessions: Sessions, desk: Desk, *, worker: str) -> None:
    """By whichever worker comes first. What a crash leaves undone is done the next day."""
    with sessions.begin() as db:
        now = database_now(db)
        if not retention.mine(db, CHORE, now, every=DAY):
            return
        retention.drop_uploads(db, before=now - DAY)
        writing.forget(db, now)
    with sessions.read() as db:
        kept = policies.in_force(db, desk).retention
    people = _people(sessions, desk, kept, now)
    deliveries = _deliveries(sessions, desk, now - kept.deliveries)
    if not people and not deliveries:
        return
    with sessions.begin() as db:
        detail = {"recipients": people, "deliveries": deliveries}
        by = Actor(f"worker {worker}")
        record(db, actor=by, action=CHORE, subject="recipients", detail=detail, now=now)


def _people(sessions: Sessions, desk: Desk, kept: Retention, now: datetime) -> int:
    """The keyed hash that is left still keeps them off the list when a file names them again."""
    done = 0
    for state, how_long in (
        (RecipientState.UNSUBSCRIBED, kept.unsubscribed),
        (RecipientState.BOUNCED, kept.bounced),
    ):
        while True:
            with sessions.begin() as db:
                rows = retention.recipients(db, state, before=now - how_long, limit=AT_ONCE)
                for row in rows:
                    row.address = forgotten(row.address, desk.settings.secret)
            done += len(rows)
            if len(rows) < AT_ONCE:
                break
    return done


def _deliveries(sessions: Sessions, desk: Desk, before: datetime) -> int:
    """In the order of their ids, so that each is looked at once."""
    done, past = 0, ""
    while True:
        with sessions.begin() as db:
            found = retention.deliveries(db, before=before, past=past, limit=AT_ONCE)
            secret = desk.settings.secret
            retention.forget(
                db, [{"id": id_, "recipient": forgotten(one, secret)} for id_, one in found]
            )
        done += len(found)
        if len(found) < AT_ONCE:
            return done
        past = found[-1][0]
