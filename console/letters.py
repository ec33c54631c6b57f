"""Internal mails: who is told what, in which words. Pure: cards in, subject and text out."""

import re
import textwrap
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from sqlalchemy.orm import Session

from console import people_letters, policy_words, register_letters, trouble_words
from console.actions import alone, cards, policy_change, reading, turns
from console.actions.alone import LOOK_BACK, RELEASED_ALONE
from console.actions.desk import Desk
from console.actions.errors import NotFound
from console.actions.people import User
from console.actions.policy_change import PROPOSED
from console.actions.review import Review, in_order_decided, review
from console.actions.same_words import grouped
from console.audience_words import audience
from console.domain.approval import ApprovalState
from console.domain.delivery import DeliveryState
from console.domain.message import MessageState
from console.domain.moment import Moment
from console.domain.plain_text import clean
from console.store import audit, checkpoints
from console.store.engine import database_now
from console.store.mails import CHECKPOINT, FINDING, SUMMARY, TROUBLE, UNANSWERED

WIDTH = 72
"""Columns of a plain-text mail's own words. A message's words are never wrapped."""
SUBJECT_MOST = 150
LINES_MOST = 20
"""Channels in trouble that one mail describes."""

Facts = dict[str, Any]


@dataclass(frozen=True)
class Letter:
    """One mail, ready to send."""

    to: str
    name: str
    """Of the person who is told."""
    subject: str
    text: str
    html: str


def compose(
    db: Session,
    desk: Desk,
    purpose: str,
    user: User | None,
    subject_id: str,
    link_token: str | None = "",
    address: str = "",
) -> Letter | None:
    """The mail, or None where there is nothing to tell any more.

    ``user`` is None where whoever is told has no account; the facts name them then.
    ``subject_id`` is what the mail is about (see `MailRow`).
    ``link_token`` is `asking.new_link`'s or `invitations.new_link`'s, and ``address`` is where the
    mail goes instead of the account's own.
    """
    open_ = user is None or user.active
    facts = _FACTS[purpose](db, desk, subject_id, link_token or "") if open_ else None
    if facts is None:
        return None
    if user:
        facts |= {"person": user.name, "address_of": address or user.email, "told": user.id}
    elif address:
        facts |= {"person": address, "address_of": address}
    facts |= {"council": desk.settings.council}
    template = purpose.replace(" ", "_")
    subject, _, text = _words(desk, f"{template}.txt", facts).partition("\n")
    return Letter(
        to=facts["address_of"],
        name=facts["person"],
        subject=subject if len(subject) <= SUBJECT_MOST else subject[: SUBJECT_MOST - 1] + "…",
        text=text.strip() + "\n",
        html=_words(desk, f"{template}.html", facts),
    )


def _sign_off(db: Session, desk: Desk, approval_id: str, link_token: str) -> Facts | None:
    found = _review(db, desk, approval_id)
    awaiting = found and found.sheet.message.state is MessageState.AWAITING
    if not found or not awaiting or found.state is not ApprovalState.ASKED or not link_token:
        return None
    return _about(desk, found.sheet) | {
        "link": f"{desk.settings.console.base_url}/sign-off/{link_token}",
        "wordings": grouped(desk, found.variants),
        "channels": found.channels,
        "others": found.sign_offs_needed - 1,
        "audience": audience(desk, found.people, exercise=found.exercise),
        "code": found.digest[:8],
        "record": audit.head(db),
    }


def _checkpoint(db: Session, desk: Desk, number: str, _: str) -> Facts | None:
    note = checkpoints.note(db, int(number))
    return {"exercise": False, "entries": number, "note": note} if note else None


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


def _if(state: MessageState) -> "Callable[[Session, Desk, str, str], Facts | None]":
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


def _policy(db: Session, desk: Desk, number: str, _: str) -> Facts | None:
    found = policy_change.standing(db)
    if found.proposed is None or str(found.proposed.number) != number:
        return None
    before = found.in_force.text if found.in_force else ""
    return {
        "exercise": False,
        "proposed": found.proposed,
        "lines": list(policy_words.difference(before, found.proposed.text)),
        "address": f"{desk.settings.console.base_url}/policy",
    }


_FACTS: dict[str, Callable[[Session, Desk, str, str], Facts | None]] = {
    "sign-off": _sign_off,
    "link void": _link_void,
    "approver gone": _link_void,
    UNANSWERED: _unanswered,
    "sent back": _if(MessageState.DRAFT),
    "rejected": _if(MessageState.REJECTED),
    "expired": _if(MessageState.EXPIRED),
    "released": _if(MessageState.RELEASED),
    TROUBLE: _trouble,
    FINDING: register_letters.finding,
    SUMMARY: register_letters.summary,
    PROPOSED: _policy,
    RELEASED_ALONE: _look_back,
    LOOK_BACK: _look_back,
    CHECKPOINT: _checkpoint,
    **people_letters.FACTS,
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
        "submitted": _moment(message.submitted_at, message.submitted_at, desk.settings.zone),
        "released": _moment(message.released_at, message.released_at, desk.settings.zone),
    }


def _moment(at: datetime | None, now: datetime | None, zone: ZoneInfo) -> Moment | None:
    return Moment(at.astimezone(zone), (now or at).astimezone(zone)) if at else None


def _words(desk: Desk, template: str, facts: Facts) -> str:
    return _environment(desk.settings.templates / "mail").get_template(template).render(facts)


@cache
def _environment(folder: Path) -> Environment:
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "wrapped": _wrapped,
        "unlinked": unlinked,
        "exact": _exact,
        "one_line": _one_line,
    }
    return made


def unlinked(text: str) -> str:
    """Addresses without their scheme, so that a mail has one link: the one that decides."""
    return re.sub(r"(?i)\bhttps?://", "", text)


def _wrapped(text: str) -> str:
    """Paragraphs broken at spaces, never inside a word or an address."""
    return "\n\n".join(
        textwrap.fill(
            " ".join(paragraph.split()), WIDTH, break_long_words=False, break_on_hyphens=False
        )
        for paragraph in text.split("\n\n")
        if paragraph.strip()
    )


def _exact(text: str) -> Markup:
    """A message's words in HTML, line for line."""
    return Markup("<br>\n").join(text.split("\n"))


def _one_line(title: str) -> str:
    """No line break or control character can leave the subject for another header."""
    return " ".join(clean(title).split())
