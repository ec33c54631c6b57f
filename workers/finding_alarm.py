"""Tells people of what was seen on an account: its custodians, administrators, duty officers."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.actions import people
from console.actions.people import User
from console.actions.recording import SYSTEM
from console.domain.policy import Role
from console.store import findings, mails, register
from console.store.audit import record
from console.store.register import ChannelRow

QUIET = timedelta(hours=1)
"""Nobody is mailed of the same channel more often: whoever posts there may post every minute."""
_TOLD = frozenset({Role.ADMINISTRATOR, Role.DUTY_OFFICER})


def tell(db: Session, account: ChannelRow, now: datetime) -> None:
    """One mail for each person, about all that nobody has settled: its words are made later."""
    open_ = findings.unsettled(db, account.name)
    if any(one.told_at and one.told_at > now - QUIET for one in open_):
        return
    told = _whom(db, account.name)
    for person in told:
        mails.tell_soon(db, mails.FINDING, person.id, open_[0].id, now)
    for one in open_:
        one.told_at = now
    record(
        db,
        actor=SYSTEM.actor,
        action="people told of a finding",
        subject=f"channel:{account.name}",
        detail={"channel": account.name, "told": [one.name for one in told]},
        now=now,
    )


def _whom(db: Session, channel: str) -> list[User]:
    keepers = {one.user_id for one in register.custodies(db, [channel]) if one.until is None}
    return [
        one
        for one in people.everybody(db)
        if one.active and (one.id in keepers or not _TOLD.isdisjoint(one.roles))
    ]
