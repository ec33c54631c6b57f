"""What the mails about a message tell: whoever signs it, sent it, or has to look after it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from console import trouble_words
from console.actions import alone, cards, promising, reading, turns
from console.actions.alone import LOOK_BACK, RELEASED_ALONE
from console.actions.desk import Desk
from console.actions.errors import NotFound
from console.actions.review import Review, in_order_decided, review
from console.actions.same_words import grouped
from console.audience_words import audience
from console.domain.approval import ApprovalState, Proof
from console.domain.delivery import DeliveryState
from console.domain.message import MessageState
from console.domain.moment import Moment
from console.store import audit
from console.store.engine import database_now
from console.store.mails import TROUBLE, UNANSWERED

LINES_MOST = 20
"""Channels in trouble that one mail describes."""

Facts = dict[str, Any]
Told = Callable[[Session, Desk, str, str], Facts | None]
"""What a mail tells, by what it is about and its link's token; None: nothing any more."""


def _sign_off(db: Session, desk: Desk, approval_id: str, link_token: str) -> Facts | None:
    found = _review(db, desk, approval_id)
    awaiting = found and found.sheet.message.state is MessageState.AWAITING
    if not found or not awaiting or found.state is not ApprovalState.ASKED or not link_token:
        return None
    pinless = found.proof is Proof.PIN and not found.has_pin
    return _about(desk, found.sheet) | {
        "link": f"{desk.settings.console.base_url}/sign-off/{link_token}",
        "wordings": grouped(desk, found.variants),
        "channels": found.channels,
        "others": found.sign_offs_needed - 1,
        "audience": audience(desk, found.people, exercise=found.exercise),
        "code": found.digest[:8],
        "needs": _NEEDS[Proof.SESSION if pinless else found.proof],
        "record": audit.head(db),
    }


_NEEDS = {
    Proof.PIN: "You need your sign-off PIN.",
    Proof.SESSION: "You sign in, with your second factor.",
    Proof.BUTTON: "It takes one press, and no PIN.",
}
"""What deciding takes, besides the link."""


def _link_void(db: Session, desk: Desk, approval_id: str, _: str) -> Facts | None:
    found = _review(db, desk, approval_id)
    if not found or found.sheet.message.state is not MessageState.AWAITING:
        return None
    if found.state is not ApprovalState.ASKED:
        return None
    asked = [one for one in found.others if one.state is ApprovalState.ASKED]
    return _about(desk, found.sheet) | {
        "approver": found.approver,
        "others": sorted(one.approver for one in asked if not one.links_void),
        "void": found.links_void,
    }


def _approver_gone(db: Session, desk: Desk, approval_id: str, _: str) -> Facts | None:
    found = _review(db, desk, approval_id)
    if not found or found.sheet.message.state is not MessageState.AWAITING:
        return None
    asked = [one for one in found.others if one.state is ApprovalState.ASKED]
    others = sorted(one.approver for one in asked if not one.links_void)
    return _about(desk, found.sheet) | {"approver": found.approver, "others": others}


def _unanswered(db: Session, desk: Desk, message_id: str, _: str) -> Facts | None:
    """Whom to telephone, as long as nobody has answered."""
    found = turns.turns(db, desk, message_id, database_now(db))
    if found is None or not found.unanswered:
        return None
    sheet = reading.message(db, desk, message_id)
    return _about(desk, sheet) | {"people": found.to_phone, "away": _away(desk, found)}


def _away(desk: Desk, found: turns.Turns) -> dict[str, str]:
    """Approval -> until when its approver is away."""
    return {
        one.approval_id: str(moment)
        for one in found.to_phone
        if (moment := _moment(one.away_until, None, desk.settings.zone))
    }


def _if(state: MessageState) -> Told:
    """What is told of a message, while it is still in the state that the mail is about."""

    def facts(db: Session, desk: Desk, message_id: str, _: str) -> Facts | None:
        try:
            sheet = reading.message(db, desk, message_id)
        except NotFound:
            return None
        return _about(desk, sheet) if sheet.message.state is state else None

    return facts


@dataclass(frozen=True)
class Line:
    """Deliveries of one channel with the same trouble."""

    title: str
    tag: str
    what: str
    to_do: str
    where: str
    recipients: int


