"""One message: where it stands, who was asked, what became of it on every channel."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import (
    alone,
    beside,
    cards,
    deliveries,
    messages,
    policies,
    promising,
    taking_back,
)
from console.actions.errors import ReasonMissing
from console.domain.delivery import DeliveryState
from console.domain.incident import Mode
from console.domain.message import MessageState
from console.domain.states import NotAllowed
from console.store.messages import MessageRow
from console.web import promise_words, turns
from console.web.access import me
from console.web.asked import asked
from console.web.board import OUTCOMES, Board, board
from console.web.context import web
from console.web.once import new_key
from console.web.sheets import sheet_of
from console.web.worlds import both

blueprint = Blueprint("messages", __name__)
Page = str | Response | tuple[str, int]
LOOKED = (DeliveryState.SENT, DeliveryState.QUEUED)
"""Where a look that was quicker may have led."""
PROMISED = 15
"""Seconds between two looks while a promised update is counted down."""
EVERY = "every"
"""What an address says of ``attempts`` that asks for all of them, of many deliveries too."""
AGAIN = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT)


@both(blueprint, "/messages/<message_id>")
def page(mode: Mode, message_id: str) -> Page:
    return _page(_shown_sheet(mode, message_id))


@both(blueprint, "/messages/<message_id>/board")
def live(mode: Mode, message_id: str) -> Response:
    """The part of the page that changes by itself; 304 where it has not."""
    sheet = _shown_sheet(mode, message_id)
    answer = make_response()
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(_fingerprint(sheet))
    if not request.if_none_match.contains(answer.get_etag()[0] or ""):
        answer.set_data(render_template("pages/board.html", **_shown(sheet)))
        return answer
    answer.status_code = 304
    return answer


@both(blueprint, "/messages/<message_id>/withdraw", methods=["POST"])
def withdraw(mode: Mode, message_id: str) -> Page:
    sheet = sheet_of(mode, message_id)
    with _unless_done(MessageState.WITHDRAWN), web().sessions.begin() as db:
        messages.withdraw(db, message_id=message_id, by=me(), now=web().now)
    return _back(sheet)


@both(blueprint, "/messages/<message_id>/stop")
def ask_stop(mode: Mode, message_id: str) -> Page:
    sheet = sheet_of(mode, message_id)
    if sheet.message.state is not MessageState.RELEASED or not sheet.progress.waiting:
        return _back(sheet)
    return _stop(sheet)


@both(blueprint, "/messages/<message_id>/stop", methods=["POST"])
def stop(mode: Mode, message_id: str) -> Page:
    """Stops what has not left yet; what is public stays public."""
    sheet = sheet_of(mode, message_id)
    try:
        with _unless_done(MessageState.STOPPED), web().sessions.begin() as db:
            messages.stop(
                db,
                message_id=message_id,
                reason=request.form.get("reason", ""),
                by=me(),
                now=web().now,
            )
    except ReasonMissing:
        return _stop(sheet, why_missing=True), 400
    web().ring()
    return _back(sheet)


@both(blueprint, "/messages/<message_id>/deliveries/<delivery_id>/again")
def ask_again(mode: Mode, message_id: str, delivery_id: str) -> Page:
    """Before an uncertain delivery is sent again: it may be public twice then."""
    sheet = sheet_of(mode, message_id)
    shown = board(sheet, web().now, web().desk.settings)
    among = [*shown.lines, *(line for one in shown.lists for line in one.lines)]
    line = next((one for one in among if one.delivery.id == delivery_id), None)
    if line is None or not line.can_send_again:
        return _back(sheet)
    return render_template(
        "pages/again.html", incident=sheet.incident, message=sheet.message, line=line
    )


@both(blueprint, "/messages/<message_id>/deliveries/<delivery_id>/again", methods=["POST"])
def again(mode: Mode, message_id: str, delivery_id: str) -> Page:
    sheet = sheet_of(mode, message_id)
    with _unless_done(*AGAIN), web().sessions.begin() as db:
        deliveries.resend(db, delivery_id=delivery_id, by=me(), now=web().now)
    web().ring()
    return _back(sheet)


@both(blueprint, "/messages/<message_id>/channels/<channel>/again", methods=["POST"])
def again_to_missing(mode: Mode, message_id: str, channel: str) -> Page:
    """Everybody on one channel whom it certainly did not reach; a second press finds nobody."""
    sheet = sheet_of(mode, message_id)
    with web().sessions.begin() as db:
        deliveries.resend_failed(db, message_id=message_id, channel=channel, by=me(), now=web().now)
    web().ring()
    return _back(sheet)


@both(blueprint, "/messages/<message_id>/deliveries/<delivery_id>/published", methods=["POST"])
def published(mode: Mode, message_id: str, delivery_id: str) -> Page:
    """A person looked and saw the post."""
    sheet = sheet_of(mode, message_id)
    with _unless_done(DeliveryState.SENT), web().sessions.begin() as db:
        deliveries.confirm(db, delivery_id=delivery_id, by=me(), now=web().now)
    return _back(sheet)


@both(blueprint, "/messages/<message_id>/deliveries/<delivery_id>/look", methods=["POST"])
def look(mode: Mode, message_id: str, delivery_id: str) -> Page:
    """Has the network asked now, whether it has the post."""
    sheet = sheet_of(mode, message_id)
    with _unless_done(*LOOKED), web().sessions.begin() as db:
        deliveries.look_again(db, web().desk, delivery_id=delivery_id, by=me(), now=web().now)
    web().ring()
    return _back(sheet)


def _stop(sheet: cards.MessageSheet, *, why_missing: bool = False) -> str:
    errors = [{"text": "Say in one line why it is stopped", "href": "#reason"}]
    return render_template(
        "pages/stop.html",
        incident=sheet.incident,
        message=sheet.message,
        sheet=sheet,
        errors=errors if why_missing else [],
    )


def _shown_sheet(mode: Mode, message_id: str) -> cards.MessageSheet:
    """With every attempt where the address asks for it."""
    return sheet_of(mode, message_id, every_attempt=_attempts() == EVERY)


def _attempts() -> str | None:
    return EVERY if request.args.get("attempts") == EVERY else None


def _page(sheet: cards.MessageSheet) -> str:
    return render_template(
        "pages/message.html",
        **_shown(sheet),
        may_alone=_may_alone(sheet),
        can_take_back=taking_back.can(
            sheet.incident.state, sheet.message.kind, sheet.message.state
        ),
        once=new_key(),
    )


def _may_alone(sheet: cards.MessageSheet) -> bool:
    """Whether policy lets this person release it without an approver."""
    if sheet.message.state is not MessageState.AWAITING:
        return False
    with web().sessions.read() as db:
        rules = policies.of(db, web().desk, db.get_one(MessageRow, sheet.message.id))
    return alone.may(rules, me())


def _shown(sheet: cards.MessageSheet) -> dict[str, Any]:
    """What the board's template needs, in the page and alone."""
    with web().sessions.read() as db:
        look = alone.of(db, sheet.message.id)
        pairs = beside.beside(db, web().desk, sheet.message.id, sheet.variants)
    promise = _promise(sheet)
    return {
        "incident": sheet.incident,
        "pairs": pairs,
        "promise": promise,
        "look": look,
        "sheet": sheet,
        "message": sheet.message,
        "board": _board(sheet, promise),
        "asked": asked(sheet),
        "attempts": _attempts(),
        "turns": turns.shown(sheet.message),
        "outcomes": OUTCOMES,
        "titles": {one.name: one.title for one in web().desk.channels},
    }


