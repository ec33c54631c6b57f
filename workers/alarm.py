"""Tells people of deliveries in trouble by mail: the duty officer and every channel custodian."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy.orm import Session

from console.actions import people
from console.actions.desk import Desk
from console.actions.people import User
from console.actions.recording import SYSTEM, on_record
from console.domain.policy import Role
from console.store import mails, troubles
from console.store.messages import MessageRow
from console.store.troubles import Trouble


def tell(db: Session, desk: Desk, now: datetime) -> None:
    """Each trouble once. The mail's words are made when it is sent, from what stands then."""
    found = troubles.tell(db, now, desk.settings.timing)
    found.sort(key=attrgetter("message", "channel"))
    for message_id, of_it in groupby(found, key=attrgetter("message")):
        _tell(db, db.get_one(MessageRow, message_id), list(of_it), now)


def _tell(db: Session, message: MessageRow, found: Sequence[Trouble], now: datetime) -> None:
    told = _whom(people.everybody(db), message)
    for person in told:
        mails.tell_soon(db, mails.TROUBLE, person.id, message.id, now)
    detail = {
        "trouble": sorted({f"{one.channel}: {one.state}" for one in found}),
        "deliveries": len(found),
        "told": [one.name for one in told],
    }
    on_record(db, message, "people told of trouble", SYSTEM, now, detail)


def _whom(everybody: Sequence[User], message: MessageRow) -> list[User]:
    """Who sent the message for approval, and the custodians; where none of them has an account any
    more, every duty officer."""
    active = [one for one in everybody if one.active]
    officer = message.submitted_by or message.drafted_by
    told = [one for one in active if one.id == officer or Role.CUSTODIAN in one.roles]
    return told or [one for one in active if Role.DUTY_OFFICER in one.roles]
