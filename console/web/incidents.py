"""One incident: its messages in order, what can follow, and where its record is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import (
    cards,
    clearing,
    incidents,
    messages,
    promising,
    reading,
    register,
)
from console.actions.draft_words import Words
from console.domain.incident import IncidentState, Mode
from console.domain.message import Kind, MessageState
from console.domain.states import NotAllowed
from console.web import board, polled, promise_words
from console.web.access import me
from console.web.context import web
from console.web.logbook import log_of
from console.web.once import new_key, once
from console.web.questions import carried
from console.web.worlds import both, must_be_here

blueprint = Blueprint("incidents", __name__)
WENT_OUT = (MessageState.RELEASED, MessageState.STOPPED)
UNDER_WAY = (MessageState.DRAFT, MessageState.AWAITING)
FOLLOWING = (Kind.UPDATE, Kind.CORRECTION, Kind.ALL_CLEAR, Kind.CANCEL)


EVERY = 15
"""Seconds between two looks of the page, while the incident is open."""


@dataclass(frozen=True)
class Entry:
    """One message of the incident, with how far it got."""

    message: cards.Message
    progress: cards.Progress


@both(blueprint, "/incidents/<incident_id>")
def page(mode: Mode, incident_id: str) -> str:
    shown, sheet = _shown(mode, incident_id)
    return render_template(
        "pages/incident.html",
        **shown,
        type=web().desk.types.get(sheet.incident.type),
        kinds=_can_follow(sheet),
        once=new_key(),
        log=log_of(incident_id),
        moment=datetime.fromisoformat,
    )


@both(blueprint, "/incidents/<incident_id>/live")
def live(mode: Mode, incident_id: str) -> Response:
    """The part of the page that changes by itself; 304 where it has not."""
    shown, _ = _shown(mode, incident_id)
    part = render_template("pages/incident_live.html", **shown)
    return polled.answer(part)


def _shown(mode: Mode, incident_id: str) -> tuple[dict[str, Any], cards.IncidentSheet]:
    """What the part that changes by itself needs, in the page and alone."""
    now = web().now
    with web().sessions.read() as db:
        sheet = reading.incident(db, incident_id)
        must_be_here(sheet.incident, mode)
        entries = [Entry(one, reading.progress(db, one.id)) for one in sheet.messages]
        ledger = clearing.ledger(db, web().desk, incident_id)
        standing = promising.standing(db, now, incident_id)
    open_ = sheet.incident.state is IncidentState.OPEN
    return {
        "incident": sheet.incident,
        "entries": entries,
        "ledger": ledger,
        "promise": promise_words.countdown(standing, now, web().desk.settings.zone),
        "counted": board.counted,
        "every": EVERY if open_ else 0,
        "drilled": sheet.incident.exercise and not open_,
    }, sheet


@both(blueprint, "/incidents/<incident_id>/messages", methods=["POST"])
def follow(mode: Mode, incident_id: str) -> Response:
    """Begins the next message, with the facts of the last one that went out. An all clear that has
    all its facts already leads straight to its texts."""
    with web().sessions.read() as db:
        sheet = reading.incident(db, incident_id)
    must_be_here(sheet.incident, mode)
    try:
        kind = Kind(request.form.get("kind", ""))
    except ValueError:
        abort(400)
    replaces = _wrong(sheet, request.form.get("replaces", ""))

    def act(db: Any) -> str:
        return messages.draft(
            db,
            web().desk,
            incident_id=incident_id,
            kind=kind,
            words=_begin_with(sheet, kind, replaces),
            replaces=replaces.id if replaces else None,
            by=me(),
            now=web().now,
        )

    message_id = once(act)
    page_ = "checks.page" if kind is Kind.ALL_CLEAR and _complete(message_id) else "drafts.edit"
    return redirect(url_for(page_, mode=mode, message_id=message_id), 303)


def _complete(message_id: str) -> bool:
    with web().sessions.read() as db:
        return not reading.proposals(db, web().desk, message_id).troubles


@both(blueprint, "/incidents/<incident_id>/stand-down", methods=["POST"])
def stand_down(mode: Mode, incident_id: str) -> Response | str:
    """Where something waits for its sign-off, it says first that this ends with it."""
    _must_be_here(mode, incident_id)
    withdraw = request.form.get("withdraw") == "yes"
    unsaid = request.form.get("unsaid") == "yes"
    try:
        with web().sessions.begin() as db:
            incidents.stand_down(
                db,
                incident_id=incident_id,
                by=me(),
                now=web().now,
                withdraw=withdraw,
                unsaid=unsaid,
            )
    except incidents.StillAwaiting:
        return _ask_to_withdraw(incident_id)
    except incidents.StillOwes:
        return _ask_for_all_clear(incident_id, withdraw=withdraw)
    except NotAllowed as error:
        _unless(error, IncidentState.STOOD_DOWN)
    return redirect(url_for(".page", mode=mode, incident_id=incident_id), 303)


@both(blueprint, "/incidents/<incident_id>/reopen", methods=["POST"])
def reopen(mode: Mode, incident_id: str) -> Response:
    _must_be_here(mode, incident_id)
    try:
        with web().sessions.begin() as db:
            incidents.reopen(db, incident_id=incident_id, by=me(), now=web().now)
    except NotAllowed as error:
        _unless(error, IncidentState.OPEN)
    return redirect(url_for(".page", mode=mode, incident_id=incident_id), 303)


def _ask_to_withdraw(incident_id: str) -> str:
    with web().sessions.read() as db:
        sheet = reading.incident(db, incident_id)
    waiting = [one for one in sheet.messages if one.state is MessageState.AWAITING]
    return render_template("pages/stand_down.html", incident=sheet.incident, waiting=waiting)


def _ask_for_all_clear(incident_id: str, *, withdraw: bool) -> str:
    with web().sessions.read() as db:
        sheet = reading.incident(db, incident_id)
        ledger = clearing.ledger(db, web().desk, incident_id)
    return render_template(
        "pages/all_clear_owed.html",
        incident=sheet.incident,
        ledger=ledger,
        withdraw=withdraw,
        once=new_key(),
    )


def _wrong(sheet: cards.IncidentSheet, message_id: str) -> cards.Message | None:
    """The message of this incident that is to be corrected, where one is named."""
    return next((m for m in sheet.messages if m.id == message_id and m.state in WENT_OUT), None)


def _can_follow(sheet: cards.IncidentSheet) -> tuple[Kind, ...]:
    """What people may begin now: nothing to correct or clear before something has gone out."""
    if sheet.incident.state is not IncidentState.OPEN:
        return ()
    if any(one.state in WENT_OUT for one in sheet.messages):
        return FOLLOWING
    begun = any(one.state in UNDER_WAY for one in sheet.messages)
    return () if begun else (Kind.ALERT,)


def _begin_with(
    sheet: cards.IncidentSheet, kind: Kind, replaces: cards.Message | None = None
) -> Words:
    went_out = [one for one in sheet.messages if one.state in WENT_OUT]
    out = [replaces] if replaces else went_out or list(sheet.messages)
    if not out:
        return Words(facts={})
    last = out[-1]
    facts = carried(web().desk.types[sheet.incident.type], last.facts)
    # An all clear that still says what the alert said would be worse than a blank one.
    again = kind in (Kind.ALERT, Kind.UPDATE, Kind.CORRECTION)
    narrowed = None if last.channels is None else list(last.channels)
    if kind is Kind.ALL_CLEAR and request.form.get("owed") == "yes":
        narrowed = _owing(sheet.incident)
    return Words(facts=facts, text=last.text if again else "", channels=narrowed)


def _owing(incident: cards.Incident) -> list[str] | None:
    """The channels that still owe the all clear, as far as they are in use; None: all."""
    with web().sessions.read() as db:
        owing = list(clearing.owing(db, incident.id))
        usable = register.usable(db, web().desk, incident.mode, owing)
    return [one.name for one in usable] or None


def _must_be_here(mode: Mode, incident_id: str) -> None:
    with web().sessions.read() as db:
        must_be_here(reading.incident(db, incident_id).incident, mode)


def _unless(error: NotAllowed, state: IncidentState) -> None:
    """A second press of the same button finds it done already, and that is well."""
    if error.state is not state:
        raise error