def _board(sheet: cards.MessageSheet, promise: promise_words.Countdown | None) -> Board:
    shown = board(sheet, web().now, web().desk.settings)
    if shown.every == 0 and promise:
        return replace(shown, every=PROMISED)
    return shown


def _promise(sheet: cards.MessageSheet) -> promise_words.Countdown | None:
    """What people wait for, on the page of a message that went out."""
    if sheet.message.state not in (MessageState.RELEASED, MessageState.STOPPED):
        return None
    now = web().now
    with web().sessions.read() as db:
        standing = promising.standing(db, now, sheet.incident.id)
    return promise_words.countdown(standing, now, web().desk.settings.zone)


def _fingerprint(sheet: cards.MessageSheet) -> str:
    """Changes with everything that the board shows, as time alone changes it too."""
    with web().sessions.read() as db:
        look = alone.of(db, sheet.message.id)
    waiting, promise = turns.shown(sheet.message), _promise(sheet)
    told = (promise, me().id)
    seen = repr((sheet.message, _board(sheet, promise), waiting, sheet.sign_offs, look, told))
    return hashlib.sha256(seen.encode()).hexdigest()[:32]


def _back(sheet: cards.MessageSheet) -> Response:
    mode, message_id = sheet.incident.mode, sheet.message.id
    return redirect(url_for("messages.page", mode=mode, message_id=message_id), 303)


@contextmanager
def _unless_done(*states: StrEnum) -> Iterator[None]:
    """A second press of the same button finds it done already, and that is well."""
    try:
        yield
    except NotAllowed as error:
        if error.state not in states:
            raise