def _trouble(db: Session, desk: Desk, message_id: str, _: str) -> Facts | None:
    """What people were told of by this mail or before it, and is in trouble still."""
    sheet = reading.message(db, desk, message_id)
    exercise, zone = sheet.incident.exercise, desk.settings.zone
    stopped = sheet.message.state is not MessageState.RELEASED
    found = reading.unsettled(db, desk, message_id, without_failed=stopped)
    if not found:
        return None
    counted: Counter[Line] = Counter()
    tags: Counter[str] = Counter()
    for one, number in found:
        # Many are not asked one by one whether it arrived.
        counted[_line(one if number == 1 else replace(one, recipient=""), exercise, zone)] += number
        tags[trouble_words.tag_of(one, exercise=exercise, late=True)[0]] += number
    lines = [replace(line, recipients=number) for line, number in counted.items()]
    worst = sorted(tags.items(), key=lambda one: (":" not in one[0], one[0]))
    kinds = [f"{number} {tag.partition(':')[0]}" for tag, number in worst]
    return _about(desk, sheet) | {
        "lines": lines[:LINES_MOST],
        "more": len(lines[LINES_MOST:]),
        "kinds": ", ".join(kinds),
        "sent": sheet.progress.sent,
        "total": sheet.progress.total,
    }


def _line(one: cards.Delivery, exercise: bool, zone: ZoneInfo) -> Line:
    tag, _ = trouble_words.tag_of(one, exercise=exercise, late=True)
    said = trouble_words.words(one, exercise=exercise)
    to_do = said.to_do
    if one.state is DeliveryState.QUEUED and one.tries and one.due_at and not one.hold:
        to_do += f" Next try {one.due_at.astimezone(zone):%H:%M}."
    where = one.where if one.state is DeliveryState.UNCERTAIN else ""
    return Line(one.title, tag, said.what, to_do, where, 1)


def _look_back(db: Session, desk: Desk, message_id: str, _: str) -> Facts | None:
    """What somebody released alone, while nobody has looked back at it."""
    found = alone.of(db, message_id)
    if found is None or not found.open:
        return None
    about = _about(desk, reading.message(db, desk, message_id))
    return about | {
        "look": found,
        "look_back_by": _moment(found.due_at, found.at, desk.settings.zone),
    }


def _update_due(db: Session, desk: Desk, message_id: str, _: str) -> Facts | None:
    """What people were told to expect, while nothing has gone out that keeps it."""
    sheet, now = reading.message(db, desk, message_id), database_now(db)
    standing = promising.standing(db, now, sheet.incident.id)
    found = next((one for one in standing if one.message_id == message_id), None)
    if found is None:
        return None
    world = "/exercise" if sheet.incident.exercise else ""
    return _about(desk, sheet) | {
        "due": _moment(found.due_at, now, desk.settings.zone),
        "overdue": int((now - found.due_at).total_seconds() // 60),
        "address": f"{desk.settings.console.base_url}{world}/incidents/{sheet.incident.id}",
    }


def _review(db: Session, desk: Desk, approval_id: str) -> Review | None:
    try:
        return review(db, desk, approval_id)
    except NotFound:
        return None


def _about(desk: Desk, sheet: cards.MessageSheet) -> Facts:
    message, exercise = sheet.message, sheet.incident.exercise
    decided = in_order_decided(sheet.sign_offs)
    granted = [
        one.approver
        for one in decided
        if one.state is ApprovalState.GRANTED and one.digest == message.digest
    ]
    refused = [one.approver for one in decided if one.state is ApprovalState.REFUSED]
    path = f"/exercise/messages/{message.id}" if exercise else f"/messages/{message.id}"
    return {
        "incident": sheet.incident,
        "message": message,
        "exercise": exercise,
        "channels": len(sheet.variants),
        "address": desk.settings.console.base_url + path,
        "signed_by": granted,
        "refused_by": refused[-1:],
        "approve_by": _moment(message.approve_by, message.submitted_at, desk.settings.zone),
        "goes_out": _moment(message.publish_at, message.publish_at, desk.settings.zone),
        "submitted": _moment(message.submitted_at, message.submitted_at, desk.settings.zone),
        "released": _moment(message.released_at, message.released_at, desk.settings.zone),
    }


def _moment(at: datetime | None, now: datetime | None, zone: ZoneInfo) -> Moment | None:
    return Moment(at.astimezone(zone), (now or at).astimezone(zone)) if at else None


FACTS: dict[str, Told] = {
    "sign-off": _sign_off,
    "link void": _link_void,
    "approver gone": _approver_gone,
    UNANSWERED: _unanswered,
    "sent back": _if(MessageState.DRAFT),
    "rejected": _if(MessageState.REJECTED),
    "expired": _if(MessageState.EXPIRED),
    "released": _if(MessageState.RELEASED),
    TROUBLE: _trouble,
    RELEASED_ALONE: _look_back,
    LOOK_BACK: _look_back,
    promising.UPDATE_DUE: _update_due,
}
