"""Who is asked when to sign a message, with a clock; and the buttons that do not wait for it."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from console.actions import cards, pacing, turns
from console.actions import reading as cards_of
from console.actions.turns import Asked, Turns
from console.domain.incident import Mode
from console.domain.message import MessageState
from console.web.access import me
from console.web.context import web
from console.web.worlds import both, must_be_here

blueprint = Blueprint("turns", __name__)


@dataclass(frozen=True)
class Shown:
    """The asking as the page shows it, to the minute."""

    people: tuple[Asked, ...]
    next: tuple[Asked, ...]
    to_phone: tuple[Asked, ...]
    waiting: frozenset[str]
    """Approvals whose turn has not come."""
    unanswered: bool
    phone_at: datetime | None
    """When people are to be telephoned, if nobody answers; None: now, or the time ends before."""
    left: str
    """How long it can still be signed: ``28 minutes``."""
    until_next: str
    together: bool
    """All were asked at once."""
    rota: bool
    said: str
    """What is read out when it changes."""


def shown(message: cards.Message) -> Shown | None:
    """None where the message waits for no approval."""
    if message.state is not MessageState.AWAITING:
        return None
    with web().sessions.read() as db:
        found = turns.turns(db, web().desk, message.id, web().now)
    return _shown(found) if found else None


@both(blueprint, "/messages/<message_id>/ask", methods=["POST"])
def ask_everybody(mode: Mode, message_id: str) -> Response:
    return _ask(mode, message_id, "")


@both(blueprint, "/messages/<message_id>/ask/<approval_id>", methods=["POST"])
def ask(mode: Mode, message_id: str, approval_id: str) -> Response:
    return _ask(mode, message_id, approval_id)


def _ask(mode: Mode, message_id: str, approval_id: str) -> Response:
    with web().sessions.read() as db:
        must_be_here(cards_of.message(db, web().desk, message_id).incident, mode)
    with web().sessions.begin() as db:
        pacing.ask_now(db, message_id=message_id, approval_id=approval_id, by=me(), now=web().now)
    web().ring()
    return redirect(
        url_for("messages.page", mode=mode, message_id=message_id, _anchor="asking"), 303
    )


def _shown(found: Turns) -> Shown:
    phone_at = found.unanswered_at
    if found.unanswered or (phone_at and phone_at >= found.approve_by):
        phone_at = None
    return Shown(
        people=found.people,
        next=found.next,
        to_phone=found.to_phone,
        waiting=frozenset(one.approval_id for one in found.people if one.waits),
        unanswered=found.unanswered,
        phone_at=phone_at,
        left=minutes(found.approve_by, found.now),
        until_next=minutes(found.next[0].at, found.now) if found.next else "",
        together=len({one.at for one in found.people if one.at}) <= 1,
        rota=found.rota,
        said=_said(found),
    )


def minutes(at: datetime | None, now: datetime) -> str:
    """``4 minutes``: never more than there are, and the last one as such."""
    left = (at - now).total_seconds() / 60 if at else 0
    if left <= 1:
        return "less than a minute"
    whole = ceil(left)
    if whole < 120:
        return f"{whole} minutes"
    return f"{whole // 60} hours {whole % 60} minutes" if whole % 60 else f"{whole // 60} hours"


def _said(found: Turns) -> str:
    if found.unanswered:
        return "Nobody has answered: phone them."
    said = [f"Asked: {_names(tuple(one for one in found.people if one.open and one.asked))}."]
    if found.next and (at := found.next[0].at):
        said.append(
            f"Next: {_names(found.next)} at {at.astimezone(web().desk.settings.zone):%H:%M}."
        )
    return " ".join(said)


def _names(people: tuple[Asked, ...]) -> str:
    return ", ".join(one.name for one in people) or "nobody"
