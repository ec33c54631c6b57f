"""One incident: its messages in order, what can follow, and where its record is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console.actions import cards, incidents, messages, reading
from console.actions.messages import Words
from console.domain.incident import IncidentState, Mode
from console.domain.message import Kind, MessageState
from console.domain.states import NotAllowed
from console.web import board
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


@dataclass(frozen=True)
class Entry:
    """One message of the incident, with how far it got."""

    message: cards.Message
    progress: cards.Progress


@both(blueprint, "/incidents/<incident_id>")
def page(mode: Mode, incident_id: str) -> str:
    with web().sessions.read() as db:
        sheet = reading.incident(db, incident_id)
        must_be_here(sheet.incident, mode)
        entries = [Entry(one, reading.progress(db, one.id)) for one in sheet.messages]
    return render_template(
        "pages/incident.html",
        incident=sheet.incident,
        type=web().desk.types.get(sheet.incident.type),
        entries=entries,
        kinds=_can_follow(sheet),
        counted=board.counted,
        once=new_key(),
        log=log_of(incident_id),
        moment=datetime.fromisoformat,
    )


@both(blueprint, "/incidents/<incident_id>/messages", methods=["POST"])
def follow(mode: Mode, incident_id: str) -> Response:
    """Begins the next message, with the facts of the last one that went out."""
    with web().sessions.read() as db:
        sheet = reading.incident(db, incident_id)
    must_be_here(sheet.incident, mode)
    try:
        kind = Kind(request.form.get("kind", ""))
    except ValueError:
        abort(400)

    def act(db: Any) -> str:
        return messages.draft(
            db,
            web().desk,
            incident_id=incident_id,
            kind=kind,
            words=_begin_with(sheet, kind),
            by=me(),
            now=web().now,
        )

    return redirect(url_for("drafts.edit", mode=mode, message_id=once(act)), 303)


@both(blueprint, "/incidents/<incident_id>/stand-down", methods=["POST"])
def stand_down(mode: Mode, incident_id: str) -> Response | str:
    """Where something waits for its sign-off, it says first that this ends with it."""
    _must_be_here(mode, incident_id)
    withdraw = request.form.get("withdraw") == "yes"
    try:
        with web().sessions.begin() as db:
            incidents.stand_down(
                db, incident_id=incident_id, by=me(), now=web().now, withdraw=withdraw
            )
    except incidents.StillAwaiting:
        return _ask_to_withdraw(incident_id)
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


def _can_follow(sheet: cards.IncidentSheet) -> tuple[Kind, ...]:
    """What people may begin now: nothing to correct or clear before something has gone out."""
    if sheet.incident.state is not IncidentState.OPEN:
        return ()
    if any(one.state in WENT_OUT for one in sheet.messages):
        return FOLLOWING
    begun = any(one.state in UNDER_WAY for one in sheet.messages)
    return () if begun else (Kind.ALERT,)


def _begin_with(sheet: cards.IncidentSheet, kind: Kind) -> Words:
    out = [one for one in sheet.messages if one.state in WENT_OUT] or list(sheet.messages)
    if not out:
        return Words(facts={})
    last = out[-1]
    facts = carried(web().desk.types[sheet.incident.type], last.facts)
    # An all clear that still says what the alert said would be worse than a blank one.
    again = kind in (Kind.ALERT, Kind.UPDATE, Kind.CORRECTION)
    narrowed = None if last.channels is None else list(last.channels)
    return Words(facts=facts, text=last.text if again else "", channels=narrowed)


def _must_be_here(mode: Mode, incident_id: str) -> None:
    with web().sessions.read() as db:
        must_be_here(reading.incident(db, incident_id).incident, mode)


def _unless(error: NotAllowed, state: IncidentState) -> None:
    """A second press of the same button finds it done already, and that is well."""
    if error.state is not state:
        raise error
